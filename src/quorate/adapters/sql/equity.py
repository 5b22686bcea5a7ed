"""The marks of a book as its equity curve reads them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import msgspec
from sqlalchemy import Connection, column, select, table

from quorate.cycle.equity import EquityPoint
from quorate.kernel.ids import BookName, Tenant

MARKS = table(
    "book_marks",
    *map(column, ("tenant", "book", "number", "session", "at", "cash", "equity", "payload")),
)


class _FirstMark(msgspec.Struct, rename="camel"):
    day_start_equity: str


def began_with(connection: Connection, tenant: Tenant, book: BookName) -> Decimal | None:
    """Return what a book was worth before its first cycle, None before its first mark.

    The first mark is taken after orders were filled: it is not where the book began.
    """
    mark = MARKS.c
    query = (
        select(mark.payload)
        .where(mark.tenant == tenant, mark.book == book)
        .order_by(mark.number)
        .limit(1)
    )
    payload = connection.execute(query).scalar()
    if payload is None:
        return None
    told = msgspec.json.decode(str(payload), type=_FirstMark)
    return Decimal(told.day_start_equity)


def equity_points(connection: Connection, tenant: Tenant, book: BookName) -> Sequence[EquityPoint]:
    """Return every mark of a book, oldest first."""
    mark = MARKS.c
    query = (
        select(mark.number, mark.session, mark.at, mark.cash, mark.equity)
        .where(mark.tenant == tenant, mark.book == book)
        .order_by(mark.number)
    )
    return [
        EquityPoint(
            number=int(number),
            session=str(session),
            at=str(at),
            cash=Decimal(cash),
            equity=Decimal(equity),
        )
        for number, session, at, cash, equity in connection.execute(query)
    ]
