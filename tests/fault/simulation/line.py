"""The line: a process' way to the venue. Requests and answers get lost, late and old; frames also twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from quorate.execution.broker import (
    BrokerAccount,
    BrokerOrder,
    BrokerPosition,
    BrokerUnavailableError,
    Instrument,
    MarketClock,
    OrderRefusedError,
    OrderUpdate,
    OutcomeUnknownError,
)
from quorate.execution.order import Told
from quorate.kernel.ids import Symbol
from tests.fault.simulation.venue import ZERO, Standing, Venue

T = TypeVar("T")
TIMEOUT_S = 10.0
LATEST_S = 25.0
"""A request that its sender gave up may arrive so much later."""


class Line:
    """One process' connection; `passed` is asked before and after everything and may kill the process."""

    def __init__(self, venue: Venue, passed: Callable[[str], None]) -> None:
        self._venue, self._passed = venue, passed
        self._chance = venue.chance

    async def submit(self, order: Any, client_order_id: str) -> Told:
        self._passed("submit_unsent")
        await self._latency()
        self._passed("submit_leaving")
        if self._chance.random() < self._venue.rates.refusal and order.request.leg == "entry":
            raise OrderRefusedError("insufficient buying power")
        fate = self._fate()
        if fate == "unsent":
            raise BrokerUnavailableError("the broker cannot be reached", source="broker")
        self._venue.write(
            "sent",
            id=client_order_id,
            leg=order.request.leg.value,
            side=order.request.side.value,
            decision=order.request.decision_id,
            symbol=order.request.symbol,
            quantity=format(order.request.quantity, "f"),
            worth=format(order.request.quantity * self._venue.prices[order.request.symbol], "f"),
        )
        taken = await self._acted(fate, lambda: self._venue.take(order.request, client_order_id))
        return self._answered("submit", taken.told)

    async def find(self, client_order_id: str) -> BrokerOrder | None:
        def found() -> BrokerOrder | None:
            known = self._venue.orders.get(client_order_id)
            return None if known is None else known.shown

        return await self._asked("find", found)

    async def cancel(self, broker_order_id: str) -> None:
        self._passed("cancel_unsent")
        await self._latency()
        fate = self._fate()
        if fate == "unsent":
            raise BrokerUnavailableError("the broker cannot be reached", source="broker")
        await self._acted(fate, lambda: self._venue.ask_cancel(broker_order_id))
        self._answered("cancel", None)

    async def replace(self, broker_order_id: str, client_order_id: str, *, price: Decimal) -> Told:
        raise AssertionError(f"nobody replaces {broker_order_id} by {client_order_id} at {price}")

    async def orders(
        self, *, after: datetime | None = None, open_only: bool = False
    ) -> Sequence[BrokerOrder]:
        def listed() -> list[BrokerOrder]:
            return [
                each.shown
                for each in self._venue.orders.values()
                if (each.is_open or not open_only) and (after is None or each.at > after)
            ]

        return await self._asked("orders", listed)

    async def positions(self) -> Sequence[BrokerPosition]:
        def listed() -> list[BrokerPosition]:
            return [
                BrokerPosition(
                    symbol=Symbol(symbol),
                    quantity=shares,
                    average_price=self._venue.prices[symbol],
                    market_value=shares * self._venue.prices[symbol],
                )
                for symbol, shares in sorted(self._venue.held.items())
                if shares
            ]

        return await self._asked("positions", listed)

    async def account(self) -> BrokerAccount:
        def told() -> BrokerAccount:
            venue = self._venue
            reserved = sum(
                (
                    each.rest * venue.prices[each.request.symbol]
                    for each in venue.orders.values()
                    if each.is_open and each.request.side == "buy"
                ),
                ZERO,
            )
            return BrokerAccount(
                account_id="simulated",
                cash=venue.cash,
                equity=venue.cash + venue.worth(),
                buying_power=venue.cash - reserved,
                day_trades=0,
                blocked=False,
            )

        return await self._asked("account", told)

    async def clock(self) -> MarketClock:
        now = self._venue.clock.now()
        return await self._asked(
            "clock",
            lambda: MarketClock(
                now=now,
                is_open=True,
                next_open=now + timedelta(hours=20),
                next_close=now + timedelta(hours=5),
            ),
        )

    async def instrument(self, symbol: Symbol) -> Instrument | None:
        def told() -> Instrument | None:
            if symbol not in self._venue.prices:
                return None
            return Instrument(
                symbol=symbol,
                tradable=True,
                fractionable=False,
                around_the_clock=False,
                quantity_step=Decimal(1),
                price_step=Decimal("0.01"),
            )

        return await self._asked("instrument", told)

    async def updates(self) -> AsyncIterator[OrderUpdate | None]:
        """Yield what arrives: some frames never, some twice, each after a time of its own; then the stream ends."""
        loop, venue = asyncio.get_running_loop(), self._venue
        if self._chance.random() < venue.rates.loss:
            raise BrokerUnavailableError("the stream could not be opened", source="broker")
        arrived: asyncio.Queue[OrderUpdate] = asyncio.Queue()

        def told(update: OrderUpdate) -> None:
            if self._chance.random() < venue.rates.frames:
                return
            for _ in range(2 if self._chance.random() < venue.rates.repeats else 1):
                late = self._chance.choice((0.01, 0.05, 0.5, 5.0 if venue.rates.frames else 0.5))
                loop.call_later(late, arrived.put_nowait, update)

        venue.listeners.append(told)
        try:
            yield None
            while True:
                try:
                    async with asyncio.timeout(60):
                        frame = await arrived.get()
                except TimeoutError:
                    if self._chance.random() < venue.rates.drops:
                        return
                    continue
                self._passed("frame_heard")
                yield frame
        finally:
            venue.listeners.remove(told)

    async def _acted(self, fate: str, act: Callable[[], T]) -> T:
        """Return what the venue answers to an act that is on its way."""
        if fate == "lost":
            await asyncio.sleep(TIMEOUT_S)
            raise OutcomeUnknownError("no answer", source="broker")
        if fate == "late":
            loop = asyncio.get_running_loop()
            loop.call_later(self._chance.uniform(1.0, LATEST_S), _unheard, act)
            await asyncio.sleep(TIMEOUT_S)
            raise OutcomeUnknownError("no answer", source="broker")
        try:
            done = act()
        finally:
            await self._latency()
            if fate == "answer":
                raise OutcomeUnknownError("no answer", source="broker")
        return done

    async def _asked(self, name: str, answer: Callable[[], T]) -> T:
        self._passed(f"{name}_unsent")
        await self._latency()
        if self._chance.random() < self._venue.rates.loss:
            await asyncio.sleep(TIMEOUT_S)
            raise BrokerUnavailableError("no answer", source="broker")
        told = answer()
        await self._latency()
        return self._answered(name, told)

    def _answered(self, name: str, told: T) -> T:
        self._passed(f"{name}_answered")
        return told

    async def _latency(self) -> None:
        await asyncio.sleep(self._venue.rates.latency_s * self._chance.lognormvariate(0.0, 1.0))

    def _fate(self) -> str:
        if self._chance.random() >= self._venue.rates.loss:
            return "whole"
        return self._chance.choice(("unsent", "lost", "late", "answer"))


def _unheard(act: Callable[[], object]) -> None:
    """Carry out what nobody waits for any more."""
    try:
        act()
    except OrderRefusedError:
        return


__all__ = ["LATEST_S", "Line", "Standing"]
