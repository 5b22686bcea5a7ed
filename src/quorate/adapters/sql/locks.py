"""The locks of books: one row for each that was ever set, with how it stands."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, Column, Table, bindparam, select

from quorate.adapters.sql.projection import (
    Place,
    Projections,
    number_of,
    optional_text_of,
    text_of,
)
from quorate.adapters.sql.schema import metadata, tenant_column, text_column
from quorate.adapters.sql.statement import GuardedUpdate, Insert, Row, Statement, Values, rows_of
from quorate.cycle.risk_desk.locks import Lock, LockFact, LockKey, LockKind, Locks
from quorate.kernel.ids import BookName, Symbol, Tenant
from quorate.kernel.journal import Event

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from quorate.adapters.sql.session import Session

STALE = "the lock was changed meanwhile"

LOCKS = Table(
    "locks",
    metadata,
    tenant_column(),
    text_column("book", key=True),
    text_column("kind", key=True),
    text_column("symbol", key=True),
    text_column("reason"),
    text_column("until_session"),
    text_column("changed_by"),
    text_column("changed_at"),
    Column("is_set", BigInteger, nullable=False),
    Column("version", BigInteger, nullable=False),
)

_FIRST = Insert(LOCKS)
_NEXT = GuardedUpdate(
    LOCKS,
    where=("tenant", "book", "kind", "symbol", "version"),
    change=("reason", "until_session", "changed_by", "changed_at", "is_set", "version"),
)
_OF_BOOK = Statement(
    select(
        LOCKS.c.kind,
        LOCKS.c.symbol,
        LOCKS.c.reason,
        LOCKS.c.until_session,
        LOCKS.c.is_set,
        LOCKS.c.version,
    )
    .where(LOCKS.c.tenant == bindparam("tenant"), LOCKS.c.book == bindparam("book"))
    .order_by(LOCKS.c.kind, LOCKS.c.symbol)
)


def locks_in(session: Session, tenant: Tenant, book: BookName) -> Locks:
    """Return every lock of the book that was ever set, inside the writer's transaction."""
    return _by_key(session.read(_OF_BOOK, {"tenant": tenant, "book": book}))


def locks_of(connection: Connection, tenant: Tenant, book: BookName) -> Locks:
    """Return the same beside the writer."""
    return _by_key(rows_of(connection, _OF_BOOK, {"tenant": tenant, "book": book}))


def standing_locks(connection: Connection, tenant: Tenant, book: BookName) -> list[Lock]:
    """Return the locks that are set now, by kind and symbol."""
    return [lock for lock in locks_of(connection, tenant, book).values() if lock.is_set]


def _by_key(rows: Iterable[Row]) -> dict[LockKey, Lock]:
    locks = [_lock(row) for row in rows]
    return {lock.key: lock for lock in locks}


def _lock(row: Row) -> Lock:
    kind, symbol, reason, until, is_set, version = row
    return Lock(
        kind=LockKind(str(kind)),
        symbol=Symbol(str(symbol)),
        reason=str(reason),
        until=date.fromisoformat(str(until)) if until else None,
        is_set=bool(is_set),
        version=int(version or 0),
    )


def _changed(session: Session, place: Place, event: Event) -> None:
    version = number_of(event, "version")
    key: Values = {
        "tenant": place.tenant,
        "book": event.book,
        "kind": text_of(event, "kind"),
        "symbol": text_of(event, "symbol"),
    }
    new: Values = {
        "reason": text_of(event, "reason"),
        "until_session": optional_text_of(event, "untilSession") or "",
        "changed_by": text_of(event, "by"),
        "changed_at": place.ts,
        "is_set": int(event.type == LockFact.SET),
        "version": version,
    }
    if version == 1:
        session.insert(_FIRST, {**key, **new})
        return
    guard: Values = {f"was_{name}": value for name, value in key.items()}
    session.update(_NEXT, {**guard, "was_version": version - 1, **new}, otherwise=STALE)


PROJECTIONS: Projections = {LockFact.SET: _changed, LockFact.LIFTED: _changed}
