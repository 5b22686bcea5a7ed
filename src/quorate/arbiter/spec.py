"""The task spec: what a task may touch, what it may cost, and what must hold.  Source: DESIGN 9, R-133."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum
from types import MappingProxyType
from typing import Final

from quorate.arbiter.predicate import Predicate
from quorate.arbiter.task import TaskType
from quorate.kernel.canonical import JsonValue, digest
from quorate.kernel.ids import Symbol

HOUR_MS: Final = 3_600_000

LONGEST_TITLE: Final = 200
"""Source: R-133 (title 10 to 200 characters; a spec of our own has a shorter one)."""


class RiskTier(IntEnum):
    """How much harm a task can do.  Source: DESIGN 9."""

    PLACES_ORDERS = 1
    ANALYSIS = 2
    REPORTING = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """What the result must be, in words and as a predicate on the facts of the task. Source: R-133."""

    id: str
    given: str
    when: str
    then: str
    check: Predicate

    def payload(self) -> dict[str, JsonValue]:
        """Return the criterion as the journal keeps it."""
        return {
            "id": self.id,
            "given": self.given,
            "when": self.when,
            "then": self.then,
            "check": self.check.payload(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityGate:
    """A measure that the work tells of itself (`account.facts.scores.NAME`), and the least it may be."""

    name: str
    least: Decimal

    def payload(self) -> dict[str, JsonValue]:
        """Return the gate as the journal keeps it."""
        return {"name": self.name, "least": self.least}


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskSpec:
    """A task's mandate: scope, budget, invariants and acceptance that the checks hold it to.

    Money is US dollars, `max_portfolio_delta` a share of equity. None is no bound of the task's own: money is then
    bounded by the day's budget alone, tokens by the money.
    """

    risk_tier: RiskTier
    symbols: tuple[Symbol, ...]
    tools: tuple[str, ...]
    max_cost_usd: Decimal | None
    max_power_calls: int
    invariants: tuple[str, ...]
    spec_id: str = ""
    title: str = ""
    max_wall_ms: int = HOUR_MS
    max_tokens: int | None = None
    max_portfolio_delta: Decimal = Decimal(0)
    acceptance: tuple[Acceptance, ...] = ()
    gates: tuple[QualityGate, ...] = ()
    waivers: tuple[str, ...] = ()

    def payload(self) -> dict[str, JsonValue]:
        """Return the spec as the journal keeps it."""
        return {
            "id": self.spec_id,
            "title": self.title,
            "riskTier": int(self.risk_tier),
            "scope": {"symbols": list(self.symbols), "tools": list(self.tools)},
            "budget": {
                "usd": self.max_cost_usd,
                "powerCalls": self.max_power_calls,
                "wallMs": self.max_wall_ms,
                "tokens": self.max_tokens,
                "portfolioDelta": self.max_portfolio_delta,
            },
            "invariants": list(self.invariants),
            "acceptance": [each.payload() for each in self.acceptance],
            "gates": [each.payload() for each in self.gates],
            "waivers": list(self.waivers),
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

ANALYSIS_INVARIANTS = ("one answer, or an abstention with its reason", "a confidence in [0, 1]")
"""Source: RELIABILITY 4.2, invariant 12."""

SIGNAL_INVARIANTS = ("the phase discounts a confidence, and never raises it",)
"""Source: DESIGN 6 (a discount, never a boost or a block)."""

BACKTEST_INVARIANTS = (
    "no bar later than the decision is seen",
    "an exit at the stop before the target",
)
"""Source: DESIGN 8, "Backtest gate"."""

ORDER_INVARIANTS = (
    "an approved, unexpired verdict on exactly this order",
    "one broker order per decision, leg and generation",
    "no new risk while trading is halted",
)
"""Source: RELIABILITY 4.2, invariants 6, 8 and 13."""

BROKER_TOOL: Final = "broker"
"""The tool that places orders; no task but an order has it."""

TIERS: Mapping[TaskType, frozenset[RiskTier]] = MappingProxyType(
    {
        TaskType.ARENA_RUN: frozenset({RiskTier.ANALYSIS}),
        TaskType.TRADING_ANALYSIS: frozenset({RiskTier.ANALYSIS}),
        TaskType.TRADING_SIGNAL: frozenset({RiskTier.ANALYSIS}),
        TaskType.BACKTEST: frozenset({RiskTier.ANALYSIS, RiskTier.REPORTING}),
        TaskType.ORDER: frozenset({RiskTier.PLACES_ORDERS}),
    }
)
"""The tiers that a type of task may have. Source: DESIGN 9."""


def arena_run_spec(
    symbols: tuple[Symbol, ...],
    tools: tuple[str, ...],
    *,
    max_cost: Decimal | None = Decimal(0),
    max_power_calls: int = 0,
) -> TaskSpec:
    """Return the default spec of an arena run: these symbols, reading tools; without more, of a keyless one."""
    return TaskSpec(
        title="arena run",
        risk_tier=RiskTier.ANALYSIS,
        symbols=symbols,
        tools=tools,
        max_cost_usd=max_cost,
        max_power_calls=max_power_calls,
        invariants=ARENA_INVARIANTS,
    )


def analysis_spec(
    symbols: tuple[Symbol, ...], tools: tuple[str, ...], *, max_cost: Decimal | None = Decimal(0)
) -> TaskSpec:
    """Return the default spec of one agent's analysis."""
    return TaskSpec(
        title="trading analysis",
        risk_tier=RiskTier.ANALYSIS,
        symbols=symbols,
        tools=tools,
        max_cost_usd=max_cost,
        max_power_calls=0,
        invariants=ANALYSIS_INVARIANTS,
    )


