"""Rules: what must hold of a task, by principle, and what follows where it does not. Rules are data.

Six principles; LOW is logged, MEDIUM raises an alert, HIGH an alert for a person to act on, CRITICAL blocks.
Source: R-133 (ARBITER facts, "Constitution").
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from quorate.arbiter.predicate import Predicate, predicate
from quorate.arbiter.task import TaskType
from quorate.kernel.canonical import JsonValue, digest
from quorate.kernel.errors import RejectedError


class Principle(StrEnum):
    """What the constitution stands for."""

    TRANSPARENCY = "TRANSPARENCY"
    ACCOUNTABILITY = "ACCOUNTABILITY"
    SAFETY = "SAFETY"
    FAIRNESS = "FAIRNESS"
    PRIVACY = "PRIVACY"
    RELIABILITY = "RELIABILITY"


class Severity(StrEnum):
    """How grave it is that a rule does not hold."""

    LOW = "LOW"
    MEDIUM = "MEDIUM"
    HIGH = "HIGH"
    CRITICAL = "CRITICAL"


class Response(StrEnum):
    """What follows where a rule does not hold."""

    LOG = "log"
    ALERT = "alert"
    ESCALATE = "escalate"
    BLOCK = "block"


class Stage(StrEnum):
    """When a task is judged."""

    BEFORE = "before"
    AFTER = "after"


RESPONSES: Final[Mapping[Severity, Response]] = MappingProxyType(
    {
        Severity.LOW: Response.LOG,
        Severity.MEDIUM: Response.ALERT,
        Severity.HIGH: Response.ESCALATE,
        Severity.CRITICAL: Response.BLOCK,
    }
)

WEIGHTS: Final[Mapping[Severity, int]] = MappingProxyType(
    {Severity.LOW: 1, Severity.MEDIUM: 2, Severity.HIGH: 4, Severity.CRITICAL: 8}
)
"""What a rule counts in the compliance score. Ours: each severity outweighs two of the one below it."""

FULL_SCORE: Final = 100

_NEEDED: Final = frozenset(
    {"id", "principle", "stage", "condition", "operator", "message", "severity"}
)
_OPTIONAL: Final = frozenset({"value", "taskTypes"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule; `task_types` are those that it is asked of, empty for all."""

    id: str
    principle: Principle
    stage: Stage
    predicate: Predicate
    message: str
    severity: Severity
    task_types: frozenset[TaskType] = frozenset()

    @property
    def response(self) -> Response:
        """Return what follows where it does not hold."""
        return RESPONSES[self.severity]

    def concerns(self, kind: TaskType) -> bool:
        """Return whether the rule is asked of a task of this type."""
        return not self.task_types or kind in self.task_types

    def payload(self) -> dict[str, JsonValue]:
        """Return the rule as it is written."""
        return {
            "id": self.id,
            "principle": self.principle,
            "stage": self.stage,
            **self.predicate.payload(),
            "message": self.message,
            "severity": self.severity,
            "taskTypes": sorted(self.task_types),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenRule:
    """A rule that did not hold."""

    rule: Rule

    def payload(self) -> dict[str, JsonValue]:
        """Return what a verdict says of it."""
        rule = self.rule
        return {
            "rule": rule.id,
            "principle": rule.principle,
            "severity": rule.severity,
            "response": rule.response,
            "message": rule.message,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Compliance:
    """How a task stands to the rules: those that do not hold, and a score from 0 to 100."""

    broken: tuple[BrokenRule, ...]
    score: int

    @property
    def blocking(self) -> tuple[BrokenRule, ...]:
        """Return the broken rules that no task may go on with."""
        return tuple(each for each in self.broken if each.rule.response is Response.BLOCK)


UNBROKEN: Final = Compliance(broken=(), score=FULL_SCORE)


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Rules that are judged by together; the hash names them in every verdict."""

    rules: tuple[Rule, ...]
    hash: str
    asked: Mapping[tuple[TaskType, Stage], tuple[Rule, ...]]

    def compliance(self, kind: TaskType, stage: Stage, facts: Mapping[str, object]) -> Compliance:
        """Return how a task stands to the rules of a stage; with no rule to ask it stands at 100."""
        asked = self.asked[kind, stage]
        broken = [rule for rule in asked if not rule.predicate.holds(facts)]
        if not broken:
            return UNBROKEN
        whole = sum(WEIGHTS[rule.severity] for rule in asked)
        lost = sum(WEIGHTS[rule.severity] for rule in broken)
        score = FULL_SCORE * (whole - lost) // whole
        return Compliance(broken=tuple(BrokenRule(rule=rule) for rule in broken), score=score)


def rule_set(trees: Iterable[Mapping[str, object]]) -> RuleSet:
    """Return the rules that data writes.

    Raises:
        RejectedError: a rule lacks a field, has an unknown one, or shares its id with another.
    """
    rules = tuple(map(rule, trees))
    ids = [each.id for each in rules]
    if len(set(ids)) < len(ids):
        raise _refused("two rules share an id")
    asked = {
        (kind, stage): tuple(each for each in rules if each.stage is stage and each.concerns(kind))
        for kind in TaskType
        for stage in Stage
    }
    named = digest([each.payload() for each in rules])
    return RuleSet(rules, named, MappingProxyType(asked))


def rule(tree: Mapping[str, object]) -> Rule:
    """Return the rule that `tree` writes; raises as `rule_set`."""
    name = str(tree.get("id", ""))
    missing, unknown = _NEEDED - tree.keys(), tree.keys() - _NEEDED - _OPTIONAL
    if missing or unknown:
        wrong = ", ".join(sorted({*missing, *unknown}))
        raise _refused(f"rule '{name}' lacks a field, or has one that nobody knows: {wrong}")
    written = {key: tree[key] for key in ("condition", "operator", "value") if key in tree}
    kinds = tree.get("taskTypes", ())
    if not isinstance(kinds, list | tuple):
        raise _refused(f"rule '{name}': taskTypes is a list")
    try:
        return Rule(
            id=name,
            principle=Principle(str(tree["principle"])),
            stage=Stage(str(tree["stage"])),
            predicate=predicate(written),
            message=str(tree["message"]),
            severity=Severity(str(tree["severity"])),
            task_types=frozenset(TaskType(str(kind)) for kind in kinds),
        )
    except ValueError as error:
        raise _refused(f"rule '{name}': {error}") from error


def _refused(cause: str) -> RejectedError:
    return RejectedError(cause, effect="no task can be judged by these rules")
