"""Breakers: the auditor's on trading, which waits for a person, and those of models, which recover by themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from quorate.bootstrap.models import Models
from quorate.bootstrap.safety.answers import BreakerLine
from quorate.execution.halting import TradingLine
from quorate.llm.call import ModelId
from quorate.llm.failover import ModelHealth
from quorate.resilience import Circuit

TRADING: Final = "trading"
"""The name of the auditor's breaker. Source: R-025."""


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


def _left(health: ModelHealth, now: float) -> float | None:
    breaker = health.breaker
    if breaker.circuit is Circuit.CLOSED:
        return None
    return round(max(breaker.until - now, 0.0), 1)
