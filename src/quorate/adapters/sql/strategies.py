"""Strategies: one row each, its newest version and whether cycles may follow it; older ones are in its stream."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import BigInteger, Boolean, Column, Connection, Table, bindparam, select

from quorate.adapters.sql.projection import Place, Projections, number_of, text_of
from quorate.adapters.sql.schema import metadata, tenant_column, text_column
from quorate.adapters.sql.session import Session
from quorate.adapters.sql.statement import GuardedUpdate, Insert, Row, Statement, Values, rows_of
from quorate.cycle.strategies.versions import StrategyFact, StrategyStanding
from quorate.kernel.ids import StrategyName, Tenant
from quorate.kernel.journal import Event

STRATEGIES = Table(
    "strategies",
    metadata,
    tenant_column(),
    text_column("name", key=True),
    text_column("hash"),
    text_column("recorded_at"),
    text_column("changed_by"),
    text_column("changed_at"),
    text_column("reason"),
    Column("version", BigInteger, nullable=False),
    Column("enabled", Boolean, nullable=False),
)

_ADD = Insert(STRATEGIES)
_SWITCHED = ("enabled", "changed_by", "changed_at", "reason")
_RENEW = GuardedUpdate(
    STRATEGIES,
    where=("tenant", "name", "version"),
    change=("version", "hash", "recorded_at", *_SWITCHED),
)
_SWITCH = GuardedUpdate(
    STRATEGIES, where=("tenant", "name", "version", "enabled"), change=_SWITCHED
)
_COLUMNS = ("name", "version", "hash", "enabled", "recorded_at", "changed_by", "changed_at")
_OF_TENANT = (
    select(*(STRATEGIES.c[name] for name in (*_COLUMNS, "reason")))
    .where(STRATEGIES.c.tenant == bindparam("tenant"))
    .order_by(STRATEGIES.c.name)
)
_ALL = Statement(_OF_TENANT)
_NAMED = Statement(_OF_TENANT.where(STRATEGIES.c.name == bindparam("name")))


def strategy_standing(session: Session, tenant: Tenant, name: StrategyName) -> StrategyStanding:
    """Return how a strategy stands, inside the writer's transaction; version 0 where none is on record."""
    rows = session.read(_NAMED, {"tenant": tenant, "name": name})
    return _standing(rows[0]) if rows else StrategyStanding(name=name)


def strategy_standings(connection: Connection, tenant: Tenant) -> Sequence[StrategyStanding]:
    """Return every strategy that was ever on record, by name."""
    return [_standing(row) for row in rows_of(connection, _ALL, {"tenant": tenant})]


def _standing(row: Row) -> StrategyStanding:
    name, version, hash_, enabled, recorded_at, changed_by, changed_at, reason = row
    return StrategyStanding(
        name=StrategyName(str(name)),
        version=int(version or 0),
        hash=str(hash_),
        enabled=bool(enabled),
        recorded_at=str(recorded_at),
        changed_by=str(changed_by),
        changed_at=str(changed_at),
        reason=str(reason),
    )


def _recorded(session: Session, place: Place, event: Event) -> None:
    version = number_of(event, "version")
    said: Values = {
        "version": version,
        "hash": text_of(event, "hash"),
        "recorded_at": place.ts,
        "enabled": False,
        "changed_by": "",
        "changed_at": "",
        "reason": "",
    }
    name = text_of(event, "name")
    if version == 1:
        session.insert(_ADD, {"tenant": place.tenant, "name": name, **said})
        return
    guard: Values = {"was_tenant": place.tenant, "was_name": name, "was_version": version - 1}
    session.update(
        _RENEW, {**guard, **said}, otherwise=f"strategy '{name}' has another version already"
    )


def _switched(session: Session, place: Place, event: Event) -> None:
    enabled, name = event.type == StrategyFact.ENABLED, text_of(event, "name")
    session.update(
        _SWITCH,
        {
            "was_tenant": place.tenant,
            "was_name": name,
            "was_version": number_of(event, "version"),
            "was_enabled": not enabled,
            "enabled": enabled,
            "changed_by": text_of(event, "by"),
            "changed_at": place.ts,
            "reason": text_of(event, "reason"),
        },
        otherwise=f"strategy '{name}' was switched by somebody else",
    )


PROJECTIONS: Projections = {
    StrategyFact.RECORDED: _recorded,
    StrategyFact.ENABLED: _switched,
    StrategyFact.DISABLED: _switched,
}
