"""The server: keys, request limits and faults before the paths; the test's own door beside them."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from aiohttp import web

from tests.broker_server.contract import Contract
from tests.broker_server.faults import Fault, Faults, StreamFaults
from tests.broker_server.feed import Feed
from tests.broker_server.ledger import Ledger
from tests.broker_server.market import Market
from tests.broker_server.orders import KNOWN
from tests.broker_server.rest import Reply, Rest
from tests.broker_server.venue import RefusedError, Venue

KEYS = ("PKSCRIPTED0123456789", "scripted-secret-key-0123456789")
MINUTE_S = 60
DRIP_S = 0.2
DESCRIBED = KNOWN - {"held", "pending_review"}
"""The statuses that the broker's description knows."""

Handler = Callable[[web.Request], Awaitable[Reply]]


class BrokerDesk:
    """Everything behind the port."""

    def __init__(self, ledger: Ledger, contract: Contract | None) -> None:
        self._ledger, self._contract = ledger, contract
        self._broken: list[str] = []
        self._feed = Feed()
        self._begin()

    def _begin(self) -> None:
        """Begin with an empty account on a quiet market."""
        self._feed.script(StreamFaults())
        self._venue = Venue(ledger=self._ledger, emit=self._feed.emit)
        self._rest, self._market = Rest(self._venue), Market()
        self._faults = Faults()
        self._keeps_words = True
        self._limit, self._window = 200, (0, 0)
        self._revoked = self._feed.refuses = False
        self._routes = {**self._rest.routes(), **self._market.routes()}

    def app(self) -> web.Application:
        """Return what is served."""
        app = web.Application()
        for method, path in self._routes:
            app.router.add_route(method, path, self._guarded(method, path))
        app.router.add_get("/stream", self._stream)
        app.router.add_post("/_control", self._control)
        return app

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        return await self._feed.serve(request, ("", "") if self._revoked else KEYS)

    def _guarded(self, method: str, template: str) -> Callable[[web.Request], Any]:
        async def answer(request: web.Request) -> web.StreamResponse:
            handler = self._routes[method, template]
            self._ledger.write("request", method=request.method, path=request.path)
            fault = self._faults.take(request.method, request.path)
            if fault is None or fault.reply == "normal":
                return self._sent(
                    request, template, await self._reply(request, handler, fault), fault
                )
            if fault.acts:
                await self._reply(request, handler, fault)
            return await self._gone_wrong(request, fault)

        return answer

    async def _reply(self, request: web.Request, handler: Handler, fault: Fault | None) -> Reply:
        keys = tuple(
            request.headers.get(f"APCA-API-{name}", "") for name in ("KEY-ID", "SECRET-KEY")
        )
        if keys != KEYS or self._revoked:
            return 401, {"code": 40110000, "message": "request is not authorized"}
        if not self._counted():
            return 429, {"code": 42910000, "message": "rate limit exceeded"}
        self._rest.circle = bool(fault and fault.circle)
        try:
            return await handler(request)
        except RefusedError as error:
            self._ledger.write(
                "refused", method=request.method, path=request.path, status=error.status
            )
            return error.status, error.body

    async def _gone_wrong(self, request: web.Request, fault: Fault) -> web.StreamResponse:
        if fault.reply == "status":
            body = fault.body if isinstance(fault.body, str) else json.dumps(fault.body or {})
            return web.Response(
                status=fault.status, text=body, headers={**self._limits(), **fault.headers}
            )
        if fault.reply == "hang":
            await asyncio.sleep(3600)  # noqa: TID251  (a server of real time)
        if fault.reply == "drip":
            response = web.StreamResponse()
            await response.prepare(request)
            while True:
                await response.write(b" ")
                await asyncio.sleep(DRIP_S)  # noqa: TID251  (a server of real time)
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    def _sent(
        self, request: web.Request, template: str, reply: Reply, fault: Fault | None
    ) -> web.Response:
        status, told = reply
        if fault is not None and status < 300:
            told = _changed(told, fault)
        elif self._contract is not None and self._keeps_words and status < 300:
            self._broken += self._contract.faults(request.method, template, status, told)
        body = None if told is None else json.dumps(told).encode()
        return web.Response(
            status=status, body=body, content_type="application/json", headers=self._limits()
        )

    def _counted(self) -> bool:
        """Count a request in this minute; return whether it was one of those that are allowed."""
        now = int(time.time())  # noqa: TID251  (a server of real time)
        start, used = self._window if now < self._window[0] + MINUTE_S else (now, 0)
        self._window = (start, used + 1)
        return used < self._limit

    def _limits(self) -> dict[str, str]:
        start, used = self._window
        return {
            "X-RateLimit-Limit": str(self._limit),
            "X-RateLimit-Remaining": str(max(0, self._limit - used)),
            "X-RateLimit-Reset": str(start + MINUTE_S),
        }

    async def _control(self, request: web.Request) -> web.Response:
        """Do what a test wants; what it answers is the same for all: where things stand."""
        wanted = json.loads(await request.read())
        told = await getattr(self, f"do_{wanted.pop('do')}")(**wanted)
        return web.Response(body=msgspec.json.encode(told))

    async def do_reset(self) -> None:
        """Begin anew, as a broker that nobody has used; the ledger begins anew too."""
        await self._feed.close()
        self._ledger.clear()
        self._begin()

    async def do_state(self) -> object:
        return {"listeners": self._feed.listeners, "broken": self._broken, "limit": self._limit}

    async def do_ledger(self) -> object:
        return self._ledger.entries

    async def do_faults(self, faults: list[dict[str, Any]]) -> None:
        self._faults = Faults(msgspec.convert(faults, list[Fault]))

    async def do_stream_faults(self, **told: Any) -> None:
        self._feed.script(msgspec.convert(told, StreamFaults))

    async def do_set(self, **told: Any) -> None:
        """Set what the venue goes by: instant, slices, seed, is_open, cash, limit, revoked."""
        if "seed" in told:
            self._venue.random = random.Random(told.pop("seed"))  # noqa: S311
        self._limit, self._window = told.pop("limit", self._limit), (0, 0)
        self._revoked = told.pop("revoked", self._revoked)
        self._feed.refuses = self._revoked
        if "cash" in told:
            told["cash"] = Decimal(told["cash"])
        for name, value in told.items():
            setattr(self._venue, name, value)

    async def do_clock(self, at: str) -> None:
        """Stop the broker's clock at a moment: which day it is decides whether the market is open."""
        self._rest.clock_at = datetime.fromisoformat(at)

    async def do_trade(self, symbol: str, price: str) -> None:
        self._venue.trade(symbol, Decimal(price))

    async def do_fill(self, client_order_id: str, qty: str, price: str) -> None:
        order = self._order(client_order_id)
        self._venue.fill(order, Decimal(qty), Decimal(price))

    async def do_status(self, client_order_id: str, status: str) -> None:
        """Give an order a status, a word that nobody knows too, and tell it."""
        order = self._order(client_order_id)
        self._keeps_words = self._keeps_words and status in DESCRIBED
        order.status = status
        self._venue.tell(status, order)

    async def do_tell(self, client_order_id: str, event: str) -> None:
        self._venue.tell(event, self._order(client_order_id))

    async def do_hold(self, symbol: str, qty: str, price: str) -> None:
        """Put a position into the account that nobody ordered."""
        holding = self._venue._holding(symbol)
        holding.qty, holding.cost = (
            holding.qty + Decimal(qty),
            holding.cost + Decimal(qty) * Decimal(price),
        )
        self._ledger.write("held", symbol=symbol, qty=qty, price=price)

    async def do_seed_orders(self, count: int) -> None:
        """Put so many orders of a stranger into the account, ten of each moment."""
        for number in range(count):
            order = self._venue._read(
                {"symbol": "IBM", "side": "buy", "type": "limit", "limit_price": "1", "qty": "1",
                 "time_in_force": "day"}
            )  # fmt: skip
            order.submitted_ns = 1_700_000_000_000_000_000 + number // 10 * 1_000
            order.status = "canceled"
            self._venue.orders[order.id] = order

    async def do_frame(self, text: str) -> None:
        self._feed.send(text.encode())

    async def do_close_streams(self) -> None:
        await self._feed.close()

    async def do_market(self, **told: Any) -> None:
        """Tell what the data host answers: `bars`, `quotes` by symbol, `news`, `page`."""
        for name, value in told.items():
            setattr(self._market, name, value)

    def _order(self, client_order_id: str) -> Any:
        order = self._venue.by_client_id(client_order_id)
        assert order is not None, f"no order {client_order_id}"
        return order


def _changed(told: object, fault: Fault) -> object:
    if isinstance(told, list):
        return [_changed(each, fault) for each in told]
    if not isinstance(told, dict):
        return told
    return {k: v for k, v in told.items() if k not in fault.drop} | fault.put
