"""The marks of books: one row each, as the journal tells it; the newest one is also what the book holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
from sqlalchemy import BigInteger, Column, Connection, Index, Table, bindparam, select

from quorate.adapters.sql.books import project_standing
from quorate.adapters.sql.projection import Place, Projections, number_of, text_of
from quorate.adapters.sql.schema import metadata, tenant_column, text_column
from quorate.adapters.sql.session import Session
from quorate.adapters.sql.statement import Insert, Row, Statement, Values, rows_of
from quorate.cycle.book_keeping.standing import MARKED
from quorate.kernel.canonical import Json, canonical_json
from quorate.kernel.ids import BookName, CycleId, Tenant
from quorate.kernel.journal import Event

BOOK_MARKS = Table(
    "book_marks",
    metadata,
    tenant_column(),
    text_column("book", key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    text_column("cycle_id"),
    text_column("snapshot_id"),
    text_column("session"),
    text_column("at"),
    text_column("cash"),
    text_column("equity"),
    text_column("payload"),
    Column("seq", BigInteger, nullable=False),
)
Index("book_marks_by_cycle", BOOK_MARKS.c.tenant, BOOK_MARKS.c.cycle_id)

_ADD = Insert(BOOK_MARKS)
_OF_BOOK = (
    BOOK_MARKS.c.tenant == bindparam("tenant"),
    BOOK_MARKS.c.book == bindparam("book"),
)
_NEWEST = Statement(
    select(BOOK_MARKS.c.payload)
    .where(*_OF_BOOK, BOOK_MARKS.c.number > bindparam("known"))
    .order_by(BOOK_MARKS.c.number.desc())
    .limit(bindparam("most"))
)
_OF_CYCLE = Statement(
    select(BOOK_MARKS.c.payload).where(*_OF_BOOK, BOOK_MARKS.c.cycle_id == bindparam("cycle_id"))
)


def newest_mark(
    connection: Connection, tenant: Tenant, book: BookName, known: int
) -> Mapping[str, Json] | None:
    """Return what the newest mark after number `known` tells, None where there is none."""
    values: Values = {"tenant": tenant, "book": book, "known": known, "most": 1}
    return _told(rows_of(connection, _NEWEST, values))


def mark_of_cycle(
    connection: Connection, tenant: Tenant, book: BookName, cycle_id: CycleId
) -> Mapping[str, Json] | None:
    """Return what the mark of a cycle tells, None where it made none."""
    values: Values = {"tenant": tenant, "book": book, "cycle_id": cycle_id}
    return _told(rows_of(connection, _OF_CYCLE, values))


def _told(rows: Sequence[Row]) -> Mapping[str, Json] | None:
    for (payload,) in rows:
        told: Mapping[str, Json] = msgspec.json.decode(str(payload))
        return told
    return None


def _marked(session: Session, place: Place, event: Event) -> None:
    session.insert(
        _ADD,
        {
            "tenant": place.tenant,
            "book": event.book,
            "number": number_of(event, "number"),
            "cycle_id": text_of(event, "cycleId"),
            "snapshot_id": text_of(event, "snapshotId"),
            "session": str(event.payload["session"]),
            "at": text_of(event, "at"),
            "cash": text_of(event, "cash"),
            "equity": text_of(event, "equity"),
            "payload": canonical_json(
                {key: value for key, value in event.payload.items() if key != "stepKey"}
            ),
            "seq": place.seq,
        },
    )
    project_standing(session, place, event)


PROJECTIONS: Projections = {MARKED: _marked}
