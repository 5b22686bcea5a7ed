"""Session feeds: the sessions that a competition plays, past ones at once, those of a paper one as they end."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import date
from typing import Final, Protocol

from quorate.arena.competition.record import Competition
from quorate.arena.competition.sessions import asks_again_at, decides_until, due_session
from quorate.bootstrap.broking import open_broker
from quorate.bootstrap.live_market import LiveMarket
from quorate.bootstrap.planning import known_series
from quorate.bootstrap.rounds import Due
from quorate.bootstrap.store import Store
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import Symbol
from quorate.market.fetching import Origin
from quorate.market.series import Series
from quorate.portfolio.book import BookMode

LOOK_AGAIN_S: Final = 1.0
"""How often a wait looks whether it is still wanted. Ours: a stop should not take longer to be noticed."""

ASK_AGAIN_S: Final = 60.0
"""How often the market is asked while a session is awaited. Ours: a minute late is early for the next open."""

IsOver = Callable[[], Awaitable[bool]]
"""Tells that nobody waits any more: the competition was stopped, or its player has had enough."""

OpenMarket = Callable[[], AbstractAsyncContextManager[LiveMarket]]


class SessionFeed(Protocol):
    """Where the sessions of a competition come from."""

    async def due(self, competition: Competition, is_over: IsOver) -> Due | None:
        """Return the next session once it can be played, None where nobody waits for it any more."""
        ...


@dataclass(frozen=True, slots=True)
class PastSessions:
    """The sessions of the terms, on imported bars; all of them are there at once."""

    series: Mapping[Symbol, Series]

    async def due(self, competition: Competition, is_over: IsOver) -> Due | None:  # noqa: ARG002  (nothing is waited for)
        """Return the session that follows on the last round."""
        session = competition.next_session
        return None if session is None else Due(session=session, series=self.series)


@dataclass(frozen=True, slots=True)
class ComingSessions:
    """The sessions of the market as they end, on the broker's bars; no order goes to the broker."""

    store: Store
    market: LiveMarket

    async def due(self, competition: Competition, is_over: IsOver) -> Due | None:
        """Wait for the next session to be whole.

        Raises:
            RejectedError: the broker knows no bars of a symbol (slug `not-found`).
        """
        last = competition.rounds[-1].session if competition.rounds else None
        while not await is_over():
            found = await self._looked(competition, last)
            if found is not None:
                return found
            await self._passed(ASK_AGAIN_S, is_over)
        return None

    async def _looked(self, competition: Competition, last: date | None) -> Due | None:
        clock, symbols, now = self.store.clock, competition.terms.symbols, self.store.clock.now()
        if now < asks_again_at(last, now):
            return None
        told = await self.market.refreshed(symbols)
        await self.market.counted()
        if any(each.value is None and each.origin is Origin.UNAVAILABLE for each in told.values()):
            return None
        series = await known_series(self.store, symbols, BookMode.PAPER)
        session = due_session(series, last, clock.now())
        if session is None:
            return None
        return Due(session=session, series=series, decides_until=decides_until(session))

    async def _passed(self, seconds: float, is_over: IsOver) -> None:
        """Let time pass, in steps that a stop is noticed between."""
        clock = self.store.clock
        until = clock.monotonic() + seconds
        while clock.monotonic() < until and not await is_over():
            await clock.sleep(LOOK_AGAIN_S)


@asynccontextmanager
async def broker_market(store: Store) -> AsyncIterator[LiveMarket]:
    """Open the market data that the broker's keys give.

    Raises:
        RejectedError: there are no keys (slug `unauthenticated`).
    """
    async with open_broker(store.settings, store.clock, store.boundaries) as broker:
        if broker is None:
            raise no_market()
        yield LiveMarket(store, broker.data, broker.account)


@asynccontextmanager
async def session_feed(
    store: Store, competition: Competition, open_market: OpenMarket
) -> AsyncIterator[SessionFeed]:
    """Open where a competition's sessions come from.

    Raises:
        RejectedError: there are no bars, or no market data.
    """
    if competition.terms.mode is BookMode.REPLAY:
        yield PastSessions(await known_series(store, competition.terms.symbols))
        return
    async with open_market() as market:
        yield ComingSessions(store, market)


def no_market() -> RejectedError:
    """Return the refusal of a paper competition without market data."""
    return RejectedError(
        "a paper competition needs a broker's market data, and no keys are set",
        effect="nothing was played",
        fix="export APCA_API_KEY_ID and APCA_API_SECRET_KEY, or quorate keys set alpaca",
        slug="conflict",
    )
