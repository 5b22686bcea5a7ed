"""Budgets: what each profile holds on a day, and the limits that somebody set.

Amounts are integers, billionths of a dollar: SQLite has no exact decimals, sums of integers are exact on both
databases, and millionths would round the calls of cheap models (a thousand tokens for $0.00001) by a tenth.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar, cast

from sqlalchemy import BigInteger, Column, Connection, Table, bindparam, select

from quorate.adapters.sql.projection import Place, Projections, number_of, optional_text_of, text_of
from quorate.adapters.sql.schema import metadata, tenant_column, text_column
from quorate.adapters.sql.session import Session
from quorate.adapters.sql.statement import GuardedUpdate, Insert, Statement, Values
from quorate.kernel.errors import InvariantBrokenError
from quorate.kernel.ids import Tenant
from quorate.kernel.journal import Event
from quorate.kernel.money import Usd
from quorate.llm.balance import Balance
from quorate.llm.budget import Limit
from quorate.llm.nanos import Nanos, nanos_of

WordT = TypeVar("WordT", bound=StrEnum)


def _number(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False)


HELD = Balance._fields

BUDGET_DAYS = Table(
    "budget_days",
    metadata,
    tenant_column(),
    text_column("day", key=True),
    text_column("profile", key=True),
    *(_number(name) for name in HELD),
    sqlite_with_rowid=False,
)

BUDGET_LIMITS = Table(
    "budget_limits",
    metadata,
    tenant_column(),
    text_column("name", key=True),
    Column("size", BigInteger),
    _number("version"),
    text_column("set_at"),
)

_ADD = Insert(BUDGET_DAYS)
_CHANGE = GuardedUpdate(BUDGET_DAYS, where=("tenant", "day", "profile", *HELD), change=HELD)
_ADD_LIMIT = Insert(BUDGET_LIMITS)
_SET_LIMIT = GuardedUpdate(
    BUDGET_LIMITS, where=("tenant", "name", "version"), change=("size", "version", "set_at")
)
_LIMIT = Statement(
    select(BUDGET_LIMITS.c.size, BUDGET_LIMITS.c.version).where(
        BUDGET_LIMITS.c.tenant == bindparam("tenant"), BUDGET_LIMITS.c.name == bindparam("name")
    )
)


def limit_set(session: Session, tenant: Tenant, limit: Limit) -> tuple[int | None, int]:
    """Return what size somebody gave a limit (None: none, or none any more), and how often it was set so far."""
    rows = session.read(_LIMIT, {"tenant": tenant, "name": limit.value})
    if not rows:
        return None, 0
    size, version = rows[0]
    return None if size is None else int(size), int(version or 0)


def limits_set(connection: Connection, tenant: Tenant) -> Mapping[Limit, int]:
    """Return the limits that somebody set, with their size."""
    query = select(BUDGET_LIMITS.c.name, BUDGET_LIMITS.c.size).where(
        BUDGET_LIMITS.c.tenant == tenant, BUDGET_LIMITS.c.size.is_not(None)
    )
    return {Limit(name): size for name, size in connection.execute(query)}


def balances_on(connection: Connection, tenant: Tenant, day: date) -> Mapping[str, Balance]:
    """Return what each profile holds on a day, by its name."""
    held = BUDGET_DAYS.c
    query = select(held.profile, *(held[name] for name in HELD)).where(
        held.tenant == tenant, held.day == day.isoformat()
    )
    return {profile: balance_in(columns) for profile, *columns in connection.execute(query)}


def balance_in(columns: Sequence[object]) -> Balance:
    """Return what the columns of a balance hold."""
    return Balance(*cast("Sequence[Any]", columns))


def move_balance(
    session: Session, key: tuple[Tenant, str, str], before: Balance, after: Balance
) -> None:
    """Bring the balance under `key` (tenant, day, profile) from `before` to `after`.

    Raises:
        ConflictError: it does not hold what was decided on.
    """
    tenant, day, profile = key
    if before.calls == 0:
        where: Values = {"tenant": tenant, "day": day, "profile": profile}
        session.insert(_ADD, {**where, **after._asdict()})
        return
    guard: Values = {f"was_{name}": held for name, held in zip(HELD, before, strict=True)}
    session.update(
        _CHANGE,
        {
            "was_tenant": tenant,
            "was_day": day,
            "was_profile": profile,
            **guard,
            **after._asdict(),
        },
        otherwise=f"the budget of {profile} has moved meanwhile",
    )


def _limit_set(session: Session, place: Place, event: Event) -> None:
    name, version = word_of(event, "limit", Limit).value, number_of(event, "version")
    facts: Values = {"size": _size(event), "version": version, "set_at": place.ts}
    if version == 1:
        session.insert(_ADD_LIMIT, {"tenant": place.tenant, "name": name, **facts})
        return
    session.update(
        _SET_LIMIT,
        {"was_tenant": place.tenant, "was_name": name, "was_version": version - 1, **facts},
        otherwise=f"somebody else set the limit {name} first",
    )


def _size(event: Event) -> int | None:
    """Return what a limit was set to, None where it was given back to the configuration."""
    if event.payload.get("sizeCalls") is not None:
        return number_of(event, "sizeCalls")
    return amount_of(event, "sizeUsd")


def amount_of(event: Event, key: str) -> Nanos | None:
    """Return the dollars under `key` in the event's payload, None where it says null or nothing."""
    text = optional_text_of(event, key)
    try:
        return None if text is None else nanos_of(Usd(Decimal(text)))
    except ArithmeticError:
        raise InvariantBrokenError(f"{event.type} carries no amount under '{key}'") from None


def word_of(event: Event, key: str, words: type[WordT]) -> WordT:
    """Return which of `words` stands under `key` in the event's payload."""
    text = text_of(event, key)
    try:
        return words(text)
    except ValueError:
        raise InvariantBrokenError(f"{event.type}: '{text}' is no {key}") from None


PROJECTIONS: Projections = {"budget.set": _limit_set}
