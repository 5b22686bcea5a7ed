"""The arbiter: walks a task through its states, each committed before its work begins.

received -> spec checked -> routed -> executing -> result -> post-checked -> completed; a dead holder's task is adopted
under the next fencing token and goes on from where the journal says it was.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from types import MappingProxyType

from quorate.arbiter.ports import LeaseTx, TaskJournal, Work
from quorate.arbiter.spec import TaskSpec, spec_problems
from quorate.arbiter.task import (
    MAX_ATTEMPTS,
    TASK_TABLE,
    TERMINAL,
    Task,
    TaskEvent,
    TaskState,
    lease_name,
)
from quorate.kernel.canonical import JsonValue
from quorate.kernel.errors import ConflictError, QuorateError, RejectedError
from quorate.kernel.journal import Event
from quorate.kernel.lease import Lease, acquired, lease_event
from quorate.kernel.ports import Clock
from quorate.resilience.leasing import renewing

PASSED_BY: Mapping[TaskState, TaskEvent] = MappingProxyType(
    {
        TaskState.RECEIVED: TaskEvent.VALIDATE,
        TaskState.SPEC_APPROVED: TaskEvent.ROUTE,
        TaskState.ROUTING: TaskEvent.ASSIGNED,
        TaskState.ROUTED: TaskEvent.STARTED,
        TaskState.EXECUTION_COMPLETE: TaskEvent.VERIFY,
    }
)
"""The states with no work of their own here, and what leads out of them: every task is this process's own worker's."""


AT_WORK = frozenset({TaskState.ROUTED, TaskState.EXECUTING, TaskState.VERIFYING})
"""The states whose work may be what kills its holders."""


@dataclass(frozen=True, slots=True)
class Held:
    """A task in this process's hands."""

    task: Task
    lease: Lease


