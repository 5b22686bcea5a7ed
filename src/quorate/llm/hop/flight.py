"""A hop on its way, and a hop that has ended."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from quorate.kernel.money import Usd
from quorate.llm.answer import Hop
from quorate.llm.budget import Charge, CostSource, Reservation, ReservationRequest
from quorate.llm.call import NO_USAGE, ModelId, ModelReply, ModelRequest
from quorate.llm.charging import Landing
from quorate.llm.failure import FailureCode
from quorate.llm.gateway import LogicalCall
from quorate.llm.ladder import Rung


class Stage(Enum):
    """How far a hop is. Only where it waits for a slot or for the model may it be cancelled: elsewhere money moves."""

    QUEUED = auto()
    RESERVING = auto()
    CALLING = auto()
    SETTLING = auto()


@dataclass(slots=True, kw_only=True)
class Flight:
    """One hop on its way. It belongs to the gateway: its caller may leave it, its money may not.

    `fallback_reason` says why this model is asked instead of the first, empty for the first. `generation` is the pass
    of the model's breaker, None before there is one and once its outcome was told.
    """

    call: LogicalCall
    wanted: ReservationRequest
    request: ModelRequest
    fallback_reason: str
    stage: Stage = Stage.QUEUED
    left: bool = False
    generation: int | None = None

    @property
    def model(self) -> ModelId:
        """Return the model that is asked."""
        return self.request.model

    @property
    def is_sent(self) -> bool:
        """Return whether a request is on its way."""
        return self.stage is Stage.CALLING

    def unfinished(self, latency_ms: float) -> Hop:
        """Return the hop as the caller knows it that left it after `latency_ms`: its cost comes later."""
        return Hop(
            call_id=self.wanted.call_id,
            model=self.model,
            model_served="",
            code=FailureCode.TIMEOUT,
            latency_ms=latency_ms,
            cost=None,
            cost_source=CostSource.UNKNOWN,
            usage=NO_USAGE,
        )


def wanted_for(
    call: LogicalCall, rung: Rung, *, call_id: str, worst_cost: Usd | None
) -> ReservationRequest:
    """Return what a hop to the model of `rung` wants of the purse."""
    return ReservationRequest(
        call_id=call_id,
        logical_id=call.logical_id,
        run_id=call.run_id,
        profile=call.profile,
        tier=rung.tier,
        purpose=call.purpose,
        model=rung.model,
        worst_cost=worst_cost,
        trace_id=call.trace_id,
        book=call.book,
        run_limit=call.run_limit,
    )


def flight_of(
    call: LogicalCall,
    rung: Rung,
    *,
    call_id: str,
    worst_cost: Usd | None,
    timeout_s: float,
    fallback_reason: str,
) -> Flight:
    """Return the hop that asks the model of `rung`, with `timeout_s` for the request itself."""
    return Flight(
        call=call,
        fallback_reason=fallback_reason,
        wanted=wanted_for(call, rung, call_id=call_id, worst_cost=worst_cost),
        request=ModelRequest(
            model=rung.model,
            messages=call.prompt.messages,
            temperature=call.temperature,
            max_tokens=call.max_tokens,
            timeout_s=timeout_s,
            seed=call.seed,
            tools=call.prompt.tools,
            json_schema=call.prompt.json_schema,
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """A hop that has ended, with what was reserved for it and what it is charged; `owed` is left to the caller."""

    call_id: str
    landing: Landing
    reservation: Reservation
    charge: Charge
    owed: bool

    @property
    def reply(self) -> ModelReply | None:
        """Return the reply, None where there is none to be parsed."""
        return self.landing.reply if self.landing.failure is None else None

    @property
    def hop(self) -> Hop:
        """Return the hop as the answer tells it."""
        landing, charge = self.landing, self.charge
        return Hop(
            call_id=self.call_id,
            model=landing.model,
            model_served=charge.model_served,
            code=landing.failure.code if landing.failure is not None else "",
            latency_ms=charge.latency_ms,
            cost=charge.cost,
            cost_source=charge.cost_source,
            usage=charge.usage,
        )
