"""Model calls: one row each, from the money set aside for it to what it cost.  Name and columns: R-064, R-110."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Table,
    bindparam,
    select,
)

from quorate.adapters.sql.budgets import (
    BUDGET_DAYS,
    HELD,
    amount_of,
    balance_in,
    move_balance,
    word_of,
)
from quorate.adapters.sql.projection import (
    Place,
    Projections,
    flag_of,
    number_of,
    optional_text_of,
    text_of,
)
from quorate.adapters.sql.schema import metadata, tenant_column, text_column
from quorate.adapters.sql.session import Session
from quorate.adapters.sql.statement import GuardedUpdate, Insert, Statement, Value, Values
from quorate.kernel.errors import ConflictError, InvariantBrokenError
from quorate.kernel.ids import Tenant
from quorate.kernel.journal import Event
from quorate.llm.balance import Balance, Hold, hold_of, supersedes, with_change, without_call
from quorate.llm.budget import CallStatus
from quorate.llm.call_record import RECALLED, RESERVED, SETTLED
from quorate.llm.nanos import Nanos
from quorate.llm.tier import Tier


def _number(name: str) -> Column[int]:
    return Column(name, BigInteger)


LLM_CALLS = Table(
    "llm_calls",
    metadata,
    tenant_column(),
    text_column("call_id", key=True),
    text_column("logical_id"),
    text_column("run_id"),
    text_column("trace_id"),
    text_column("book"),
    text_column("profile"),
    text_column("role"),
    text_column("tier"),
    text_column("purpose"),
    text_column("provider"),
    text_column("model"),
    text_column("day"),
    _number("reserved"),
    text_column("reserved_at"),
    text_column("status"),
    text_column("code"),
    _number("cost"),
    Column("counted", BigInteger, nullable=False),
    text_column("cost_source"),
    text_column("price_version"),
    _number("prompt_tokens"),
    _number("completion_tokens"),
    _number("cached_tokens"),
    text_column("latency_ms"),
    text_column("model_served"),
    text_column("prompt_hash"),
    text_column("template"),
    Column("cache_hit", Boolean, nullable=False),
    text_column("fallback_reason"),
    text_column("settled_at"),
    Column("usage_estimated", Boolean, nullable=False),
)
Index("llm_calls_run", LLM_CALLS.c.tenant, LLM_CALLS.c.run_id)
Index("llm_calls_purpose", LLM_CALLS.c.tenant, LLM_CALLS.c.purpose, LLM_CALLS.c.run_id)
Index("llm_calls_book", LLM_CALLS.c.tenant, LLM_CALLS.c.book, LLM_CALLS.c.counted)
COST_CELL = tuple(
    LLM_CALLS.c[name]
    for name in (
        *("day", "provider", "model", "tier", "profile", "role", "purpose", "cost_source"),
        *("status", "cache_hit"),
    )
)
"""What calls have in common whose costs are added up together, in the order of their index."""

COST_SUMS = tuple(
    LLM_CALLS.c[name]
    for name in ("cost", "counted", "prompt_tokens", "completion_tokens", "cached_tokens")
)
_HAS_FAILED = LLM_CALLS.c.code != ""
Index(
    "llm_calls_failed",
    LLM_CALLS.c.tenant,
    LLM_CALLS.c.profile,
    LLM_CALLS.c.settled_at,
    LLM_CALLS.c.code,
    LLM_CALLS.c.day,
    sqlite_where=_HAS_FAILED,
    postgresql_where=_HAS_FAILED,
)
_HAS_NO_COST = LLM_CALLS.c.cost.is_(None)
Index(
    "llm_calls_unpriced",
    LLM_CALLS.c.tenant,
    LLM_CALLS.c.call_id,
    sqlite_where=_HAS_NO_COST,
    postgresql_where=_HAS_NO_COST,
)
Index("llm_calls_cost", LLM_CALLS.c.tenant, *COST_CELL, *COST_SUMS)

_RESERVED = CallStatus.RESERVED
_ADD = Insert(LLM_CALLS)
_ENDED = (
    "status",
    "code",
    "cost",
    "counted",
    "cost_source",
    "price_version",
    "prompt_tokens",
    "completion_tokens",
    "cached_tokens",
    "latency_ms",
    "model_served",
    "prompt_hash",
    "template",
    "cache_hit",
    "fallback_reason",
    "settled_at",
    "usage_estimated",
)
_NOT_YET: Values = {
    **dict.fromkeys(_ENDED, ""),
    "status": _RESERVED.value,
    "cost": None,
    "prompt_tokens": None,
    "completion_tokens": None,
    "cached_tokens": None,
    "cache_hit": False,
    "usage_estimated": False,
}
_STATED = ("reserved", "spent", "calls", "unpriced", "powerCalls", "openCalls")
_END = GuardedUpdate(LLM_CALLS, where=("tenant", "call_id", "status"), change=_ENDED)
_IS_IT = (LLM_CALLS.c.tenant == bindparam("tenant"), LLM_CALLS.c.call_id == bindparam("call_id"))
_STATUS = Statement(select(LLM_CALLS.c.status).where(*_IS_IT))


_WITH_BALANCE = Statement(
    select(
        LLM_CALLS.c.status,
        LLM_CALLS.c.reserved,
        LLM_CALLS.c.cost,
        LLM_CALLS.c.counted,
        LLM_CALLS.c.day,
        LLM_CALLS.c.profile,
        *(BUDGET_DAYS.c[name] for name in HELD),
    ).where(
        *_IS_IT,
        BUDGET_DAYS.c.tenant == LLM_CALLS.c.tenant,
        BUDGET_DAYS.c.day == LLM_CALLS.c.day,
        BUDGET_DAYS.c.profile == LLM_CALLS.c.profile,
    )
)


def call_status(session: Session, tenant: Tenant, call_id: str) -> CallStatus | None:
    """Return where a call stands, None where none has this id."""
    rows = session.read(_STATUS, {"tenant": tenant, "call_id": call_id})
    return CallStatus(str(rows[0][0])) if rows else None


def _reserved(session: Session, place: Place, event: Event) -> None:
    worst = amount_of(event, "reservedUsd")
    hold = hold_of(_RESERVED, worst=worst, cost=None)
    asked, after = _asked(place, event), _balance(event)
    before = without_call(after, hold, word_of(event, "tier", Tier))
    key = (place.tenant, text_of(event, "day"), text_of(event, "profile"))
    move_balance(session, key, before, after)
    session.insert(_ADD, {**asked, **_NOT_YET, "reserved": worst, "counted": hold.reserved})


def _settled(session: Session, place: Place, event: Event) -> None:
    """End a call and its hold on its budgets; a call that has ended already stays as it is."""
    call_id, status = text_of(event, "callId"), word_of(event, "status", CallStatus)
    found = session.read(_WITH_BALANCE, {"tenant": place.tenant, "call_id": call_id})
    if not found:
        raise ConflictError(f"no money was set aside for the call {call_id}")
    present, worst, cost, counted, day, profile, *held = found[0]
    before = CallStatus(str(present))
    if not supersedes(status, before):
        return
    ended, balance = _ended(place, event), balance_in(held)
    change = with_change(
        balance,
        _held(before, worst, cost, counted),
        _held(status, worst, ended["cost"], ended["counted"]),
    )
    move_balance(session, (place.tenant, str(day), str(profile)), balance, change)
    session.update(
        _END,
        {
            "was_tenant": place.tenant,
            "was_call_id": call_id,
            "was_status": before.value,
            **ended,
        },
        otherwise=f"the call {call_id} is no longer {before}",
    )


def _held(status: CallStatus, worst: Value, cost: Value, counted: Value) -> Hold:
    """Return what a call holds by its row; `counted` says it, whatever rule it was counted by."""
    amount, unpriced = Nanos(int(counted or 0)), int(worst is None and cost is None)
    if status is _RESERVED:
        return Hold(reserved=amount, unpriced=unpriced, is_open=1)
    return Hold(spent=amount, unpriced=unpriced)


def _recalled(session: Session, place: Place, event: Event) -> None:
    """Note an answer from the cache: a row that no budget counts."""
    session.insert(_ADD, {**_asked(place, event), **_ended(place, event), "reserved": None})


def _balance(event: Event) -> Balance:
    """Return the balance that a reservation states."""
    stated = event.payload.get("balance")
    held = [stated.get(name) for name in _STATED] if isinstance(stated, Mapping) else []
    if not held or not all(isinstance(number, int) for number in held):
        raise InvariantBrokenError(f"{event.type} carries no balance")
    return balance_in(held)


def _asked(place: Place, event: Event) -> Values:
    return {
        "tenant": place.tenant,
        "call_id": text_of(event, "callId"),
        "logical_id": text_of(event, "logicalId"),
        "run_id": optional_text_of(event, "runId") or "",
        "trace_id": event.trace_id,
        "book": event.book,
        "profile": text_of(event, "profile"),
        "role": text_of(event, "role"),
        "tier": text_of(event, "tier"),
        "purpose": text_of(event, "purpose"),
        "provider": text_of(event, "provider"),
        "model": text_of(event, "model"),
        "day": text_of(event, "day"),
        "reserved_at": place.ts,
    }


def _ended(place: Place, event: Event) -> Values:
    return {
        "status": text_of(event, "status"),
        "code": text_of(event, "code"),
        "cost": amount_of(event, "costUsd"),
        "counted": amount_of(event, "countedUsd"),
        "cost_source": text_of(event, "costSource"),
        "price_version": text_of(event, "priceVersion"),
        "prompt_tokens": _optional_number_of(event, "promptTokens"),
        "completion_tokens": _optional_number_of(event, "completionTokens"),
        "cached_tokens": _optional_number_of(event, "cachedTokens"),
        "latency_ms": text_of(event, "latencyMs"),
        "model_served": text_of(event, "modelServed"),
        "prompt_hash": text_of(event, "promptHash"),
        "template": text_of(event, "template"),
        "cache_hit": flag_of(event, "cacheHit"),
        "fallback_reason": text_of(event, "fallbackReason"),
        "settled_at": place.ts,
        "usage_estimated": event.payload.get("usageEstimated") is True,
    }


def _optional_number_of(event: Event, key: str) -> int | None:
    return None if event.payload.get(key) is None else number_of(event, key)


PROJECTIONS: Projections = {RESERVED: _reserved, SETTLED: _settled, RECALLED: _recalled}
