"""Calls as a list tells them: what is asked for, and one line for each call, under way or ended."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date

from quorate.kernel.errors import RejectedError
from quorate.kernel.money import Usd
from quorate.llm.budget import CallStatus, CostSource
from quorate.llm.call import ModelId, Purpose
from quorate.llm.catalogue import model_id
from quorate.llm.nanos import dollars, nanos_of
from quorate.llm.tier import Tier


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFilter:
    """Which calls are asked for; None leaves out nothing. `since` and `until` are UTC days, both included.

    `unpriced` asks for calls that have ended and nobody knows the cost of.
    """

    model: str | None = None
    profile: str | None = None
    run_id: str | None = None
    purpose: Purpose | None = None
    status: CallStatus | None = None
    unpriced: bool | None = None
    since: date | None = None
    until: date | None = None

    @property
    def model_asked(self) -> ModelId | None:
        """Return the model that is asked for.

        Raises:
            RejectedError: the name is none.
        """
        return None if self.model is None else model_id(self.model)

    @property
    def is_empty(self) -> bool:
        """Return whether every call is asked for."""
        return all(getattr(self, each.name) is None for each in fields(self))


@dataclass(frozen=True, slots=True, kw_only=True)
class CallLine:
    """One call: `reserved` is its worst case, `cost` what it cost, `counted` what the budgets count for it.

    A cost of None is unknown, a `reserved` of None had no known price. `latency_ms` is None while it is under way.
    """

    call_id: str
    logical_id: str
    run_id: str | None
    trace_id: str
    profile: str
    role: str
    tier: Tier
    purpose: Purpose
    model: ModelId
    model_served: str
    day: str
    reserved_at: str
    settled_at: str | None
    status: CallStatus
    code: str
    reserved: Usd | None
    cost: Usd | None
    counted: Usd
    cost_source: CostSource | None
    price_version: str
    prompt_tokens: int | None
    completion_tokens: int | None
    cached_tokens: int | None
    latency_ms: float | None
    prompt_hash: str
    template: str
    cache_hit: bool
    fallback_reason: str
    usage_estimated: bool = False

    @property
    def is_unpriced(self) -> bool:
        """Return whether it has ended and nobody knows its cost."""
        return self.status is not CallStatus.RESERVED and self.cost is None

    @property
    def shown_cost(self) -> str:
        """Return the cost as people read it: `$0.0187`, `unpriced`, or `-` while it is under way."""
        if self.cost is not None:
            return dollars(nanos_of(self.cost))
        return "unpriced" if self.is_unpriced else "-"

    def as_json(self) -> dict[str, object]:
        """Return the call as programs read it: money as decimal text, unknown as null."""
        return {
            "callId": self.call_id,
            "logicalId": self.logical_id,
            "runId": self.run_id,
            "traceId": self.trace_id,
            "profile": self.profile,
            "role": self.role or None,
            "tier": self.tier.value,
            "purpose": self.purpose.value,
            "provider": self.model.provider,
            "model": self.model.model,
            "modelServed": self.model_served or None,
            "day": self.day,
            "reservedAt": self.reserved_at,
            "settledAt": self.settled_at,
            "status": self.status.value,
            "code": self.code or None,
            "reservedUsd": _text(self.reserved),
            "costUsd": _text(self.cost),
            "countedUsd": str(self.counted),
            "costSource": None if self.cost_source is None else self.cost_source.value,
            "priceVersion": self.price_version or None,
            "promptTokens": self.prompt_tokens,
            "completionTokens": self.completion_tokens,
            "cachedTokens": self.cached_tokens,
            "latencyMs": self.latency_ms,
            "promptHash": self.prompt_hash or None,
            "template": self.template or None,
            "cacheHit": self.cache_hit,
            "fallbackReason": self.fallback_reason or None,
            "usageEstimated": self.usage_estimated,
        }


@dataclass(frozen=True, slots=True)
class CallPage:
    """A part of the list, the newest call first; `next_after` is the last call's id, None on the last page."""

    items: tuple[CallLine, ...]
    next_after: str | None


def believable_call_id(text: str) -> str:
    """Return a place in the list as a caller wrote it.

    Raises:
        RejectedError: no list gives such a place (slug `invalid-cursor`).
    """
    if text.startswith("call_") and text.isascii() and text.isprintable() and len(text) <= 64:
        return text
    raise RejectedError(
        f"the cursor {text[:80]!r} belongs to no list of calls",
        effect="nothing was listed",
        fix="take nextCursor of the page before, or leave --cursor out",
        slug="invalid-cursor",
    )


def _text(amount: Usd | None) -> str | None:
    return None if amount is None else str(amount)
