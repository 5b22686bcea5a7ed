"""Tasks in memory: acts on orders are kept and done as a test says, and told, tried again and stopped as tasks."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from quorate.arbiter.order_work import Enqueued, OrderTask
from quorate.arbiter.order_work.item import order_task
from quorate.arbiter.record import LeaseLine, TaskDetails, TaskLine, TaskStep
from quorate.arbiter.task import FailureSource, TaskState
from quorate.bootstrap.tasking import TaskChange
from quorate.execution.acts import ActType, OrderAct
from quorate.execution.acts.act import successor
from quorate.kernel.errors import ConflictError, RejectedError
from quorate.kernel.ids import BookName, TraceId
from tests.fakes.clock import NOON

PAPER = BookName("paper")
AT = "2026-11-20T12:00:00.000000Z"


@dataclass
class FakeOrderDesk:
    items: list[OrderTask] = field(default_factory=list)
    ends: TaskState = TaskState.COMPLETED

    async def enqueue(self, kind, book, key, payload):
        act = OrderAct(
            type=kind, book=book or PAPER, key=key, payload=payload, trace_id=TraceId("t" * 32)
        )
        known = next((each for each in self.items if each.task_id == act.task_id), None)
        if known is not None:
            return Enqueued(known, added=False)
        waiting = replace(order_task(act), state=TaskState.ROUTING, not_before=NOON)
        self.items.append(OrderTask(task=waiting, act=act, received_at=AT, changed_at=AT))
        return Enqueued(self.items[-1], added=True)

    async def run_due(self):
        failed = self.ends is not TaskState.COMPLETED
        self.items = [
            replace(
                each,
                task=replace(each.task, state=self.ends),
                code="BUYING_POWER" if failed else "",
                reason="the broker refused the order" if failed else "",
                failure_source=FailureSource.RULE if failed else FailureSource.NONE,
                result={} if failed else {"cycleId": "cyc_1"},
            )
            for each in self.items
        ]
        return list(self.items)

    async def settled(self, book, run_id):
        await self.enqueue(ActType.ORDER_SUBMIT, book, run_id, {"runId": run_id})
        return (await self.run_due())[-1]


@dataclass
class FakeTasks:
    desk: FakeOrderDesk

    async def lines(self, wanted, limit, below=None):
        found = [self._line(seq, item) for seq, item in enumerate(self.desk.items, 1)]
        kept = [
            line
            for line in reversed(found)
            if (below is None or line.seq < below)
            and wanted.state in {None, line.state}
            and wanted.type in {None, line.type}
        ]
        return kept[:limit]

    async def show(self, task_id):
        line = self._found(task_id)
        step = TaskStep(
            state=line.state,
            event="received",
            at=AT,
            took=None,
            reason=line.reason,
            worker="",
            attempts=1,
            seq=1,
        )
        lease = LeaseLine(owner="me", token=1, expires_at=AT)
        return TaskDetails(line=line, path=(step,), lease=lease)

    async def retry(self, task_id):
        line = self._found(task_id)
        if not line.can_be_retried:
            raise ConflictError(f"{task_id} is {line.state}")
        new = replace(line, task_id=successor(line.task_id), state=TaskState.ROUTING, reason="")
        return TaskChange(target=line.task_id, line=new, applied=True)

    async def cancel(self, task_id, reason=""):
        line = self._found(task_id)
        if line.is_over:
            raise ConflictError(f"{task_id} is {line.state}")
        ended = replace(line, state=TaskState.CANCELLED, reason=reason)
        return TaskChange(target=line.task_id, line=ended, applied=True)

    def _found(self, task_id):
        for seq, item in enumerate(self.desk.items, 1):
            if item.task_id.startswith(task_id):
                return self._line(seq, item)
        raise RejectedError(f"there is no task '{task_id}'", slug="not-found")

    def _line(self, seq, item):
        task = item.task
        return TaskLine(
            task_id=task.task_id,
            type=task.type,
            subject=task.subject,
            state=task.state,
            reason=f"{item.code}: {item.reason}" if item.code else "",
            failure_source=item.failure_source,
            worker="",
            owner="",
            attempts=task.attempts,
            priority=5,
            book=item.act.book,
            trace_id=task.trace_id,
            received_at=AT,
            changed_at=AT,
            not_before="",
            expires_at="",
            seq=seq,
        )
