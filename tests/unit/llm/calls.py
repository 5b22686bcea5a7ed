"""Gateways over scripted models, and the calls that tests make."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from quorate.kernel.ids import RunId, TraceId
from quorate.kernel.money import Usd
from quorate.llm.answer import GatewayAnswer
from quorate.llm.budget import CallStatus, CostSource
from quorate.llm.call import Message, ModelId, Purpose
from quorate.llm.call_listing import CallLine
from quorate.llm.failure import ModelCallError
from quorate.llm.gateway import GatewayPolicy, LogicalCall
from quorate.llm.ladder import Rung
from quorate.llm.prompt import prompt_of
from quorate.llm.service import Gateway
from quorate.llm.tier import Tier
from tests.fakes.clock import FakeClock
from tests.fakes.models import Act, CountedIds, ScriptedModel
from tests.fakes.money import MODEL, TRACE
from tests.fakes.purse import FlatPrices, MemoryPurse

FIRST, SECOND, THIRD = (ModelId("acme", name) for name in ("first", "second", "third"))
ELSEWHERE = ModelId("other", "spare")


def rung(model: ModelId, tier: Tier = Tier.CHEAP) -> Rung:
    return Rung(model=model, tier=tier)


def a_call(*models: ModelId, **changes: object) -> LogicalCall:
    """A question to `models` in turn (first and second unless told), 20 s for all of it."""
    facts: dict[str, object] = {
        "logical_id": "logical_1",
        "trace_id": TraceId("a" * 32),
        "run_id": RunId("run_1"),
        "profile": "cheap_tech_analyst",
        "purpose": Purpose.ANSWER,
        "ladder": tuple(rung(model) for model in models or (FIRST, SECOND)),
        "prompt": prompt_of([Message(role="user", content="What now?")]),
        "max_tokens": 1000,
        "timeout_s": 20.0,
        "template": "technical_analyst/1",
    }
    return LogicalCall(**{**facts, **changes})


def failure(code: str, **changes: object) -> ModelCallError:
    """What an adapter raises: worth another try and not billed, but for `changes`."""
    facts: dict[str, object] = {"source": "acme/first", "retryable": True, "billed": False}
    return ModelCallError("it failed", code=code, **{**facts, **changes})


def limited(seconds: float) -> ModelCallError:
    return failure("RATE_LIMITED", retry_after=timedelta(seconds=seconds))


@dataclass
class Bench:
    """A gateway with all that it stands on; `script` is by model."""

    script: dict[str, Sequence[Act]] = field(default_factory=dict)
    policy: GatewayPolicy = field(default_factory=GatewayPolicy)
    prices: FlatPrices = field(default_factory=FlatPrices)
    clock: FakeClock = field(default_factory=FakeClock)
    draw: float = 0.5

    def __post_init__(self) -> None:
        self.ended_at = 0.0
        self.purse = MemoryPurse(clock=self.clock)
        self.model = ScriptedModel(self.clock, by_model=self.script)
        self.gateway = Gateway(
            models={"acme": self.model, "other": self.model},
            purse=self.purse,
            prices=self.prices,
            clock=self.clock,
            ids=CountedIds(),
            draw=lambda: self.draw,
            policy=self.policy,
        )

    async def ask(
        self, *models: ModelId, within: float = 200.0, **changes: object
    ) -> GatewayAnswer:
        """Ask, and let `within` seconds pass; `ended_at` is when the answer or the failure came."""
        asking = asyncio.create_task(self._timed(a_call(*models, **changes)))
        await self.clock.advance(within)
        assert asking.done()
        answer = asking.result()
        self.purse.commit(answer.events)
        return answer

    async def _timed(self, call: LogicalCall) -> GatewayAnswer:
        try:
            return await self.gateway.ask(call)
        finally:
            self.ended_at = self.clock.monotonic()

    def asked(self) -> list[str]:
        """The models that were asked, in order."""
        return [request.model.model for _, request in self.model.asked]


def usd(text: str) -> Usd:
    return Usd(Decimal(text))


def call_line(
    call_id: str = "call_1",
    cost: str | None = "0.0187",
    status: CallStatus = CallStatus.ANSWERED,
    **changes: object,
) -> CallLine:
    """Return a call that cost `cost`, None where nobody knows."""
    facts: dict[str, object] = {
        "call_id": call_id,
        "logical_id": "ask_1",
        "run_id": "run_1",
        "trace_id": TRACE,
        "profile": "analyst",
        "role": "tech_analyst",
        "tier": Tier.CHEAP,
        "purpose": Purpose.ANSWER,
        "model": MODEL,
        "model_served": MODEL.model,
        "day": "2026-11-20",
        "reserved_at": "2026-11-20T12:00:00.000000Z",
        "settled_at": "2026-11-20T12:00:01.000000Z",
        "status": status,
        "code": "",
        "reserved": usd("0.02"),
        "cost": None if cost is None else usd(cost),
        "counted": usd(cost or "0.02"),
        "cost_source": CostSource.UNKNOWN if cost is None else CostSource.PROVIDER,
        "price_version": "",
        "prompt_tokens": 900,
        "completion_tokens": 100,
        "cached_tokens": 10,
        "latency_ms": 12.5,
        "prompt_hash": "ab" * 32,
        "template": "tech_analyst/1",
        "cache_hit": False,
        "fallback_reason": "",
        **changes,
    }
    return CallLine(**facts)