class Arbiter:
    """Carries out tasks in this process; `owner` names it in every lease."""

    def __init__(
        self, journal: TaskJournal, clock: Clock, *, owner: str, lease_seconds: float
    ) -> None:
        self._journal = journal
        self._clock = clock
        self._owner = owner
        self._lease_time = timedelta(seconds=lease_seconds)

    async def carry_out(
        self, task: Task, spec: TaskSpec, work: Work, beside: Sequence[Event] = ()
    ) -> None:
        """Receive `task` and walk it to its end; see `receive` and `walk`."""
        await self.walk(await self.receive(task, spec, work, beside), spec, work)

    async def receive(
        self, task: Task, spec: TaskSpec, work: Work, beside: Sequence[Event] = ()
    ) -> Held:
        """Make `task` durable, in this process's hands; `beside` is committed with its first row.

        Raises:
            ConflictError: one of `beside` was written by somebody else first; nothing was received.
        """
        lease = self._first_lease(task)
        held = Held(replace(task, token=lease.token), lease)
        received = self._event(held.task, "task.received", self._received(held.task, spec))
        begin = [*beside, lease_event("acquired", lease), received, *work.requested()]
        await self._journal.commit(lambda _tx: begin)
        return held

    async def walk(self, held: Held, spec: TaskSpec, work: Work) -> TaskState:
        """Walk a task that was received to its end, and return its last state.

        Raises:
            RejectedError: its spec was refused, or its result broke an invariant.
            QuorateError: the work failed; the task stands as FAILED with the reason.
        """
        async with renewing(held.lease, self._journal, self._clock, self._lease_time):
            while held.task.state not in TERMINAL:
                held = await self._step(held, spec, work)
        return held.task.state

    async def adopt(self, task: Task, spec: TaskSpec, work: Work) -> TaskState:
        """Take over a task whose holder died, walk it to its end, and return its last state.

        A task that too many holders died at is given up: it ends as FAILED.

        Raises:
            ConflictError: its holder lives, or somebody else was quicker.
            QuorateError: as `carry_out`.
        """
        lease = await self._take_over(task)
        held = Held(replace(task, token=lease.token, attempts=task.attempts + 1), lease)
        if task.state in AT_WORK and held.task.attempts > MAX_ATTEMPTS:
            died = f"{task.attempts} holders died"
            return await self._give_up(held, work, "attempts_exhausted", died)
        if task.state in (TaskState.ROUTED, TaskState.EXECUTING):
            held = await self._move(held, TaskEvent.LEASE_LOST, "the former holder died")
        return await self.walk(held, spec, work)

    async def _step(self, held: Held, spec: TaskSpec, work: Work) -> Held:
        """Do the work of the present state and move on."""
        match held.task.state:
            case TaskState.VALIDATING_SPEC:
                return await self._approve(held, spec, work)
            case TaskState.EXECUTING:
                return await self._execute(held, work)
            case TaskState.VERIFYING:
                return await self._verify(held, work)
            case TaskState.VERIFIED:
                end = [*await work.completed(), self._released(held.lease)]
                return await self._move(held, TaskEvent.PERSISTED, beside=end)
            case state:
                return await self._move(held, PASSED_BY[state])

    async def _approve(self, held: Held, spec: TaskSpec, work: Work) -> Held:
        problems = spec_problems(spec)
        if problems:
            await self._end(held, TaskEvent.SPEC_BAD, work, "spec_refused", "; ".join(problems))
            raise RejectedError(f"the task's spec was refused: {'; '.join(problems)}")
        return await self._move(held, TaskEvent.SPEC_OK)

    async def _execute(self, held: Held, work: Work) -> Held:
        async with self._guarding(held, work):
            result = await work.execute()
        return await self._move(held, TaskEvent.RESULT, beside=result)

    async def _verify(self, held: Held, work: Work) -> Held:
        async with self._guarding(held, work):
            broken = await work.violations()
        if broken:
            await self._end(held, TaskEvent.VIOLATION, work, "post_check", "; ".join(broken))
            raise RejectedError(
                f"the run's result broke an invariant: {'; '.join(broken)}",
                effect="no decision of it counts",
            )
        return await self._move(held, TaskEvent.POST_CHECK_OK)

    @asynccontextmanager
    async def _guarding(self, held: Held, work: Work) -> AsyncIterator[None]:
        """End the task as FAILED, with the reason, when the work inside the block fails; a lost lease ends nothing."""
        try:
            yield
        except ConflictError:
            raise
        except QuorateError as error:
            await self._give_up(held, work, error.slug, str(error))
            raise
        except Exception as error:
            await self._give_up(held, work, "internal-error", f"{type(error).__name__}: {error}")
            raise

    async def _give_up(self, held: Held, work: Work, reason: str, detail: str) -> TaskState:
        if held.task.state is TaskState.ROUTED:
            held = await self._move(held, TaskEvent.LEASE_LOST, detail)
        return await self._end(held, TaskEvent.ERROR, work, reason, detail)

    async def _end(
        self, held: Held, event: TaskEvent, work: Work, reason: str, detail: str
    ) -> TaskState:
        end = [*work.failed(reason, detail), self._released(held.lease)]
        return (await self._move(held, event, detail, beside=end)).task.state

    async def _move(
        self, held: Held, event: TaskEvent, reason: str = "", beside: Sequence[Event] = ()
    ) -> Held:
        """Commit the move that `event` makes, with what belongs to it, and return the task after it.

        Raises:
            ConflictError: the task is elsewhere by now, or in other hands.
        """
        task = held.task
        target = TASK_TABLE.target(task.state, event)
        payload: dict[str, JsonValue] = {
            "taskId": task.task_id,
            "from": task.state,
            "to": target,
            "event": event,
            "reason": reason,
            "token": task.token,
        }
        moved = [*beside, self._event(task, "task.moved", payload)]
        await self._journal.commit(lambda _tx: moved)
        return replace(held, task=replace(task, state=target))

    def _first_lease(self, task: Task) -> Lease:
        return acquired(
            None,
            name=lease_name(task.task_id),
            owner=self._owner,
            now=self._clock.now(),
            duration=self._lease_time,
        )

    async def _take_over(self, task: Task) -> Lease:
        taken: list[Lease] = []

        def decide(tx: LeaseTx) -> Sequence[Event]:
            name = lease_name(task.task_id)
            lease = acquired(
                tx.lease(name),
                name=name,
                owner=self._owner,
                now=self._clock.now(),
                duration=self._lease_time,
            )
            taken[:] = [lease]
            payload: dict[str, JsonValue] = {
                "taskId": task.task_id,
                "owner": self._owner,
                "token": lease.token,
                "attempts": task.attempts + 1,
            }
            adopted = self._event(task, "task.adopted", payload)
            return [lease_event("acquired", lease), adopted]

        await self._journal.commit(decide)
        return taken[0]

    def _released(self, lease: Lease) -> Event:
        return lease_event("released", replace(lease, expires_at=self._clock.now()))

    def _received(self, task: Task, spec: TaskSpec) -> dict[str, JsonValue]:
        return {
            "taskId": task.task_id,
            "taskType": task.type,
            "subject": task.subject,
            "spec": spec.payload(),
            "specHash": spec.hash,
            "state": task.state,
            "owner": self._owner,
            "token": task.token,
        }

    def _event(self, task: Task, kind: str, payload: dict[str, JsonValue]) -> Event:
        return Event(
            stream=f"task:{task.task_id}", type=kind, payload=payload, trace_id=task.trace_id
        )
