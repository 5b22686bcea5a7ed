"""The directory: registered agents, found by what a task needs. A change makes another one; asking holds up nobody.

A directory that was made of another one works out what changed and hands on the rest.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final

from quorate.arbiter.routing.agent import RoutedAgent
from quorate.arbiter.routing.field import Field, Learned, Rows
from quorate.arbiter.routing.policy import RoutingPolicy
from quorate.arbiter.routing.wanted import Match, Wanted, match_of
from quorate.kernel.errors import ConflictError, RejectedError

MAX_AGENTS: Final = 1000
"""Source: R-131."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What was worked out of a directory's agents already; it follows from them, so it is no state."""

    rows: dict[tuple[Wanted, RoutingPolicy], Rows] = field(default_factory=dict)
    fields: dict[tuple[Wanted, RoutingPolicy], Field] = field(default_factory=dict)
    learned: dict[str, Learned] = field(default_factory=dict)
    hashes: dict[str, str] = field(default_factory=dict)

    def changed(self, agents: Sequence[RoutedAgent], gone: Collection[str]) -> Memory:
        """Return what still holds once these agents changed and those are gone."""
        return Memory(
            rows={key: rows.changed(agents, gone) for key, rows in self.rows.items()},
            learned={key: learned.changed(agents, gone) for key, learned in self.learned.items()},
        )


@dataclass(frozen=True, slots=True)
class Directory:
    """Agents by their names."""

    agents: MappingProxyType[str, RoutedAgent] = field(default_factory=lambda: MappingProxyType({}))
    memory: Memory = field(default_factory=Memory, compare=False, repr=False)

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
        return self._with([_checked(agent)])

    def replaced(self, agent: RoutedAgent) -> Directory:
        """Return the directory with an agent as it stands now; raises as `agent`."""
        self.agent(agent.name)
        return self._with([_checked(agent)])

    def holding(self, agents: Iterable[RoutedAgent]) -> Directory:
        """Return the directory of all these and nobody else; whoever is the very same is not looked at again.

        Raises as `directory_of`.
        """
        held = _held(agents)
        known = self.agents
        changed = [agent for name, agent in held.items() if known.get(name) is not agent]
        gone = known.keys() - held.keys()
        return self._with(changed, gone) if changed or gone else self

    def field(self, wanted: Wanted, policy: RoutingPolicy) -> Field:
        """Return who may be asked for such a task, and what keeps the others from it."""
        key, memory = (wanted, policy), self.memory
        if (known := memory.fields.get(key)) is not None:
            return known
        rows = memory.rows.get(key)
        if rows is None:
            asked = replace(wanted, max_active=policy.max_active)
            rows = Rows(wanted=asked, policy=policy).changed(tuple(self), ())
            memory.rows[key] = rows
        memory.fields[key] = made = rows.field()
        return made

    def learned(self, task_type: str) -> str:
        """Return the hash of everything learned of these agents that a choice may depend on."""
        memory = self.memory
        if (known := memory.hashes.get(task_type)) is not None:
            return known
        learned = memory.learned.get(task_type)
        if learned is None:
            learned = Learned(task_type).changed(tuple(self), ())
            memory.learned[task_type] = learned
        memory.hashes[task_type] = made = learned.hash()
        return made

    def found(self, wanted: Wanted) -> tuple[Match, ...]:
        """Return who fits, the best first: by the share that succeeded, then by load, then by name.

        Source: R-131 (A2 sorted by success rate, A4 utilisation).
        """
        matches = (match for agent in self if (match := match_of(agent, wanted)) is not None)
        return tuple(sorted(matches, key=_order))

    def _with(self, agents: Sequence[RoutedAgent], gone: Collection[str] = ()) -> Directory:
        held = self.agents.copy()
        held.update((agent.name, agent) for agent in agents)
        for name in gone:
            del held[name]
        return Directory(MappingProxyType(held), self.memory.changed(agents, gone))


def directory_of(agents: Iterable[RoutedAgent]) -> Directory:
    """Return the directory of all these; raises as `Directory.registered`, checked once for all."""
    return Directory(MappingProxyType(_held(agents)))


def _held(agents: Iterable[RoutedAgent]) -> dict[str, RoutedAgent]:
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
    return held


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
