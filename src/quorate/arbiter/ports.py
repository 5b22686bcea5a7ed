"""What the arbiter asks of the world: a journal with leases, a court, and work to be done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from quorate.arbiter.spec import TaskSpec
from quorate.arbiter.task import Task
from quorate.kernel.account import Account
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What the court found: `problems` are why it did not pass, `events` are committed with the move that follows."""

    passed: bool
    problems: tuple[str, ...] = ()
    events: tuple[Event, ...] = ()


class Court(Protocol):
    """Judges every task before and after its work, against the constitution; what it cannot judge, it refuses."""

    def before(self, task: Task, spec: TaskSpec) -> Judgement:
        """Return whether the task may be done as its spec says."""
        ...

    def after(
        self, task: Task, spec: TaskSpec, account: Account, broken: Sequence[str]
    ) -> Judgement:
        """Return whether what was done may stand, with its signed verdict, pass or fail.

        `broken` are the invariants that the post-check of the work itself found broken.
        """
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

    def account(self) -> Account:
        """Return what the work made and used; asked after `violations`."""
        ...
