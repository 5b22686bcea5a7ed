"""Outcomes and marks of books as lists show them: newest decision first by keyset, with their totals."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, Select, func, select

from quorate.adapters.sql.book_marks import BOOK_MARKS
from quorate.adapters.sql.cycles import CYCLES
from quorate.adapters.sql.outcomes import OUTCOMES
from quorate.adapters.sql.runs import CONSENSUS
from quorate.execution.outcome_link import (
    CLOSED,
    OutcomeFilter,
    OutcomeLink,
    OutcomeStatus,
    OutcomeTotals,
    read_link,
)
from quorate.kernel.canonical import Json
from quorate.kernel.ids import BookName, Tenant

ENTRY: Final = "entry"
"""The kind of an outcome that counts; the other is a sale that was decided."""


class MarkLine(NamedTuple):
    """A mark of a book: when, for which session (empty outside of REPLAY), and all that it tells."""

    number: int
    cycle_id: str
    session: str
    at: str
    told: Mapping[str, Json]


def outcomes_page(
    connection: Connection,
    tenant: Tenant,
    wanted: OutcomeFilter,
    limit: int,
    below: int | None = None,
) -> Sequence[OutcomeLink]:
    """Return the outcomes of the newest decisions that `wanted` asks for, at most `limit`, before row `below`."""
    query = _joined().where(*_conditions(tenant, wanted))
    if below is not None:
        query = query.where(CONSENSUS.c.seq < below)
    rows = connection.execute(query.order_by(CONSENSUS.c.seq.desc()).limit(limit))
    return [_link(row) for row in rows]


def outcomes_count(connection: Connection, tenant: Tenant, wanted: OutcomeFilter) -> int:
    """Return how many outcomes `wanted` asks for."""
    query = _joined().where(*_conditions(tenant, wanted)).with_only_columns(func.count())
    return connection.execute(query).scalar_one()


def outcome_of(connection: Connection, tenant: Tenant, decision_id: str) -> OutcomeLink | None:
    """Return the outcome of a decision, None where its book was not marked since."""
    query = _joined().where(OUTCOMES.c.tenant == tenant, OUTCOMES.c.decision_id == decision_id)
    return next(map(_link, connection.execute(query)), None)


def outcome_totals(connection: Connection, tenant: Tenant, book: BookName) -> OutcomeTotals:
    """Return how many outcomes a book has by status, and what the closed ones came to."""
    of_book = (OUTCOMES.c.tenant == tenant, OUTCOMES.c.book == book)
    is_entry = OUTCOMES.c.kind == ENTRY
    grouped = select(
        OUTCOMES.c.status,
        func.count(),
        func.count().filter(is_entry),
        func.min(OUTCOMES.c.closed_at).filter(is_entry),
    ).where(*of_book)
    rows = connection.execute(grouped.group_by(OUTCOMES.c.status)).all()
    closed = OUTCOMES.c.status.in_([status.value for status in CLOSED])
    amounts = connection.execute(select(OUTCOMES.c.pnl).where(*of_book, closed, is_entry))
    first = [since for status, _, number, since in rows if status in {*CLOSED} and number]
    return OutcomeTotals(
        counts={OutcomeStatus(status): int(number) for status, number, _, _ in rows},
        entries={OutcomeStatus(status): int(number) for status, _, number, _ in rows},
        pnl=sum((Decimal(str(pnl)) for (pnl,) in amounts if pnl is not None), Decimal(0)),
        first_closed_at=min(first, default=""),
    )


def seq_of_decision(connection: Connection, tenant: Tenant, decision_id: str) -> int | None:
    """Return the journal row of a decision, None where there is no such decision."""
    query = select(CONSENSUS.c.seq).where(
        CONSENSUS.c.tenant == tenant, CONSENSUS.c.decision_id == decision_id
    )
    return connection.execute(query).scalar()


def newest_mark(connection: Connection, tenant: Tenant, book: BookName) -> MarkLine | None:
    """Return the newest mark of a book, None before the first."""
    query = select(BOOK_MARKS).where(BOOK_MARKS.c.tenant == tenant, BOOK_MARKS.c.book == book)
    rows = connection.execute(query.order_by(BOOK_MARKS.c.number.desc()).limit(1))
    return next(map(_mark, rows), None)


def sessions_of_rows(
    connection: Connection, tenant: Tenant, book: BookName, rows: Collection[int]
) -> Mapping[int, str]:
    """Return the session that each journal row fell into, of those rows that a marked cycle of the book wrote.

    A cycle decides at the close of its session and plays the next one; the mark at its end says which that was.
    """
    found = {}
    for row in rows:
        cycle = (
            select(CYCLES.c.cycle_id)
            .where(CYCLES.c.tenant == tenant, CYCLES.c.book == book, CYCLES.c.seq <= row)
            .order_by(CYCLES.c.seq.desc())
            .limit(1)
            .scalar_subquery()
        )
        query = select(BOOK_MARKS.c.session).where(
            BOOK_MARKS.c.tenant == tenant, BOOK_MARKS.c.book == book, BOOK_MARKS.c.cycle_id == cycle
        )
        if session := connection.execute(query).scalar():
            found[row] = str(session)
    return found


def _joined() -> Select[str, str, int]:
    return select(OUTCOMES.c.payload, CONSENSUS.c.run_id, CONSENSUS.c.seq).join(
        CONSENSUS,
        (CONSENSUS.c.tenant == OUTCOMES.c.tenant)
        & (CONSENSUS.c.decision_id == OUTCOMES.c.decision_id),
    )


def _conditions(tenant: Tenant, wanted: OutcomeFilter) -> list[ColumnElement[bool]]:
    said = (
        (OUTCOMES.c.status, wanted.status.value if wanted.status else None),
        (OUTCOMES.c.symbol, wanted.symbol),
    )
    return [
        OUTCOMES.c.tenant == tenant,
        OUTCOMES.c.book == wanted.book,
        *(asked == value for asked, value in said if value is not None),
    ]


def _link(row: Row[str, str, int]) -> OutcomeLink:
    payload, run_id, seq = row
    return read_link(json.loads(payload), run_id=run_id, seq=seq)


def _mark(row: Row[tuple[object, ...]]) -> MarkLine:
    return MarkLine(
        number=int(row.number),
        cycle_id=str(row.cycle_id),
        session=str(row.session or ""),
        at=str(row.at),
        told=json.loads(row.payload),
    )
