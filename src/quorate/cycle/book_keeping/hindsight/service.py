"""Hindsight of a book: each session, the views whose horizon is over by then are held against what the market did.

runs that wait -> their views, read once -> series up to the session -> the rows of what turned out, in one commit
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from quorate.cycle.book_keeping.hindsight.ports import AwaitedRuns
from quorate.cycle.book_keeping.hindsight.views import (
    AwaitedRun,
    Question,
    Views,
    could_be_known,
    resolved_event,
    return_over,
    views_in,
)
from quorate.kernel.errors import ConflictError
from quorate.kernel.ids import BookName, Symbol
from quorate.kernel.journal import Event
from quorate.kernel.ports import Journal
from quorate.market.ports import MarketData
from quorate.market.series import Series


class _Known(NamedTuple):
    """A question of a run, and its answer."""

    run: AwaitedRun
    question: Question
    moved: float


class Hindsight:
    """The views of one book's runs that wait for their outcomes, kept in memory and found again after a restart."""

    def __init__(
        self,
        book: BookName,
        journal: Journal[object],
        runs: AwaitedRuns,
        market: MarketData,
    ) -> None:
        self._book = book
        self._journal = journal
        self._runs = runs
        self._market = market
        self._through: int | None = None
        self._waiting: dict[AwaitedRun, dict[Question, Views]] = {}

    async def resolved(self, session: date) -> int:
        """Return how many views turned out right, wrong or neither at the close of `session`.

        Raises:
            UnavailableError: the database gave no answer; asked again it goes on where it was.
        """
        await self._look()
        known = await self._answered(session)
        if known:
            await self._tell(known, session)
        return await self._runs.resolved_at(self._book, session)

    async def _tell(self, known: Sequence[_Known], session: date) -> None:
        events = list(self._events(known, session))
        try:
            await self._journal.commit(lambda _tx: events)
        except ConflictError:
            self._through = None
        else:
            self._settle(known)

    async def _look(self) -> None:
        """Take in the runs that were completed since the last look; all that wait, at the first."""
        if self._through is None:
            self._waiting = {}
            found = await self._runs.waiting(self._book)
        else:
            found = await self._runs.completed_after(self._book, self._through)
        for run in found.runs:
            views = views_in(await self._runs.said(run.run_id))
            if views:
                self._waiting.setdefault(run, views)
        self._through = found.through

    async def _answered(self, session: date) -> Sequence[_Known]:
        asked = [
            (run, question)
            for run, views in self._waiting.items()
            for question in views
            if could_be_known(run, question, session)
        ]
        symbols = sorted({question.symbol for _, question in asked})
        series = await self._market.series(symbols) if symbols else {}
        return list(_answers(asked, series, session))

    def _events(self, known: Sequence[_Known], session: date) -> Iterable[Event]:
        """Yield a row for each answer; that of a run's last question says so."""
        left = {run: len(self._waiting[run]) for run, _, _ in known}
        for run, question, moved in known:
            left[run] -= 1
            views = self._waiting[run][question]
            yield resolved_event(
                self._book, run, question, views, moved=moved, session=session, last=not left[run]
            )

    def _settle(self, known: Sequence[_Known]) -> None:
        for run, question, _ in known:
            del self._waiting[run][question]
            if not self._waiting[run]:
                del self._waiting[run]


def _answers(
    asked: Iterable[tuple[AwaitedRun, Question]], series: Mapping[Symbol, Series], session: date
) -> Iterable[_Known]:
    for run, question in asked:
        stored = series.get(question.symbol)
        if stored is None:
            continue
        moved = return_over(stored, run.as_of, question.horizon, session)
        if moved is not None:
            yield _Known(run, question, moved)
