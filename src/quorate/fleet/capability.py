"""Capabilities: who may be given which task. The one matcher of router, fleet and worker; it fails closed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

TASK_CAPABILITIES: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "trading_analysis": frozenset({"llm", "trading_analysis"}),
        "trading_signal": frozenset({"llm", "trading_signal", "wyckoff_validation"}),
        "arena_run": frozenset({"arena_run"}),
        "backtest": frozenset({"backtest"}),
        "order": frozenset({"order"}),
    }
)
"""What each type of task needs, all of it. Source: R-045, FM-TAW-007."""

ALIASES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "sovereign_access": "llm",
        "hidden_hand": "wyckoff_validation",
        "hidden_hand_validation": "wyckoff_validation",
    }
)
"""The seeds' words for ours. Source: seed 001, the glossary."""


def canonical_capability(name: str) -> str:
    """Return our word for a capability."""
    return ALIASES.get(name, name)


def held_capabilities(capabilities: Mapping[str, object]) -> frozenset[str]:
    """Return what is claimed with the value true and nothing else, under our words.

    A capability that is claimed under two names counts only where both say true.
    """
    held, denied = set[str](), set[str]()
    for name, value in capabilities.items():
        (held if value is True else denied).add(canonical_capability(name))
    return frozenset(held - denied)


def missing_capabilities(task_type: str, held: frozenset[str]) -> frozenset[str] | None:
    """Return what of a task type's needs is not in `held`; None of a type that nobody knows."""
    required = TASK_CAPABILITIES.get(task_type)
    return None if required is None else required - held


def is_capable(task_type: str, capabilities: Mapping[str, object]) -> bool:
    """Return whether every capability that a task type needs is literally true; an unknown type matches nobody.

    Source: R-045, FM-TAW-007, DESIGN 9.
    """
    missing = missing_capabilities(task_type, held_capabilities(capabilities))
    return missing is not None and not missing


def capable_agents(
    task_type: str, agents: Iterable[tuple[str, Mapping[str, object]]]
) -> tuple[str, ...]:
    """Return those of `agents`, named with their capabilities, that may be given the task, in their order."""
    return tuple(name for name, held in agents if is_capable(task_type, held))
