"""The queue: work is durable before anybody is told that it was taken, and each item is one worker's at a time.

enqueue -> claim (lease) -> do -> settle: succeeded | deferred | failed, tried again later | buried
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

from quorate.execution.work_queue.failing import failure_of
from quorate.execution.work_queue.item import (
    WorkId,
    WorkItem,
    WorkOrder,
    WorkPolicy,
    claimed,
    deferred,
    enqueued_event,
    failed,
    moved_event,
    revived,
    succeeded,
)
from quorate.execution.work_queue.ports import NotYetError, Worker, WorkItems, WorkTransaction
from quorate.execution.work_queue.table import WorkState
from quorate.kernel.errors import ConflictError, RejectedError
from quorate.kernel.journal import Event
from quorate.kernel.ports import Clock, Journal

_LOG = structlog.get_logger()

AT_ONCE = 20
"""How many items are taken in one look."""


@dataclass(frozen=True, slots=True)
class Enqueued:
    """What became of a wish to have work done; not `added` where it was asked for before."""

    item: WorkItem
    added: bool


class WorkQueue:
    """The work of one home; any process may add to it, and any may do it."""

    def __init__(  # noqa: PLR0913  (what it stands on, each named)
        self,
        *,
        journal: Journal[WorkTransaction],
        items: WorkItems,
        worker: Worker,
        clock: Clock,
        owner: str,
        policy: WorkPolicy,
        jitter: Callable[[], float],
    ) -> None:
        self._journal = journal
        self._items = items
        self._worker = worker
        self._clock = clock
        self._owner = owner
        self._policy = policy
        self._jitter = jitter

    async def enqueue(self, order: WorkOrder) -> Enqueued:
        """Return the item of `order`, added where it was not asked for before.

        Raises:
            UnavailableError: the database gave no answer; nothing was added.
        """
        added = False

        def decide(tx: WorkTransaction) -> Sequence[Event]:
            nonlocal added
            added = tx.work_item(order.work_id) is None
            return [enqueued_event(order, self._clock.now())] if added else []

        await self._journal.commit(decide)
        return Enqueued(await self._there(order.work_id), added)

    async def run_due(self) -> Sequence[WorkItem]:
        """Return the items that were taken and what became of them; one after another, the longest due first.

        Raises:
            UnavailableError: the database gave no answer; what was under way is taken over when its lease ends.
        """
        found = await self._items.due(self._clock.now(), AT_ONCE)
        settled = [await self._run(item) for item in found]
        return [item for item in settled if item is not None]

    async def revive(self, work_id: WorkId) -> WorkItem:
        """Return a dead letter that is to be tried again.

        Raises:
            RejectedError: there is no such item (slug `not-found`).
            ConflictError: it is no dead letter.
        """

        def decide(tx: WorkTransaction) -> Sequence[Event]:
            known = tx.work_item(work_id)
            if known is None:
                raise _unknown(work_id)
            return [moved_event(known, revived(known, self._clock.now()))]

        await self._journal.commit(decide)
        return await self._there(work_id)

    async def _run(self, seen: WorkItem) -> WorkItem | None:
        """Return the item as it was settled, None where another worker has it."""
        item = await self._claimed(seen)
        if item is None or item.state is not WorkState.RUNNING:
            return item
        try:
            async with asyncio.timeout(self._policy.deadline_s):
                result = await self._worker.done(item.order)
        except NotYetError as error:
            after = deferred(item, error.cause, self._clock.now(), self._policy)
        except Exception as error:  # noqa: BLE001  (the worker's edge: one item may fail, the queue goes on)
            after = self._failed(item, error)
        else:
            after = succeeded(item, result, self._clock.now())
        return await self._settled(item, after)

    async def _claimed(self, seen: WorkItem) -> WorkItem | None:
        """Return the item in our hands, None where it is another's: of two workers one has the version."""
        taken: list[WorkItem] = []

        def decide(tx: WorkTransaction) -> Sequence[Event]:
            taken.clear()
            known, now = tx.work_item(seen.work_id), self._clock.now()
            if known is None or known.version != seen.version or known.due_at > now:
                return []
            taken.append(claimed(known, self._owner, now, self._policy))
            return [moved_event(known, taken[0])]

        try:
            await self._journal.commit(decide)
        except ConflictError:
            return None
        return taken[0] if taken else None

    def _failed(self, item: WorkItem, error: Exception) -> WorkItem:
        failure = failure_of(error)
        after = failed(item, failure, self._clock.now(), self._policy, jitter=self._jitter())
        facts = {"work_id": item.work_id, "type": item.order.type.value, "code": failure.code}
        if after.state is WorkState.DEAD_LETTER:
            _LOG.error("work_buried", attempts=item.attempts, reason=failure.reason, **facts)
        else:
            _LOG.warning("work_failed", attempts=item.attempts, reason=failure.reason, **facts)
        return after

    async def _settled(self, before: WorkItem, after: WorkItem) -> WorkItem | None:
        """Return the item as it is kept; None where the lease ran out meanwhile and another has it."""

        def decide(tx: WorkTransaction) -> Sequence[Event]:
            known = tx.work_item(before.work_id)
            if known is None or known.version != before.version:
                raise ConflictError("another worker has taken the item over")
            return [moved_event(before, after)]

        try:
            await self._journal.commit(decide)
        except ConflictError:
            _LOG.warning("work_lost", work_id=before.work_id, type=before.order.type.value)
            return None
        return after

    async def _there(self, work_id: WorkId) -> WorkItem:
        known = await self._items.item(work_id)
        if known is None:
            raise _unknown(work_id)
        return known


def _unknown(work_id: WorkId) -> RejectedError:
    return RejectedError(
        f"there is no work item {work_id}",
        effect="nothing was changed",
        fix="quorate work list",
        slug="not-found",
    )
