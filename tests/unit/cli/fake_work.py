"""A work queue in memory: it keeps what is added and does it as it is told."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from quorate.execution.work_queue import WorkItem, WorkOrder, WorkState, WorkType
from quorate.execution.work_queue.service import Enqueued
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import BookName, TraceId
from tests.fakes.clock import NOON

PAPER = BookName("paper")


@dataclass
class FakeWork:
    items: list[WorkItem] = field(default_factory=list)
    ends: WorkState = WorkState.SUCCEEDED

    async def enqueue(self, kind, book, key, payload):
        order = WorkOrder(
            type=kind, book=book or PAPER, key=key, payload=payload, trace_id=TraceId("t" * 32)
        )
        known = next((each for each in self.items if each.work_id == order.work_id), None)
        if known is not None:
            return Enqueued(known, added=False)
        self.items.append(
            WorkItem(
                order=order,
                state=WorkState.PENDING,
                attempts=0,
                owner="",
                due_at=NOON,
                created_at=NOON,
                changed_at=NOON,
                version=1,
                result={},
            )
        )
        return Enqueued(self.items[-1], added=True)

    async def listing(self, limit, after=None, state=None):
        found = [
            (place, item)
            for place, item in reversed(list(enumerate(self.items, 1)))
            if (after is None or place < after) and state in {None, item.state}
        ]
        return found[:limit]

    async def item(self, work_id):
        found = next((each for each in self.items if each.work_id == work_id), None)
        if found is None:
            raise RejectedError(f"there is no work item '{work_id}'", slug="not-found")
        return found

    async def revive(self, work_id):
        return replace(await self.item(work_id), state=WorkState.PENDING)

    async def run_due(self):
        self.items = [
            replace(each, state=self.ends, attempts=1, code=self._code, result={"cycleId": "cyc_1"})
            for each in self.items
        ]
        return list(self.items)

    async def settled(self, book, run_id):
        await self.enqueue(WorkType.ORDER_SUBMIT, book, run_id, {"runId": run_id})
        return (await self.run_due())[-1]

    @property
    def _code(self):
        return "" if self.ends is WorkState.SUCCEEDED else "BUYING_POWER"
