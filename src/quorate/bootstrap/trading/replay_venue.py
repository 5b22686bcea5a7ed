"""Where a REPLAY book's orders fill: at the open of the next session, whose bars are then played to their close."""

from __future__ import annotations

import bisect
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from quorate.adapters.simulated_broker.broker import SimulatedBroker
from quorate.arena.competition.trading import session_market
from quorate.bootstrap.trading.protecting import protect_all, resting_stops
from quorate.bootstrap.trading.replay_market import BookClock
from quorate.cycle.ports import Settled
from quorate.execution.ports import Orders
from quorate.execution.sending import Intent
from quorate.execution.service import ExecutionService
from quorate.kernel.ids import BookName, Symbol
from quorate.market.actions import ActionKind
from quorate.market.series import Series
from quorate.market.session_hours import close_of
from quorate.portfolio import SessionMarket


class ReplayVenue:
    """The simulated broker's sessions, one after the other."""

    def __init__(  # noqa: PLR0913  (what it stands on, each named)
        self,
        *,
        book: BookName,
        broker: SimulatedBroker,
        execution: ExecutionService,
        orders: Orders,
        series: Mapping[Symbol, Series],
        sessions: Sequence[date],
        clock: BookClock,
    ) -> None:
        self._book = book
        self._broker = broker
        self._execution = execution
        self._orders = orders
        self._series = series
        self._sessions = sessions
        self._clock = clock
        self._caught_up = False

    async def ready(self) -> None:
        """Bring what an earlier process left up to what the broker says; later on nothing can differ."""
        if not self._caught_up:
            await self._execution.reconcile()
            self._caught_up = True

    async def settled(self, intent: Intent, as_of: date) -> Settled:
        """Play the session after `as_of`: open, protection of what filled, the rest of it.

        Done again for the same session it changes nothing; after the last session nothing is played.
        """
        session = self._after(as_of)
        if session is None:
            return await self._told(as_of, session_market(self._series, as_of), is_last=True)
        market = session_market(self._series, session)
        await self._split(market)
        await self._broker.begin(market)
        self._clock.session = session
        await self._caught_up_with()
        await protect_all(self._execution, self._orders, self._book, intent)
        await self._broker.finish()
        await self._caught_up_with()
        return await self._told(session, market, is_last=self._after(session) is None)

    async def _split(self, market: SessionMarket) -> None:
        """Bring what is held and what rests over the splits of the session, before it opens."""
        for symbol, actions in market.actions.items():
            for action in actions:
                if action.kind is ActionKind.SPLIT:
                    new, old = action.terms
                    await self._execution.split(symbol, new, old, market.session)

    async def _caught_up_with(self) -> None:
        """Ask the broker only where something may have happened to an order."""
        if await self._orders.open_orders(self._book):
            await self._execution.reconcile()

    async def _told(
        self,
        session: date,
        market: SessionMarket,
        *,
        is_last: bool,
    ) -> Settled:
        return Settled(
            session=session,
            at=close_of(session),
            prices=self._closes(session),
            actions=market.actions,
            broker=await self._broker.account(),
            protected=await resting_stops(self._orders, self._book),
            is_last=is_last,
        )

    def _closes(self, session: date) -> Mapping[Symbol, Decimal]:
        """Return the last close of every symbol by the end of `session`."""
        closes = {}
        for symbol, one in self._series.items():
            place = one.index_at(session)
            if place is not None:
                closes[symbol] = one.bars[place].close
        return closes

    def _after(self, session: date) -> date | None:
        place = bisect.bisect_right(self._sessions, session)
        return self._sessions[place] if place < len(self._sessions) else None
