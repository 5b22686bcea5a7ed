"""How often outside services were asked, by UTC day: counts that only grow, journaled a batch at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from sqlalchemy import BigInteger, Column, Connection, RowMapping, Table, bindparam, select

from quorate.adapters.sql.projection import Place, Projections, number_of, part_of, text_of
from quorate.adapters.sql.schema import metadata, tenant_column, text_column
from quorate.adapters.sql.session import Session
from quorate.adapters.sql.statement import GuardedUpdate, Insert, Statement, Values
from quorate.kernel.ids import Tenant
from quorate.kernel.journal import Event
from quorate.market.fetching import Usage
from quorate.market.fetching.usage import NAMES

COUNTED: Final = "usage.counted"

USAGE_COUNTERS = Table(
    "usage_counters",
    metadata,
    tenant_column(),
    text_column("service", key=True),
    text_column("day", key=True),
    *(Column(name, BigInteger, nullable=False) for name in NAMES),
    Column("version", BigInteger, nullable=False),
    text_column("counted_at"),
)
_CHANGE = (*NAMES, "version", "counted_at")
_ADD = Insert(USAGE_COUNTERS)
_REPLACE = GuardedUpdate(
    USAGE_COUNTERS, where=("tenant", "service", "day", "version"), change=_CHANGE
)
_ONE = Statement(
    select(*(USAGE_COUNTERS.c[name] for name in (*NAMES, "version"))).where(
        USAGE_COUNTERS.c.tenant == bindparam("tenant"),
        USAGE_COUNTERS.c.service == bindparam("service"),
        USAGE_COUNTERS.c.day == bindparam("day"),
    )
)


class Counted(NamedTuple):
    """What was counted of a service on a UTC day; version 0 before anything was."""

    usage: Usage
    version: int


class UsageLine(NamedTuple):
    """A service on a day, as lists show it."""

    day: str
    service: str
    usage: Usage
    counted_at: str


def usage_counted(session: Session, tenant: Tenant, service: str, day: str) -> Counted:
    """Return what was counted so far, inside the writer's transaction."""
    rows = session.read(_ONE, {"tenant": tenant, "service": service, "day": day})
    if not rows:
        return Counted(Usage(), 0)
    *counts, version = (int(number or 0) for number in rows[0])
    return Counted(Usage(**dict(zip(NAMES, counts, strict=True))), version)


def usage_event(service: str, day: str, more: Usage, before: Counted) -> Event:
    """Return the row of what was counted since the last one, with what it comes to."""
    return Event(
        stream=f"usage:{service}",
        type=COUNTED,
        payload={
            "service": service,
            "day": day,
            "more": more.as_json(),
            "total": (before.usage + more).as_json(),
            "version": before.version + 1,
        },
    )


def usage_lines(connection: Connection, tenant: Tenant, limit: int) -> Sequence[UsageLine]:
    """Return the newest days, each with its services by name."""
    found = USAGE_COUNTERS.c
    rows = connection.execute(
        select(USAGE_COUNTERS)
        .where(found.tenant == tenant)
        .order_by(found.day.desc(), found.service)
        .limit(limit)
    )
    return [
        UsageLine(row["day"], row["service"], _usage_of(row), row["counted_at"])
        for row in rows.mappings()
    ]


def _usage_of(row: RowMapping) -> Usage:
    return Usage(**{name: int(row[name]) for name in NAMES})


def _counted(session: Session, place: Place, event: Event) -> None:
    counts = part_of(event, "total")
    facts: Values = {
        **{name: int(str(counts[name])) for name in NAMES},
        "version": number_of(event, "version"),
        "counted_at": place.ts,
    }
    key = {"service": text_of(event, "service"), "day": text_of(event, "day")}
    if facts["version"] == 1:
        session.insert(_ADD, {"tenant": place.tenant, **key, **facts})
        return
    guard: Values = {
        "was_tenant": place.tenant,
        **{f"was_{name}": text for name, text in key.items()},
        "was_version": number_of(event, "version") - 1,
    }
    session.update(_REPLACE, {**guard, **facts}, otherwise="another process counted first")


PROJECTIONS: Projections = {COUNTED: _counted}
