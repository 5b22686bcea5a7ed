"""Lists of calls: a page by keyset. Ids of calls grow with time, so the key's own index gives the newest first."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, func, select

from quorate.adapters.sql.calls import LLM_CALLS
from quorate.kernel.ids import Tenant
from quorate.llm.budget import CallStatus, CostSource
from quorate.llm.call import ModelId, Purpose
from quorate.llm.call_listing import CallFilter, CallLine, CallPage
from quorate.llm.nanos import usd_of
from quorate.llm.tier import Tier

_CALL = LLM_CALLS.c


def calls_page(
    connection: Connection, tenant: Tenant, wanted: CallFilter, limit: int, after: str | None = None
) -> CallPage:
    """Return the newest calls that `wanted` asks for, at most `limit`, those made before the call `after`."""
    rows = connection.execute(calls_query(tenant, wanted, limit, after)).mappings().all()
    items = tuple(_line(row) for row in rows[:limit])
    return CallPage(items=items, next_after=items[-1].call_id if len(rows) > limit else None)


def calls_count(connection: Connection, tenant: Tenant, wanted: CallFilter) -> int:
    """Return how many calls `wanted` asks for."""
    query = select(func.count()).select_from(LLM_CALLS).where(*_conditions(tenant, wanted))
    return connection.execute(query).scalar_one()


def calls_query(
    tenant: Tenant, wanted: CallFilter, limit: int, after: str | None
) -> Select[tuple[object, ...]]:
    """Return the query of a page and of one call more, which tells whether another page follows."""
    query = select(LLM_CALLS).where(*_conditions(tenant, wanted))
    if after is not None:
        query = query.where(_CALL.call_id < after)
    return query.order_by(_place(wanted).desc()).limit(limit + 1)


def _place(wanted: CallFilter) -> ColumnElement[str]:
    """Return what the list is in order of: a run's few calls are sorted, else SQLite would walk all by their key."""
    return _CALL.call_id if wanted.run_id is None else _CALL.call_id + ""


def _conditions(tenant: Tenant, wanted: CallFilter) -> Iterator[ColumnElement[bool]]:
    yield _CALL.tenant == tenant
    model = wanted.model_asked
    if model is not None:
        yield _CALL.provider == model.provider
        yield _CALL.model == model.model
    for column, value in (
        (_CALL.profile, wanted.profile),
        (_CALL.run_id, wanted.run_id),
        (_CALL.purpose, wanted.purpose),
        (_CALL.status, wanted.status),
    ):
        if value is not None:
            yield column == str(value)
    if wanted.unpriced is not None:
        is_unpriced = _CALL.cost.is_(None) & (_CALL.status != CallStatus.RESERVED.value)
        yield is_unpriced if wanted.unpriced else ~is_unpriced
    if wanted.since is not None:
        yield _CALL.day + "" >= wanted.since.isoformat()
    if wanted.until is not None:
        yield _CALL.day + "" <= wanted.until.isoformat()


def _line(row: RowMapping) -> CallLine:
    return CallLine(
        call_id=row["call_id"],
        logical_id=row["logical_id"],
        run_id=row["run_id"] or None,
        trace_id=row["trace_id"],
        profile=row["profile"],
        role=row["role"],
        tier=Tier(row["tier"]),
        purpose=Purpose(row["purpose"]),
        model=ModelId(row["provider"], row["model"]),
        model_served=row["model_served"],
        day=row["day"],
        reserved_at=row["reserved_at"],
        settled_at=row["settled_at"] or None,
        status=CallStatus(row["status"]),
        code=row["code"],
        reserved=None if row["reserved"] is None else usd_of(row["reserved"]),
        cost=None if row["cost"] is None else usd_of(row["cost"]),
        counted=usd_of(row["counted"]),
        cost_source=CostSource(row["cost_source"]) if row["cost_source"] else None,
        price_version=row["price_version"],
        prompt_tokens=row["prompt_tokens"],
        completion_tokens=row["completion_tokens"],
        cached_tokens=row["cached_tokens"],
        latency_ms=float(row["latency_ms"]) if row["latency_ms"] else None,
        prompt_hash=row["prompt_hash"],
        template=row["template"],
        cache_hit=row["cache_hit"],
        fallback_reason=row["fallback_reason"],
        usage_estimated=row["usage_estimated"],
    )
