"""Model calls for the tests of a run's costs."""

from decimal import Decimal
from typing import Any

from quorate.kernel.money import Usd
from quorate.llm.budget import CallStatus, CostSource
from quorate.llm.call import ModelId, Purpose
from quorate.llm.call_listing import CallLine
from quorate.llm.tier import Tier


def call(cost: str | None = "0.001", **what: Any) -> CallLine:
    """A call of the analyst in the first round; `what` names what differs."""
    usual: dict[str, Any] = {
        "call_id": "call_1",
        "logical_id": "ask_analyst",
        "run_id": "run_1",
        "trace_id": "t",
        "profile": "analyst",
        "role": "technical_analyst",
        "tier": Tier.CHEAP,
        "purpose": Purpose.ANSWER,
        "model": ModelId("openai", "small"),
        "model_served": "small",
        "day": "2026-11-21",
        "reserved_at": "2026-11-21T12:00:00Z",
        "settled_at": "2026-11-21T12:00:01Z",
        "status": CallStatus.ANSWERED,
        "code": "",
        "reserved": None,
        "cost": None if cost is None else Usd(Decimal(cost)),
        "counted": Usd(Decimal(0)),
        "cost_source": CostSource.PROVIDER,
        "price_version": "",
        "prompt_tokens": 100,
        "completion_tokens": 10,
        "cached_tokens": 0,
        "latency_ms": 5.0,
        "prompt_hash": "",
        "template": "",
        "cache_hit": False,
        "fallback_reason": "",
    }
    return CallLine(**(usual | what))
