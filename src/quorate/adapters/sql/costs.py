"""What calls cost, added up by the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    RowMapping,
    Select,
    case,
    cast,
    func,
    literal,
    or_,
    select,
)

from quorate.adapters.sql.calls import LLM_CALLS
from quorate.kernel.ids import BookName, Tenant
from quorate.kernel.money import Usd
from quorate.llm.budget import CallStatus
from quorate.llm.call import Purpose
from quorate.llm.cost import CostAxis, CostLine
from quorate.llm.nanos import usd_of

_CALL = LLM_CALLS.c
_KEYS: Final[Mapping[CostAxis, ColumnElement[str]]] = {
    CostAxis.DAY: _CALL.day,
    CostAxis.MODEL: _CALL.provider + literal("/") + _CALL.model,
    CostAxis.PROFILE: _CALL.profile,
    CostAxis.PROVIDER: _CALL.provider,
    CostAxis.PURPOSE: _CALL.purpose,
    CostAxis.ROLE: _CALL.role,
    CostAxis.RUN: _CALL.run_id,
    CostAxis.SOURCE: _CALL.cost_source,
    CostAxis.TIER: _CALL.tier,
}
_IS_CALL = _CALL.cache_hit.is_(False)
_IS_OPEN = _CALL.status == CallStatus.RESERVED.value
_UNANSWERED = (CallStatus.FAILED.value, CallStatus.LATE.value, CallStatus.ABANDONED.value)
_IS_WASTED = _IS_CALL & or_(
    _CALL.status.in_(_UNANSWERED), (_CALL.purpose == Purpose.REPAIR.value) & ~_IS_OPEN
)


def cost_lines(
    connection: Connection, tenant: Tenant, by: CostAxis, since: date, until: date | None = None
) -> Sequence[CostLine]:
    """Return the calls from one UTC day to another, both included, added up by `by`; the keys in their order."""
    key = _KEYS[by].label("key")
    query = _within(select(*_columns(key)), tenant, since, until).group_by(key).order_by(key)
    return [_line(row) for row in connection.execute(query).mappings()]


def cost_by_day(
    connection: Connection, tenant: Tenant, by: CostAxis, since: date, until: date | None = None
) -> Mapping[str, Sequence[CostLine]]:
    """Return the same for each day, by its name; a day without a call is not named."""
    day, key = _CALL.day.label("of_day"), _KEYS[by].label("key")
    query = _within(select(*_columns(day, key)), tenant, since, until)
    found: dict[str, list[CostLine]] = {}
    for row in connection.execute(query.group_by(day, key).order_by(day, key)).mappings():
        found.setdefault(row["of_day"], []).append(_line(row))
    return found


def spent_in(connection: Connection, tenant: Tenant, book: BookName) -> Usd:
    """Return what the budgets counted for a book's calls, ever: known costs, the worst case of every other call."""
    found = connection.execute(
        select(_sum(_CALL.counted)).where(_CALL.tenant == tenant, _CALL.book == book)
    ).scalar_one()
    return usd_of(found or 0)


def _columns(*keys: ColumnElement[str]) -> tuple[ColumnElement[Any], ...]:
    return (
        *keys,
        _count(_IS_CALL).label("calls"),
        _count(_IS_OPEN).label("open_calls"),
        _count(_CALL.status.in_(_UNANSWERED)).label("failed"),
        _count(_IS_CALL & ~_IS_OPEN & _CALL.cost.is_(None)).label("unpriced"),
        _count(~_IS_CALL).label("cache_hits"),
        _sum(_CALL.cost).label("known"),
        _sum(_CALL.counted).label("counted"),
        _sum(_CALL.prompt_tokens).label("prompt_tokens"),
        _sum(_CALL.completion_tokens).label("completion_tokens"),
        _sum(_CALL.cached_tokens).label("cached_tokens"),
        _sum(case((_IS_WASTED, _CALL.counted), else_=0)).label("wasted"),
        _count(_IS_WASTED).label("wasted_calls"),
    )


def _within(query: Select[Any], tenant: Tenant, since: date, until: date | None) -> Select[Any]:
    found = query.where(_CALL.tenant == tenant, _CALL.day >= since.isoformat())
    return found if until is None else found.where(_CALL.day <= until.isoformat())


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def _sum(column: ColumnElement[Any]) -> ColumnElement[int]:
    """Return a sum that is None where no row has a value; PostgreSQL would make it a decimal."""
    return cast(func.sum(column), BigInteger)


def _line(row: RowMapping) -> CostLine:
    return CostLine(
        key=row["key"],
        calls=row["calls"],
        open_calls=row["open_calls"],
        failed=row["failed"],
        unpriced=row["unpriced"],
        cache_hits=row["cache_hits"],
        known=None if row["known"] is None else usd_of(row["known"]),
        counted=usd_of(row["counted"] or 0),
        prompt_tokens=row["prompt_tokens"] or 0,
        completion_tokens=row["completion_tokens"] or 0,
        cached_tokens=row["cached_tokens"] or 0,
        wasted=usd_of(row["wasted"] or 0),
        wasted_calls=row["wasted_calls"],
    )
