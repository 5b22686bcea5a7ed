"""What a task needs of an agent, and what keeps an agent from it: each judged alone, whoever else there is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from quorate.arbiter.routing.agent import RoutedAgent
from quorate.fleet.capability import held_capabilities, missing_capabilities


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
