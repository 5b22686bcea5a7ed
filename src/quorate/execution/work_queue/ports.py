"""What the work queue asks of the world: where items are kept, and who does what they say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from quorate.execution.work_queue.item import WorkId, WorkItem, WorkOrder
from quorate.kernel.canonical import JsonValue
from quorate.kernel.errors import QuorateError


class NotYetError(QuorateError):
    """What an item waits for has not happened: it is put back, and that was no attempt."""


class WorkTransaction(Protocol):
    """What is read inside the writer's transaction."""

    def work_item(self, work_id: WorkId) -> WorkItem | None:
        """Return the item as it stands, None where there is none."""
        ...


class WorkItems(Protocol):
    """What is read of items outside of it; raises UnavailableError when the database gives no answer."""

    async def item(self, work_id: WorkId) -> WorkItem | None:
        """Return the item, None where there is none."""
        ...

    async def due(self, now: datetime, limit: int) -> Sequence[WorkItem]:
        """Return items that a worker may take at `now`, the longest due first."""
        ...


class Worker(Protocol):
    """Who does what an item says; doing it again after it was done changes nothing more."""

    async def done(self, order: WorkOrder) -> Mapping[str, JsonValue]:
        """Return what came of it.

        Raises:
            NotYetError: what it waits for has not happened.
            QuorateError: it failed; `failure_of` says whether it is worth another try.
        """
        ...
