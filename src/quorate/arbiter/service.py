"""The arbiter: walks a task through its states, and judges it before and after its work.

received -> spec judged -> routed -> executing -> result -> post-checked, verdict -> completed; states without work of
their own are passed in one commit (ADR 24). A dead holder's task is adopted under the next fencing token and goes on
from where the journal says it was.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from types import MappingProxyType

from quorate.arbiter.holding import Hands, Held
from quorate.arbiter.moves import (
    TO_CHECK,
    TO_END,
    TO_QUEUE,
    TO_WORK,
    adopted_event,
    moved,
    received_event,
)
from quorate.arbiter.ports import Court, Judgement, LeaseTx, TaskJournal, Work
from quorate.arbiter.spec import TaskSpec
from quorate.arbiter.task import (
    MAX_ATTEMPTS,
    TERMINAL,
    FailureSource,
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
from quorate.kernel.spans import span
from quorate.resilience.leasing import renewing

STEPS_TO_WORK: Mapping[TaskState, int] = MappingProxyType(
    {
        TaskState.RECEIVED: 0,
        TaskState.VALIDATING_SPEC: 1,
        TaskState.SPEC_APPROVED: 2,
        TaskState.ROUTING: 3,
        TaskState.ROUTED: 4,
    }
)
"""The states before the work, and how much of the way to it is behind them."""

AT_WORK = frozenset({TaskState.ROUTED, TaskState.EXECUTING, TaskState.VERIFYING})
"""The states whose work may be what kills its holders."""


class Arbiter(Hands):
    """Carries out tasks in this process, and receives those that workers elsewhere do."""

    def __init__(
        self, journal: TaskJournal, clock: Clock, *, owner: str, lease_seconds: float, court: Court
    ) -> None:
        super().__init__(journal, clock, owner=owner, lease_seconds=lease_seconds)
        self._court = court

    async def carry_out(
        self, task: Task, spec: TaskSpec, work: Work, beside: Sequence[Event] = ()
    ) -> None:
        """Receive `task` and walk it to its end; see `receive` and `walk`."""
        await self.walk(await self.receive(task, spec, work, beside), spec, work)

    async def receive(
        self, task: Task, spec: TaskSpec, work: Work, beside: Sequence[Event] = ()
    ) -> Held:
        """Make `task` durable, in this process's hands; `beside` is committed with its first row.

        A task whose spec is refused is durable too, as REJECTED: `walk` raises why.

        Raises:
            ConflictError: one of `beside` was written by somebody else first; nothing was received.
        """
        lease = self._first_lease(task)
        received = replace(task, token=lease.token, owner=self._owner)
        begin = [lease_event("acquired", lease), received_event(received, spec), *work.requested()]
        held, judged = self._judged(Held(received, lease), spec, work, TO_WORK)
        await self._commit([*beside, *begin, *judged])
        return held

    async def walk(self, held: Held, spec: TaskSpec, work: Work) -> TaskState:
        """Walk a task that was received to its end, and return its last state.

        Raises:
            RejectedError: its spec was refused, or its result broke an invariant.
            QuorateError: the work failed; the task stands as FAILED with the reason.
        """
        if held.refusal:
            raise _refused(held.refusal)
        task = held.task
        with span("task", trace_id=task.trace_id, taskId=task.task_id, type=task.type.value):
            async with renewing(held.lease, self._journal, self._clock, self._lease_time):
                while held.task.state not in TERMINAL:
                    held = await self._step(held, spec, work)
        return held.task.state

    async def queue(
        self,
        task: Task,
        spec: TaskSpec,
        assignment: Mapping[str, JsonValue],
        beside: Sequence[Event] = (),
    ) -> Task:
        """Make `task` durable for a worker elsewhere: nobody's yet, waiting in ROUTING.

        Raises:
            RejectedError: its spec was refused; the task stands as REJECTED.
            ConflictError: it was received before.
        """
        queued, refusal, events = self.queued(task, spec, assignment)
        await self._commit([*beside, *events])
        if refusal:
            raise _refused(refusal)
        return queued

    def queued(
        self, task: Task, spec: TaskSpec, assignment: Mapping[str, JsonValue]
    ) -> tuple[Task, str, Sequence[Event]]:
        """Return a task as it waits for a worker, why it was refused if it was, and the rows to commit."""
        judgement = self._court.before(task, spec)
        path = TO_QUEUE if judgement.passed else (TaskEvent.VALIDATE, TaskEvent.SPEC_BAD)
        refusal = _said(judgement)
        after, move = moved(task, *path, reason=refusal, failure_source=_source(refusal))
        received = received_event(task, spec, assignment)
        return after, refusal, [received, *judgement.events, move]

    async def adopt(self, task: Task, spec: TaskSpec, work: Work) -> TaskState:
        """Take over a task whose holder died, walk it to its end, and return its last state.

        A task that too many holders died at is given up: it ends as FAILED.

        Raises:
            ConflictError: its holder lives, or somebody else was quicker.
            QuorateError: as `carry_out`.
        """
        held = await self._take_over(task)
        if task.state in AT_WORK and held.task.attempts > MAX_ATTEMPTS:
            died = f"{task.attempts} holders died"
            return await self._give_up(held, work, "attempts_exhausted", died)
        if task.state in (TaskState.ROUTED, TaskState.EXECUTING):
            again = (TaskEvent.LEASE_LOST, TaskEvent.ASSIGNED, TaskEvent.STARTED)
            held = await self.advance(held, *again, reason="the former holder died")
        return await self.walk(held, spec, work)

    async def _step(self, held: Held, spec: TaskSpec, work: Work) -> Held:
        """Do the work of the present state and move on."""
        match held.task.state:
            case TaskState.EXECUTING:
                return await self._execute(held, work)
            case TaskState.EXECUTION_COMPLETE:
                return await self.advance(held, TaskEvent.VERIFY)
            case TaskState.VERIFYING:
                return await self._verify(held, spec, work)
            case TaskState.VERIFIED:
                return await self.finish(held, TaskEvent.PERSISTED, beside=await work.completed())
            case state:
                left = TO_WORK[STEPS_TO_WORK[state] :]
                held, events = self._judged(held, spec, work, left)
                await self._commit(events)
                if held.refusal:
                    raise _refused(held.refusal)
                return held

    def _judged(
        self, held: Held, spec: TaskSpec, work: Work, left: Sequence[TaskEvent]
    ) -> tuple[Held, Sequence[Event]]:
        """Return the task on its way to work, or rejected, with the rows that say so."""
        if TaskEvent.SPEC_OK not in left:
            after, move = moved(held.task, *left)
            return replace(held, task=after), [move]
        judgement = self._court.before(held.task, spec)
        if judgement.passed:
            after, move = moved(held.task, *left)
            return replace(held, task=after), [*judgement.events, move]
        refusal = _said(judgement)
        path = [*left[: left.index(TaskEvent.SPEC_OK)], TaskEvent.SPEC_BAD]
        after, move = moved(held.task, *path, reason=refusal, failure_source=FailureSource.RULE)
        end = [*work.failed("spec_refused", refusal), self._released(held.lease)]
        return replace(held, task=after, refusal=refusal), [*judgement.events, *end, move]

    async def _execute(self, held: Held, work: Work) -> Held:
        async with self._guarding(held, work):
            result = await work.execute()
        return await self.advance(held, *TO_CHECK, beside=result)

    async def _verify(self, held: Held, spec: TaskSpec, work: Work) -> Held:
        async with self._guarding(held, work):
            broken = await work.violations()
            judgement = self._court.after(held.task, spec, work.account(), broken)
            end = await work.completed() if judgement.passed else ()
        released = self._released(held.lease)
        if judgement.passed:
            return await self.advance(held, *TO_END, beside=[*end, *judgement.events, released])
        why = _said(judgement)
        failed = [*work.failed("post_check", why), *judgement.events]
        await self.finish(
            held, TaskEvent.VIOLATION, why, beside=failed, failure_source=FailureSource.RULE
        )
        raise RejectedError(
            f"the result was refused by the post-check: {why}", effect="nothing of it counts"
        )

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
        path = [TaskEvent.ERROR]
        if held.task.state is TaskState.ROUTED:
            path.insert(0, TaskEvent.LEASE_LOST)
        end = [*work.failed(reason, detail), self._released(held.lease)]
        return (await self.advance(held, *path, beside=end, reason=detail)).task.state

    async def _take_over(self, task: Task) -> Held:
        taken: list[Held] = []

        def decide(tx: LeaseTx) -> Sequence[Event]:
            lease = self._acquired(tx, task, self._owner, None)
            after = replace(task, token=lease.token, owner=self._owner, attempts=task.attempts + 1)
            taken[:] = [Held(after, lease)]
            return [lease_event("acquired", lease), adopted_event(after, task.token)]

        await self._journal.commit(decide)
        return taken[0]

    def _first_lease(self, task: Task) -> Lease:
        return acquired(
            None,
            name=lease_name(task.task_id),
            owner=self._owner,
            now=self._clock.now(),
            duration=self._lease_time,
        )


def _said(judgement: Judgement) -> str:
    return "" if judgement.passed else "; ".join(judgement.problems) or "the court said no"


def _source(refusal: str) -> FailureSource:
    return FailureSource.RULE if refusal else FailureSource.NONE


def _refused(refusal: str) -> RejectedError:
    return RejectedError(f"the task's spec was refused: {refusal}")
