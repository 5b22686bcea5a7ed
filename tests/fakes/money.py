"""Calls that want money, and how they ended, in few words."""

from __future__ import annotations

from decimal import Decimal
from itertools import count

from quorate.kernel.ids import BookName, RunId, TraceId
from quorate.kernel.money import Usd
from quorate.llm.budget import CallStatus, Charge, CostSource, ReservationRequest
from quorate.llm.call import ModelId, Purpose, Usage
from quorate.llm.tier import Tier

TRACE = TraceId("0af7651916cd43dd8448eb211c80319c")
MODEL = ModelId("openrouter", "small/model")

_NUMBERS = count()


def usd(amount: str) -> Usd:
    return Usd(Decimal(amount))


def wanted(
    worst: str | None = "0.01",
    *,
    call_id: str = "",
    profile: str = "analyst",
    run_id: str | None = "run_1",
    tier: Tier = Tier.CHEAP,
    run_limit: str | None = None,
) -> ReservationRequest:
    """Return a hop that may cost `worst`, None where the price is not known; its id is fresh unless told."""
    return ReservationRequest(
        call_id=call_id or f"call_{next(_NUMBERS):06d}",
        logical_id="logical_1",
        run_id=None if run_id is None else RunId(run_id),
        profile=profile,
        tier=tier,
        purpose=Purpose.PANEL if tier is Tier.POWER else Purpose.ANSWER,
        model=MODEL,
        worst_cost=None if worst is None else usd(worst),
        trace_id=TRACE,
        book=BookName("replay"),
        run_limit=None if run_limit is None else usd(run_limit),
    )


def charge(cost: str | None = "0.002", status: CallStatus = CallStatus.ANSWERED) -> Charge:
    """Return the end of a hop that cost `cost`, None where nobody knows."""
    known = cost is not None
    return Charge(
        cost=usd(cost) if cost is not None else None,
        cost_source=CostSource.PROVIDER if known else CostSource.UNKNOWN,
        status=status,
        usage=Usage(prompt_tokens=900, completion_tokens=100, cached_tokens=10),
        code="" if status is CallStatus.ANSWERED else "TIMEOUT",
        latency_ms=12.5,
        model_served=MODEL.model,
        prompt_hash="ab" * 32,
        template="technical_analyst/1",
    )
