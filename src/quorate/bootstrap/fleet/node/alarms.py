"""Alarms: a person is told when tasks wait for somebody capable and nobody is; once per type of task.

Source: FM-TAW-004 (60 s).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

from quorate.adapters.sql.task_queue import WaitingTask, waiting_tasks
from quorate.arbiter.holding import Hands
from quorate.arbiter.task import TaskEvent
from quorate.bootstrap.fleet.node.assigning import READ_AHEAD, REMOTE_TYPES
from quorate.bootstrap.fleet.node.records import Records
from quorate.bootstrap.store import Store
from quorate.cycle.watch import Alert, Severity
from quorate.cycle.watch.service import Watch
from quorate.fleet.capability import TASK_CAPABILITIES
from quorate.fleet.policy import FleetPolicy
from quorate.fleet.roster import WorkerRecord
from quorate.kernel.errors import ConflictError
from quorate.kernel.journal import NO_BOOK
from quorate.kernel.stamps import moment_of, stamp

NOBODY: Final = "NO_CAPABLE_AGENT"
"""The reason of a task that waits for somebody capable. Source: WS-003, WS-007."""


class Alarms:
    """Looks for tasks that nobody can do."""

    def __init__(self, store: Store, hands: Hands, policy: FleetPolicy, watch: Watch) -> None:
        self._store = store
        self._hands = hands
        self._policy = policy
        self._watch = watch
        self._records = Records(store)
        self._told: set[str] = set()

    async def look(self) -> None:
        """Say of every waiting task that nobody is capable of it, and tell a person of those that wait for long."""
        queue = await self._queue()
        nodes = await self._records.live_nodes()
        records = [each for each in await self._records.all() if each.node in nodes]
        stuck = [each for each in queue if not _is_possible(each, records)]
        waiting = {str(each.task.type) for each in stuck}
        self._told &= waiting
        for each in stuck:
            await self._said(each)
        for task_type in sorted(waiting - self._told):
            await self._alert(task_type, [each for each in stuck if each.task.type == task_type])

    async def _queue(self) -> Sequence[WaitingTask]:
        return await self._store.database.look_up(
            partial(
                waiting_tasks,
                tenant=self._store.tenant,
                types=REMOTE_TYPES,
                now=stamp(self._store.clock.now()),
                most=READ_AHEAD,
            )
        )

    async def _said(self, waiting: WaitingTask) -> None:
        """Write the reason on the task, once; it stays in the queue."""
        if waiting.reason.startswith(NOBODY):
            return
        needs = ", ".join(sorted(TASK_CAPABILITIES[waiting.task.type]))
        try:
            await self._hands.withdraw(
                waiting.task,
                TaskEvent.NO_CAPABLE_AGENT,
                reason=f"{NOBODY}: no live worker has {needs}",
            )
        except ConflictError:
            return

    async def _alert(self, task_type: str, stuck: Sequence[WaitingTask]) -> None:
        now = self._store.clock.now()
        oldest = min(moment_of(each.received_at) for each in stuck)
        if (now - oldest).total_seconds() < self._policy.alert_after_seconds:
            return
        self._told.add(task_type)
        needs = ", ".join(sorted(TASK_CAPABILITIES[task_type]))
        text = (
            f"{task_type} tasks wait, and no live worker can do them (each needs {needs}): "
            "start one with quorate worker, or restore one with quorate agents restore"
        )
        await self._watch.told(
            [
                Alert(
                    kind="no_capable_agent",
                    severity=Severity.WARNING,
                    text=text,
                    book=NO_BOOK,
                )
            ]
        )


def _is_possible(waiting: WaitingTask, records: Sequence[WorkerRecord]) -> bool:
    return any(record.can(waiting.task.type) for record in records)
