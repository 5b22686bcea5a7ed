"""The journal's words for a call: set aside before it is made, settled after, or answered from the cache.

Together the two rows are the record of R-064; the balances in the first say what each budget held from then on.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final, NamedTuple

from quorate.kernel.canonical import JsonValue
from quorate.kernel.journal import Event
from quorate.kernel.money import Usd
from quorate.llm.balance import Balance, hold_of
from quorate.llm.budget import Charge, Reservation, ReservationRequest
from quorate.llm.nanos import Nanos, exact, nanos_of

RESERVED: Final = "call.reserved"
SETTLED: Final = "call.settled"
RECALLED: Final = "call.recalled"


class CallFailure(NamedTuple):
    """How a call failed, and when that was known."""

    code: str
    at: str


def reserved_event(reservation: Reservation, *, role: str, balance: Balance) -> Event:
    """Return the fact that money was set aside: it is written before the call is made.

    `balance` is its profile's of that day with this call in it, its amounts in billionths of a dollar: it is what the
    budgets were decided on, and who plays the journal again must come to the same. `role` is the profile's, "" where
    nobody knows it.
    """
    wanted = reservation.request
    return _event(
        wanted,
        RESERVED,
        {
            **_asked(wanted, role, reservation.day),
            "reservedUsd": exact(worst_of(reservation)),
            "balance": {
                "reserved": balance.reserved,
                "spent": balance.spent,
                "calls": balance.calls,
                "unpriced": balance.unpriced,
                "powerCalls": balance.power_calls,
                "openCalls": balance.open_calls,
            },
        },
    )


def settled_event(reservation: Reservation, charge: Charge) -> Event:
    """Return the fact of how a call ended, and what the budgets count for it."""
    hold = hold_of(charge.status, worst=worst_of(reservation), cost=_rounded(charge.cost))
    return _event(
        reservation.request,
        SETTLED,
        {
            "callId": reservation.id,
            "modelAsked": str(reservation.request.model),
            "countedUsd": exact(hold.spent),
            **_ended(charge),
        },
    )


def recalled_event(wanted: ReservationRequest, charge: Charge, *, role: str, day: date) -> Event:
    """Return the fact that an answer came from the cache: no call was made, no budget is touched."""
    counted_usd = {"countedUsd": "0"}
    return _event(wanted, RECALLED, {**_asked(wanted, role, day), **counted_usd, **_ended(charge)})


def worst_of(reservation: Reservation) -> Nanos | None:
    """Return what was set aside, None where the price is not known."""
    return _rounded(reservation.request.worst_cost)


def _event(wanted: ReservationRequest, kind: str, payload: Mapping[str, JsonValue]) -> Event:
    return Event(
        stream=f"call:{wanted.call_id}",
        type=kind,
        payload=payload,
        trace_id=wanted.trace_id,
        book=wanted.book,
    )


def _asked(wanted: ReservationRequest, role: str, day: date) -> dict[str, JsonValue]:
    return {
        "callId": wanted.call_id,
        "logicalId": wanted.logical_id,
        "runId": wanted.run_id,
        "profile": wanted.profile,
        "role": role,
        "tier": wanted.tier.value,
        "purpose": wanted.purpose.value,
        "provider": wanted.model.provider,
        "model": wanted.model.model,
        "day": day.isoformat(),
    }


def _ended(charge: Charge) -> dict[str, JsonValue]:
    return {
        "status": charge.status.value,
        "code": charge.code,
        "costUsd": exact(_rounded(charge.cost)),
        "costSource": charge.cost_source.value,
        "priceVersion": charge.price_version,
        "promptTokens": charge.usage.prompt_tokens,
        "completionTokens": charge.usage.completion_tokens,
        "cachedTokens": charge.usage.cached_tokens,
        "latencyMs": float(charge.latency_ms),
        "modelServed": charge.model_served,
        "promptHash": charge.prompt_hash,
        "template": charge.template,
        "cacheHit": charge.cache_hit,
        "fallbackReason": charge.fallback_reason,
        "usageEstimated": charge.usage_estimated,
    }


def _rounded(amount: Usd | None) -> Nanos | None:
    return None if amount is None else nanos_of(amount)
