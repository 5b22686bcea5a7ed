"""The directory: registered agents, found by what a task needs. A change makes another one; asking holds up nobody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, NamedTuple

from quorate.arbiter.routing.agent import RoutedAgent
from quorate.arbiter.routing.bandit import Candidates
from quorate.arbiter.routing.policy import RoutingPolicy
from quorate.fleet.capability import held_capabilities, missing_capabilities
from quorate.kernel.errors import ConflictError, RejectedError

MAX_AGENTS: Final = 1000
"""Source: R-131."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is looked for. `max_utilisation` and `min_success` are in [0, 1]; who was never tried fails by no rate."""

    task_type: str
    role: str | None = None
    tier: str | None = None
    instrument: str | None = None
    timeframe: str | None = None
    max_utilisation: float = 1.0
    min_success: float | None = None
    max_active: int = 10


class Match(NamedTuple):
    """An agent that fits: how well, in [0, 1], and why."""

    agent: RoutedAgent
    score: float
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """What of a decision does not depend on its task: who may be asked, and what keeps the others from it."""

    candidates: Candidates
    passed_over: Mapping[str, str]
    learned: str


@dataclass(frozen=True, slots=True)
class Directory:
    """Agents by their names."""

    agents: Mapping[str, RoutedAgent] = field(default_factory=dict)
    fields: dict[tuple[Wanted, RoutingPolicy], Field] = field(
        default_factory=dict, compare=False, repr=False
    )
    """What was worked out of these agents already; it follows from them, so it is no state."""

    def __iter__(self) -> Iterator[RoutedAgent]:
        return iter(self.agents.values())

    def __len__(self) -> int:
        return len(self.agents)

    def agent(self, name: str) -> RoutedAgent:
        """Return the agent of this name.

        Raises:
            RejectedError: there is none (slug `not-found`).
        """
        found = self.agents.get(name)
        if found is None:
            raise RejectedError(
                f"there is no agent '{name}'",
                effect="nothing was done",
                fix="quorate agents list",
                slug="not-found",
            )
        return found

    def registered(self, agent: RoutedAgent) -> Directory:
        """Return the directory with a new agent.

        Raises:
            ConflictError: its name is taken (slug `conflict`).
            RejectedError: it is full (slug `conflict`), or the agent has no name or no identity.
        """
        if agent.name in self.agents:
            raise ConflictError(
                f"there is an agent '{agent.name}'",
                effect="nothing was registered",
                slug="conflict",
            )
        if len(self.agents) >= MAX_AGENTS:
            raise RejectedError(
                f"the registry holds {MAX_AGENTS} agents, it is full",
                effect="nothing was registered",
                fix="archive one that is not needed",
                slug="conflict",
            )
        return Directory(MappingProxyType({**self.agents, agent.name: _checked(agent)}))

    def replaced(self, agent: RoutedAgent) -> Directory:
        """Return the directory with an agent as it stands now; raises as `agent`."""
        self.agent(agent.name)
        return Directory(MappingProxyType({**self.agents, agent.name: _checked(agent)}))

    def found(self, wanted: Wanted) -> tuple[Match, ...]:
        """Return who fits, the best first: by the share that succeeded, then by load, then by name.

        Source: R-131 (A2 sorted by success rate, A4 utilisation).
        """
        matches = (match for agent in self if (match := match_of(agent, wanted)) is not None)
        return tuple(sorted(matches, key=_order))


def directory_of(agents: Iterable[RoutedAgent]) -> Directory:
    """Return the directory of all these; raises as `Directory.registered`, checked once for all."""
    held: dict[str, RoutedAgent] = {}
    for agent in agents:
        if agent.name in held:
            raise ConflictError(f"there is an agent '{agent.name}'", slug="conflict")
        held[agent.name] = _checked(agent)
    if len(held) > MAX_AGENTS:
        raise RejectedError(
            f"{len(held)} agents are more than the {MAX_AGENTS} of a registry",
            effect="nobody was routed",
            fix="archive some",
            slug="conflict",
        )
    return Directory(MappingProxyType(held))


def obstacle(agent: RoutedAgent, wanted: Wanted) -> str:
    """Return the first reason that keeps an agent from the task, empty where none does."""
    missing = missing_capabilities(wanted.task_type, held_capabilities(agent.capabilities))
    if missing is None:
        return f"nobody does tasks of the type {wanted.task_type}"
    if missing:
        return f"lacks {', '.join(sorted(missing))}"
    if not agent.in_service:
        return agent.standing.value if agent.healthy else "unhealthy"
    return _unwanted(agent, wanted) or _too_weak(agent, wanted)


def match_of(agent: RoutedAgent, wanted: Wanted) -> Match | None:
    """Return how well an agent fits, None where something keeps it from the task."""
    if obstacle(agent, wanted):
        return None
    rate = agent.arm(wanted.task_type).success_rate
    used = agent.load.utilisation(wanted.max_active)
    score = (0.5 if rate is None else rate) * (1.0 - 0.5 * used)
    said = "never tried" if rate is None else f"answered {rate:.0%} of the time"
    return Match(agent, score, f"able, {said}, {used:.0%} busy")


def _unwanted(agent: RoutedAgent, wanted: Wanted) -> str:
    if wanted.role is not None and agent.role != wanted.role:
        return f"is a {agent.role}"
    if wanted.tier is not None and agent.tier != wanted.tier:
        return f"is of the tier {agent.tier}"
    named = agent.instruments
    if wanted.instrument is not None and named and wanted.instrument not in named:
        return f"does not read {wanted.instrument}"
    if wanted.timeframe is not None and wanted.timeframe not in agent.timeframes:
        return f"does not read {wanted.timeframe} bars"
    return ""


def _too_weak(agent: RoutedAgent, wanted: Wanted) -> str:
    if agent.load.active >= wanted.max_active:
        return f"has {agent.load.active} calls open"
    if agent.load.utilisation(wanted.max_active) > wanted.max_utilisation:
        return "is too busy"
    rate = agent.arm(wanted.task_type).success_rate
    if wanted.min_success is not None and rate is not None and rate < wanted.min_success:
        return f"answered only {rate:.0%} of the time"
    return ""


def _order(match: Match) -> tuple[float, float, str]:
    return (-match.score, match.agent.load.weight, match.agent.name)


def _checked(agent: RoutedAgent) -> RoutedAgent:
    if not agent.name or not agent.identity:
        raise RejectedError(
            "an agent needs a name and an identity",
            effect="nothing was registered",
            slug="validation-failed",
        )
    return agent
