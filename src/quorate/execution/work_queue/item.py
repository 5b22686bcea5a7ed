"""A work item: what is to be done, about which order, how often it was tried, and the rows that keep it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NewType

from quorate.execution.work_queue.failing import Failure
from quorate.execution.work_queue.table import WORK_TABLE, WorkEvent, WorkState
from quorate.kernel.canonical import JsonValue, sha256_hex
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import BookName, TraceId, crockford
from quorate.kernel.journal import Event
from quorate.kernel.stamps import stamp

WorkId = NewType("WorkId", str)

ENQUEUED: Final = "work.enqueued"
MOVED: Final = "work.moved"
WORKER_LOST: Final = "WORKER_LOST"
"""Why an item is buried whose workers died with it, every time."""


class WorkType(StrEnum):
    """What is to be done. Source: R-105."""

    ORDER_SUBMIT = "ORDER_SUBMIT"
    """Carry out what an arena run decided: a cycle on the run's book whose analysis is that run."""
    ORDER_CANCEL = "ORDER_CANCEL"
    POSITION_CLOSE = "POSITION_CLOSE"
    ORDER_SYNC = "ORDER_SYNC"
    """Bring every order up to what the broker says."""
    KILL_SWITCH = "KILL_SWITCH"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkPolicy:
    """How often, and after which waits, an item is tried.

    Args:
        attempts: after so many it is a dead letter. Source: R-105.
        base_s: the wait before the second attempt; it doubles each time. Source: R-105.
        jitter_s: the most that is added to a wait. Source: R-105.
        lease_s: a worker that says nothing for so long has lost its item: longer than a cycle may take. Ours.
        defer_s: how long an item waits whose time has not come. Ours.
    """

    attempts: int = 5
    base_s: float = 2.0
    jitter_s: float = 1.0
    lease_s: float = 300.0
    defer_s: float = 1.0

    def __post_init__(self) -> None:
        """Refuse a policy that never tries, or never waits."""
        if self.attempts < 1 or min(self.base_s, self.lease_s, self.defer_s) <= 0:
            raise RejectedError("work policy: attempts, base_s, lease_s and defer_s are above 0")

    @property
    def deadline_s(self) -> float:
        """Return after how long a worker gives an item up: before it loses it."""
        return 0.9 * self.lease_s

    def wait_s(self, attempts: int, jitter: float) -> float:
        """Return the wait after so many attempts, at least one; `jitter` is in [0, 1)."""
        return self.base_s * 2.0 ** (attempts - 1) + self.jitter_s * jitter


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkOrder:
    """Work that somebody wants done once: the same type, book and key are the same work, however often it is asked for.

    `key` is the client order id that it is about; of a run's orders, whose ids follow from it, the run's id; of a
    comparison or a halt what tells one from another.
    """

    type: WorkType
    book: BookName
    key: str
    payload: Mapping[str, JsonValue]
    trace_id: TraceId

    @property
    def work_id(self) -> WorkId:
        """Return the item's id."""
        named = f"{self.type}\n{self.book}\n{self.key}"
        return WorkId(f"wrk_{crockford(int(sha256_hex(named)[:32], 16), 26)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkItem:
    """An item as it stands; `due_at` is from when on a worker may take it, of a running one the end of its lease.

    `version` counts its journal rows and is its worker's fencing token: who lost the item cannot settle it any more.
    """

    order: WorkOrder
    state: WorkState
    attempts: int
    owner: str
    due_at: datetime
    created_at: datetime
    changed_at: datetime
    version: int
    code: str = ""
    reason: str = ""
    result: Mapping[str, JsonValue]

    @property
    def work_id(self) -> WorkId:
        """Return its id."""
        return self.order.work_id

    @property
    def is_over(self) -> bool:
        """Return whether nothing is done on it any more by itself."""
        return self.state in {WorkState.SUCCEEDED, WorkState.DEAD_LETTER}

    def as_json(self) -> dict[str, JsonValue]:
        """Return the item as commands tell it."""
        return {
            "workId": self.work_id,
            "type": self.order.type.value,
            "book": self.order.book,
            "key": self.order.key,
            "state": self.state.value,
            "attempts": self.attempts,
            "code": self.code,
            "reason": self.reason,
            "dueAt": stamp(self.due_at),
            "createdAt": stamp(self.created_at),
            "changedAt": stamp(self.changed_at),
            "owner": self.owner,
            "traceId": self.order.trace_id,
            "payload": dict(self.order.payload),
            "result": dict(self.result),
        }


def enqueued_event(order: WorkOrder, now: datetime) -> Event:
    """Return the row of new work, which may be taken at once."""
    return Event(
        stream=f"work:{order.work_id}",
        type=ENQUEUED,
        book=order.book,
        trace_id=order.trace_id,
        payload={
            "workId": order.work_id,
            "type": order.type.value,
            "key": order.key,
            "order": dict(order.payload),
            "state": WorkState.PENDING.value,
            "dueAt": stamp(now),
        },
    )


def claimed(item: WorkItem, owner: str, now: datetime, policy: WorkPolicy) -> WorkItem:
    """Return the item in a worker's hands; one whose last attempt ended in silence is buried instead."""
    if item.state is WorkState.RUNNING and item.attempts >= policy.attempts:
        lost = Failure(code=WORKER_LOST, reason="every worker of it fell silent", permanent=True)
        return failed(item, lost, now, policy, jitter=0.0)
    return _moved(
        item,
        WorkEvent.CLAIMED,
        attempts=item.attempts + 1,
        owner=owner,
        due_at=now + timedelta(seconds=policy.lease_s),
    )


def succeeded(item: WorkItem, result: Mapping[str, JsonValue], now: datetime) -> WorkItem:
    """Return the item done, with what came of it."""
    return _moved(item, WorkEvent.SUCCEEDED, due_at=now, result=result, code="", reason="")


def deferred(item: WorkItem, reason: str, now: datetime, policy: WorkPolicy) -> WorkItem:
    """Return the item put back: what it waits for has not happened, which is no attempt."""
    due = now + timedelta(seconds=policy.defer_s)
    return _moved(
        item,
        WorkEvent.DEFERRED,
        due_at=due,
        attempts=item.attempts - 1,
        owner="",
        code="WAITING",
        reason=reason,
    )


def failed(
    item: WorkItem, failure: Failure, now: datetime, policy: WorkPolicy, *, jitter: float
) -> WorkItem:
    """Return the item after a failure: tried again later, or never, when that would change nothing."""
    told = {"code": failure.code, "reason": failure.reason, "owner": ""}
    if failure.permanent or item.attempts >= policy.attempts:
        return _moved(item, WorkEvent.BURIED, due_at=now, **told)
    wait = max(policy.wait_s(item.attempts, jitter), failure.retry_after_s)
    return _moved(item, WorkEvent.FAILED, due_at=now + timedelta(seconds=wait), **told)


def revived(item: WorkItem, now: datetime) -> WorkItem:
    """Return a dead letter that is tried again, with all its attempts.

    Raises:
        ConflictError: it is none.
    """
    return _moved(item, WorkEvent.REVIVED, due_at=now, attempts=0, owner="")


def moved_event(before: WorkItem, after: WorkItem) -> Event:
    """Return the row of a move; only the holder of version `before.version` can make it."""
    return Event(
        stream=f"work:{after.work_id}",
        type=MOVED,
        book=after.order.book,
        trace_id=after.order.trace_id,
        payload={
            "workId": after.work_id,
            "type": after.order.type.value,
            "from": before.state.value,
            "to": after.state.value,
            "attempts": after.attempts,
            "owner": after.owner,
            "dueAt": stamp(after.due_at),
            "code": after.code,
            "reason": after.reason,
            "result": dict(after.result),
            "version": after.version,
        },
    )


def _moved(item: WorkItem, event: WorkEvent, **changes: object) -> WorkItem:
    state = WORK_TABLE.target(item.state, event)
    return replace(item, state=state, version=item.version + 1, **changes)  # type: ignore[arg-type]
