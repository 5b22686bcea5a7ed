"""Viewing: what pages and lists show of one opened store; nothing here writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial

from sqlalchemy import Connection

from quorate.adapters.sql.book_marks import newest_mark
from quorate.adapters.sql.books import book_named
from quorate.adapters.sql.cycles import newest_book
from quorate.adapters.sql.finding import Found, find_in
from quorate.adapters.sql.overview import cost_today as cost_today_of
from quorate.adapters.sql.overview import overview as overview_of
from quorate.adapters.sql.run_listing import runs_page, view_counts
from quorate.adapters.sql.runs import run_ids_like
from quorate.adapters.sql.series import newest_session
from quorate.arena.record import (
    CostToday,
    Facts,
    Overview,
    RecordedRun,
    RunFilter,
    RunLine,
    RunPosition,
    RunView,
    read_header,
    read_run,
    stream_of,
)
from quorate.bootstrap.answers import BookClock, Page
from quorate.bootstrap.store import Store
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import RunId, Symbol
from quorate.kernel.journal import JournalEntry
from quorate.kernel.stamps import stamp
from quorate.market.history import PriceBar, price_history


async def list_runs(
    store: Store, wanted: RunFilter, limit: int, after: RunPosition | None
) -> Page[RunLine]:
    """Return at most `limit` runs, newest first, from `after` on."""
    lines = await store.database.read(
        lambda connection: runs_page(connection, store.tenant, wanted, limit + 1, after)
    )
    shown = lines[:limit]
    last = shown[-1].row if len(lines) > limit else None
    return Page(shown, RunPosition(last.started_at, last.run_id) if last else None)


async def run_counts(store: Store, wanted: RunFilter) -> Mapping[RunView, int]:
    """Return how many runs each view holds under the rest of the filter."""
    return await store.database.read(partial(view_counts, tenant=store.tenant, wanted=wanted))


async def overview(store: Store) -> Overview:
    """Return the arena's figures as of now."""
    return await store.database.read(
        partial(overview_of, tenant=store.tenant, today=_midnight(store))
    )


async def cost_today(store: Store) -> CostToday:
    """Return what models cost this UTC day."""
    return await store.database.read(
        partial(cost_today_of, tenant=store.tenant, today=_midnight(store))
    )


def _midnight(store: Store) -> str:
    """Return the stamp at which the UTC day began."""
    return stamp(store.clock.now().replace(hour=0, minute=0, second=0, microsecond=0))


async def recorded_run(store: Store, run_id: str) -> RecordedRun:
    """Return the run with this id, or the only one whose id begins so; raises as `full_run_id`."""
    return read_run(await store.journal.entries(stream_of(await full_run_id(store, run_id))))


async def run_entries(store: Store, run_id: str) -> Sequence[JournalEntry]:
    """Return the rows of a run and of the task that it is the work of, by seq; raises as `full_run_id`."""
    run = await store.journal.entries(stream_of(await full_run_id(store, run_id)))
    header = read_header(Facts(run[0].facts))
    task = await store.journal.entries(f"task:{header.task_id}")
    return sorted((*run, *task), key=lambda entry: entry.seq)


async def full_run_id(store: Store, run_id: str) -> RunId:
    """Return the id of the run whose id this is, or begins with this.

    Raises:
        RejectedError: there is none (slug `not-found`), or there are several.
    """
    found = await store.database.look_up(
        lambda connection: run_ids_like(connection, store.tenant, run_id)
    )
    if len(found) != 1 or not run_id:
        raise RejectedError(
            f"there is {'no' if not found else 'more than one'} run '{run_id}'",
            effect="nothing is shown",
            fix="quorate runs list",
            slug="validation-failed" if found else "not-found",
        )
    return RunId(found[0])


async def prices_up_to(
    store: Store, symbol: Symbol, as_of: date, sessions: int
) -> Sequence[PriceBar]:
    """Return the last `sessions` bars of `symbol` up to `as_of`; none where nothing is stored of it."""
    series = (await store.market.series([symbol])).get(symbol)
    if series is None or not series.sessions or series.sessions[-1] < as_of:
        # A day after what was imported is a PAPER book's, which trades on what was fetched.
        series = (await store.fetched.series([symbol])).get(symbol) or series
    return price_history(series, as_of, sessions) if series else ()


async def book_clock(store: Store) -> BookClock:
    """Return where the book of the newest cycle stands; before any cycle the configured one, at the newest bars."""

    def read(connection: Connection) -> BookClock:
        name = newest_book(connection, store.tenant) or store.settings.book.name
        book = book_named(connection, store.tenant, name)
        marked = newest_mark(connection, store.tenant, name, 0)
        session = None if marked is None else marked.get("session")
        return BookClock(
            name=name,
            mode=book.mode.value if book else "",
            as_of=date.fromisoformat(session)
            if isinstance(session, str)
            else newest_session(connection, store.tenant),
        )

    return await store.database.look_up(read)


async def find(store: Store, text: str, limit: int) -> Sequence[Found]:
    """Return what `text` may stand for: a symbol, a profile, a run, a decision, a trace, a cycle, a task and so on."""
    return await store.database.read(
        lambda connection: find_in(connection, store.tenant, text, limit)
    )
