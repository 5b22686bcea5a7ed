"""A clock that stands still until a test moves it."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)

TURNS = 50
"""Turns of the event loop after which everything that can go on has gone on."""


class _Turn:
    def __await__(self) -> Generator[None, None, None]:
        yield


async def settle(turns: int = TURNS) -> None:
    """Let every task that is not waiting for time or an event go on as far as it can, or for so many turns."""
    for _ in range(turns):
        await _Turn()


@dataclass
class FakeClock:
    """Time as a test tells it; whoever sleeps wakes when `advance` passes the end of the sleep."""

    time: datetime = NOON
    _sleepers: list[tuple[datetime, asyncio.Event]] = field(default_factory=list)

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return (self.time - NOON).total_seconds()

    async def sleep(self, seconds: float) -> None:
        sleeper = (self.time + timedelta(seconds=seconds), asyncio.Event())
        self._sleepers.append(sleeper)
        try:
            await sleeper[1].wait()
        finally:
            self._sleepers.remove(sleeper)

    @property
    def sleepers(self) -> int:
        """How many are asleep."""
        return len(self._sleepers)

    def jump(self, seconds: float) -> None:
        """Move on without waking anybody, as for a process that stood still."""
        self.time += timedelta(seconds=seconds)

    async def advance(self, seconds: float) -> None:
        """Move on, waking each sleeper at its own moment."""
        await settle()
        goal = self.time + timedelta(seconds=seconds)
        while due := [sleeper for sleeper in self._sleepers if sleeper[0] <= goal]:
            moment, awake = min(due, key=lambda sleeper: sleeper[0])
            self.time = max(self.time, moment)
            awake.set()
            await settle()
        self.time = goal
