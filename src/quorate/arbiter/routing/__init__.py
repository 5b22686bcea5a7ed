"""Routing: who is asked. Capability, then tier, then a bandit that learns from outcomes, then load. Source: R-132."""

from quorate.arbiter.routing.agent import (
    ANALYSIS,
    IDLE,
    Load,
    RoutedAgent,
    Standing,
    check_identity,
    identity_of,
    routed_agent,
)
from quorate.arbiter.routing.arm import UNTRIED, Arm, Interval, reward_of
from quorate.arbiter.routing.bandit import drawn, epsilon_after, picked
from quorate.arbiter.routing.decision import (
    ROUTED,
    Choice,
    RoutingDecision,
    routed,
    routed_event,
)
from quorate.arbiter.routing.directory import (
    MAX_AGENTS,
    Directory,
    directory_of,
)
from quorate.arbiter.routing.policy import RoutingPolicy, Strategy
from quorate.arbiter.routing.wanted import Match, Wanted, obstacle

__all__ = [
    "ANALYSIS",
    "IDLE",
    "MAX_AGENTS",
    "ROUTED",
    "UNTRIED",
    "Arm",
    "Choice",
    "Directory",
    "Interval",
    "Load",
    "Match",
    "RoutedAgent",
    "RoutingDecision",
    "RoutingPolicy",
    "Standing",
    "Strategy",
    "Wanted",
    "check_identity",
    "directory_of",
    "drawn",
    "epsilon_after",
    "identity_of",
    "obstacle",
    "picked",
    "reward_of",
    "routed",
    "routed_agent",
    "routed_event",
]
