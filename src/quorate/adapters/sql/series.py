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


def _series_table(name: str) -> Table:
    return Table(
        name,
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


class SeriesIndex:
    """Which bytes are in use of each symbol, kept in a table of its own."""

    def __init__(self, table: Table) -> None:
        facts = tuple(column.name for column in table.columns if not column.primary_key)
        self.table = table
        self.add = Insert(table)
        self.replace = GuardedUpdate(table, where=("tenant", "symbol", "digest"), change=facts)
        self.digests = Statement(
            select(table.c.symbol, table.c.digest).where(table.c.tenant == bindparam("tenant"))
        )


SERIES = _series_table("market_series")
"""What was imported: what REPLAY books trade on."""

FETCHED_SERIES = _series_table("fetched_series")
"""What a broker's market data told: what PAPER books trade on. Kept apart, so that neither changes the other."""

IMPORTED = SeriesIndex(SERIES)
FETCHED = SeriesIndex(FETCHED_SERIES)

_NEWEST = Statement(
    select(func.max(SERIES.c.last_session)).where(SERIES.c.tenant == bindparam("tenant"))
)


def series_digests(
    session: Session, tenant: Tenant, index: SeriesIndex = IMPORTED
) -> Mapping[str, str]:
    """Return the digest in use of every symbol, inside the writer's transaction."""
    return {
        str(symbol): str(digest)
        for symbol, digest in session.read(index.digests, {"tenant": tenant})
    }


def digests_of(
    connection: Connection,
    tenant: Tenant,
    symbols: Sequence[Symbol] | None = None,
    index: SeriesIndex = IMPORTED,
) -> Mapping[Symbol, str]:
    """Return the digest in use of each of `symbols`, of all where none are named; unknown ones are absent."""
    rows = rows_of(connection, index.digests, {"tenant": tenant})
    known = {Symbol(str(symbol)): str(digest) for symbol, digest in rows}
    if symbols is None:
        return known
    return {symbol: known[symbol] for symbol in symbols if symbol in known}


def fetched_moments(
    connection: Connection, tenant: Tenant, symbols: Sequence[Symbol]
) -> Mapping[Symbol, str]:
    """Return when what is in use of each of `symbols` was fetched; one that never was is absent."""
    rows = connection.execute(
        select(FETCHED_SERIES.c.symbol, FETCHED_SERIES.c.imported_at).where(
            FETCHED_SERIES.c.tenant == tenant, FETCHED_SERIES.c.symbol.in_(symbols)
        )
    )
    return {Symbol(row.symbol): row.imported_at for row in rows}


def newest_session(connection: Connection, tenant: Tenant) -> date | None:
    """Return the newest session of any symbol in use, None where there are no bars."""
    ((newest,),) = rows_of(connection, _NEWEST, {"tenant": tenant})
    return date.fromisoformat(str(newest)) if newest else None


def stored_series(
    connection: Connection,
    tenant: Tenant,
    symbols: Sequence[Symbol],
    index: SeriesIndex = IMPORTED,
) -> Mapping[str, bytes]:
    """Return the bytes in use of each of `symbols` by their digest."""
    used = index.table.c
    rows = connection.execute(
        select(used.digest, BLOBS.c.content)
        .join(BLOBS, (BLOBS.c.tenant == used.tenant) & (BLOBS.c.digest == used.digest))
        .where(used.tenant == tenant, used.symbol.in_(symbols))
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
    _kept(IMPORTED, session, place, event)


def _fetched(session: Session, place: Place, event: Event) -> None:
    _kept(FETCHED, session, place, event)


def _kept(index: SeriesIndex, session: Session, place: Place, event: Event) -> None:
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
        session.insert(index.add, {**key, **facts})
    else:
        guard = {f"was_{name}": value for name, value in key.items()}
        session.update(
            index.replace,
            {**guard, "was_digest": replaced, **facts},
            otherwise=f"another import replaced {text_of(event, 'symbol')} first",
        )


PROJECTIONS: Projections = {"series.imported": _imported, "series.fetched": _fetched}
