"""Journal rows for people: newest first by stream, type or trace, and the rows of one trace in their order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import ColumnElement, Connection, func, select

from quorate.adapters.sql.chain_table import JOURNAL
from quorate.adapters.sql.cycles import CYCLES
from quorate.adapters.sql.journal import entry_of
from quorate.adapters.sql.orders import ORDERS
from quorate.adapters.sql.tasks import TASKS
from quorate.audit.listing import EventFilter
from quorate.kernel.ids import Tenant
from quorate.kernel.journal import JournalEntry

BEFORE_TASK: Final = 50
"""So many rows before a trace's first task or order may be of that trace too: its cycle's lease and start."""

ANY: Final = "*"


def events_page(
    connection: Connection,
    tenant: Tenant,
    wanted: EventFilter,
    limit: int,
    below: int | None = None,
) -> Sequence[JournalEntry]:
    """Return the newest rows that `wanted` asks for, at most `limit`, those before row `below`."""
    query = select(JOURNAL).where(JOURNAL.c.tenant == tenant)
    if below is not None:
        query = query.where(JOURNAL.c.seq < below)
    for column, text in ((JOURNAL.c.stream, wanted.stream), (JOURNAL.c.type, wanted.type)):
        if text is not None:
            query = query.where(_is_like(column, text))
    if wanted.trace_id is not None:
        query = query.where(JOURNAL.c.trace_id == wanted.trace_id)
    rows = connection.execute(query.order_by(JOURNAL.c.seq.desc()).limit(limit))
    return [entry_of(row) for row in rows]


def trace_page(
    connection: Connection, tenant: Tenant, trace_id: str, limit: int, after: int = 0
) -> Sequence[JournalEntry]:
    """Return the rows of a trace across all streams, oldest first, at most `limit`, those behind row `after`.

    Where it begins is looked up by its tasks, cycles and orders; a trace of none of them is looked for from row 1.
    """
    first = after + 1 if after else max(1, _first_row(connection, tenant, trace_id) - BEFORE_TASK)
    query = select(JOURNAL).where(
        JOURNAL.c.tenant == tenant, JOURNAL.c.seq >= first, JOURNAL.c.trace_id == trace_id
    )
    rows = connection.execute(query.order_by(JOURNAL.c.seq).limit(limit))
    return [entry_of(row) for row in rows]


def event_at(connection: Connection, tenant: Tenant, seq: int) -> JournalEntry | None:
    """Return the row, None where there is none."""
    query = select(JOURNAL).where(JOURNAL.c.tenant == tenant, JOURNAL.c.seq == seq)
    return next((entry_of(row) for row in connection.execute(query)), None)


def _first_row(connection: Connection, tenant: Tenant, trace_id: str) -> int:
    firsts = [
        connection.execute(
            select(func.min(table.c.seq)).where(
                table.c.tenant == tenant, table.c.trace_id == trace_id
            )
        ).scalar()
        for table in (TASKS, ORDERS, CYCLES)
    ]
    return min((int(seq) for seq in firsts if seq is not None), default=1)


def _is_like(column: ColumnElement[str], text: str) -> ColumnElement[bool]:
    if text.endswith(ANY):
        return column.startswith(text.removesuffix(ANY), autoescape=True)
    return column == text
