"""Results: what was concluded, newest of each symbol first, then what came before."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Final

from quorate.adapters.sql.tail import JournalFeed
from quorate.adapters.telemetry.figure import Figure
from quorate.bootstrap.results.figures import figures_of_flow
from quorate.bootstrap.results.serving import Flow
from quorate.bootstrap.results.stored import StoredResults
from quorate.bootstrap.store import Store
from quorate.cycle.watch.service import Watch
from quorate.kernel.ids import Symbol
from quorate.results.applying import Applied
from quorate.results.bus import EventBus
from quorate.results.ordering import Arrival, Newest
from quorate.results.result import TradingAnalysisResult
from quorate.results.standing import (
    Moment,
    ResultFilter,
    ResultLine,
    ResultPage,
    ResultPlace,
    ResultState,
    is_wanted,
)

CHUNK: Final = 200
"""Rows of the history that are read at once."""

LOOKED_AT: Final = 5_000
"""Rows of the history that one page looks through for what it wants; it then goes on by its cursor. Ours."""

MOST: Final = 2**62


class Results:
    """One home's results; `bus` tells this process of new ones while they are served."""

    def __init__(self, store: Store, feed: JournalFeed, watch: Watch) -> None:
        self.bus = EventBus()
        self.applied = Applied(self.bus)
        self._store = store
        self._stored = StoredResults(store)
        self._feed = feed
        self._watch = watch
        self._flow: Flow | None = None

    @asynccontextmanager
    async def served(self) -> AsyncIterator[Flow]:
        """Relay results as long as the block lasts; see `serving`."""
        served = Flow.served(self._store, self._stored, self._feed, self.applied, self._watch)
        async with served as flow:
            self._flow = flow
            try:
                yield flow
            finally:
                self._flow = None

    async def figures(self) -> Iterable[Figure]:
        """Return how the flow of results stands, for `/metrics`."""
        return figures_of_flow(self._flow, await self._stored.head())

    async def newest(self, symbol: Symbol | None = None) -> Sequence[ResultLine]:
        """Return the newest result of each book, symbol and timeframe, the newest first."""
        found, moment = await self._stored.newest_now(symbol)
        return _lines(found, moment)

    async def counts(self, symbol: Symbol | None = None) -> Mapping[ResultState, int]:
        """Return how many of the newest results are in each state."""
        states: Counter[ResultState] = Counter()
        for line in await self.newest(symbol):
            states.update(line.states)
        return states

    async def page(self, wanted: ResultFilter, most: int, after: ResultPlace | None) -> ResultPage:
        """Return at most `most` results that are wanted: the newest ones, then the history, newest first."""
        found, moment = await self._stored.newest_now(wanted.symbol)
        shown: list[ResultLine] = []
        if after is None or not after.is_history:
            below = MOST if after is None else after.number
            shown += [
                line
                for line in _lines(found, moment)
                if line.result.result_seq < below and is_wanted(line, wanted)
            ][: most + 1]
            if len(shown) > most:
                return ResultPage(
                    tuple(shown[:most]), ResultPlace(False, shown[most - 1].result.result_seq)
                )
        below = after.number if after is not None and after.is_history else MOST
        newest = frozenset(result.result_seq for result in found)
        return await self._with_history(shown, wanted, most, below, newest, moment)

    async def _with_history(
        self,
        shown: list[ResultLine],
        wanted: ResultFilter,
        most: int,
        below: int,
        newest: frozenset[int],
        moment: Moment,
    ) -> ResultPage:
        """Return the page with as much of the history as it has room for."""
        if wanted.state is ResultState.NEWEST:
            return ResultPage(tuple(shown), None)
        looked = 0
        while looked < LOOKED_AT:
            rows = await self._stored.history(below, CHUNK, wanted.symbol)
            for row in rows:
                line = moment.line(row, is_newest=False)
                if row.result_seq not in newest and is_wanted(line, wanted):
                    if len(shown) == most:
                        return ResultPage(tuple(shown), ResultPlace(True, below))
                    shown.append(line)
                below = row.result_seq
            looked += len(rows)
            if len(rows) < CHUNK:
                return ResultPage(tuple(shown), None)
        return ResultPage(tuple(shown), ResultPlace(True, below))

    async def follow(self) -> AsyncIterator[ResultLine]:
        """Yield every result that is committed from now on, by any process, until the application closes."""
        applied = Newest(await self._stored.newest())
        number = await self._stored.head()
        async with self._feed.following() as commits:
            async for _ in commits:
                while found := await self._stored.after(number, CHUNK):
                    _, moment = await self._stored.newest_now(None)
                    for result in found:
                        is_newest = applied.apply(result) is not Arrival.STALE
                        yield moment.line(result, is_newest=is_newest)
                    number = found[-1].result_seq


def _lines(found: Sequence[TradingAnalysisResult], moment: Moment) -> list[ResultLine]:
    """Return the newest results as lines, by their number: a page ends at one, and the next begins below it."""
    ordered = sorted(found, key=lambda result: result.result_seq, reverse=True)
    return [moment.line(result, is_newest=True) for result in ordered]
