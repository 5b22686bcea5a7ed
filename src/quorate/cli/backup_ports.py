"""What the command line needs of backups, of the parts of this process, and of a run that is only looked at."""

# ruff: noqa: D102  (each class says it for its members; the promises stand at `bootstrap.backups`)

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    from quorate.agents.profile import AgentProfile
    from quorate.kernel.money import Usd

Vacuumed: TypeAlias = tuple[int, int]
"""The bytes of a database before and after it was vacuumed."""


class Backup(Protocol):
    """What was backed up."""

    @property
    def file(self) -> Path: ...
    @property
    def size(self) -> int: ...
    @property
    def sha256(self) -> str: ...
    @property
    def head(self) -> int: ...


class Restored(Protocol):
    """What was put back."""

    @property
    def file(self) -> Path: ...
    @property
    def sha256(self) -> str: ...
    @property
    def head(self) -> int: ...
    @property
    def former(self) -> Sequence[Path]: ...
    @property
    def problems(self) -> Sequence[str]: ...


class Component(Protocol):
    """A part as it stands; without a `needed` one nothing works."""

    @property
    def name(self) -> str: ...
    @property
    def ok(self) -> bool: ...
    @property
    def needed(self) -> bool: ...
    @property
    def detail(self) -> str: ...


class Telemetry(Protocol):
    """How the parts of this process are."""

    async def components(self) -> Sequence[Component]: ...


class RunPreview(Protocol):
    """What a request would run; `worst_cost` is None where one of its budgets has no limit per run."""

    @property
    def symbols(self) -> Sequence[str]: ...
    @property
    def profiles(self) -> Sequence[AgentProfile]: ...
    @property
    def as_of(self) -> date: ...
    @property
    def book(self) -> str: ...
    @property
    def book_mode(self) -> str: ...
    @property
    def mode(self) -> str: ...
    @property
    def worst_cost(self) -> Usd | None: ...