def signal_spec(symbols: tuple[Symbol, ...]) -> TaskSpec:
    """Return the default spec of the validation of signals: it costs nothing and asks nobody."""
    return TaskSpec(
        title="signal validation",
        risk_tier=RiskTier.ANALYSIS,
        symbols=symbols,
        tools=(),
        max_cost_usd=Decimal(0),
        max_power_calls=0,
        invariants=SIGNAL_INVARIANTS,
    )


def backtest_spec(symbols: tuple[Symbol, ...]) -> TaskSpec:
    """Return the default spec of a backtest: it reads bars, for no money, and may take a day."""
    return TaskSpec(
        title="backtest",
        risk_tier=RiskTier.REPORTING,
        symbols=symbols,
        tools=("bars",),
        max_cost_usd=Decimal(0),
        max_power_calls=0,
        invariants=BACKTEST_INVARIANTS,
        max_wall_ms=24 * HOUR_MS,
    )


def order_spec(symbols: tuple[Symbol, ...], *, max_portfolio_delta: Decimal) -> TaskSpec:
    """Return the default spec of order work: the broker, no model, and how much of equity it may move."""
    return TaskSpec(
        title="order",
        risk_tier=RiskTier.PLACES_ORDERS,
        symbols=symbols,
        tools=(BROKER_TOOL,),
        max_cost_usd=Decimal(0),
        max_power_calls=0,
        invariants=ORDER_INVARIANTS,
        max_portfolio_delta=max_portfolio_delta,
    )


def spec_problems(spec: TaskSpec) -> tuple[str, ...]:
    """Return why the spec cannot be approved, one sentence each; nothing when it can."""
    return tuple(_problems(spec))


def _problems(spec: TaskSpec) -> Iterator[str]:
    if not spec.symbols:
        yield "the scope names no symbol"
    if not spec.invariants:
        yield "no invariant is stated, so nothing could be checked"
    if _is_negative(spec):
        yield "a budget is negative"
    if spec.max_wall_ms == 0:
        yield "no time is given"
    if len(spec.title) > LONGEST_TITLE:
        yield f"the title is longer than {LONGEST_TITLE} characters"
    if _has_twice([each.id for each in spec.acceptance]):
        yield "two acceptance criteria share an id"
    if _has_twice([each.name for each in spec.gates]):
        yield "two gates share a name"


def _is_negative(spec: TaskSpec) -> bool:
    budgets = (
        spec.max_cost_usd,
        spec.max_power_calls,
        spec.max_wall_ms,
        spec.max_tokens,
        spec.max_portfolio_delta,
    )
    return any(budget is not None and budget < 0 for budget in budgets)


def _has_twice(names: list[str]) -> bool:
    return len(set(names)) < len(names)
