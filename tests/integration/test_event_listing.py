"""Lists of journal rows find what a filter names and no more, newest first, and read an index for it."""

from __future__ import annotations

from itertools import product

import pytest
from sqlalchemy import text

from quorate.adapters.sql.event_listing import events_page, trace_page
from quorate.adapters.sql.journal import key_registrations
from quorate.audit.listing import EventFilter
from quorate.kernel.journal import Event

pytestmark = pytest.mark.integration

STREAMS = (None, "*", "run:1", "run:*", "task:*", "book:*", "order:9", "nobody:*")
TYPES = (None, "*", "note.run", "note.*", "note.task", "other.*", "nothing.there")
TRACES = (None, "a" * 32, "f" * 32)
LIMIT = 4


def note(stream, kind, trace):
    return Event(stream=stream, type=kind, trace_id=trace * 32, payload={})


def is_like(wanted, found):
    if wanted is None:
        return True
    return found.startswith(wanted[:-1]) if wanted.endswith("*") else found == wanted


def as_asked(rows, wanted, below):
    return [
        row.seq
        for row in reversed(rows)
        if row.seq < below
        and is_like(wanted.stream, row.stream)
        and is_like(wanted.type, row.type)
        and wanted.trace_id in (None, row.trace_id)
    ][:LIMIT]


@pytest.fixture
async def told(store):
    """Return a store whose newest rows are of runs, and whose oldest are of a book and an order."""
    await store.add(note("book:replay", "other.book", "b"), note("order:9", "other.order", "b"))
    for number in range(12):
        run = f"run:{number % 3}"
        await store.add(
            note(run, "note.run", "abc"[number % 3]),
            note(f"task:{number}", "note.task", "abc"[number % 3]),
            note(run, "note.end", "a"),
        )
    return store


async def test_every_filter_finds_what_a_look_at_every_row_finds(told):
    rows = told.rows()
    for stream, kind, trace in product(STREAMS, TYPES, TRACES):
        wanted = EventFilter(stream=stream, type=kind, trace_id=trace)
        for below in (None, rows[20].seq):
            found = told.database.read_now(
                lambda link, below=below, wanted=wanted: events_page(
                    link, told.tenant, wanted, LIMIT, below
                )
            )
            end = below or rows[-1].seq + 1
            assert [row.seq for row in found] == as_asked(rows, wanted, end), (wanted, below)


async def test_a_trace_is_read_in_its_order_from_a_row_on(told):
    rows = [row.seq for row in told.rows() if row.trace_id == "b" * 32]
    for after in (0, rows[2]):
        found = told.database.read_now(
            lambda link, after=after: trace_page(link, told.tenant, "b" * 32, 3, after)
        )
        assert [row.seq for row in found] == [seq for seq in rows if seq > after][:3]


async def test_no_list_walks_the_chain_by_its_key(told):
    """SQLite has no statistics, so each query must leave it no cheaper looking way than its index."""
    if not told.database.is_sqlite:
        pytest.skip("PostgreSQL chooses by what it knows of the rows")
    for wanted, index in (
        (EventFilter(trace_id="a" * 32, type="note.run"), "journal_trace"),
        (EventFilter(stream="run:1", type="note.run"), "journal_stream"),
        (EventFilter(type="note.run"), "journal_type"),
        (EventFilter(type="note.*"), "journal_type"),
    ):
        plans = planned(told, lambda link, wanted=wanted: events_page(link, told.tenant, wanted, 4))
        assert [plan for plan in plans if "PRIMARY KEY (tenant=? AND seq<?)" in plan] == []
        assert any(index in plan for plan in plans), wanted
    plans = planned(told, lambda link: trace_page(link, told.tenant, "a" * 32, 4))
    assert ["journal_trace" in plan for plan in plans] == [True]
    plans = planned(told, lambda link: key_registrations(link, told.tenant))
    assert ["journal_type" in plan for plan in plans] == [True]


def planned(store, query):
    """Return how SQLite carries out each statement of a query."""
    said: list[str] = []

    def carried_out(link):
        link.connection.driver_connection.set_trace_callback(said.append)
        try:
            query(link)
        finally:
            link.connection.driver_connection.set_trace_callback(None)
        statements = [each for each in said if each.lstrip().upper().startswith("SELECT")]
        return [
            " ".join(
                str(row[3]) for row in link.execute(text("EXPLAIN QUERY PLAN " + escaped(each)))
            )
            for each in statements
        ]

    return store.database.read_now(carried_out)


def escaped(statement):
    """Return a statement with its colons as text, not as parameters."""
    return statement.replace(":", "\\:")
