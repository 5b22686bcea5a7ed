"""An account: what work says of itself when it is done, so that a verdict on it can be bound to what it made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from quorate.kernel.canonical import JsonValue
from quorate.kernel.money import Usd


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A thing that a verdict is bound to: its id, and the SHA-256 of its canonical JSON."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What work made, and what it used; `cost` is None where a price is unknown.

    `facts` are what else it may be judged by: the symbols and tools that it touched, models and prompts, what was
    counted against a budget where a price is unknown (`countedUsd`).
    """

    subjects: tuple[Subject, ...] = ()
    cost: Usd | None = None
    power_calls: int = 0
    wall_ms: float = 0.0
    facts: Mapping[str, JsonValue] = field(default_factory=dict)
