"""The REST side of the scripted broker: Alpaca's paths, each reply as its description says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from aiohttp import web

from tests.broker_server.orders import nanoseconds, order_json, shown
from tests.broker_server.venue import RefusedError, Venue, asset_id

Reply = tuple[int, object]
PAIRS = {"BTC/USD", "ETH/USD"}
UNKNOWN = {"NOPE", "ZZZZ"}
NEW_YORK = ZoneInfo("America/New_York")


class Rest:
    """The account's paths over a venue."""

    def __init__(self, venue: Venue) -> None:
        self._venue = venue
        self.circle = False
        self.whole_shares_only: set[str] = set()
        self.clock_at: datetime | None = None

    def routes(self) -> Mapping[tuple[str, str], object]:
        """Return the handlers by method and path."""
        return {
            ("POST", "/v2/orders"): self.post_order,
            ("GET", "/v2/orders"): self.list_orders,
            ("DELETE", "/v2/orders"): self.cancel_all,
            ("GET", "/v2/orders:by_client_order_id"): self.by_client_id,
            ("GET", "/v2/orders/{order_id}"): self.one_order,
            ("PATCH", "/v2/orders/{order_id}"): self.patch_order,
            ("DELETE", "/v2/orders/{order_id}"): self.cancel,
            ("GET", "/v2/positions"): self.positions,
            ("GET", "/v2/positions/{symbol_or_asset_id}"): self.position,
            ("DELETE", "/v2/positions/{symbol_or_asset_id}"): self.close_position,
            ("DELETE", "/v2/positions"): self.close_positions,
            ("GET", "/v2/account"): self.account,
            ("GET", "/v2/clock"): self.clock,
            ("GET", "/v2/calendar"): self.calendar,
            ("GET", "/v2/assets/{symbol}"): self.asset,
        }

    async def post_order(self, request: web.Request) -> Reply:
        return 200, order_json(self._venue.place(json.loads(await request.read())))

    async def list_orders(self, request: web.Request) -> Reply:
        asked = request.query
        found = sorted(self._venue.orders.values(), key=lambda order: order.submitted_ns)
        if asked.get("status", "open") != "all":
            wanted = asked.get("status", "open") == "open"
            found = [order for order in found if order.is_open == wanted]
        if "after" in asked and not self.circle:
            start = nanoseconds(asked["after"])
            found = [order for order in found if order.submitted_ns > start]
        if asked.get("direction", "desc") == "desc":
            found.reverse()
        return 200, [order_json(each) for each in found[: min(int(asked.get("limit", "50")), 500)]]

    async def cancel_all(self, _: web.Request) -> Reply:
        told = []
        for order in self._venue.open_orders():
            try:
                self._venue.cancel(order.id)
                told.append({"id": order.id, "status": 200})
            except RefusedError as error:
                told.append({"id": order.id, "status": error.status})
        return 207, told

    async def by_client_id(self, request: web.Request) -> Reply:
        wanted = request.query.get("client_order_id", "")
        found = self._venue.by_client_id(wanted)
        if found is None:
            raise RefusedError(404, 40410000, f"order not found for {wanted}")
        return 200, order_json(found)

    async def one_order(self, request: web.Request) -> Reply:
        found = self._venue.orders.get(request.match_info["order_id"])
        if found is None:
            raise RefusedError(404, 40410000, "order not found")
        return 200, order_json(found)

    async def patch_order(self, request: web.Request) -> Reply:
        asked = json.loads(await request.read())
        return 200, order_json(self._venue.replace(request.match_info["order_id"], asked))

    async def cancel(self, request: web.Request) -> Reply:
        self._venue.cancel(request.match_info["order_id"])
        return 204, None

    async def positions(self, _: web.Request) -> Reply:
        return 200, [self._position(symbol) for symbol in self._held()]

    async def position(self, request: web.Request) -> Reply:
        return 200, self._position(self._named(request))

    async def close_position(self, request: web.Request) -> Reply:
        return 200, self._close(self._named(request))

    async def close_positions(self, request: web.Request) -> Reply:
        if request.query.get("cancel_orders") == "true":
            await self.cancel_all(request)
        return 207, [
            {"symbol": symbol, "status": "200", "body": self._close(symbol)}
            for symbol in self._held()
        ]

    async def account(self, _: web.Request) -> Reply:
        venue = self._venue
        cash, worth = venue.cash, venue.worth()
        numbers = {
            "cash": cash,
            "portfolio_value": cash + worth,
            "equity": cash + worth,
            "last_equity": cash + worth,
            "long_market_value": worth,
            "short_market_value": Decimal(0),
            "buying_power": venue.buying_power(),
            "regt_buying_power": venue.buying_power(),
            "initial_margin": worth,
            "maintenance_margin": worth,
            "last_maintenance_margin": Decimal(0),
            "sma": Decimal(0),
        }
        return 200, {
            "id": asset_id("the account"),
            "account_number": "PA1SCRIPTED",
            "status": "ACTIVE",
            "currency": "USD",
            "multiplier": "1",
            "trading_blocked": False,
            "transfers_blocked": False,
            "account_blocked": False,
            "trade_suspended_by_user": False,
            "shorting_enabled": False,
            "created_at": shown(1_600_000_000_000_000_000),
            **{name: f"{value:f}" for name, value in numbers.items()},
        }

    async def clock(self, _: web.Request) -> Reply:
        now = self.clock_at or datetime.fromtimestamp(self._venue.moment() / 1e9, tz=UTC)
        soon, later = now + timedelta(hours=3), now + timedelta(hours=20)
        is_open = self._venue.is_open
        return 200, {
            "timestamp": now.astimezone(NEW_YORK).isoformat(),
            "is_open": is_open,
            "next_open": (later if is_open else soon).astimezone(NEW_YORK).isoformat(),
            "next_close": (soon if is_open else later).astimezone(NEW_YORK).isoformat(),
        }

    async def calendar(self, request: web.Request) -> Reply:
        start, end = (datetime.fromisoformat(request.query[name]) for name in ("start", "end"))
        days = (start + timedelta(days=n) for n in range((end - start).days + 1))
        hours = {"open": "09:30", "close": "16:00"}
        extended = {"session_open": "0400", "session_close": "2000"}
        return 200, [
            {"date": f"{day:%Y-%m-%d}", **hours, **extended} for day in days if day.weekday() < 5
        ]

    async def asset(self, request: web.Request) -> Reply:
        symbol = request.match_info["symbol"]
        if symbol in UNKNOWN:
            raise RefusedError(404, 40410000, f"asset not found for {symbol}")
        is_pair = symbol in PAIRS
        told: dict[str, object] = {
            "id": asset_id(symbol),
            "class": "crypto" if is_pair else "us_equity",
            "exchange": "CRYPTO" if is_pair else "NASDAQ",
            "symbol": symbol,
            "name": f"{symbol} by the script",
            "status": "active",
            "tradable": True,
            "marginable": not is_pair,
            "shortable": False,
            "easy_to_borrow": False,
            "fractionable": symbol not in self.whole_shares_only,
        }
        if is_pair:
            told |= {"min_order_size": "0.00001", "min_trade_increment": "0.000000001"}
            told |= {"price_increment": "0.01"}
        return 200, told

    def _held(self) -> list[str]:
        return [symbol for symbol, held in self._venue.held.items() if held.qty]

    def _named(self, request: web.Request) -> str:
        wanted = request.match_info["symbol_or_asset_id"]
        for symbol in self._held():
            if wanted in {symbol, symbol.replace("/", ""), asset_id(symbol)}:
                return symbol
        raise RefusedError(404, 40410000, "position does not exist")

    def _close(self, symbol: str) -> dict[str, object]:
        order = {"symbol": symbol, "qty": self._venue.held[symbol].qty, "side": "sell"}
        life = "gtc" if "/" in symbol else "day"
        return order_json(self._venue.place({**order, "type": "market", "time_in_force": life}))

    def _position(self, symbol: str) -> dict[str, object]:
        held = self._venue.held[symbol]
        price = self._venue.prices.get(symbol, held.cost / held.qty)
        worth, gain = held.qty * price, held.qty * price - held.cost
        free = held.qty - sum(o.rest for o in self._venue.open_orders(symbol) if o.side == "sell")
        numbers = {
            "avg_entry_price": held.cost / held.qty,
            "qty": held.qty,
            "qty_available": free,
            "market_value": worth,
            "cost_basis": held.cost,
            "unrealized_pl": gain,
            "unrealized_plpc": gain / held.cost if held.cost else Decimal(0),
            "unrealized_intraday_pl": gain,
            "unrealized_intraday_plpc": Decimal(0),
            "current_price": price,
            "lastday_price": price,
            "change_today": Decimal(0),
        }
        is_pair = "/" in symbol
        return {
            "asset_id": asset_id(symbol),
            "symbol": symbol.replace("/", ""),
            "exchange": "CRYPTO" if is_pair else "NASDAQ",
            "asset_class": "crypto" if is_pair else "us_equity",
            "asset_marginable": not is_pair,
            "side": "long",
            **{name: f"{value:f}" for name, value in numbers.items()},
        }
