"""The task desk: every task of a home told, tried again, stopped, and ended when its time is over."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Final, Protocol

import structlog

from quorate.adapters.sql.order_tasks import SqlOrderTasks
from quorate.adapters.sql.task_listing import (
    expired_tasks,
    lease_line,
    task_counts,
    task_ids_like,
    task_line,
    tasks_page,
)
from quorate.arbiter.order_work.item import result_of
from quorate.arbiter.record import (
    TaskDetails,
    TaskFilter,
    TaskLine,
    age_before,
    read_path,
)
from quorate.arbiter.task import TaskState, TaskType
from quorate.arena.acceptance import RequestKey
from quorate.bootstrap.ending import Ending
from quorate.bootstrap.repeating import RepeatableActs
from quorate.bootstrap.stopping import Walks
from quorate.bootstrap.store import Store
from quorate.execution.acts.act import successor
from quorate.kernel.errors import ConflictError, QuorateError, RejectedError
from quorate.kernel.ids import TaskId
from quorate.kernel.journal import Event
from quorate.kernel.stamps import stamp

LOOK_AGAIN_S: Final = 1.0
"""How often a process that serves looks for tasks whose time is over, or that somebody stopped. Ours."""

PARTS: Final = 200
"""The most parts of a task that are told with it: a run asks at most so many profiles."""

AT_ONCE: Final = 50
"""How many tasks one look ends."""

_LOG = structlog.get_logger()


class Again(Protocol):
    """Tries a task again; each type has its own way."""

    async def retry(self, line: TaskLine) -> TaskId:
        """Return the id of the new task; raises RejectedError or ConflictError where it cannot be."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskChange:
    """What became of an act on a task; of a retry `line` is the new one. Not `applied` where it was so before."""

    target: TaskId
    line: TaskLine
    applied: bool
    replayed: bool = False


