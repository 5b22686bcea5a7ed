"""A routing decision: who is asked, who else might have been, and why; every word of it follows from its inputs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from quorate.arbiter.routing.arm import Arm
from quorate.arbiter.routing.bandit import Candidates, Scored, picked
from quorate.arbiter.routing.directory import Directory
from quorate.arbiter.routing.policy import RoutingPolicy, Strategy
from quorate.arbiter.routing.wanted import Wanted
from quorate.kernel.canonical import JsonValue
from quorate.kernel.ids import BookName, TraceId
from quorate.kernel.journal import Event

ROUTED: Final = "routing.decided"

ALTERNATIVES: Final = 3
"""How many of those who were not chosen are told. Source: R-132."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One agent that was chosen, and the best of those who were not."""

    selected: str
    version: int
    identity: str
    way: str
    confidence: float
    score: float
    reason: str
    alternatives: tuple[Scored, ...] = ()

    def as_json(self) -> dict[str, JsonValue]:
        """Return the object of a decision's list."""
        return {
            "selected": self.selected,
            "version": self.version,
            "identity": self.identity,
            "way": self.way,
            "confidence": f"{self.confidence:.6f}",
            "score": f"{self.score:.6f}",
            "reason": self.reason,
            "alternatives": [
                {"agent": each.agent.name, "score": f"{each.score:.6f}", "reason": each.reason}
                for each in self.alternatives
            ],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingDecision:
    """Who is asked for one purpose of a task. `passed_over` says what kept the others from it."""

    task_id: str
    task_type: str
    purpose: str
    strategy: Strategy
    learned: str
    choices: tuple[Choice, ...]
    passed_over: Mapping[str, str]
    rationale: str

    @property
    def selected(self) -> tuple[str, ...]:
        """Return who is asked, in the order they were chosen."""
        return tuple(each.selected for each in self.choices)

    def as_json(self) -> dict[str, JsonValue]:
        """Return the decision as its row holds it."""
        return {
            "taskId": self.task_id,
            "taskType": self.task_type,
            "purpose": self.purpose,
            "strategy": self.strategy.value,
            "learnedStateHash": self.learned,
            "selected": list(self.selected),
            "choices": [each.as_json() for each in self.choices],
            "passedOver": dict(self.passed_over),
            "rationale": self.rationale,
        }


def routed_event(
    decision: RoutingDecision, *, run_id: str, book: BookName, trace_id: TraceId
) -> Event:
    """Return the row of a routing decision; it stands beside its run, not in it."""
    return Event(
        stream=f"routing:{run_id}",
        type=ROUTED,
        payload={"runId": run_id, **decision.as_json()},
        trace_id=trace_id,
        book=book,
    )


def routed(
    directory: Directory,
    wanted: Wanted,
    *,
    count: int,
    task_id: str,
    purpose: str,
    policy: RoutingPolicy,
) -> RoutingDecision:
    """Return who of the directory is asked, at most `count`: able, then wanted, then by the bandit, then by load.

    Nobody is chosen where nobody may be. Source: R-132, DESIGN 9.
    """
    field = directory.field(wanted, policy)
    choices = tuple(_choices(field.candidates, count, f"{task_id}\n{purpose}", policy))
    return RoutingDecision(
        task_id=task_id,
        task_type=wanted.task_type,
        purpose=purpose,
        strategy=policy.strategy,
        learned=directory.learned(wanted.task_type),
        choices=choices,
        passed_over=field.passed_over,
        rationale=_rationale(choices, len(field.candidates), len(directory), policy),
    )


def _choices(
    candidates: Candidates, count: int, seed: str, policy: RoutingPolicy
) -> Iterator[Choice]:
    taken = set[str]()
    for place in range(min(count, len(candidates))):
        pick = picked(candidates, f"{seed}\n{place}", policy, taken=taken, others=ALTERNATIVES)
        chosen = pick.scored
        taken.add(chosen.agent.name)
        yield Choice(
            selected=chosen.agent.name,
            version=chosen.agent.version,
            identity=chosen.agent.identity,
            way=pick.way,
            confidence=_confidence(chosen.agent.arm(candidates.task_type), policy),
            score=chosen.score,
            reason=chosen.reason,
            alternatives=pick.others,
        )


def _confidence(arm: Arm, policy: RoutingPolicy) -> float:
    """Return how sure the router is of what it expects: 1 minus the width of the interval of the mean."""
    low, high = arm.interval(policy.usd_per_reward)
    return 1.0 - (high - low)


def _rationale(choices: Sequence[Choice], able: int, known: int, policy: RoutingPolicy) -> str:
    if not choices:
        return f"none of {known} agents may be asked"
    named = ", ".join(f"{each.selected} ({each.way})" for each in choices)
    return f"{able} of {known} agents may be asked; {policy.strategy} chose {named}"
