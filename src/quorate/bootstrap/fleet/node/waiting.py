"""Waiting: what a worker somewhere makes of a task, for whoever queued it, in whatever process.

follow the journal -> the task's end -> its result; a task whose worker died is given back from here too, so that it is
nobody's duty alone
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import partial

from quorate.adapters.sql.task_queue import held_task, task_now
from quorate.arbiter.holding import Hands
from quorate.arbiter.moves import RESULT, stream_of
from quorate.arbiter.task import TERMINAL, Task, TaskEvent, TaskState
from quorate.bootstrap.fleet.node.following import Following
from quorate.bootstrap.fleet.node.giving_back import give_back_lost
from quorate.bootstrap.store import Store
from quorate.fleet.policy import FleetPolicy
from quorate.kernel.canonical import Json
from quorate.kernel.errors import (
    ConflictError,
    InvalidOutputError,
    InvariantBrokenError,
    UnavailableError,
)
from quorate.kernel.ids import TaskId
from quorate.kernel.journal import JournalEntry


class Waits:
    """Waits for tasks that are done elsewhere."""

    def __init__(
        self, store: Store, hands: Hands, following: Following, policy: FleetPolicy
    ) -> None:
        self._store = store
        self._hands = hands
        self._following = following
        self._policy = policy

    async def finished(self, task_id: TaskId, deadline_s: float) -> Mapping[str, Json]:
        """Return the result of a task once it is COMPLETED; see the facet."""
        changed = asyncio.Event()
        stream, clock = f"task:{task_id}", self._store.clock

        def told(row: JournalEntry) -> None:
            if row.stream == stream:
                changed.set()

        ends = clock.monotonic() + deadline_s
        async with self._following.joined(told):
            while True:
                changed.clear()
                task, reason = await self._now(task_id)
                if task.state in TERMINAL:
                    return await self._outcome(task, reason)
                left = ends - clock.monotonic()
                if left <= 0:
                    await self._withdrawn(task)
                    continue
                await self._look_after(task)
                await _set_within(changed, min(left, self._policy.sweep_seconds))

    async def _now(self, task_id: TaskId) -> tuple[Task, str]:
        found = await self._store.database.look_up(
            partial(task_now, tenant=self._store.tenant, task_id=task_id)
        )
        if found is None:
            raise InvariantBrokenError(f"there is no task {task_id} to wait for")
        return found

    async def _look_after(self, task: Task) -> None:
        """Give the task back where its lease ran out."""
        if task.state is TaskState.ROUTING:
            return
        found = await self._store.database.look_up(
            partial(held_task, tenant=self._store.tenant, task_id=task.task_id)
        )
        if found is not None and not found.lease.is_held(self._store.clock.now()):
            await give_back_lost(self._hands, found, "its worker was lost")

    async def _withdrawn(self, task: Task) -> None:
        """Take the task back: nobody waits for it any more."""
        event = TaskEvent.TTL if task.state is TaskState.ROUTING else TaskEvent.CANCEL
        try:
            await self._hands.withdraw(task, event, reason="nobody waits for it any more")
        except ConflictError:
            await self._store.clock.sleep(0.001)  # it moved meanwhile: look again

    async def _outcome(self, task: Task, reason: str) -> Mapping[str, Json]:
        if task.state is TaskState.COMPLETED:
            return await self._result(task)
        if task.state is TaskState.REJECTED:
            raise InvalidOutputError(
                f"what a worker made of {task.task_id} was refused: {reason}", code="RESULT_REFUSED"
            )
        raise UnavailableError(
            f"{task.task_id} was not done by a worker: {reason or task.state.lower()}",
            source="fleet",
            effect="nothing came of it",
        )

    async def _result(self, task: Task) -> Mapping[str, Json]:
        entries = await self._store.journal.entries(stream_of(task))
        results = [entry.facts for entry in entries if entry.type == RESULT]
        found = results[-1].get("result") if results else None
        if not isinstance(found, dict):
            raise InvariantBrokenError(f"{task.task_id} is COMPLETED and has no result")
        return found


async def _set_within(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
