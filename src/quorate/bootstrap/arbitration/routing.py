"""Routing a run: who of the registry is asked and who sits on the panel, and the row that says why.

Nothing is added to a run where there is nothing to choose: all are asked, or there is one candidate.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC
from functools import partial
from typing import Final, NamedTuple

from quorate.adapters.sql.arms import SqlArms
from quorate.adapters.sql.control import switch_in
from quorate.adapters.sql.profiles import registry
from quorate.agents.profile import AgentProfile
from quorate.agents.registry import RegisteredProfile
from quorate.arbiter.coordination.shutdown import ROUTING
from quorate.arbiter.routing import (
    ANALYSIS,
    IDLE,
    UNTRIED,
    Arm,
    Directory,
    Load,
    RoutedAgent,
    RoutingDecision,
    RoutingPolicy,
    Standing,
    Strategy,
    Wanted,
    directory_of,
    routed,
    routed_agent,
    routed_event,
)
from quorate.arbiter.routing.standing import Stood
from quorate.arena.record import RunHeader
from quorate.arena.seats import Seats
from quorate.bootstrap.store import Store
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import TraceId
from quorate.kernel.journal import Event

VOTERS: Final = "voters"
PANEL: Final = "panel"
"""What a choice is for, as its row says it."""

EVERYBODY: Final = "everybody"
"""Those who may be chosen for anything, together."""


class _Facts(NamedTuple):
    """What an agent is made of, as `routed_agent` takes it."""

    registered: RegisteredProfile
    reachable: bool
    arm: Arm
    load: Load
    standing: Standing


class _Known(NamedTuple):
    facts: _Facts
    agent: RoutedAgent


@dataclass(frozen=True, slots=True)
class Casting:
    """Who speaks in a run once it was routed; `learned` is the hash of what that rests on, None where on nothing."""

    profiles: tuple[AgentProfile, ...]
    seats: Seats
    learned: str | None = None
    decisions: tuple[RoutingDecision, ...] = ()

    def over(self, header: RunHeader) -> RunHeader:
        """Return the header of the run with those who are asked, and what was known when they were chosen."""
        names = tuple(each.name for each in self.profiles)
        learned = header.learned_state_hash if self.learned is None else self.learned
        return replace(header, profiles=names, learned_state_hash=learned)

    def events(self, header: RunHeader, trace_id: TraceId) -> tuple[Event, ...]:
        """Return the rows of the choices; they are committed with the run's first one."""
        return tuple(
            routed_event(each, run_id=header.run_id, book=header.book, trace_id=trace_id)
            for each in self.decisions
        )


