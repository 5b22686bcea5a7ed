"""What the commands that go over recorded runs again need of the application."""

# ruff: noqa: D102  (each class says it for its members; the promises stand at `bootstrap.App`)

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from quorate.arena.rerun import Comparison, Difference, WhatIfRequest


class ReplayedRun(Protocol):
    """A run recomputed from its record."""

    @property
    def identical(self) -> bool: ...
    @property
    def digest(self) -> str: ...
    @property
    def recorded_digest(self) -> str: ...
    @property
    def differences(self) -> Sequence[Difference]: ...
    @property
    def unrecorded(self) -> Sequence[str]: ...
    def as_json(self) -> Mapping[str, object]: ...


class Reruns(Protocol):
    """Recorded runs, once more."""

    async def replay(self, run_id: str) -> ReplayedRun: ...
    async def what_if(self, wanted: WhatIfRequest) -> Comparison: ...
    async def compare(self, a: str, b: str) -> Comparison: ...
