"""Budgets: what a tier may ask for, and whether the work kept to what its spec was given.

A sum that is not known is not below a bound. Source: DESIGN 9, R-133 ("Policy", "budgetCompliance").
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Final

from quorate.arbiter.constitution.gate import ADHERENCE, COMPLIANCE, GateResult
from quorate.arbiter.constitution.waiver import NO_DELTA, Delta
from quorate.arbiter.spec import HOUR_MS, RiskTier, TaskSpec
from quorate.kernel.account import Account
from quorate.kernel.canonical import JsonValue


@dataclass(frozen=True, slots=True, kw_only=True)
class TierLimits:
    """What a spec of a tier may ask for at the most; money None: the day's budget bounds it."""

    usd: Decimal
    open_usd: bool
    power_calls: int
    wall_ms: int
    portfolio_delta: Decimal


TIER_LIMITS: Final[Mapping[RiskTier, TierLimits]] = MappingProxyType(
    {
        RiskTier.PLACES_ORDERS: TierLimits(
            usd=Decimal(0),
            open_usd=False,
            power_calls=0,
            wall_ms=HOUR_MS,
            portfolio_delta=Decimal(1),
        ),
        RiskTier.ANALYSIS: TierLimits(
            usd=Decimal(100),
            open_usd=True,
            power_calls=100,
            wall_ms=24 * HOUR_MS,
            portfolio_delta=Decimal(0),
        ),
        RiskTier.REPORTING: TierLimits(
            usd=Decimal(0),
            open_usd=False,
            power_calls=0,
            wall_ms=24 * HOUR_MS,
            portfolio_delta=Decimal(0),
        ),
    }
)
"""Ours: who places orders asks no model; who analyses moves nothing; a report costs nothing."""

Raises = Callable[[str], Delta]
"""By how much waivers raise the budget that a gate is about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One budget: what was asked for or used, and the bound; `used` None is unknown, `limit` None is no bound."""

    name: str
    key: str
    used: Decimal | None
    limit: Decimal | None
    evidence: str

    def result(self, gate: str, raised: Decimal = Decimal(0)) -> GateResult:
        """Return how it stands to its bound, raised by so much."""
        limit = None if self.limit is None else self.limit + raised
        passed = limit is None or (self.used is not None and Decimal(0) <= self.used <= limit)
        message = ""
        if not passed:
            used = "an unknown amount" if self.used is None else format(self.used, "f")
            message = f"{used} of {self.name}, and the bound is {limit}"
        return GateResult(
            gate=f"{gate}.{self.key}",
            passed=passed,
            score=self.used,
            threshold=limit,
            message=message,
            evidence=self.evidence,
        )


def no_raises(_gate: str) -> Delta:
    """Return that nothing is raised."""
    return NO_DELTA


def asked_gates(spec: TaskSpec, raises: Raises = no_raises) -> Iterator[GateResult]:
    """Yield how a spec's budgets stand to those of its tier."""
    for measure in _asked(spec):
        gate = f"{COMPLIANCE}.{measure.key}"
        yield measure.result(COMPLIANCE, _raise_of(raises(gate), measure.key))


def used_gates(
    spec: TaskSpec, account: Account, raises: Raises = no_raises
) -> Iterator[GateResult]:
    """Yield how what was used stands to the spec's budgets."""
    for measure in _used(spec, account):
        gate = f"{ADHERENCE}.{measure.key}"
        yield measure.result(ADHERENCE, _raise_of(raises(gate), measure.key))


def budget_compliance(results: list[GateResult], spec: TaskSpec) -> dict[str, JsonValue]:
    """Return the part of a verdict that tells of the budgets. Source: R-133 ("Verdict")."""
    own = [each for each in results if each.name == ADHERENCE]
    failed = [each for each in own if not each.passed]
    violations: list[JsonValue] = [
        {
            "gate": each.gate,
            "type": each.gate.partition(".")[2],
            "current": each.score,
            "limit": each.threshold,
            "message": each.message,
        }
        for each in failed
    ]
    return {
        "compliant": not failed,
        "baseline": spec.payload()["budget"],
        "effective": {each.gate.partition(".")[2]: each.threshold for each in own},
        "current": {each.gate.partition(".")[2]: each.score for each in own},
        "violations": violations,
    }


def told_number(value: object) -> Decimal | None:
    """Return the finite number that a fact tells, None where it tells none."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _asked(spec: TaskSpec) -> Iterator[Measure]:
    limits, evidence = TIER_LIMITS[spec.risk_tier], "spec.budget"
    bound = None if spec.max_cost_usd is None and limits.open_usd else limits.usd
    yield _measure("US dollars", "usd", spec.max_cost_usd, bound, evidence)
    yield _measure("power calls", "power_calls", spec.max_power_calls, limits.power_calls, evidence)
    yield _measure("milliseconds", "wall_time", spec.max_wall_ms, limits.wall_ms, evidence)
    yield _measure(
        "equity", "portfolio_delta", spec.max_portfolio_delta, limits.portfolio_delta, evidence
    )


def _used(spec: TaskSpec, account: Account) -> Iterator[Measure]:
    facts = account.facts
    cost = account.cost.amount if account.cost is not None else facts.get("countedUsd")
    yield _measure("US dollars", "usd", cost, spec.max_cost_usd, "account.cost")
    yield _measure(
        "power calls",
        "power_calls",
        account.power_calls,
        spec.max_power_calls,
        "account.powerCalls",
    )
    yield _measure("milliseconds", "wall_time", account.wall_ms, spec.max_wall_ms, "account.wallMs")
    if spec.max_tokens is not None:
        yield _measure(
            "tokens", "tokens", facts.get("tokens"), spec.max_tokens, "account.facts.tokens"
        )
    if spec.risk_tier is RiskTier.PLACES_ORDERS or "portfolioDelta" in facts:
        yield _measure(
            "equity",
            "portfolio_delta",
            _unsigned(facts.get("portfolioDelta")),
            spec.max_portfolio_delta,
            "account.facts.portfolioDelta",
        )


def _unsigned(value: object) -> Decimal | None:
    """Return how far a portfolio is moved, whichever way."""
    number = told_number(value)
    return None if number is None else abs(number)


def _measure(
    name: str, key: str, used: object, limit: Decimal | int | None, evidence: str
) -> Measure:
    bound = None if limit is None else Decimal(limit)
    return Measure(name=name, key=key, used=told_number(used), limit=bound, evidence=evidence)


def _raise_of(delta: Delta, key: str) -> Decimal:
    match key:
        case "usd":
            return delta.usd
        case "power_calls":
            return Decimal(delta.power_calls)
        case "wall_time":
            return Decimal(delta.wall_ms)
        case "tokens":
            return Decimal(delta.tokens)
        case _:
            return delta.portfolio_delta
