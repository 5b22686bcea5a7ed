"""Refolding: play the whole journal into empty tables and hold them against the real ones."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator

from sqlalchemy import Connection, Table, create_engine, select, union
from sqlalchemy.pool import StaticPool

from quorate.adapters.sql.journal import blobs
from quorate.adapters.sql.news import NEWS_ITEMS
from quorate.adapters.sql.projection import Place
from quorate.adapters.sql.projections import STATE_TABLES, metadata, project
from quorate.adapters.sql.series import FETCHED_SERIES, SERIES
from quorate.adapters.sql.sqlite_session import SqliteSession
from quorate.kernel.canonical import sha256_hex
from quorate.kernel.errors import QuorateError
from quorate.kernel.ids import Tenant
from quorate.kernel.journal import Event, JournalEntry


def projection_problems(
    connection: Connection, tenant: Tenant, entries: Iterable[JournalEntry]
) -> Iterator[str]:
    """Yield where the state tables are not what the journal says, one sentence each."""
    scratch = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    engine = create_engine("sqlite://", creator=lambda: scratch, poolclass=StaticPool)
    metadata.create_all(engine)
    yield from _refold(SqliteSession(scratch), entries)
    with engine.connect() as refolded:
        for table in STATE_TABLES:
            yield from _differences(table, tenant, connection, refolded)
        needed = refolded.execute(
            union(
                select(SERIES.c.digest).where(SERIES.c.tenant == tenant),
                select(FETCHED_SERIES.c.digest).where(FETCHED_SERIES.c.tenant == tenant),
                select(NEWS_ITEMS.c.item_id).where(NEWS_ITEMS.c.tenant == tenant),
            )
        )
        yield from _changed_blobs(connection, tenant, {*needed.scalars()})
    engine.dispose()


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


def _differences(
    table: Table, tenant: Tenant, actual: Connection, refolded: Connection
) -> Iterator[str]:
    found, wanted = (_rows_by_key(table, tenant, side) for side in (actual, refolded))
    for key in sorted(found.keys() | wanted.keys()):
        name = f"{table.name} {' '.join(map(str, key[1:]))}"
        if key not in found:
            yield f"{name} is missing, the journal has it"
        elif key not in wanted:
            yield f"{name} stands there, the journal does not know it"
        elif found[key] != wanted[key]:
            yield f"{name} is {json.dumps(found[key])}, by the journal {json.dumps(wanted[key])}"


def _rows_by_key(
    table: Table, tenant: Tenant, connection: Connection
) -> dict[tuple[str, ...], list[object]]:
    width = len(table.primary_key)
    rows = connection.execute(select(table).where(table.c.tenant == tenant))
    return {tuple(map(str, row[:width])): list(row[width:]) for row in rows}


def _changed_blobs(connection: Connection, tenant: Tenant, needed: set[str]) -> Iterator[str]:
    for digest, content in blobs(connection, tenant):
        needed.discard(digest)
        if sha256_hex(content) != digest:
            yield f"blob {digest} is not what was stored: its content has another digest"
    for digest in sorted(needed):
        yield f"blob {digest} is missing, a series or an item of news in use needs it"
