"""Refolding: play the whole journal into empty tables and hold them against the real ones."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from sqlalchemy import Connection, Table, bindparam, select, union
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from quorate.adapters.sql.journal import blobs
from quorate.adapters.sql.news import NEWS_ITEMS
from quorate.adapters.sql.projection import Place
from quorate.adapters.sql.projections import STATE_TABLES, metadata, project
from quorate.adapters.sql.series import FETCHED_SERIES, SERIES
from quorate.adapters.sql.sqlite_session import SqliteSession
from quorate.adapters.sql.statement import Row, Statement, Values, rows_of
from quorate.kernel.canonical import sha256_hex
from quorate.kernel.errors import QuorateError
from quorate.kernel.ids import Tenant
from quorate.kernel.journal import Event, JournalEntry

_ROWS = {
    table.name: Statement(select(table).where(table.c.tenant == bindparam("tenant")))
    for table in STATE_TABLES
}
_NEEDED_BLOBS = Statement(
    union(
        *(
            select(column).where(column.table.c.tenant == bindparam("tenant"))
            for column in (SERIES.c.digest, FETCHED_SERIES.c.digest, NEWS_ITEMS.c.item_id)
        )
    )
)


def projection_problems(
    connection: Connection, tenant: Tenant, entries: Iterable[JournalEntry]
) -> Iterator[str]:
    """Yield where the state tables are not what the journal says, one sentence each."""
    scratch = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    values: Values = {"tenant": tenant}
    try:
        scratch.executescript(_schema())
        refolded = SqliteSession(scratch)
        yield from _refold(refolded, entries)
        for table in STATE_TABLES:
            rows = _ROWS[table.name]
            found, wanted = rows_of(connection, rows, values), refolded.read(rows, values)
            yield from _differences(table, found, wanted)
        needed = {str(digest) for (digest,) in refolded.read(_NEEDED_BLOBS, values)}
        yield from _changed_blobs(connection, tenant, needed)
    finally:
        scratch.close()


@cache
def _schema() -> str:
    """Return every table and index as SQLite's text; made once, it takes as long as a short refold."""
    dialect = SQLiteDialect_pysqlite()
    tables = metadata.sorted_tables
    texts = [str(CreateTable(table).compile(dialect=dialect)) for table in tables]
    texts += [
        str(CreateIndex(index).compile(dialect=dialect))
        for table in tables
        for index in table.indexes
    ]
    return ";\n".join(texts)


def _refold(session: SqliteSession, entries: Iterable[JournalEntry]) -> Iterator[str]:
    for entry in entries:
        step = str(entry.facts.get("stepKey", ""))
        event = Event(
            stream=entry.stream,
            type=entry.type,
            payload=entry.facts,
            trace_id=entry.trace_id,
            book=entry.book,
            step_key=step,
        )
        try:
            project(session, Place(entry.tenant, entry.seq, entry.ts), event)
        except (QuorateError, sqlite3.Error) as error:
            yield f"row {entry.seq} ({entry.type}) cannot follow from the rows before it: {error}"


def _differences(table: Table, actual: Sequence[Row], refolded: Sequence[Row]) -> Iterator[str]:
    found, wanted = (_rows_by_key(table, side) for side in (actual, refolded))
    for key in sorted(found.keys() | wanted.keys()):
        name = f"{table.name} {' '.join(map(str, key[1:]))}"
        if key not in found:
            yield f"{name} is missing, the journal has it"
        elif key not in wanted:
            yield f"{name} stands there, the journal does not know it"
        elif found[key] != wanted[key]:
            yield f"{name} is {json.dumps(found[key])}, by the journal {json.dumps(wanted[key])}"


def _rows_by_key(table: Table, rows: Sequence[Row]) -> dict[tuple[str, ...], list[object]]:
    width = len(table.primary_key)
    return {tuple(map(str, row[:width])): list(row[width:]) for row in rows}


def _changed_blobs(connection: Connection, tenant: Tenant, needed: set[str]) -> Iterator[str]:
    for digest, content in blobs(connection, tenant):
        needed.discard(digest)
        if sha256_hex(content) != digest:
            yield f"blob {digest} is not what was stored: its content has another digest"
    for digest in sorted(needed):
        yield f"blob {digest} is missing, a series or an item of news in use needs it"
