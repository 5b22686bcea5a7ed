"""The traders: one row each, in its newest version.  Source: R-088, R-111 (trader_profiles)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import BigInteger, Boolean, Column, Connection, Table, bindparam, select

from quorate.adapters.sql.projection import Place, Projections, number_of, text_of
from quorate.adapters.sql.schema import metadata, tenant_column, text_column
from quorate.adapters.sql.session import Session
from quorate.adapters.sql.statement import GuardedUpdate, Insert, Row, Statement, rows_of
from quorate.arena.competition.trader import RegisteredTrader, from_payload
from quorate.arena.competition.trader_history import ARCHIVED, CHANGED, CREATED
from quorate.arena.record.facts import Facts
from quorate.kernel.canonical import canonical_json
from quorate.kernel.errors import InvariantBrokenError
from quorate.kernel.ids import Tenant
from quorate.kernel.journal import Event

TRADERS = Table(
    "trader_profiles",
    metadata,
    tenant_column(),
    text_column("name", key=True),
    text_column("trader"),
    Column("version", BigInteger, nullable=False),
    Column("archived", Boolean, nullable=False),
)

_ADD = Insert(TRADERS)
_CHANGE = GuardedUpdate(
    TRADERS, where=("tenant", "name", "version", "archived"), change=("trader", "version")
)
_ARCHIVE = GuardedUpdate(TRADERS, where=("tenant", "name", "archived"), change=("archived",))
_OF_TENANT = (
    select(TRADERS.c.trader, TRADERS.c.version, TRADERS.c.archived)
    .where(TRADERS.c.tenant == bindparam("tenant"))
    .order_by(TRADERS.c.name)
)
_ALL = Statement(_OF_TENANT)
_NAMED = Statement(_OF_TENANT.where(TRADERS.c.name == bindparam("name")))


def trader_held(session: Session, tenant: Tenant, name: str) -> RegisteredTrader | None:
    """Return the trader as it stands now, inside the writer's transaction; None where there is none."""
    rows = session.read(_NAMED, {"tenant": tenant, "name": name})
    return _registered_in(rows[0]) if rows else None


def registered_traders(connection: Connection, tenant: Tenant) -> Sequence[RegisteredTrader]:
    """Return every trader as it stands now with its version, by name, archived ones included."""
    return [_registered_in(row) for row in rows_of(connection, _ALL, {"tenant": tenant})]


def _registered_in(row: Row) -> RegisteredTrader:
    stored, version, archived = row
    trader = from_payload(Facts(json.loads(str(stored))))
    kept = replace(trader, archived=True) if archived else trader
    return RegisteredTrader(kept, int(version or 0))


def _created(session: Session, place: Place, event: Event) -> None:
    session.insert(
        _ADD,
        {
            "tenant": place.tenant,
            "name": text_of(event, "name"),
            "trader": _told(event),
            "version": number_of(event, "version"),
            "archived": False,
        },
    )


def _changed(session: Session, place: Place, event: Event) -> None:
    name, version = text_of(event, "name"), number_of(event, "version")
    session.update(
        _CHANGE,
        {
            "was_tenant": place.tenant,
            "was_name": name,
            "was_version": version - 1,
            "was_archived": False,
            "trader": _told(event),
            "version": version,
        },
        otherwise=f"somebody else changed trader {name} first",
    )


def _archived(session: Session, place: Place, event: Event) -> None:
    name = text_of(event, "name")
    session.update(
        _ARCHIVE,
        {"was_tenant": place.tenant, "was_name": name, "was_archived": False, "archived": True},
        otherwise=f"trader {name} is archived already",
    )


def _told(event: Event) -> str:
    trader = event.payload.get("trader")
    if not isinstance(trader, Mapping):
        raise InvariantBrokenError(f"{event.type} carries no trader")
    return canonical_json(trader)


PROJECTIONS: Projections = {CREATED: _created, CHANGED: _changed, ARCHIVED: _archived}
