"""The work queue in memory: items with their guards, and a worker that does as it is told."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from quorate.execution.work_queue.item import ENQUEUED, WorkItem, WorkOrder, WorkType
from quorate.execution.work_queue.table import WorkState
from quorate.kernel.canonical import canonical_json
from quorate.kernel.errors import ConflictError
from quorate.kernel.ids import BookName, TraceId
from quorate.kernel.journal import Committed, Event
from quorate.kernel.stamps import moment_of
from tests.fakes.clock import NOON

BOOK = BookName("paper")


def work_order(kind=WorkType.ORDER_CANCEL, key="a1-0", **payload) -> WorkOrder:
    return WorkOrder(type=kind, book=BOOK, key=key, payload=payload, trace_id=TraceId("t" * 32))


@dataclass
class FakeItems:
    """A journal that keeps items as the SQL tables do, and reads them."""

    kept: dict[str, WorkItem] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)

    async def commit(self, decide) -> Committed:
        for event in decide(self):
            told = json.loads(canonical_json(event.payload))
            self._enqueued(event, told) if event.type == ENQUEUED else self._moved(told)
            self.events.append(event)
        return Committed()

    def work_item(self, work_id):
        return self.kept.get(work_id)

    async def item(self, work_id):
        return self.kept.get(work_id)

    async def due(self, now, limit) -> Sequence[WorkItem]:
        found = [each for each in self.kept.values() if not each.is_over and each.due_at <= now]
        return sorted(found, key=lambda each: each.due_at)[:limit]

    def _enqueued(self, event, told) -> None:
        assert told["workId"] not in self.kept
        self.kept[told["workId"]] = WorkItem(
            order=WorkOrder(
                type=WorkType(told["type"]),
                book=event.book,
                key=told["key"],
                payload=told["order"],
                trace_id=event.trace_id,
            ),
            state=WorkState(told["state"]),
            attempts=0,
            owner="",
            due_at=moment_of(told["dueAt"]),
            created_at=NOON,
            changed_at=NOON,
            version=1,
            result={},
        )

    def _moved(self, told) -> None:
        known = self.kept[told["workId"]]
        if known.version != told["version"] - 1:
            raise ConflictError("another worker moved the item first")
        self.kept[told["workId"]] = replace(
            known,
            state=WorkState(told["to"]),
            attempts=told["attempts"],
            owner=told["owner"],
            due_at=moment_of(told["dueAt"]),
            version=told["version"],
            code=told["code"],
            reason=told["reason"],
            result=told["result"],
        )


@dataclass
class FakeWorker:
    """Fails with `errors` one after another, then does what it is told."""

    errors: list[BaseException] = field(default_factory=list)
    did: list[WorkOrder] = field(default_factory=list)

    async def done(self, order):
        self.did.append(order)
        if self.errors:
            raise self.errors.pop(0)
        return {"done": order.key}
