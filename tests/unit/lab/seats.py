"""Seats, sessions and a gateway that says what a test tells it, in few words."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from quorate.kernel.ids import TraceId
from quorate.kernel.journal import Committed
from quorate.kernel.money import Usd
from quorate.lab import Desk, Seat, Session
from quorate.llm import GatewayPolicy, ModelCallError, ModelId, Rung, Tier
from quorate.llm.answer import GatewayAnswer, Hop
from quorate.llm.budget import BudgetExhaustedError, CostSource, Limit
from quorate.llm.call import NO_USAGE
from tests.fakes.models import CountedIds
from tests.unit.arena.casts import profile

ASPECTS = ("correctness", "completeness", "clarity", "evidence", "safety")
FULL = BudgetExhaustedError(
    "the daily budget has nothing left",
    fix="wait",
    limit=Limit.DAY,
    size=Decimal(1),
    left=Decimal(0),
)


def seat(letter="A", name="analyst", *, model="small", can_be_asked=True):
    rungs = (Rung(model=ModelId("openai", model), tier=Tier.CHEAP),) if can_be_asked else ()
    return Seat(letter=letter, profile=profile(name), ladder=rungs)


def session(limit="0.50"):
    return Session(
        lab_id="lab_1",
        trace_id=TraceId("0" * 32),
        template="lab/1",
        limit=None if limit is None else Usd(Decimal(limit)),
    )


def judged(verdict="pass", *findings, confidence=0.7, **aspects):
    """The JSON of a judgement; a finding is (kind, title, quote)."""
    return json.dumps(
        {
            "verdict": verdict,
            "confidence": confidence,
            "aspects": {**dict.fromkeys(ASPECTS, "pass"), **aspects},
            "findings": [
                {"kind": kind, "title": title, "quote": quote} for kind, title, quote in findings
            ],
        }
    )


def wished(size, spend="0", *, confidence=0.7, refused=False):
    """The JSON of a wish, the numbers as they are written."""
    return (
        f'{{"sizePct":{size},"spendUsd":{spend},"confidence":{confidence},'
        f'"refused":{json.dumps(refused)},"reason":"because"}}'
    )


@dataclass
class SaidModels:
    """A gateway on which each profile plays its script, the last answer for ever; `asked` has every call."""

    script: dict[str, Sequence[str | Exception]]
    asked: list = field(default_factory=list)
    policy: GatewayPolicy = field(default_factory=GatewayPolicy)

    async def ask(self, call):
        turn = sum(each.profile == call.profile for each in self.asked)
        self.asked.append(call)
        script = self.script[call.profile]
        said = script[min(turn, len(script) - 1)]
        if isinstance(said, Exception):
            raise said
        model = call.ladder[0].model
        hop = Hop(
            call_id=f"call_{len(self.asked)}",
            model=model,
            model_served=model.model,
            code="",
            latency_ms=1.0,
            cost=Usd(Decimal("0.001")),
            cost_source=CostSource.PROVIDER,
            usage=NO_USAGE,
        )
        return GatewayAnswer(
            content=said.encode(),
            tool_calls=(),
            model_asked=model,
            model_served=model.model,
            fallback_used=False,
            fallback_reason="",
            hops=(hop,),
            latency_ms=1.0,
            events=(),
        )


@dataclass
class Rows:
    """A journal that keeps events, and nothing else."""

    events: list = field(default_factory=list)

    async def commit(self, decide):
        self.events += decide(None)
        return Committed()


@dataclass
class RoomFor:
    """A purse that has room for so many dollars."""

    usd: Decimal

    async def require_room_for(self, wanted):
        if wanted.worst_cost.amount > self.usd:
            raise FULL


def desk_of(**script):
    models, rows = SaidModels(script), Rows()
    return Desk(asker=models, journal=rows, ids=CountedIds()), models, rows


def unreachable():
    return ModelCallError("no answer within 20 s", code="TIMEOUT", source="openai/small")
