"""Agents as the router sees them: who they are, what they can do, how they fared, how busy they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from quorate.agents.profile import AgentProfile
from quorate.agents.registry import RegisteredProfile, to_payload
from quorate.arbiter.routing.arm import UNTRIED, Arm
from quorate.kernel.canonical import digest
from quorate.kernel.errors import RejectedError

ANALYSIS: Final = "trading_analysis"
"""The type of task that an agent of the arena is given."""

DAILY: Final = ("1d",)
"""The timeframes that agents read: what the series hold."""


class Standing(StrEnum):
    """Whether an agent may be given work. Source: R-131, R-142 (manual failover)."""

    IN_SERVICE = "in_service"
    DRAINING = "draining"
    """It ends what it has, and gets nothing new."""
    QUARANTINED = "quarantined"
    """Nobody believes it until a person restores it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """How busy an agent is."""

    active: int = 0
    queued: int = 0

    @property
    def weight(self) -> float:
        """Return what it carries. Source: R-132."""
        return self.active + 0.5 * self.queued

    def utilisation(self, max_active: int) -> float:
        """Return the share of what it may carry, 1.0 where it is full."""
        return min(1.0, self.weight / max_active)


IDLE: Final = Load()


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutedAgent:
    """An agent that may be asked; `identity` is the hash of its whole profile, so a changed one is another."""

    name: str
    version: int
    identity: str
    role: str
    tier: str
    provider: str
    model: str
    capabilities: Mapping[str, bool]
    instruments: tuple[str, ...] = ()
    """The symbols it may be asked about; none named: every one."""
    timeframes: tuple[str, ...] = DAILY
    arms: Mapping[str, Arm] = field(default_factory=dict)
    """What is known of it, by type of task."""
    load: Load = IDLE
    healthy: bool = True
    standing: Standing = Standing.IN_SERVICE

    def arm(self, task_type: str) -> Arm:
        """Return what is known of it at a type of task."""
        return self.arms.get(task_type, UNTRIED)

    @property
    def in_service(self) -> bool:
        """Return whether it may be given something new."""
        return self.healthy and self.standing is Standing.IN_SERVICE


def identity_of(profile: AgentProfile) -> str:
    """Return the hash of what a profile is; being switched on or off does not change who it is."""
    return digest({**to_payload(profile), "enabled": True})


def check_identity(agent: RoutedAgent, presented: str) -> None:
    """Refuse whoever claims to be `agent` and is not. Source: R-131 (identity, capability tampering).

    Raises:
        RejectedError: the hash that was presented is another profile's, or another version's.
    """
    if presented != agent.identity:
        raise RejectedError(
            f"what says it is {agent.name} is not the registered version {agent.version}",
            effect="it is given nothing",
            fix=f"quorate agents show {agent.name}",
            slug="forbidden",
        )


def routed_agent(
    registered: RegisteredProfile,
    *,
    reachable: bool,
    arm: Arm = UNTRIED,
    load: Load = IDLE,
    standing: Standing = Standing.IN_SERVICE,
) -> RoutedAgent:
    """Return a registered profile as an agent; `reachable` says whether its provider can be asked.

    A rule agent answers from code, so what it needs of a model is there without one.
    """
    profile = registered.profile
    return RoutedAgent(
        name=profile.name,
        version=registered.version,
        identity=identity_of(profile),
        role=profile.role.value,
        tier=profile.tier.value,
        provider=profile.provider,
        model=profile.model,
        capabilities={
            "llm": reachable,
            ANALYSIS: profile.enabled and not profile.archived,
        },
        arms={ANALYSIS: arm},
        load=load,
        healthy=reachable,
        standing=standing,
    )
