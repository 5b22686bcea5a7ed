"""What the kernel asks of the world: a journal, a clock, fresh ids."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from quorate.kernel.ids import TraceId
from quorate.kernel.journal import Committed, Event, JournalEntry

Tx_co = TypeVar("Tx_co", covariant=True)


class Journal(Protocol[Tx_co]):
    """The one place where anything becomes true."""

    async def commit(self, decide: Callable[[Tx_co], Sequence[Event]]) -> Committed:
        """Run `decide` inside the writer's transaction and return once its events are durable.

        `decide` reads state through its argument and returns events; it may be called more than once, so it
        changes nothing itself. What it raises undoes this use case alone.

        Raises:
            ConflictError: a guard found that someone else moved first.
            UnavailableError: the database gave no answer, or has no room; nothing was written.
        """
        ...

    async def entries(self, stream: str) -> Sequence[JournalEntry]:
        """Return the committed rows of `stream`, oldest first."""
        ...


class Clock(Protocol):
    """Wall time for stamps, monotonic time for durations."""

    def now(self) -> datetime:
        """Return the current time, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds on a clock that never jumps; only differences mean anything."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class IdSource(Protocol):
    """Fresh identifiers."""

    def ulid(self, prefix: str) -> str:
        """Return `prefix` and a ULID: 26 characters that sort by creation time."""
        ...

    def trace_id(self) -> TraceId:
        """Return a W3C trace id: 32 hex digits."""
        ...
