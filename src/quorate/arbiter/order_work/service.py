"""Order work: an act is durable before anybody is told that it was taken, and each task is one worker's at a time.

enqueue -> ROUTING -> take (lease) -> EXECUTING -> do -> COMPLETED with its verdict | back to ROUTING, tried again later
| FAILED
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import structlog

from quorate.arbiter.holding import Held
from quorate.arbiter.moves import TO_CHECK, TO_END, moved, result_event
from quorate.arbiter.order_work.item import (
    TRYABLE,
    WAITING,
    WORKER_LOST,
    OrderTask,
    assignment_of,
    order_task,
    retried_task,
    source_of,
    spec_of,
    told_failure,
    waiting,
)
from quorate.arbiter.order_work.ports import Doer, NotYetError, OrderTasks, OrderTx
from quorate.arbiter.ports import Court
from quorate.arbiter.service import Arbiter
from quorate.arbiter.task import NO_TASK, FailureSource, Task, TaskEvent, lease_name
from quorate.execution.acts import Failure, OrderAct, RetryPolicy, failure_of
from quorate.execution.acts.act import successor
from quorate.kernel.account import Account
from quorate.kernel.canonical import JsonValue
from quorate.kernel.errors import ConflictError, RejectedError
from quorate.kernel.ids import TaskId
from quorate.kernel.journal import Event
from quorate.kernel.lease import Lease, lease_event
from quorate.kernel.ports import Clock, Journal

_LOG = structlog.get_logger()

AT_ONCE = 20
"""How many tasks are taken in one look."""

LOST = Failure(code=WORKER_LOST, reason="its worker fell silent", permanent=False)
"""What a task whose lease ran out is put back for."""


@dataclass(frozen=True, slots=True)
class Enqueued:
    """What became of a wish to have an act done; not `added` where it was asked for before."""

    item: OrderTask
    added: bool


class OrderWork:
    """The order tasks of one home; any process may add to them, and any may do them."""

    def __init__(  # noqa: PLR0913  (what it stands on, each named)
        self,
        *,
        journal: Journal[OrderTx],
        tasks: OrderTasks,
        doer: Doer,
        court: Court,
        clock: Clock,
        owner: str,
        policy: RetryPolicy,
        jitter: Callable[[], float],
    ) -> None:
        self._journal = journal
        self._tasks = tasks
        self._doer = doer
        self._court = court
        self._clock = clock
        self._policy = policy
        self._jitter = jitter
        self._arbiter = Arbiter(
            journal, clock, owner=owner, lease_seconds=policy.lease_s, court=court
        )

    async def enqueue(self, act: OrderAct) -> Enqueued:
        """Return the task of `act`, the newest where it was tried again; added where it was not asked for before.

        Raises:
            RejectedError: its spec was refused.
            UnavailableError: the database gave no answer; nothing was added.
        """
        stands, added, refusal = act.task_id, False, ""

        def decide(tx: OrderTx) -> Sequence[Event]:
            nonlocal stands, added, refusal
            stands, added = _newest(tx, act.task_id), tx.task(act.task_id) is None
            refusal, rows = self._queued(order_task(act), act)
            return rows if added else []

        await self._journal.commit(decide)
        if added and refusal:
            raise RejectedError(f"the task's spec was refused: {refusal}")
        return Enqueued(await self._there(stands), added)

    def submission(self, act: OrderAct) -> Sequence[Event]:
        """Return the rows of a new task, to be committed with what it follows from."""
        return self._queued(order_task(act), act)[1]

    async def run_due(self) -> Sequence[OrderTask]:
        """Return the tasks that were taken and what became of them; one after another, the longest due first.

        Raises:
            UnavailableError: the database gave no answer; what was under way is taken over when its lease ends.
        """
        given_up = [
            await self._reclaimed(task) for task in await self._tasks.lost(self._clock.now())
        ]
        found = await self._tasks.due(self._clock.now(), AT_ONCE)
        ran = [await self._run(task) for task in found]
        over = [task for task in (*given_up, *ran) if task is not None]
        return [await self._there(task.task_id) for task in over]

    async def retry(self, task_id: TaskId) -> OrderTask:
        """Return the new task that tries again what another one ended without.

        Raises:
            RejectedError: there is no such task (slug `not-found`), or its spec was refused.
            ConflictError: it is not over, it is done, or it was tried again before.
        """
        ended = await self._there(task_id)
        refusal = ""

        def decide(tx: OrderTx) -> Sequence[Event]:
            nonlocal refusal
            known = tx.task(task_id)
            if known is None:
                raise _unknown(task_id)
            _require_tryable(known, again=tx.task(successor(task_id)))
            refusal, rows = self._queued(retried_task(known), ended.act, task_id)
            return rows

        await self._journal.commit(decide)
        if refusal:
            raise RejectedError(f"the task's spec was refused: {refusal}")
        return await self._there(successor(task_id))

    def _queued(
        self, task: Task, act: OrderAct, predecessor: TaskId = NO_TASK
    ) -> tuple[str, Sequence[Event]]:
        """Return why the task of an act was refused, if it was, and its first rows; it is due at once."""
        due = replace(task, not_before=self._clock.now())
        told = assignment_of(act, predecessor)
        _, refusal, rows = self._arbiter.queued(due, spec_of(act), told)
        return refusal, rows

    async def _run(self, task: Task) -> Task | None:
        """Return the task as it was settled, None where another worker has it."""
        item = await self._there(task.task_id)
        try:
            held = await self._arbiter.take(task, worker=self._arbiter.owner)
            held = await self._arbiter.advance(held, TaskEvent.STARTED)
            return await self._done(held, item.act)
        except ConflictError:
            _LOG.info("order_task_elsewhere", task_id=task.task_id, subject=task.subject)
            return None

    async def _done(self, held: Held, act: OrderAct) -> Task:
        """Do the act and commit what came of it; raises ConflictError where another has the task by now."""
        began = self._clock.monotonic()
        try:
            async with asyncio.timeout(self._policy.deadline_s):
                result = await self._doer.done(act)
                broken = await self._doer.broken(act, result)
                told = await self._doer.account(act, result)
        except NotYetError as error:
            return await self._deferred(held, error)
        except Exception as error:  # noqa: BLE001  (the worker's edge: one act may fail, the others go on)
            return await self._failed(held, failure_of(error))
        wall = 1000 * (self._clock.monotonic() - began)
        account = replace(told, wall_ms=wall)
        return await self._settled(held, act, result, account, broken)

    async def _settled(
        self,
        held: Held,
        act: OrderAct,
        result: Mapping[str, JsonValue],
        account: Account,
        broken: Sequence[str],
    ) -> Task:
        """Commit what came of an act with its verdict, pass or fail."""
        judged = self._court.after(held.task, spec_of(act), account, broken)
        why = "" if judged.passed else "; ".join(judged.problems) or "the court said no"
        path = TO_END if judged.passed else (TaskEvent.VIOLATION,)
        told = result_event(held.task, dict(result))
        after = await self._arbiter.advance(
            held,
            *TO_CHECK,
            *path,
            beside=[told, *judged.events, self._released(held.lease)],
            reason=why,
            failure_source=FailureSource.RULE if why else FailureSource.NONE,
        )
        return after.task

    async def _deferred(self, held: Held, error: NotYetError) -> Task:
        """Put a task back whose time has not come: that was no attempt."""
        later = self._clock.now() + timedelta(seconds=self._policy.defer_s)
        return await self._arbiter.give_back(
            held,
            f"{WAITING}: {error.cause}",
            failure_source=FailureSource.NONE,
            changed=replace(held.task, not_before=later),
        )

    async def _failed(self, held: Held, failure: Failure) -> Task:
        """Put a task back for another attempt, or end it where that would change nothing."""
        task, source = held.task, source_of(failure.code)
        again = self._waiting(task, failure)
        facts = {"task_id": task.task_id, "subject": task.subject, "code": failure.code}
        if again is not None:
            _LOG.warning("order_task_failed", attempts=task.attempts, why=failure.reason, **facts)
            return await self._arbiter.give_back(
                held, told_failure(failure), failure_source=source, changed=again
            )
        _LOG.error("order_task_given_up", attempts=task.attempts, why=failure.reason, **facts)
        end = await self._arbiter.finish(
            held, TaskEvent.ERROR, told_failure(failure), failure_source=source
        )
        return end.task

    async def _reclaimed(self, task: Task) -> Task | None:
        """Take a task away from a worker that fell silent; None unless that ended it: else it is due now."""
        again = self._waiting(task, LOST)
        path = (TaskEvent.LEASE_LOST,) if again else (TaskEvent.LEASE_LOST, TaskEvent.ERROR)
        now = self._clock.now()
        idle = replace(again or task, not_before=now, owner="", worker="")

        def decide(tx: OrderTx) -> Sequence[Event]:
            lease = tx.lease(lease_name(task.task_id))
            if lease is None or lease.token != task.token or lease.is_held(now):
                raise ConflictError(f"the worker of {task.task_id} lives, or another one has it")
            _, move = moved(
                task,
                *path,
                reason=told_failure(LOST),
                failure_source=FailureSource.WORKER_CRASH,
                changed=idle,
            )
            return [move]

        try:
            await self._journal.commit(decide)
        except ConflictError:
            return None
        return task if again is None else None

    def _waiting(self, task: Task, failure: Failure) -> Task | None:
        now = self._clock.now()
        return waiting(task, failure, now, self._policy, jitter=self._jitter())

    def _released(self, lease: Lease) -> Event:
        return lease_event("released", replace(lease, expires_at=self._clock.now()))

    async def _there(self, task_id: TaskId) -> OrderTask:
        known = await self._tasks.item(task_id)
        if known is None:
            raise _unknown(task_id)
        return known


def _newest(tx: OrderTx, task_id: TaskId) -> TaskId:
    """Return the last of the tasks that tried one act, the first where it was never tried again."""
    while tx.task(successor(task_id)) is not None:
        task_id = successor(task_id)
    return task_id


def _require_tryable(task: Task, *, again: Task | None) -> None:
    if again is not None:
        raise ConflictError(
            f"{task.task_id} was tried again already: {again.task_id} is {again.state}",
            effect="nothing was changed",
            fix=f"quorate tasks show {again.task_id}",
        )
    if task.state not in TRYABLE:
        raise ConflictError(
            f"{task.task_id} is {task.state}: it is not tried again",
            effect="nothing was changed",
            fix=f"quorate tasks show {task.task_id}",
        )


def _unknown(task_id: TaskId) -> RejectedError:
    return RejectedError(
        f"there is no order task {task_id}",
        effect="nothing was changed",
        fix="quorate tasks list --type order",
        slug="not-found",
    )
