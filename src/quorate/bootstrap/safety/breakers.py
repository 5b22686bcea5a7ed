"""Breakers: the auditor's on trading, which waits for a person; models and components recover by themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from quorate.arbiter.coordination.intake import TASK_BREAKER, Gate
from quorate.arbiter.coordination.shutdown import Switch
from quorate.bootstrap.models import Models
from quorate.bootstrap.safety.answers import BreakerLine
from quorate.execution.halting import TradingLine
from quorate.llm.call import ModelId
from quorate.llm.failover import ModelHealth
from quorate.resilience import Circuit
from quorate.resilience.bounding import Boundaries

TRADING: Final = "trading"
"""The name of the auditor's breaker. Source: R-025."""

TASKS: Final = "tasks"
"""The name of the breaker that new tasks pass. Source: R-051, FM-TAW-010."""


def trading_breaker(books: Sequence[TradingLine]) -> BreakerLine:
    """Return the auditor's breaker: open where it halted one of the books."""
    tripped = [each for each in books if each.tripped]
    said = "; ".join(f"{each.book}: {each.reason}" for each in tripped)
    return BreakerLine(
        name=TRADING,
        dependency="auditor",
        circuit=(Circuit.OPEN if tripped else Circuit.CLOSED).value,
        failures=float(len(tripped)),
        threshold=1.0,
        left_s=None,
        detail=said or "opens on any violation of an audit",
        latched=bool(tripped),
    )


def task_breaker(gate: Gate, intake: Switch, now: float) -> BreakerLine:
    """Return the breaker of new tasks: open where too many failed or wait, and held open by a shutdown."""
    breaker, policy = gate.breaker, TASK_BREAKER
    recent = [weight for then, weight in breaker.failures if now - then < policy.window_s]
    is_open = intake.is_shut or breaker.circuit is not Circuit.CLOSED
    closes_by_itself = is_open and not intake.is_shut
    return BreakerLine(
        name=TASKS,
        dependency="arbiter",
        circuit=(Circuit.OPEN if intake.is_shut else breaker.circuit).value,
        failures=policy.threshold if is_open else sum(recent),
        threshold=policy.threshold,
        left_s=round(max(breaker.until - now, 0.0), 1) if closes_by_itself else None,
        detail=_why_no_task(gate, intake),
        latched=intake.is_shut,
    )


def _why_no_task(gate: Gate, intake: Switch) -> str:
    if intake.is_shut:
        return f"shut down until a person resumes: {intake.reason}"
    if gate.breaker.circuit is not Circuit.CLOSED:
        return gate.why
    return "opens when nobody is able to work, too many tasks wait, or too many failed"


def name_of(model: ModelId) -> str:
    """Return what a model's breaker is called, fit for an address."""
    return str(model).replace("/", "~")


def model_breakers(models: Models, now: float) -> Iterator[BreakerLine]:
    """Yield the breaker of every model that this process has asked, by name."""
    policy = models.breaker_policy
    for model, health in sorted(models.healths().items(), key=lambda each: str(each[0])):
        breaker, alone = health.breaker, health.not_before - now
        recent = [
            (then, weight) for then, weight in breaker.failures if now - then < policy.window_s
        ]
        is_open = breaker.circuit is not Circuit.CLOSED
        yield BreakerLine(
            name=name_of(model),
            dependency=str(model),
            circuit=breaker.circuit.value,
            failures=policy.threshold if is_open else sum(weight for _, weight in recent),
            threshold=policy.threshold,
            left_s=_left(health, now),
            detail=f"asked to be left alone for {alone:.0f} s" if alone > 0 else "",
        )


def component_breakers(boundaries: Boundaries, now: float) -> Iterator[BreakerLine]:
    """Yield the breaker of every component that this process may ask, by name."""
    for each in boundaries.listing():
        left, asked = each.left_s(now), each.asked
        said = f"asked {asked.calls} times, {asked.failures} failed, {asked.refused} held back"
        yield BreakerLine(
            name=each.name,
            dependency=each.of or each.name,
            circuit=each.breaker.circuit.value,
            failures=each.failures_weigh(now),
            threshold=each.policy.threshold,
            left_s=None if left is None else round(left, 1),
            detail=f"{said}; last: {each.cause}" if each.cause else said,
        )


def _left(health: ModelHealth, now: float) -> float | None:
    breaker = health.breaker
    if breaker.circuit is Circuit.CLOSED:
        return None
    return round(max(breaker.until - now, 0.0), 1)
