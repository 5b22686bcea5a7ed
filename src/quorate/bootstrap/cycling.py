"""Cycling: what people see of a book's cycles; nothing here starts one, and nothing writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from typing import Final

from sqlalchemy import Connection

from quorate.adapters.sql.alerts import alerts_of_cycle
from quorate.adapters.sql.cycle_listing import books_with_cycles, cycle_ids_like
from quorate.adapters.sql.cycles import CycleLine, cycle_line, cycles_of, schedule_of, stage_of
from quorate.adapters.sql.equity import began_with, equity_points
from quorate.adapters.sql.trading_lines import trading_lines
from quorate.bootstrap.store import Store
from quorate.cycle.equity import EquityPoint, thinned
from quorate.cycle.record import BookStage, RecordedCycle, read_cycle, stream_of
from quorate.cycle.schedule import Schedule
from quorate.cycle.strip import StepStanding, steps_of
from quorate.cycle.watch import RaisedAlert
from quorate.execution.halting import TradingLine
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import BookName, CycleId

__all__ = ["BookView", "CycleFilter", "CycleLine", "CycleShelf", "CycleView"]

MOST_BOOKS: Final = 50
"""The books that may be chosen from: every replay has one of its own."""


@dataclass(frozen=True, slots=True)
class CycleFilter:
    """Which cycles a list shows: those of one book."""

    book: BookName


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleView:
    """A cycle with all that was recorded of it."""

    line: CycleLine
    cycle: RecordedCycle
    steps: tuple[StepStanding, ...]
    alerts: Sequence[RaisedAlert]


@dataclass(frozen=True, slots=True, kw_only=True)
class BookView:
    """Where a book's cycles stand, whether it may trade, and its newest cycle, None before the first."""

    standing: TradingLine
    stage: BookStage
    schedule: Schedule
    newest: CycleView | None


class CycleShelf:
    """One home's cycles."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def books(self) -> Sequence[BookName]:
        """Return the books that have cycles, the newest cycle's first."""
        return await self._store.database.read(
            partial(books_with_cycles, tenant=self._store.tenant, most=MOST_BOOKS)
        )

    async def page(
        self, book: BookName, most: int, *, below: int | None = None
    ) -> Sequence[CycleLine]:
        """Return at most so many cycles of a book, newest first, those before number `below` where it is given."""
        return await self._store.database.look_up(
            lambda connection: cycles_of(
                connection, self._store.tenant, book, most=most, below=below
            )
        )

    async def show(self, cycle_id: str) -> CycleView:
        """Return the cycle with this id, or the only one whose id begins so.

        Raises:
            RejectedError: there is none (slug `not-found`), or there are several.
        """
        found = await self._store.database.look_up(
            lambda connection: cycle_ids_like(connection, self._store.tenant, cycle_id)
        )
        if len(found) != 1 or not cycle_id:
            raise RejectedError(
                f"there is {'no' if not found else 'more than one'} cycle '{cycle_id}'",
                effect="nothing is shown",
                fix="quorate cycle status names the newest",
                slug="validation-failed" if found else "not-found",
            )
        return await self._viewed(CycleId(found[0]))

    async def book(self, book: BookName) -> BookView:
        """Return where a book stands, and its newest cycle; of a book that does not exist, that it has none."""

        def read(connection: Connection) -> tuple[BookView, Sequence[CycleLine]]:
            tenant = self._store.tenant
            standings = trading_lines(connection, tenant, [book])
            view = BookView(
                standing=standings[book],
                stage=stage_of(connection, tenant, book),
                schedule=schedule_of(connection, tenant, book),
                newest=None,
            )
            return view, cycles_of(connection, tenant, book, most=1)

        view, lines = await self._store.database.look_up(read)
        newest = await self._viewed(lines[0].cycle_id) if lines else None
        return replace(view, newest=newest)

    async def equity(self, book: BookName) -> Sequence[EquityPoint]:
        """Return a book's equity over its marks, oldest first, thinned to what a chart can show."""
        return thinned(
            await self._store.database.read(
                lambda connection: equity_points(connection, self._store.tenant, book)
            )
        )

    async def began_with(self, book: BookName) -> Decimal | None:
        """Return what a book was worth before its first cycle, None before its first mark."""
        return await self._store.database.read(
            lambda connection: began_with(connection, self._store.tenant, book)
        )

    async def _viewed(self, cycle_id: CycleId) -> CycleView:
        entries = await self._store.journal.entries(stream_of(cycle_id))
        tenant = self._store.tenant

        def read(connection: Connection) -> tuple[CycleLine | None, Sequence[RaisedAlert]]:
            return (
                cycle_line(connection, tenant, cycle_id),
                alerts_of_cycle(connection, tenant, cycle_id),
            )

        line, alerts = await self._store.database.look_up(read)
        if line is None:
            raise RejectedError(f"there is no cycle '{cycle_id}'", slug="not-found")
        cycle = read_cycle(entries)
        return CycleView(line=line, cycle=cycle, steps=steps_of(cycle, entries), alerts=alerts)
