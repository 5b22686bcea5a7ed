"""The books: one row each, with what it holds by its newest mark; before the first, the cash it started with."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal

from sqlalchemy import Connection, Table, bindparam, select

from quorate.adapters.sql.projection import Place, Projections, part_of, text_of
from quorate.adapters.sql.schema import metadata, tenant_column, text_column
from quorate.adapters.sql.session import Session
from quorate.adapters.sql.statement import GuardedUpdate, Insert, Statement, Values, rows_of
from quorate.kernel.canonical import canonical_json
from quorate.kernel.ids import BookName, Symbol, Tenant
from quorate.kernel.journal import Event
from quorate.kernel.money import Quantity, Usd
from quorate.portfolio.book import Book, BookMode

BOOKS = Table(
    "books",
    metadata,
    tenant_column(),
    text_column("name", key=True),
    text_column("mode"),
    text_column("cash"),
    text_column("positions"),
)

_ADD = Insert(BOOKS)
_STAND = GuardedUpdate(BOOKS, where=("tenant", "name"), change=("cash", "positions"))
_STANDING = Statement(
    select(BOOKS.c.mode, BOOKS.c.cash, BOOKS.c.positions).where(
        BOOKS.c.tenant == bindparam("tenant"), BOOKS.c.name == bindparam("name")
    )
)
_NAMED = Statement(
    select(BOOKS.c.name).where(
        BOOKS.c.tenant == bindparam("tenant"), BOOKS.c.name == bindparam("name")
    )
)


_REPLAYS = Statement(
    select(BOOKS.c.name).where(
        BOOKS.c.tenant == bindparam("tenant"), BOOKS.c.name.like(bindparam("pattern"))
    )
)


def replay_books(connection: Connection, tenant: Tenant) -> Sequence[BookName]:
    """Return the names of the books that replays opened for themselves."""
    rows = rows_of(connection, _REPLAYS, {"tenant": tenant, "pattern": "replay-%"})
    return [BookName(str(name)) for (name,) in rows]


def has_book(session: Session, tenant: Tenant, name: BookName) -> bool:
    """Return whether the book exists, inside the writer's transaction."""
    return bool(session.read(_NAMED, {"tenant": tenant, "name": name}))


def book_named(connection: Connection, tenant: Tenant, name: BookName) -> Book | None:
    """Return the book as it stands, None where there is none of that name."""
    rows = rows_of(connection, _STANDING, {"tenant": tenant, "name": name})
    for mode, cash, positions in rows:
        held: Mapping[str, str] = json.loads(str(positions))
        return Book(
            name=name,
            mode=BookMode(str(mode)),
            cash=Usd(Decimal(str(cash))),
            positions={Symbol(key): Quantity(Decimal(text)) for key, text in held.items()},
        )
    return None


def _opened(session: Session, place: Place, event: Event) -> None:
    session.insert(
        _ADD,
        {
            "tenant": place.tenant,
            "name": text_of(event, "name"),
            "mode": text_of(event, "mode"),
            "cash": text_of(event, "cash"),
            "positions": "{}",
        },
    )


def project_standing(session: Session, place: Place, event: Event) -> None:
    """Bring a book up to a mark of it, which tells its cash and its positions."""
    positions = part_of(event, "positions")
    values: Values = {
        "was_tenant": place.tenant,
        "was_name": event.book,
        "cash": text_of(event, "cash"),
        "positions": canonical_json(
            {
                symbol: str(held["quantity"])
                for symbol, held in positions.items()
                if isinstance(held, Mapping)
            }
        ),
    }
    session.update(_STAND, values, otherwise=f"there is no book '{event.book}'")


PROJECTIONS: Projections = {"book.opened": _opened}
