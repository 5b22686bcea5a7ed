"""Hands: a task that somebody holds, moved on by whoever holds it; of several that reach for one, one gets it.

waiting -> take (lease, token) -> advance ... -> finish | give back -> waiting
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from quorate.arbiter.moves import moved
from quorate.arbiter.ports import LeaseTx, TaskJournal
from quorate.arbiter.task import MAX_ATTEMPTS, FailureSource, Task, TaskEvent, lease_name
from quorate.kernel.journal import Event
from quorate.kernel.lease import Lease, acquired, lease_event
from quorate.kernel.ports import Clock


@dataclass(frozen=True, slots=True)
class Held:
    """A task in somebody's hands; `refusal` is why its spec was refused, empty where it was not."""

    task: Task
    lease: Lease
    refusal: str = ""


class Hands:
    """Moves tasks; `owner` names this process in every lease, `lease_seconds` is how long one lasts."""

    def __init__(
        self, journal: TaskJournal, clock: Clock, *, owner: str, lease_seconds: float
    ) -> None:
        self._journal = journal
        self._clock = clock
        self._owner = owner
        self._lease_time = timedelta(seconds=lease_seconds)

    @property
    def owner(self) -> str:
        """Return the name of this process in leases."""
        return self._owner

    async def take(
        self, task: Task, *, owner: str = "", worker: str = "", lease_time: timedelta | None = None
    ) -> Held:
        """Put a waiting task into one worker's hands: of several that try, one does.

        Raises:
            ConflictError: somebody else was quicker, or it is not waiting any more.
        """
        taken: list[Held] = []

        def decide(tx: LeaseTx) -> Sequence[Event]:
            lease = self._acquired(tx, task, owner or self._owner, lease_time)
            changed = replace(task, token=lease.token, owner=lease.owner, worker=worker)
            after, move = moved(task, TaskEvent.ASSIGNED, changed=changed)
            taken[:] = [Held(after, lease)]
            return [lease_event("acquired", lease), move]

        await self._journal.commit(decide)
        return taken[0]

    async def advance(
        self,
        held: Held,
        *events: TaskEvent,
        beside: Sequence[Event] = (),
        reason: str = "",
        failure_source: FailureSource = FailureSource.NONE,
    ) -> Held:
        """Commit the moves that `events` make, with what belongs to them, and return the task after them.

        Raises:
            ConflictError: the task is elsewhere by now, or in other hands.
        """
        after, move = moved(held.task, *events, reason=reason, failure_source=failure_source)
        await self._commit([*beside, move])
        return replace(held, task=after)

    async def give_back(
        self,
        held: Held,
        reason: str,
        *,
        failure_source: FailureSource = FailureSource.WORKER_CRASH,
        changed: Task | None = None,
        beside: Sequence[Event] = (),
    ) -> Task:
        """Return a task whose worker is gone, or could not do it, to where it waits for the next one.

        `changed` tells it with another `not_before` or count of attempts; else this attempt counts. One that was tried
        too often ends as FAILED.

        Raises:
            ConflictError: the task is in other hands already.
        """
        task = held.task
        tried = replace(changed or replace(task, attempts=task.attempts + 1), worker="", owner="")
        path = [TaskEvent.LEASE_LOST]
        if tried.attempts > MAX_ATTEMPTS and changed is None:
            path.append(TaskEvent.ERROR)
            tried = replace(tried, attempts=task.attempts)
        after, move = moved(
            task, *path, reason=reason, failure_source=failure_source, changed=tried
        )
        await self._commit([*beside, self._released(held.lease), move])
        return after

    async def finish(
        self,
        held: Held,
        event: TaskEvent,
        reason: str = "",
        *,
        beside: Sequence[Event] = (),
        failure_source: FailureSource = FailureSource.NONE,
    ) -> Held:
        """Commit the move that ends a task, and let it go."""
        return await self.advance(
            held,
            event,
            beside=[*beside, self._released(held.lease)],
            reason=reason,
            failure_source=failure_source,
        )

    async def withdraw(self, task: Task, *events: TaskEvent, reason: str) -> Task:
        """End a task that nobody holds, or whose holder shall lose it: cancelled, or past its time.

        Raises:
            ConflictError: it is elsewhere by now, or its state does not allow it.
        """
        after, move = moved(task, *events, reason=reason)
        await self._commit([move])
        return after

    def _acquired(self, tx: LeaseTx, task: Task, owner: str, time: timedelta | None) -> Lease:
        name = lease_name(task.task_id)
        return acquired(
            tx.lease(name),
            name=name,
            owner=owner,
            now=self._clock.now(),
            duration=time or self._lease_time,
        )

    def _released(self, lease: Lease) -> Event:
        return lease_event("released", replace(lease, expires_at=self._clock.now()))

    async def _commit(self, events: Sequence[Event]) -> None:
        await self._journal.commit(lambda _tx: events)
