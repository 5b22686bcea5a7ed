"""The results of one home's database: only what is committed is there."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from sqlalchemy import Connection

from quorate.adapters.sql.book_marks import newest_mark
from quorate.adapters.sql.results import (
    history_of_results,
    newest_result_seq,
    newest_results,
    results_after,
    start_of_last,
)
from quorate.adapters.sql.series import newest_session
from quorate.bootstrap.store import Store
from quorate.kernel.ids import BookName, Symbol
from quorate.results.result import TradingAnalysisResult
from quorate.results.standing import REPLAY, Moment


class StoredResults:
    """See `results.ports.CommittedResults`; beside it what lists need."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def head(self) -> int:
        """Return the number of the newest result, 0 before the first."""
        return await self._store.database.look_up(
            partial(newest_result_seq, tenant=self._store.tenant)
        )

    async def after(self, number: int, most: int) -> Sequence[TradingAnalysisResult]:
        """Return at most `most` results behind `number`, in their order."""
        return await self._store.database.look_up(
            partial(results_after, tenant=self._store.tenant, after=number, most=most)
        )

    async def start_of_last(self, most: int) -> int:
        """Return the number behind which at most `most` results stand."""
        return await self._store.database.read(
            partial(start_of_last, tenant=self._store.tenant, most=most)
        )

    async def newest(self) -> Sequence[TradingAnalysisResult]:
        """Return the newest result of each book, symbol and timeframe."""
        return await self._store.database.read(partial(newest_results, tenant=self._store.tenant))

    async def newest_now(
        self, symbol: Symbol | None
    ) -> tuple[Sequence[TradingAnalysisResult], Moment]:
        """Return the newest results, and at which moment their books stand."""

        def read(connection: Connection) -> tuple[Sequence[TradingAnalysisResult], Moment]:
            found = newest_results(connection, self._store.tenant, symbol)
            books = {result.book for result in found if result.book_mode == REPLAY}
            sessions = {book: self._session(connection, book) for book in books}
            return found, Moment(self._store.clock.now(), sessions)

        return await self._store.database.read(read)

    async def history(
        self, below: int, most: int, symbol: Symbol | None
    ) -> Sequence[TradingAnalysisResult]:
        """Return at most `most` results with smaller numbers than `below`, newest first."""
        return await self._store.database.read(
            partial(
                history_of_results,
                tenant=self._store.tenant,
                below=below,
                most=most,
                symbol=symbol,
            )
        )

    def _session(self, connection: Connection, book: BookName) -> str:
        """Return where a REPLAY book stands: at its newest mark; before any, at the newest bars."""
        marked = newest_mark(connection, self._store.tenant, book, 0)
        session = None if marked is None else marked.get("session")
        if isinstance(session, str):
            return session
        newest = newest_session(connection, self._store.tenant)
        return "" if newest is None else newest.isoformat()
