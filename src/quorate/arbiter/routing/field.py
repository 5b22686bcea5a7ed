"""The field of a kind of task: who of the registered may be asked, and what is known of them.

What follows from one agent alone stands under its name and is handed on from one state of the registry to the next, so
a change works out the agent that changed. What follows from all of them, their order, is made when somebody asks.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from quorate.arbiter.routing.agent import RoutedAgent
from quorate.arbiter.routing.arm import Arm
from quorate.arbiter.routing.bandit import Candidates, candidates_of
from quorate.arbiter.routing.policy import RoutingPolicy
from quorate.arbiter.routing.ranking import Estimate, Ranking, estimate_of
from quorate.arbiter.routing.wanted import Wanted, obstacle
from quorate.kernel.canonical import canonical_json, sha256_hex


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """What of a decision does not depend on its task: who may be asked, and what keeps the others from it."""

    candidates: Candidates
    passed_over: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Every agent that may be asked with what is expected of it, every other one with what keeps it from the task."""

    wanted: Wanted
    policy: RoutingPolicy
    able: Ranking = field(default_factory=lambda: Ranking({}))
    passed_over: Mapping[str, str] = field(default_factory=dict)

    def changed(self, agents: Sequence[RoutedAgent], gone: Collection[str]) -> Rows:
        """Return the rows with these agents as they stand now, and without those that are gone."""
        passed_over, able = dict(self.passed_over), list[Estimate]()
        for name in gone:
            passed_over.pop(name, None)
        for agent in agents:
            if why := obstacle(agent, self.wanted):
                passed_over[agent.name] = why
            else:
                passed_over.pop(agent.name, None)
                able.append(estimate_of(agent, self.wanted.task_type, self.policy))
        out = {*gone, *(agent.name for agent in agents)}
        ranking = self.able.changed(able, out)
        return Rows(wanted=self.wanted, policy=self.policy, able=ranking, passed_over=passed_over)

    def field(self) -> Field:
        """Return the field that these rows make."""
        candidates = candidates_of(self.able, self.wanted.task_type, self.policy)
        return Field(candidates=candidates, passed_over=self.passed_over)


@dataclass(frozen=True, slots=True)
class Learned:
    """What was learned of every agent at one type of task, by name: each as the canonical JSON of all of it has it."""

    task_type: str
    members: Mapping[str, str] = field(default_factory=dict)

    def changed(self, agents: Sequence[RoutedAgent], gone: Collection[str]) -> Learned:
        """Return what was learned with these agents as they stand now, and without those that are gone."""
        members = dict(self.members)
        for name in gone:
            del members[name]
        for agent in agents:
            members[agent.name] = _member(agent.name, agent.arm(self.task_type))
        is_in_order = members.keys() <= self.members.keys()
        return Learned(self.task_type, members if is_in_order else dict(sorted(members.items())))

    def hash(self) -> str:
        """Return the hash of all of it: `digest` of a mapping of every name to its arm's sums."""
        return sha256_hex("{" + ",".join(self.members.values()) + "}")


def _member(name: str, arm: Arm) -> str:
    counts = (arm.pulls, arm.abstained, arm.failed, arm.closed)
    sums = (arm.reward_sum, arm.reward_squares, arm.cost_nanos)
    return f"{canonical_json(name)}:{canonical_json([*counts, *sums])}"
