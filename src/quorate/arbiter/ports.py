"""What the arbiter asks of the world: a journal with leases, and work to be done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from quorate.kernel.journal import Committed, Event
from quorate.kernel.lease import Lease


class LeaseTx(Protocol):
    """What the arbiter reads inside the writer's transaction."""

    def lease(self, name: str) -> Lease | None:
        """Return the newest holding of `name`, held still or not."""
        ...


class TaskJournal(Protocol):
    """The journal as the arbiter uses it."""

    async def commit(self, decide: Callable[[LeaseTx], Sequence[Event]]) -> Committed:
        """Return once the events of `decide` are durable; see the kernel's port."""
        ...


class Work(Protocol):
    """What a task does. Its events are committed together with the task's own move."""

    def requested(self) -> Sequence[Event]:
        """Return the facts that begin the work."""
        ...

    async def execute(self) -> Sequence[Event]:
        """Do the work and return its result; called again after a crash, it repeats no recorded step."""
        ...

    async def violations(self) -> Sequence[str]:
        """Return what the recorded result breaks, one sentence each."""
        ...

    async def completed(self) -> Sequence[Event]:
        """Return the facts that end the work well."""
        ...

    def failed(self, reason: str, detail: str) -> Sequence[Event]:
        """Return the facts that end the work without a result."""
        ...
