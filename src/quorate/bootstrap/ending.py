"""Ending: a task that is stopped, or past its time, with its parts and with what tells of it elsewhere, in one commit.

The lease goes over with it, so whoever does the work learns from the next renewal or commit that it is over.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from quorate.adapters.sql.task_listing import tasks_page
from quorate.adapters.sql.transaction import Transaction
from quorate.arbiter.moves import moved
from quorate.arbiter.record import TaskFilter, age_before
from quorate.arbiter.task import TERMINAL, Task, TaskEvent, TaskState, TaskType, lease_name
from quorate.arena.record import RunEvent, end_of, ended_payload, read_run
from quorate.arena.record import stream_of as run_stream
from quorate.bootstrap.store import Store
from quorate.cycle.strategies.backtest_rows import failed_event, read_backtest
from quorate.cycle.strategies.backtest_rows import stream_of as backtest_stream
from quorate.kernel.errors import ConflictError
from quorate.kernel.ids import RunId, TaskId, TraceId
from quorate.kernel.journal import Event
from quorate.kernel.lease import Lease, lease_event

PARTS = 200
"""The most parts of a task: a run asks at most so many profiles."""

WAY_OUT: Mapping[TaskState, tuple[TaskEvent, ...]] = {
    TaskState.RECEIVED: (TaskEvent.CANCEL,),
    TaskState.SPEC_APPROVED: (TaskEvent.CANCEL,),
    TaskState.ROUTING: (TaskEvent.ASSIGNED, TaskEvent.CANCEL),
    TaskState.ROUTED: (TaskEvent.CANCEL,),
    TaskState.EXECUTING: (TaskEvent.CANCEL,),
}
"""How a task is stopped; one that nobody has is taken first, by whoever stops it. Source: RELIABILITY 2.1."""


class Ending:
    """Ends tasks of one home that nobody wants any more."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def cancel(
        self, task_id: TaskId, reason: str, *, told: str = "", beside: Sequence[Event] = ()
    ) -> Sequence[TaskId]:
        """Stop a task and its parts, `beside` with them, and return their ids; its backtest is told to be `told`.

        Raises:
            ConflictError: it is over, or its result stands and is being checked.
        """
        elsewhere = await self._told_elsewhere(task_id, told or f"cancelled: {reason}", reason)
        parts = await self._parts(task_id)
        ended = list[TaskId]()

        def decide(tx: Transaction) -> Sequence[Event]:
            task = tx.task(task_id)
            if task is None or task.state not in WAY_OUT:
                raise _too_late(task_id, task)
            known = [part for part in map(tx.task, parts) if part is not None]
            stopped = [task, *(part for part in known if part.state in WAY_OUT)]
            ended[:] = [each.task_id for each in stopped]
            rows = [row for each in stopped for row in self._rows(tx, each, reason)]
            return [*rows, *elsewhere, *beside]

        await self._store.journal.commit(decide)
        return ended

    async def expire(self, task_id: TaskId) -> None:
        """End a task that nobody began in time.

        Raises:
            ConflictError: somebody began it, or ended it.
        """

        def decide(tx: Transaction) -> Sequence[Event]:
            task = tx.task(task_id)
            if task is None or task.expires_at is None:
                raise _too_late(task_id, task)
            if task.expires_at > self._store.clock.now():
                raise ConflictError(f"the time of {task_id} is not over")
            return list(self._rows(tx, task, "its time was over", (TaskEvent.TTL,)))

        await self._store.journal.commit(decide)

    def _rows(
        self, tx: Transaction, task: Task, reason: str, path: Sequence[TaskEvent] = ()
    ) -> Iterator[Event]:
        """Yield the rows that end a task, its lease taken from whoever has it."""
        name, now = lease_name(task.task_id), self._store.clock.now()
        held, changed = tx.lease(name), task
        if held is not None and held.is_held(now):
            over = Lease(name=name, owner="", token=held.token + 1, expires_at=now)
            yield lease_event("acquired", over)
            changed = replace(task, token=over.token)
        yield moved(task, *(path or WAY_OUT[task.state]), reason=reason, changed=changed)[1]

    async def _parts(self, task_id: TaskId) -> Sequence[TaskId]:
        lines = await self._store.database.read(
            partial(
                tasks_page,
                tenant=self._store.tenant,
                wanted=TaskFilter(parent=task_id),
                limit=PARTS,
                stuck_before=age_before(self._store.clock.now()),
            )
        )
        return [line.task_id for line in lines if line.state not in TERMINAL]

    async def _told_elsewhere(self, task_id: TaskId, told: str, reason: str) -> Sequence[Event]:
        """Return how the run or the backtest of a task ends with it."""
        task = await self._store.journal.entries(f"task:{task_id}")
        first = task[0].facts if task else {}
        subject = str(first.get("subject", ""))
        match first.get("taskType"):
            case TaskType.ARENA_RUN:
                return [await self._cancelled_run(RunId(subject), reason)]
            case TaskType.BACKTEST:
                entries = await self._store.journal.entries(backtest_stream(subject))
                return [failed_event(read_backtest(entries, overdue=False).terms, told)]
            case _:
                return []

    async def _cancelled_run(self, run_id: RunId, reason: str) -> Event:
        run = read_run(await self._store.journal.entries(run_stream(run_id)))
        header = run.header.fact
        return Event(
            stream=run_stream(run_id),
            type=RunEvent.CANCELLED.value,
            payload=end_of(header, ended_payload(reason="cancelled", detail=reason)),
            trace_id=TraceId(run.trace_id),
            book=header.book,
        )


def _too_late(task_id: TaskId, task: Task | None) -> ConflictError:
    state = "not there" if task is None else task.state
    return ConflictError(
        f"{task_id} is {state}: it is not stopped any more",
        effect="nothing was changed",
        fix=f"quorate tasks show {task_id}",
    )
