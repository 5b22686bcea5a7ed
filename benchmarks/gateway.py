"""The gateway: its own CPU time per call, with a model and a purse that take none."""

from __future__ import annotations

import asyncio
import random
import time
from datetime import date
from decimal import Decimal

from benchmarks.measure import Figure
from quorate.adapters.clock.system import RandomIds, SystemClock
from quorate.kernel.ids import TraceId
from quorate.kernel.journal import Event
from quorate.kernel.money import Usd
from quorate.llm.budget import Charge, Reservation, ReservationRequest
from quorate.llm.call import Message, ModelId, ModelReply, ModelRequest, Purpose, Usage
from quorate.llm.gateway import LogicalCall
from quorate.llm.ladder import Rung
from quorate.llm.price_table import PriceTable
from quorate.llm.prompt import prompt_of
from quorate.llm.service import Gateway
from quorate.llm.tier import Tier

CALLS, ROUNDS, AT_ONCE, BAR_US = 2000, 9, 200, 300.0
TODAY = date(2026, 1, 1)
MODEL = ModelId("openrouter", "openai/gpt-5-mini")
ANSWER = ModelReply(
    content=b'{"decisions": []}' * 100,
    model_served="openai/gpt-5-mini-2025-08-07",
    finish_reason="stop",
    usage=Usage(prompt_tokens=9000, completion_tokens=500, cached_tokens=100),
)


class InstantModel:
    """Answers at once."""

    async def complete(self, request: ModelRequest) -> ModelReply:  # noqa: ARG002
        """Return the one answer."""
        return ANSWER


class OpenPurse:
    """Has money for everything and writes nothing."""

    async def reserve(self, wanted: ReservationRequest) -> Reservation:
        """Set nothing aside."""
        worst = wanted.worst_cost or Usd(Decimal(0))
        return Reservation(id=wanted.call_id, request=wanted, reserved=worst, day=TODAY)

    async def settle(self, reservation: Reservation, charge: Charge) -> None:
        """Settle nothing."""

    def settled(self, reservation: Reservation, charge: Charge) -> Event:
        """Return an event."""
        return Event(stream=reservation.id, type="call.settled", payload={"code": charge.code})

    def recalled(self, wanted: ReservationRequest, charge: Charge) -> Event:
        """Return an event."""
        return Event(stream=wanted.call_id, type="call.recalled", payload={"code": charge.code})


async def figures() -> list[Figure]:
    """Return the CPU time of a call, the median of several rounds, alone and with many at once."""
    gateway = Gateway(
        models={MODEL.provider: InstantModel()},
        purse=OpenPurse(),
        prices=PriceTable(),
        clock=SystemClock(),
        ids=RandomIds(),
        draw=random.random,
    )
    await _round(gateway, AT_ONCE)
    return [
        await _figure(gateway, at_once, name)
        for at_once, name in ((1, "one at a time"), (AT_ONCE, f"{AT_ONCE} at once"))
    ]


async def _figure(gateway: Gateway, at_once: int, name: str) -> Figure:
    rounds = sorted([await _round(gateway, at_once) for _ in range(ROUNDS)])
    median = rounds[ROUNDS // 2]
    return Figure(
        what=f"Gateway, CPU per call, instant model, {name}",
        figure=f"{median:.0f} µs (median of {ROUNDS} rounds; {rounds[0]:.0f} to {rounds[-1]:.0f})",
        bar=f"< {BAR_US:.0f} µs",
        reached=median < BAR_US,
    )


async def _round(gateway: Gateway, at_once: int) -> float:
    """Return the microseconds of CPU that a call took."""
    call, began = _call(), time.process_time()

    async def caller() -> None:
        for _ in range(CALLS // at_once):
            await gateway.ask(call)

    async with asyncio.TaskGroup() as callers:
        for _ in range(at_once):
            callers.create_task(caller())
    return (time.process_time() - began) / CALLS * 1e6


def _call() -> LogicalCall:
    told = Message(role="system", content="You answer in JSON. " * 200)
    asked = Message(role="user", content="2012-06-29 583.98 584.00 574.25 578.86 " * 1200)
    return LogicalCall(
        logical_id="bench",
        trace_id=TraceId("0" * 32),
        profile="bench",
        purpose=Purpose.ANSWER,
        ladder=(Rung(model=MODEL, tier=Tier.CHEAP),),
        prompt=prompt_of([told, asked]),
        max_tokens=1024,
        timeout_s=20.0,
    )
