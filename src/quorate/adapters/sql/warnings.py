"""Warnings of budgets: which limit reached which mark on which day. One row each, so that it is said once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import BigInteger, Boolean, Column, Connection, Table, bindparam, select

from quorate.adapters.sql.budgets import amount_of, word_of
from quorate.adapters.sql.projection import Place, Projections, flag_of, number_of, text_of
from quorate.adapters.sql.schema import metadata, tenant_column, text_column
from quorate.adapters.sql.session import Session
from quorate.adapters.sql.statement import Insert, Statement, Values
from quorate.kernel.ids import Tenant
from quorate.kernel.journal import Event
from quorate.llm.budget import COUNTED, Limit
from quorate.llm.threshold import WARNED, Warned

BUDGET_WARNINGS = Table(
    "budget_warnings",
    metadata,
    tenant_column(),
    text_column("day", key=True),
    Column("percent", BigInteger, primary_key=True, autoincrement=False),
    text_column("name", key=True),
    text_column("profile", key=True),
    Column("size", BigInteger, nullable=False),
    Column("used", BigInteger, nullable=False),
    Column("refused", Boolean, nullable=False),
    text_column("warned_at"),
)

_ADD = Insert(BUDGET_WARNINGS)
_KNOWN = Statement(
    select(BUDGET_WARNINGS.c.percent).where(
        BUDGET_WARNINGS.c.tenant == bindparam("tenant"),
        BUDGET_WARNINGS.c.day == bindparam("day"),
        BUDGET_WARNINGS.c.name == bindparam("name"),
        BUDGET_WARNINGS.c.profile == bindparam("profile"),
    )
)


def is_warned(session: Session, tenant: Tenant, wanted: Warned) -> bool:
    """Return whether this was said already, inside the writer's transaction."""
    day, name, profile, percent = wanted.key
    values: Values = {"tenant": tenant, "day": day, "name": name, "profile": profile}
    return any(int(known or 0) == percent for (known,) in session.read(_KNOWN, values))


def warnings_on(connection: Connection, tenant: Tenant, day: date) -> Sequence[Warned]:
    """Return what was said on a UTC day, in the order of limits and marks."""
    said = BUDGET_WARNINGS.c
    query = (
        select(BUDGET_WARNINGS)
        .where(said.tenant == tenant, said.day == day.isoformat())
        .order_by(said.name, said.profile, said.percent)
    )
    return [
        Warned(
            day=day,
            limit=Limit(row["name"]),
            profile=row["profile"],
            percent=row["percent"],
            size=row["size"],
            used=row["used"],
            refused=row["refused"],
        )
        for row in connection.execute(query).mappings()
    ]


def _warned(session: Session, place: Place, event: Event) -> None:
    limit = word_of(event, "limit", Limit)
    session.insert(
        _ADD,
        {
            "tenant": place.tenant,
            "day": text_of(event, "day"),
            "name": limit.value,
            "profile": text_of(event, "profile"),
            "percent": number_of(event, "percent"),
            "size": _amount(event, limit, "limit"),
            "used": _amount(event, limit, "used"),
            "refused": flag_of(event, "refused"),
            "warned_at": place.ts,
        },
    )


def _amount(event: Event, limit: Limit, name: str) -> int | None:
    return number_of(event, f"{name}Calls") if limit in COUNTED else amount_of(event, f"{name}Usd")


PROJECTIONS: Projections = {WARNED: _warned}