class Router:
    """Chooses among one home's agents by its policy, its arms and what people set aside."""

    def __init__(self, store: Store, providers: Callable[[], Collection[str]]) -> None:
        self._store = store
        self._providers = providers
        self._policy = store.settings.routing
        self._agents: dict[str, _Known] = {}
        self._pools: dict[str, Directory] = {}
        self.arms = SqlArms(store.database, store.tenant)

    async def casting(
        self,
        asked: Sequence[AgentProfile],
        seats: Seats,
        task_id: str,
        *,
        named: bool,
        choosing: bool = True,
    ) -> Casting:
        """Return who of `asked` and of the seats speaks; whom a person `named` is asked whatever was learned.

        Where nobody is `choosing`, as in a competition, only those are left out that were set aside.

        Raises:
            RejectedError: one that was named was set aside, or nobody is left.
        """
        stood = await self.arms.standings()
        aside = _aside(stood)
        if aside:
            asked, seats = _in_service(asked, aside, named=named), _seated(seats, aside)
        voters = [each for each in asked if each.voter]
        wanted = _counts(self._policy, voters, seats, named=named) if choosing else {}
        if not wanted:
            return Casting(tuple(asked), seats)
        pools = {VOTERS: voters, PANEL: list(seats.panel)}
        policy = await self._in_force()
        everybody = {each.name: each for pool in pools.values() for each in pool}
        directory = await self._candidates(list(everybody.values()), stood)
        decisions = tuple(
            routed(
                self._pool(purpose, [directory.agent(each.name) for each in pools[purpose]]),
                Wanted(task_type=ANALYSIS),
                count=count,
                task_id=task_id,
                purpose=purpose,
                policy=policy,
            )
            for purpose, count in wanted.items()
        )
        chosen = {each.purpose: frozenset(each.selected) for each in decisions if each.choices}
        return Casting(
            profiles=tuple(
                each for each in asked if not each.voter or _is_in(each, chosen.get(VOTERS))
            ),
            seats=replace(
                seats,
                panel=tuple(each for each in seats.panel if _is_in(each, chosen.get(PANEL))),
            ),
            learned=self._pool(EVERYBODY, directory).learned(ANALYSIS),
            decisions=decisions,
        )

    async def directory(self, roster: Iterable[RegisteredProfile]) -> Directory:
        """Return every agent of a roster as it stands now."""
        arms, stood, loads = (
            await self.arms.arms(),
            await self.arms.standings(),
            await self._loads(),
        )
        reachable = frozenset(self._providers())
        return directory_of(
            self._agent(
                _Facts(
                    each,
                    reachable=each.profile.is_rule_agent or each.profile.provider in reachable,
                    arm=arms.get(each.profile.name, UNTRIED),
                    load=loads.get(each.profile.name, IDLE),
                    standing=stood[each.profile.name].standing
                    if each.profile.name in stood
                    else Standing.IN_SERVICE,
                )
            )
            for each in roster
        )

    def _agent(self, facts: _Facts) -> RoutedAgent:
        """Return the agent of these facts: the one that is known, unless a fact changed since."""
        name = facts.registered.profile.name
        known = self._agents.get(name)
        if known is None or known.facts != facts:
            known = self._agents[name] = _Known(facts, routed_agent(**facts._asdict()))
        return known.agent

    def _pool(self, purpose: str, agents: Iterable[RoutedAgent]) -> Directory:
        """Return those who may be chosen for a purpose; who did not change since the last choice is not looked at."""
        pool = self._pools.get(purpose, Directory()).holding(agents)
        self._pools[purpose] = pool
        return pool

    async def _candidates(
        self, profiles: Sequence[AgentProfile], stood: Mapping[str, Stood]
    ) -> Directory:
        """Return those who might speak in a run; each with the version that it has now."""
        roster = await self._store.database.look_up(partial(registry, tenant=self._store.tenant))
        versions, aside = {each.profile.name: each.version for each in roster}, _aside(stood)
        return await self.directory(
            RegisteredProfile(profile, versions.get(profile.name, 0))
            for profile in profiles
            if profile.name not in aside
        )

    async def _loads(self) -> Mapping[str, Load]:
        day = self._store.clock.now().astimezone(UTC).date().isoformat()
        open_calls = await self.arms.open_calls(day)
        return {name: Load(active=count) for name, count in open_calls.items()}

    async def _in_force(self) -> RoutingPolicy:
        """Return the policy, with each in turn where a person took the learning back."""
        switch = await self._store.database.look_up(
            partial(switch_in, tenant=self._store.tenant, name=ROUTING)
        )
        if switch.is_rolled_back:
            return replace(self._policy, strategy=Strategy.ROUND_ROBIN)
        return self._policy


def _aside(stood: Mapping[str, Stood]) -> frozenset[str]:
    return frozenset(
        name for name, each in stood.items() if each.standing is not Standing.IN_SERVICE
    )


def _counts(
    policy: RoutingPolicy, voters: Sequence[AgentProfile], seats: Seats, *, named: bool
) -> dict[str, int]:
    """Return how many are chosen for what, where there are more."""
    wanted = {VOTERS: 0 if named else policy.voters, PANEL: policy.panel_seats}
    there = {VOTERS: len(voters), PANEL: len(seats.panel)}
    return {purpose: count for purpose, count in wanted.items() if 0 < count < there[purpose]}


def _is_in(profile: AgentProfile, chosen: frozenset[str] | None) -> bool:
    """Return whether a profile speaks: where nobody could be chosen, all do, as without a router."""
    return chosen is None or profile.name in chosen


def _in_service(
    asked: Sequence[AgentProfile], aside: Collection[str], *, named: bool
) -> Sequence[AgentProfile]:
    out = [each.name for each in asked if each.name in aside]
    if out and named:
        raise RejectedError(
            f"the agent '{out[0]}' was set aside",
            effect="nothing was written",
            fix=f"quorate agents restore {out[0]} --reason TEXT, or name others",
        )
    left = [each for each in asked if each.name not in aside]
    if not left:
        raise RejectedError(
            "every agent that could be asked was set aside",
            effect="nothing was written",
            fix="quorate agents restore NAME --reason TEXT",
        )
    return left


def _seated(seats: Seats, aside: Collection[str]) -> Seats:
    return Seats(
        speakers=tuple(each for each in seats.speakers if each.name not in aside),
        panel=tuple(each for each in seats.panel if each.name not in aside),
    )
