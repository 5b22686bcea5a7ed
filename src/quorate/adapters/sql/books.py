"""The books: one row each, with the cash it started with."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import Connection, Table, bindparam, select

from quorate.adapters.sql.projection import Place, Projections, text_of
from quorate.adapters.sql.schema import metadata, tenant_column, text_column
from quorate.adapters.sql.session import Session
from quorate.adapters.sql.statement import Insert, Statement, rows_of
from quorate.kernel.ids import BookName, Tenant
from quorate.kernel.journal import Event
from quorate.kernel.money import Usd
from quorate.portfolio.book import Book, BookMode

BOOKS = Table(
    "books",
    metadata,
    tenant_column(),
    text_column("name", key=True),
    text_column("mode"),
    text_column("cash"),
)

_ADD = Insert(BOOKS)
_STANDING = Statement(
    select(BOOKS.c.mode, BOOKS.c.cash).where(
        BOOKS.c.tenant == bindparam("tenant"), BOOKS.c.name == bindparam("name")
    )
)
_NAMED = Statement(
    select(BOOKS.c.name).where(
        BOOKS.c.tenant == bindparam("tenant"), BOOKS.c.name == bindparam("name")
    )
)


def has_book(session: Session, tenant: Tenant, name: BookName) -> bool:
    """Return whether the book exists, inside the writer's transaction."""
    return bool(session.read(_NAMED, {"tenant": tenant, "name": name}))


def book_named(connection: Connection, tenant: Tenant, name: BookName) -> Book | None:
    """Return the book as it stands, None where there is none of that name."""
    rows = rows_of(connection, _STANDING, {"tenant": tenant, "name": name})
    for mode, cash in rows:
        return Book(name=name, mode=BookMode(str(mode)), cash=Usd(Decimal(str(cash))))
    return None


def _opened(session: Session, place: Place, event: Event) -> None:
    session.insert(
        _ADD,
        {
            "tenant": place.tenant,
            "name": text_of(event, "name"),
            "mode": text_of(event, "mode"),
            "cash": text_of(event, "cash"),
        },
    )


PROJECTIONS: Projections = {"book.opened": _opened}
