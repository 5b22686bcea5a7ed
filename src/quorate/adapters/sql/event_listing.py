"""Journal rows for people: newest first by stream, type or trace, and the rows of one trace in their order.

A chain may have millions of rows, so each list is found by an index and reads no more rows than it shows: by the trace,
else by the stream, else by each type in turn. Beginnings of streams alone are looked for among the newest rows first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from heapq import nlargest
from typing import Final

from sqlalchemy import ColumnElement, Connection, Select, func, select

from quorate.adapters.sql.chain_table import BEYOND, JOURNAL
from quorate.adapters.sql.journal import entry_of
from quorate.audit.listing import EventFilter
from quorate.kernel.ids import Tenant
from quorate.kernel.journal import JournalEntry

ANY: Final = "*"

NEWEST: Final = 20_000
"""Among so many of the newest rows streams that begin so are looked for by the chain's own order."""

_ROW: Final = JOURNAL.c


def events_page(
    connection: Connection,
    tenant: Tenant,
    wanted: EventFilter,
    limit: int,
    below: int | None = None,
) -> Sequence[JournalEntry]:
    """Return the newest rows that `wanted` asks for, at most `limit`, those before row `below`."""
    end = BEYOND if below is None else below
    if wanted.trace_id is not None:
        return _found(connection, _by_trace(tenant, wanted, wanted.trace_id, end), limit)
    if wanted.stream is not None and not wanted.stream.endswith(ANY):
        return _found(connection, _by_stream(tenant, wanted, wanted.stream, end), limit)
    if wanted.type is not None and wanted.type != ANY:
        return _of_types(connection, tenant, wanted, limit, end)
    if wanted.stream is not None and wanted.stream != ANY:
        return _of_streams(connection, tenant, wanted.stream, limit, end)
    return _found(connection, _within(tenant, end), limit)


def events_count(connection: Connection, tenant: Tenant, wanted: EventFilter) -> int:
    """Return how many rows `wanted` asks for; who asks pays for reading their keys, all of them."""
    query = select(func.count()).select_from(JOURNAL).where(_ROW.tenant == tenant)
    if wanted.trace_id is not None:
        query = query.where(_ROW.trace_id == wanted.trace_id)
    said = (*_left_over(_ROW.stream, wanted.stream), *_left_over(_ROW.type, wanted.type))
    return connection.execute(query.where(*said)).scalar_one()


def trace_page(
    connection: Connection, tenant: Tenant, trace_id: str, limit: int, after: int = 0
) -> Sequence[JournalEntry]:
    """Return the rows of a trace across all streams, oldest first, at most `limit`, those behind row `after`."""
    query = select(JOURNAL).where(
        _ROW.tenant == tenant, _ROW.trace_id == trace_id, _ROW.seq > after
    )
    return [entry_of(row) for row in connection.execute(query.order_by(_ROW.seq).limit(limit))]


def event_at(connection: Connection, tenant: Tenant, seq: int) -> JournalEntry | None:
    """Return the row, None where there is none."""
    query = select(JOURNAL).where(_ROW.tenant == tenant, _ROW.seq == seq)
    return next((entry_of(row) for row in connection.execute(query)), None)


def _within(tenant: Tenant, end: int) -> Select[tuple[object, ...]]:
    return select(JOURNAL).where(_ROW.tenant == tenant, _ROW.seq < end)


def _by_trace(
    tenant: Tenant, wanted: EventFilter, trace_id: str, end: int
) -> Select[tuple[object, ...]]:
    query = _within(tenant, end).where(_ROW.trace_id == trace_id)
    return query.where(*_left_over(_ROW.stream, wanted.stream), *_left_over(_ROW.type, wanted.type))


def _by_stream(
    tenant: Tenant, wanted: EventFilter, stream: str, end: int
) -> Select[tuple[object, ...]]:
    query = _within(tenant, end).where(_ROW.stream == stream)
    return query.where(*_left_over(_ROW.type, wanted.type))


def _of_types(
    connection: Connection, tenant: Tenant, wanted: EventFilter, limit: int, end: int
) -> Sequence[JournalEntry]:
    """Return the newest rows of one type, or of all that begin so: the newest of each, and of those the newest."""
    text = wanted.type or ""
    kinds = _types_like(connection, text.removesuffix(ANY)) if text.endswith(ANY) else [text]
    found = [
        entry
        for kind in kinds
        for entry in _found(
            connection,
            _within(tenant, end).where(_ROW.type == kind, *_left_over(_ROW.stream, wanted.stream)),
            limit,
        )
    ]
    return nlargest(limit, found, key=lambda entry: entry.seq)


def _types_like(connection: Connection, beginning: str) -> Iterator[str]:
    """Yield every type on the chain that begins so; the index is asked for the next one each time."""
    kind = connection.execute(select(func.min(_ROW.type))).scalar()
    while kind is not None:
        if kind.startswith(beginning):
            yield kind
        kind = connection.execute(select(func.min(_ROW.type)).where(_ROW.type > kind)).scalar()


def _of_streams(
    connection: Connection, tenant: Tenant, stream: str, limit: int, end: int
) -> Sequence[JournalEntry]:
    """Return the newest rows of all streams that begin so: of the newest rows of the chain, else by their index."""
    like = _begins(connection, _ROW.stream, stream.removesuffix(ANY))
    head = connection.execute(select(func.max(_ROW.seq)).where(_ROW.tenant == tenant)).scalar() or 0
    newest = _within(tenant, end).where(_ROW.seq > min(end, head) - NEWEST, like)
    found = _found(connection, newest, limit)
    if len(found) == limit:
        return found
    seqs = select(_ROW.seq).where(_ROW.tenant + "" == tenant, _ROW.seq + 0 < end, like)
    wanted = connection.execute(seqs.order_by(_ROW.seq.desc()).limit(limit)).scalars().all()
    rows = select(JOURNAL).where(_ROW.tenant == tenant, _ROW.seq.in_(wanted))
    return _found(connection, rows, limit)


def _found(
    connection: Connection, query: Select[tuple[object, ...]], limit: int
) -> list[JournalEntry]:
    rows = connection.execute(query.order_by(_ROW.seq.desc()).limit(limit))
    return [entry_of(row) for row in rows]


def _left_over(column: ColumnElement[str], text: str | None) -> Iterator[ColumnElement[bool]]:
    """Yield what a row that an index found must fulfil besides, in a way that no other index is tried for."""
    if text is None:
        return
    held = column + ""
    if text.endswith(ANY):
        yield held.startswith(text.removesuffix(ANY), autoescape=True)
    else:
        yield held == text


def _begins(connection: Connection, column: ColumnElement[str], text: str) -> ColumnElement[bool]:
    """Return whether a column begins with `text`; on SQLite, which compares bytes, as a range that an index finds."""
    if connection.dialect.name == "sqlite" and text.isascii():
        return (column >= text) & (column < text[:-1] + chr(ord(text[-1]) + 1))
    return column.startswith(text, autoescape=True)