class TaskDesk:
    """The tasks of one home; `again` tries one again by its type, `walks` are those that this process is at."""

    def __init__(
        self,
        store: Store,
        walks: Walks,
        again: Mapping[TaskType, Again],
    ) -> None:
        self._store = store
        self._repeatable = RepeatableActs(store)
        self._walks = walks
        self._again = again
        self._orders = SqlOrderTasks(store.database, store.journal, store.tenant)
        self._ending = Ending(store)

    async def lines(
        self, wanted: TaskFilter, limit: int, below: int | None = None
    ) -> Sequence[TaskLine]:
        """Return at most `limit` of the tasks that `wanted` asks for, newest first, those before row `below`."""
        return await self._store.database.read(
            lambda link: tasks_page(
                link, self._store.tenant, wanted, limit, below, stuck_before=self._stuck_before
            )
        )

    async def counts(
        self,
        wanted: TaskFilter = TaskFilter(),  # noqa: B008  (frozen)
    ) -> Mapping[tuple[TaskType, TaskState], int]:
        """Return how many tasks of each type are in each state under the filter."""
        return await self._store.database.read(
            lambda link: task_counts(
                link, self._store.tenant, wanted, stuck_before=self._stuck_before
            )
        )

    async def show(self, task_id: str) -> TaskDetails:
        """Return the task with this id, or the only one whose id begins so, with its path through the states.

        Raises:
            RejectedError: there is none (slug `not-found`), or there are several.
        """
        line = await self._line(task_id)
        entries = await self._orders.entries(line.task_id)
        tenant, read = self._store.tenant, self._store.database.read
        parts = await self.lines(TaskFilter(parent=line.task_id), PARTS)
        lease = await read(partial(lease_line, tenant=tenant, task_id=line.task_id))
        again = await read(partial(task_line, tenant=tenant, task_id=successor(line.task_id)))
        first = entries[0].facts.get("assignment") if entries else None
        before = first.get("retryOf") if isinstance(first, dict) else ""
        return TaskDetails(
            line=line,
            path=read_path(entries, self._store.clock.now()),
            children=tuple(reversed(parts)),
            lease=lease,
            retry_of=str(before or ""),
            retried_by="" if again is None else again.task_id,
            result=result_of(entries),
        )

    async def retry(self, task_id: str, key: RequestKey | None = None) -> TaskChange:
        """Try a task again that ended without its result: a new task that names it.

        Raises:
            RejectedError: there is no such task, its type is tried again with what it is a part of, or its spec was
                refused.
            ConflictError: it is not over, it is done, or it was tried again before.
        """
        line = await self._line(task_id)
        if await self._repeatable.is_known(key):
            new = await self._line(successor(line.task_id), otherwise=line)
            return TaskChange(target=line.task_id, line=new, applied=False, replayed=True)
        again = self._again.get(line.type)
        if again is None or line.parent:
            raise RejectedError(
                f"{line.task_id} is a part of {line.parent or 'another task'}",
                effect="nothing was changed",
                fix=f"quorate tasks retry {line.parent}" if line.parent else "",
            )
        if not line.can_be_retried:
            raise ConflictError(
                f"{line.task_id} is {line.state}: it is not tried again",
                effect="nothing was changed",
                fix=f"quorate tasks show {line.task_id}",
            )
        begun = await again.retry(line)
        await self._repeatable.note(key, begun)
        return TaskChange(target=line.task_id, line=await self._line(begun), applied=True)

    async def cancel(
        self,
        task_id: str,
        reason: str = "",
        key: RequestKey | None = None,
        *,
        beside: Sequence[Event] = (),
    ) -> TaskChange:
        """Stop a task where the table allows it, `beside` in the same commit, and end what this process does of it.

        Whoever does it elsewhere learns so from its lease, which is lost; a worker is told by its hub.

        Raises:
            RejectedError: there is no such task.
            ConflictError: it is over, or its result stands and is being checked.
        """
        line = await self._line(task_id)
        if await self._repeatable.is_known(key):
            return TaskChange(target=line.task_id, line=line, applied=False, replayed=True)
        if line.state is TaskState.CANCELLED:
            return TaskChange(target=line.task_id, line=line, applied=False)
        why = reason or "a person stopped it"
        for ended in await self._ending.cancel(line.task_id, why, beside=beside):
            self._walks.stop(ended)
        await self._repeatable.note(key, line.task_id)
        return TaskChange(target=line.task_id, line=await self._line(line.task_id), applied=True)

    async def sweep(self) -> Sequence[TaskId]:
        """End the tasks whose time is over before anybody began them, and return their ids."""
        now = stamp(self._store.clock.now())
        found = await self._store.database.read(
            partial(expired_tasks, tenant=self._store.tenant, now=now, limit=AT_ONCE)
        )
        return [line.task_id for line in found if await self._expired(line)]

    @asynccontextmanager
    async def served(self) -> AsyncIterator[None]:
        """End what is over, and stop here what somebody stopped elsewhere, as long as the block lasts."""
        task = asyncio.create_task(self._keep_looking())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])

    async def _keep_looking(self) -> None:
        while True:
            await self._store.clock.sleep(LOOK_AGAIN_S)
            try:
                await self.sweep()
                await self._heed()
            except QuorateError as error:
                _LOG.warning("tasks_not_swept", slug=error.slug, cause=str(error))
            except Exception:  # noqa: BLE001  (the sweeper's edge: the next look is due all the same)
                _LOG.exception("tasks_not_swept")

    async def _heed(self) -> None:
        """Stop here what another process was told to stop."""
        for task_id in self._walks.held:
            line = await self._store.database.look_up(
                partial(task_line, tenant=self._store.tenant, task_id=task_id)
            )
            if line is not None and line.state is TaskState.CANCELLED:
                self._walks.stop(task_id)

    async def _expired(self, line: TaskLine) -> bool:
        try:
            await self._ending.expire(line.task_id)
        except ConflictError:
            return False
        _LOG.warning("task_expired", task_id=line.task_id, type=line.type.value)
        return True

    async def _line(self, task_id: str, otherwise: TaskLine | None = None) -> TaskLine:
        tenant, read = self._store.tenant, self._store.database.read
        found = await read(partial(task_ids_like, tenant=tenant, prefix=task_id)) if task_id else []
        if len(found) == 1:
            line = await read(partial(task_line, tenant=tenant, task_id=TaskId(found[0])))
            if line is not None:
                return line
        if otherwise is not None:
            return otherwise
        raise RejectedError(
            f"there is {'more than one' if found else 'no'} task '{task_id}'",
            effect="nothing was changed",
            fix="quorate tasks list",
            slug="validation-failed" if found else "not-found",
        )

    @property
    def _stuck_before(self) -> str:
        return age_before(self._store.clock.now())
