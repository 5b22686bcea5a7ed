"""What hindsight asks of the world: the runs of a book that wait for their outcomes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple, Protocol

from quorate.cycle.book_keeping.hindsight.views import AwaitedRun, Said
from quorate.kernel.ids import BookName, RunId


class Awaited(NamedTuple):
    """Runs that wait, and the journal's row up to which they were looked for."""

    through: int
    runs: Sequence[AwaitedRun]


class AwaitedRuns(Protocol):
    """The completed runs of a book, those that asked what if left out; raises UnavailableError."""

    async def waiting(self, book: BookName) -> Awaited:
        """Return every run of which some view has no outcome yet, oldest first."""
        ...

    async def said(self, run_id: RunId) -> Sequence[Said]:
        """Return what the run's votes, decisions and shadow arms said, in the order of its rows."""
        ...

    async def resolved_at(self, book: BookName, session: date) -> int:
        """Return how many views turned out at the close of a session."""
        ...

    async def completed_after(self, book: BookName, after: int) -> Awaited:
        """Return the runs that were completed after a row of the journal."""
        ...
