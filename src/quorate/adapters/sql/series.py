"""The series in use: one row a symbol, pointing at the immutable content-addressed bytes.

An import that brings other bytes for a symbol replaces its row; what earlier runs saw stays under its digest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import BigInteger, Column, Connection, Table, Text, bindparam, func, select

from quorate.adapters.sql.ledger import BLOBS
from quorate.adapters.sql.projection import (
    Place,
    Projections,
    number_of,
    optional_text_of,
    text_of,
)
from quorate.adapters.sql.schema import metadata, tenant_column, text_column
from quorate.adapters.sql.session import Session
from quorate.adapters.sql.statement import GuardedUpdate, Insert, Statement, Values, rows_of
from quorate.kernel.ids import Symbol, Tenant
from quorate.kernel.journal import Event

SERIES = Table(
    "market_series",
    metadata,
    tenant_column(),
    text_column("symbol", key=True),
    text_column("digest"),
    text_column("source"),
    text_column("first_session"),
    text_column("last_session"),
    Column("bars", BigInteger, nullable=False),
    Column("actions", BigInteger, nullable=False),
    Column("quarantine", Text),
    text_column("imported_at"),
)

_FACTS = tuple(column.name for column in SERIES.columns if not column.primary_key)
_ADD = Insert(SERIES)
_REPLACE = GuardedUpdate(SERIES, where=("tenant", "symbol", "digest"), change=_FACTS)
_DIGESTS = Statement(
    select(SERIES.c.symbol, SERIES.c.digest).where(SERIES.c.tenant == bindparam("tenant"))
)
_NEWEST = Statement(
    select(func.max(SERIES.c.last_session)).where(SERIES.c.tenant == bindparam("tenant"))
)


def series_digests(session: Session, tenant: Tenant) -> Mapping[str, str]:
    """Return the digest in use of every symbol, inside the writer's transaction."""
    return {
        str(symbol): str(digest) for symbol, digest in session.read(_DIGESTS, {"tenant": tenant})
    }


def digests_of(
    connection: Connection, tenant: Tenant, symbols: Sequence[Symbol] | None = None
) -> Mapping[Symbol, str]:
    """Return the digest in use of each of `symbols`, of all where none are named; unknown ones are absent."""
    rows = rows_of(connection, _DIGESTS, {"tenant": tenant})
    known = {Symbol(str(symbol)): str(digest) for symbol, digest in rows}
    if symbols is None:
        return known
    return {symbol: known[symbol] for symbol in symbols if symbol in known}


def newest_session(connection: Connection, tenant: Tenant) -> date | None:
    """Return the newest session of any symbol in use, None where there are no bars."""
    ((newest,),) = rows_of(connection, _NEWEST, {"tenant": tenant})
    return date.fromisoformat(str(newest)) if newest else None


def stored_series(
    connection: Connection, tenant: Tenant, symbols: Sequence[Symbol]
) -> Mapping[str, bytes]:
    """Return the bytes in use of each of `symbols` by their digest."""
    rows = connection.execute(
        select(SERIES.c.digest, BLOBS.c.content)
        .join(BLOBS, (BLOBS.c.tenant == SERIES.c.tenant) & (BLOBS.c.digest == SERIES.c.digest))
        .where(SERIES.c.tenant == tenant, SERIES.c.symbol.in_(symbols))
    )
    return {row.digest: bytes(row.content) for row in rows}


def kept_series(
    connection: Connection, tenant: Tenant, digests: Sequence[str]
) -> Mapping[str, bytes]:
    """Return the bytes kept under each of `digests`, in use or not; those that nothing is kept under are absent."""
    rows = connection.execute(
        select(BLOBS.c.digest, BLOBS.c.content).where(
            BLOBS.c.tenant == tenant, BLOBS.c.digest.in_(digests)
        )
    )
    return {row.digest: bytes(row.content) for row in rows}


def _imported(session: Session, place: Place, event: Event) -> None:
    key: Values = {"tenant": place.tenant, "symbol": text_of(event, "symbol")}
    facts: Values = {
        "digest": text_of(event, "digest"),
        "source": text_of(event, "source"),
        "first_session": text_of(event, "firstSession"),
        "last_session": text_of(event, "lastSession"),
        "bars": number_of(event, "bars"),
        "actions": number_of(event, "actions"),
        "quarantine": optional_text_of(event, "quarantine"),
        "imported_at": place.ts,
    }
    replaced = optional_text_of(event, "replaces")
    if replaced is None:
        session.insert(_ADD, {**key, **facts})
    else:
        guard = {f"was_{name}": value for name, value in key.items()}
        session.update(
            _REPLACE,
            {**guard, "was_digest": replaced, **facts},
            otherwise=f"another import replaced {text_of(event, 'symbol')} first",
        )


PROJECTIONS: Projections = {"series.imported": _imported}
