"""The task spec: what a task may touch, what it may cost, and what must hold.  Source: DESIGN 9, R-133."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum

from quorate.kernel.canonical import JsonValue, digest
from quorate.kernel.ids import Symbol


class RiskTier(IntEnum):
    """How much harm a task can do.  Source: DESIGN 9."""

    PLACES_ORDERS = 1
    ANALYSIS = 2
    REPORTING = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskSpec:
    """A task's mandate: scope, budget (US dollars, power calls), invariants that the post-check holds it to."""

    risk_tier: RiskTier
    symbols: tuple[Symbol, ...]
    tools: tuple[str, ...]
    max_cost_usd: Decimal
    max_power_calls: int
    invariants: tuple[str, ...]

    def payload(self) -> dict[str, JsonValue]:
        """Return the spec as the journal keeps it."""
        return {
            "riskTier": int(self.risk_tier),
            "scope": {"symbols": list(self.symbols), "tools": list(self.tools)},
            "budget": {"usd": self.max_cost_usd, "powerCalls": self.max_power_calls},
            "invariants": list(self.invariants),
        }

    @property
    def hash(self) -> str:
        """Return the hash of the whole spec."""
        return digest(self.payload())


ARENA_INVARIANTS = (
    "one decision per symbol",
    "confidence is raw times its recorded factors",
    "new risk only with quorum, agreement, confidence and no veto",
)
"""What `arena.postcheck` recomputes.  Source: RELIABILITY 4.2, invariants 12 and 17."""


def arena_run_spec(symbols: tuple[Symbol, ...], tools: tuple[str, ...]) -> TaskSpec:
    """Return the default spec of a keyless arena run: these symbols, reading tools, no money, no power call."""
    return TaskSpec(
        risk_tier=RiskTier.ANALYSIS,
        symbols=symbols,
        tools=tools,
        max_cost_usd=Decimal(0),
        max_power_calls=0,
        invariants=ARENA_INVARIANTS,
    )


def spec_problems(spec: TaskSpec) -> tuple[str, ...]:
    """Return why the spec cannot be approved, one sentence each; nothing when it can."""
    return tuple(_problems(spec))


def _problems(spec: TaskSpec) -> Iterator[str]:
    if not spec.symbols:
        yield "the scope names no symbol"
    if not spec.invariants:
        yield "no invariant is stated, so nothing could be checked"
    if spec.max_cost_usd < 0 or spec.max_power_calls < 0:
        yield "a budget is negative"
