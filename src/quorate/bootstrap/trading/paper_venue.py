"""Where a PAPER book's orders fill: at the broker, in its own time; a cycle waits a while, the next one looks again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from quorate.adapters.alpaca import Alpaca
from quorate.bootstrap.live_market import LiveMarket
from quorate.bootstrap.trading.listening import StreamListener
from quorate.bootstrap.trading.protecting import protect_all, resting_stops
from quorate.cycle.book_keeping.service import BookKeeper
from quorate.cycle.policy import CyclePolicy
from quorate.cycle.ports import Settled
from quorate.execution.ports import Orders
from quorate.execution.sending import Intent
from quorate.execution.service import ExecutionService
from quorate.kernel.ids import BookName, Symbol, TraceId
from quorate.kernel.ports import Clock
from quorate.market.actions import ActionKind, CorporateAction
from quorate.risk import Leg


class PaperVenue:
    """The broker's account between a cycle's orders and their fills."""

    def __init__(  # noqa: PLR0913  (what it stands on, each named)
        self,
        *,
        book: BookName,
        broker: Alpaca,
        execution: ExecutionService,
        orders: Orders,
        keeper: BookKeeper,
        live: LiveMarket,
        listener: StreamListener,
        clock: Clock,
        policy: CyclePolicy,
    ) -> None:
        self._book = book
        self._broker = broker
        self._execution = execution
        self._orders = orders
        self._keeper = keeper
        self._live = live
        self._listener = listener
        self._clock = clock
        self._policy = policy

    async def ready(self) -> None:
        """Wait for the stream, take over splits, ask the broker for the truth, and protect what nothing protects."""
        await self._listener.wait_ready()
        await self._split()
        await self.attend()

    async def attend(self) -> None:
        """Bring what we believe up to what the broker says, and protect every share."""
        await self._execution.reconcile()
        intent = Intent(decided_at=self._clock.now(), trace_id=TraceId(""))
        await protect_all(self._execution, self._orders, self._book, intent)

    async def settled(self, intent: Intent, as_of: date) -> Settled:  # noqa: ARG002  (the broker's time is now)
        """Wait for the cycle's orders to fill, protecting every fill as it comes; see the port."""
        begun = self._clock.monotonic()
        is_open = (await self._broker.clock()).is_open
        while True:
            await self._execution.reconcile()
            await protect_all(self._execution, self._orders, self._book, intent)
            waited = self._clock.monotonic() - begun
            if not await self._waits(is_open=is_open) or waited >= self._policy.fill_wait_s:
                break
            await self._listener.wait_for_news(self._policy.poll_s)
        held = await self._orders.held(self._book)
        now = self._clock.now()
        return Settled(
            session=now.date(),
            at=now,
            prices=await self._prices(list(held)),
            actions=await self._actions(list(held)),
            broker=await self._broker.account(),
            protected=await resting_stops(self._orders, self._book),
        )

    async def _waits(self, *, is_open: bool) -> bool:
        """Return whether an order may fill soon; a protective stop is not waited for, nor a closed market."""
        waiting = [
            each
            for each in await self._orders.open_orders(self._book)
            if each.order.request.leg is not Leg.STOP
        ]
        return bool(waiting) and is_open

    async def _prices(self, symbols: Sequence[Symbol]) -> Mapping[Symbol, Decimal]:
        """Return the middle of each quote; where there is none, the last close, as the broker's positions tell it."""
        if not symbols:
            return {}
        told = {
            position.symbol: position.market_value / position.quantity
            for position in await self._broker.positions()
            if position.market_value is not None and position.quantity
        }
        for symbol, quote in (await self._live.quotes(symbols)).items():
            if quote.value is not None and quote.value.bid and quote.value.ask:
                told[symbol] = (quote.value.bid + quote.value.ask) / 2
        return told

    async def _actions(
        self, symbols: Sequence[Symbol]
    ) -> Mapping[Symbol, Sequence[CorporateAction]]:
        """Return the corporate actions since the book was marked last; none before its first mark."""
        marked = (await self._keeper.standing()).session
        if marked is None or not symbols:
            return {}
        told = await self._live.refreshed(symbols)
        return {
            symbol: actions
            for symbol, each in told.items()
            if each.value is not None
            and (actions := tuple(a for a in each.value.actions if a.session > marked))
        }

    async def _split(self) -> None:
        held = list(await self._orders.held(self._book))
        for symbol, actions in (await self._actions(held)).items():
            for action in actions:
                if action.kind is ActionKind.SPLIT:
                    new, old = action.terms
                    await self._execution.split(symbol, new, old, action.session)
