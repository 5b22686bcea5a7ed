"""The desk of routing: agents with what is known of them, their arms, and what people decide of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from quorate.adapters.sql.control import switch_in
from quorate.adapters.sql.transaction import Transaction
from quorate.agents.registry import RegisteredProfile
from quorate.arbiter.coordination.shutdown import (
    LEARNED,
    ROLLED_BACK,
    ROUTING,
    Switch,
    switched_event,
)
from quorate.arbiter.routing import (
    ANALYSIS,
    Arm,
    Directory,
    Match,
    RoutedAgent,
    RoutingPolicy,
    Standing,
    Strategy,
    Wanted,
    epsilon_after,
)
from quorate.arbiter.routing.standing import Stood, standing_event
from quorate.bootstrap.arbitration.routing import Router
from quorate.bootstrap.arbitration.tracker import Tracker
from quorate.bootstrap.fleet.facet import Fleet, WorkerLine
from quorate.bootstrap.registry import Registry
from quorate.bootstrap.store import Store
from quorate.kernel.journal import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmLine:
    """An arm as it is shown: its mean net of cost with a 95 % interval, and how much of all that was asked it was."""

    agent: str
    task_type: str
    arm: Arm
    explored: float
    usd_per_reward: Decimal

    def as_json(self) -> dict[str, object]:
        """Return the object of a list."""
        arm = self.arm
        low, high = arm.interval(self.usd_per_reward)
        return {
            "agent": self.agent,
            "taskType": self.task_type,
            "pulls": arm.pulls,
            "open": arm.open,
            "closed": arm.closed,
            "abstained": arm.abstained,
            "failed": arm.failed,
            "hits": arm.hits,
            "misses": arm.misses,
            "meanReward": _rounded(arm.mean(self.usd_per_reward)),
            "low": round(low, 6),
            "high": round(high, 6),
            "explored": round(self.explored, 6),
            "successRate": _rounded(arm.success_rate),
            "latencyMs": _rounded(arm.latency_ms),
            "costPerViewUsd": f"{arm.cost_per_view:f}",
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentLine:
    """A registered agent as it is shown."""

    agent: RoutedAgent
    enabled: bool
    archived: bool
    stood: Stood | None
    max_active: int

    def as_json(self) -> dict[str, object]:
        """Return the object of a list."""
        agent, arm = self.agent, self.agent.arm(ANALYSIS)
        return {
            "name": agent.name,
            "version": agent.version,
            "identity": agent.identity,
            "role": agent.role,
            "tier": agent.tier,
            "provider": agent.provider,
            "model": agent.model,
            "enabled": self.enabled,
            "archived": self.archived,
            "capabilities": dict(agent.capabilities),
            "timeframes": list(agent.timeframes),
            "instruments": list(agent.instruments),
            "healthy": agent.healthy,
            "standing": agent.standing.value,
            "standingReason": self.stood.reason if self.stood else "",
            "standingBy": self.stood.by if self.stood else "",
            "standingSince": self.stood.changed_at if self.stood else "",
            "load": {
                "active": agent.load.active,
                "queued": agent.load.queued,
                "utilisation": agent.load.utilisation(self.max_active),
            },
            "performance": {
                "count": arm.pulls,
                "successRate": _rounded(arm.success_rate),
                "averageQuality": _rounded(arm.quality()),
                "latencyMs": _rounded(arm.latency_ms),
            },
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberChange:
    """What became of a wish about an agent or a worker; not `applied` where it stood so before."""

    target: str
    kind: str
    standing: Standing
    applied: bool

    def as_json(self) -> dict[str, object]:
        """Return the answer as programs get it."""
        return {
            "target": self.target,
            "applied": self.applied,
            "dryRun": False,
            "kind": self.kind,
            "standing": self.standing.value,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class RouterState:
    """How the router chooses now, and the arms it chooses by."""

    policy: RoutingPolicy
    switch: Switch
    epsilon: float
    arms: Sequence[ArmLine]

    @property
    def strategy(self) -> Strategy:
        """Return the strategy in force: round robin where a person took it back."""
        return Strategy.ROUND_ROBIN if self.switch.is_rolled_back else self.policy.strategy

    def as_json(self) -> dict[str, object]:
        """Return what stands beside the list of arms."""
        return {
            "strategy": self.strategy.value,
            "configured": self.policy.strategy.value,
            "rolledBack": self.switch.is_rolled_back,
            "rolledBackReason": self.switch.reason if self.switch.is_rolled_back else "",
            "voters": self.policy.voters,
            "panelSeats": self.policy.panel_seats,
            "epsilon": round(self.epsilon, 6),
        }


class RoutingDesk:
    """One home's agents and arms; `tracker` adds their turns up."""

    def __init__(
        self,
        store: Store,
        registry: Registry,
        providers: Callable[[], Collection[str]],
        fleet: Fleet,
    ) -> None:
        self._store = store
        self._registry = registry
        self._fleet = fleet
        self._policy = store.settings.routing
        self._router = Router(store, providers)
        self.tracker = Tracker(store)

    async def agents(self) -> Sequence[AgentLine]:
        """Return every agent, by name, archived ones included."""
        roster = await self._registry.roster()
        directory = await self._router.directory(roster)
        stood = await self._router.arms.standings()
        return [self._line(each, directory, stood.get(each.profile.name)) for each in roster]

    async def agent(self, name: str) -> AgentLine:
        """Return one agent; raises RejectedError (slug `not-found`) where there is none."""
        await self._registry.profile(name)
        return next(line for line in await self.agents() if line.agent.name == name)

    async def found(self, wanted: Wanted) -> Sequence[Match]:
        """Return the agents that fit, the best first, with the score and the reason of each."""
        directory = await self._router.directory(await self._registry.roster())
        return directory.found(wanted)

    async def arms(self) -> RouterState:
        """Return what the router knows, by agent, and how it chooses."""
        arms = await self._router.arms.arms()
        total = sum(arm.pulls for arm in arms.values())
        lines = [
            ArmLine(
                agent=name,
                task_type=ANALYSIS,
                arm=arm,
                explored=arm.pulls / total if total else 0.0,
                usd_per_reward=self._policy.usd_per_reward,
            )
            for name, arm in sorted(arms.items())
        ]
        return RouterState(
            policy=self._policy,
            switch=await self._switch(),
            epsilon=epsilon_after(total, self._policy),
            arms=lines,
        )

    async def workers(self) -> Sequence[WorkerLine]:
        """Return every worker that ever registered, by id."""
        return await self._fleet.workers()

    async def quarantine(self, name: str, *, reason: str, by: str) -> MemberChange:
        """Set an agent or a worker aside: it gets nothing until a person restores it; raises as `stand`."""
        return await self.stand(name, Standing.QUARANTINED, reason=reason, by=by)

    async def drain(self, name: str, *, reason: str, by: str) -> MemberChange:
        """Let an agent or a worker end what it has, and give it nothing new; raises as `stand`."""
        return await self.stand(name, Standing.DRAINING, reason=reason, by=by)

    async def restore(self, name: str, *, reason: str, by: str) -> MemberChange:
        """Take an agent or a worker back into service; raises as `stand`."""
        return await self.stand(name, Standing.IN_SERVICE, reason=reason, by=by)

    async def stand(self, name: str, standing: Standing, *, reason: str, by: str) -> MemberChange:
        """Have the agent of this name stand otherwise, or else the worker of this id.

        Raises:
            RejectedError: there is neither, or no reason.
            ConflictError: somebody else changed it at the same moment.
        """
        names = {each.profile.name for each in await self._registry.roster()}
        if name not in names:
            return await self._worker_stands(name, standing, reason=reason, by=by)
        applied = await self._agent_stands(name, standing, reason=reason, by=by)
        return MemberChange(target=name, kind="agent", standing=standing, applied=applied)

    async def _worker_stands(
        self, name: str, standing: Standing, *, reason: str, by: str
    ) -> MemberChange:
        if standing is Standing.QUARANTINED:
            applied = (await self._fleet.quarantine(name, by, reason)).applied
        elif standing is Standing.DRAINING:
            applied = (await self._fleet.drain(name, by)).applied
        else:
            restored = await self._fleet.restore(name, by)
            applied = (await self._fleet.stop_drain(name, by)).applied or restored.applied
        return MemberChange(target=name, kind="worker", standing=standing, applied=applied)

    async def _agent_stands(self, name: str, standing: Standing, *, reason: str, by: str) -> bool:
        told: list[Event] = []

        def decide(tx: Transaction) -> Sequence[Event]:
            event = standing_event(name, standing, tx.agent_standing(name), reason=reason, by=by)
            told[:] = [] if event is None else [event]
            return told

        await self._store.journal.commit(decide)
        return bool(told)

    async def roll_back(self, *, reason: str, by: str) -> bool:
        """Have the router ask each in turn, and return whether it did not before; raises as `restore_learning`."""
        return await self._turn(ROLLED_BACK, reason=reason, by=by)

    async def restore_learning(self, *, reason: str, by: str) -> bool:
        """Have the router choose by what it learned again, and return whether it did not before.

        Raises:
            RejectedError: there is no reason.
        """
        return await self._turn(LEARNED, reason=reason, by=by)

    async def _turn(self, state: str, *, reason: str, by: str) -> bool:
        told: list[Event] = []

        def decide(tx: Transaction) -> Sequence[Event]:
            event = switched_event(ROUTING, state, tx.switch(ROUTING), reason=reason, by=by)
            told[:] = [] if event is None else [event]
            return told

        await self._store.journal.commit(decide)
        return bool(told)

    async def _switch(self) -> Switch:
        return await self._store.database.look_up(
            partial(switch_in, tenant=self._store.tenant, name=ROUTING)
        )

    def _line(
        self, registered: RegisteredProfile, directory: Directory, stood: Stood | None
    ) -> AgentLine:
        profile = registered.profile
        return AgentLine(
            agent=directory.agent(profile.name),
            enabled=profile.enabled,
            archived=profile.archived,
            stood=stood,
            max_active=self._policy.max_active,
        )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)
