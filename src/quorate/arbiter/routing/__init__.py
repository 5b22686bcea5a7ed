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
from quorate.arbiter.routing.bandit import candidates_of, drawn, epsilon_after, picked
from quorate.arbiter.routing.decision import (
    ROUTED,
    Choice,
    RoutingDecision,
    learned_hash,
    routed,
    routed_event,
)
from quorate.arbiter.routing.directory import (
    MAX_AGENTS,
    Directory,
    Match,
    Wanted,
    directory_of,
    obstacle,
)
from quorate.arbiter.routing.policy import RoutingPolicy, Strategy

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
    "candidates_of",
    "check_identity",
    "directory_of",
    "drawn",
    "epsilon_after",
    "identity_of",
    "learned_hash",
    "obstacle",
    "picked",
    "reward_of",
    "routed",
    "routed_agent",
    "routed_event",
]
