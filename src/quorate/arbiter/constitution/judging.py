"""Judging: a task before its work and after it, by rules, gates and the waivers in force. Pure, and fails closed.

Waivers are asked for only where a gate fails without them, or the spec names some. Source: R-133, R-138, R-142.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Final

from quorate.arbiter.constitution.budget import asked_gates, told_number, used_gates
from quorate.arbiter.constitution.facts import facts_after, facts_before
from quorate.arbiter.constitution.gate import (
    ACCEPTANCE,
    CONSTITUTION_GATE,
    INVARIANTS,
    QUALITY,
    SCOPE,
    SPEC,
    TIER,
    WAIVERS,
    GateResult,
)
from quorate.arbiter.constitution.rule import BrokenRule, Compliance, RuleSet, Stage
from quorate.arbiter.constitution.ruling import Ruling
from quorate.arbiter.constitution.waiver import InForce, Waiver
from quorate.arbiter.spec import TIERS, RiskTier, TaskSpec, spec_problems
from quorate.arbiter.task import Task
from quorate.kernel.account import Account
from quorate.kernel.canonical import JsonValue
from quorate.kernel.errors import QuorateError

LEAST_SCORE: Final = 80
"""The least compliance score that passes. Source: R-133 (A2: below 80 is a fail)."""

_UNFIT: Final = (QuorateError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What a malformed spec or account raises when it is looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What is judged by: the rules, every waiver on record, and the moment."""

    rules: RuleSet
    waivers: Callable[[], Sequence[Waiver]]
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What was found: the ruling, the rules that did not hold, and the lowest compliance score."""

    ruling: Ruling
    broken: tuple[BrokenRule, ...] = ()
    score: int = 0


def judged_before(task: Task, spec: TaskSpec, bench: Bench) -> Judged:
    """Return how a task stands before its work."""
    try:
        facts = facts_before(task, spec)
        rules = bench.rules.compliance(task.type, Stage.BEFORE, facts)
        gates = _before(task, spec, rules, bench)
    except _UNFIT as error:
        return Judged(ruling=Ruling((_unjudged(SPEC, error),)))
    return Judged(ruling=Ruling(gates), broken=rules.broken, score=rules.score)


def judged_after(
    task: Task,
    spec: TaskSpec,
    account: Account,
    broken: Sequence[str],
    bench: Bench,
    before: Judged | None = None,
) -> Judged:
    """Return how a task stands after its work, what was found before it included: again, unless it is told."""
    first = before or judged_before(task, spec, bench)
    try:
        facts = facts_after(task, spec, account, broken)
        rules = bench.rules.compliance(task.type, Stage.AFTER, facts)
        gates = _after(task, spec, account, facts, bench)
        held = (_constitution(rules), *gates, _invariants(broken, spec))
    except _UNFIT as error:
        unjudged = Ruling(first.ruling.before, (_unjudged(INVARIANTS, error),))
        return replace(first, ruling=unjudged, score=0)
    return Judged(
        ruling=Ruling(first.ruling.before, held),
        broken=(*first.broken, *rules.broken),
        score=min(first.score, rules.score),
    )


def _before(task: Task, spec: TaskSpec, rules: Compliance, bench: Bench) -> tuple[GateResult, ...]:
    problems = spec_problems(spec)
    budgets = tuple(asked_gates(spec))
    if spec.waivers or not all(each.passed for each in budgets):
        in_force = _in_force(task, bench)
        raised = tuple(asked_gates(spec, in_force.delta))
        budgets = _marked(budgets, raised, in_force)
        named = _named_waivers(spec, in_force)
    else:
        named = GateResult(gate=WAIVERS, passed=True)
    return (
        GateResult(gate=SPEC, passed=not problems, message="; ".join(problems), evidence="spec"),
        _tier(task, spec),
        *budgets,
        named,
        _constitution(rules),
    )


def _after(
    task: Task,
    spec: TaskSpec,
    account: Account,
    facts: Mapping[str, object],
    bench: Bench,
) -> tuple[GateResult, ...]:
    budgets, quality = tuple(used_gates(spec, account)), tuple(_quality(spec, account))
    if not all(each.passed for each in (*budgets, *quality)):
        in_force = _in_force(task, bench)
        budgets = _marked(budgets, tuple(used_gates(spec, account, in_force.delta)), in_force)
        quality = tuple(_excused(each, in_force) for each in quality)
    return (*_scope(spec, account), *budgets, *quality, *_accepted(spec, facts))


def _in_force(task: Task, bench: Bench) -> InForce:
    counting = (each for each in bench.waivers() if each.counts_for(task.type, bench.now))
    return InForce(tuple(counting))


def _marked(
    plain: Sequence[GateResult], raised: Sequence[GateResult], in_force: InForce
) -> tuple[GateResult, ...]:
    """Return the gates under raised budgets, those marked that pass by a waiver alone."""
    return tuple(
        after
        if before.passed or not after.passed
        else after.waived(each.waiver_id for each in in_force.of(after.gate))
        for before, after in zip(plain, raised, strict=True)
    )


def _excused(gate: GateResult, in_force: InForce) -> GateResult:
    waivers = [each.waiver_id for each in in_force.of(gate.gate)]
    return gate if gate.passed or not waivers else gate.waived(waivers)


def _tier(task: Task, spec: TaskSpec) -> GateResult:
    allowed = TIERS.get(task.type, frozenset())
    fits = spec.risk_tier in allowed
    return GateResult(
        gate=TIER,
        passed=fits,
        score=int(spec.risk_tier),
        threshold=[int(tier) for tier in sorted(allowed)],
        message="" if fits else f"a task of type {task.type} is not one of tier {spec.risk_tier}",
        evidence="spec.riskTier",
    )


def _named_waivers(spec: TaskSpec, in_force: InForce) -> GateResult:
    known = {each.waiver_id for each in in_force.waivers}
    missing = [name for name in spec.waivers if name not in known]
    return GateResult(
        gate=WAIVERS,
        passed=not missing,
        message=f"not in force: {', '.join(missing)}" if missing else "",
        evidence="spec.waivers",
    )


def _constitution(rules: Compliance) -> GateResult:
    blocking = rules.blocking
    passed = not blocking and rules.score >= LEAST_SCORE
    said = "; ".join(each.rule.message for each in blocking or rules.broken)
    ids = " ".join(each.rule.id for each in rules.broken)
    return GateResult(
        gate=CONSTITUTION_GATE,
        passed=passed,
        score=rules.score,
        threshold=LEAST_SCORE,
        message="" if passed else said,
        evidence=ids,
    )


def _scope(spec: TaskSpec, account: Account) -> Iterator[GateResult]:
    """Yield whether what was touched lies within the spec; who places orders must tell what it touched."""
    allowed: Mapping[str, Sequence[str]] = {"symbols": spec.symbols, "tools": spec.tools}
    for key, names in allowed.items():
        told = account.facts.get(key)
        must_tell = key == "symbols" and spec.risk_tier is RiskTier.PLACES_ORDERS
        if told is None and not must_tell:
            continue
        touched = told if isinstance(told, list | tuple) else None
        outside = [] if touched is None else [each for each in touched if each not in names]
        message = "" if touched is not None else f"the task does not tell its {key}"
        if outside:
            message = f"outside of the spec: {', '.join(map(str, outside))}"
        yield GateResult(
            gate=f"{SCOPE}.{key}",
            passed=not message,
            message=message,
            evidence=f"account.facts.{key}",
        )


def _quality(spec: TaskSpec, account: Account) -> Iterator[GateResult]:
    told = account.facts.get("scores")
    scores = told if isinstance(told, Mapping) else {}
    for gate in spec.gates:
        score: Decimal | None = told_number(scores.get(gate.name))
        passed = score is not None and score >= gate.least
        shown = "not told" if score is None else format(score, "f")
        yield GateResult(
            gate=f"{QUALITY}.{gate.name}",
            passed=passed,
            score=score,
            threshold=gate.least,
            message="" if passed else f"{gate.name} is {shown}, below {gate.least}",
            evidence=f"account.facts.scores.{gate.name}",
        )


def _accepted(spec: TaskSpec, facts: Mapping[str, object]) -> Iterator[GateResult]:
    for each in spec.acceptance:
        holds = each.check.holds(facts)
        yield GateResult(
            gate=f"{ACCEPTANCE}.{each.id}",
            passed=holds,
            message="" if holds else f"not so: {each.then}",
            evidence=each.check.text(),
        )


def _invariants(broken: Sequence[str], spec: TaskSpec) -> GateResult:
    count: JsonValue = len(spec.invariants)
    return GateResult(
        gate=INVARIANTS,
        passed=not broken,
        score=0 if broken else 1,
        threshold=1,
        message="; ".join(broken),
        evidence=f"{count} invariants of the spec",
    )


def _unjudged(gate: str, error: Exception) -> GateResult:
    return GateResult(
        gate=gate, passed=False, message=f"it could not be judged: {type(error).__name__}: {error}"
    )
