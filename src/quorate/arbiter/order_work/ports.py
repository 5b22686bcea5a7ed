"""What order work asks of the world: where its tasks are kept, and who does what their acts say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from quorate.arbiter.order_work.item import OrderTask
from quorate.arbiter.task import Task
from quorate.execution.acts import OrderAct
from quorate.kernel.account import Account
from quorate.kernel.canonical import JsonValue
from quorate.kernel.errors import QuorateError
from quorate.kernel.ids import TaskId
from quorate.kernel.lease import Lease


class NotYetError(QuorateError):
    """What an act waits for has not happened: it is put back, and that was no attempt."""


class OrderTx(Protocol):
    """What is read inside the writer's transaction."""

    def lease(self, name: str) -> Lease | None:
        """Return the newest holding of `name`, held still or not."""
        ...

    def task(self, task_id: TaskId) -> Task | None:
        """Return the task as it stands, None where there is none."""
        ...


class OrderTasks(Protocol):
    """What is read of order tasks outside of it; raises UnavailableError when the database gives no answer."""

    async def item(self, task_id: TaskId) -> OrderTask | None:
        """Return the task, None where there is no such order task."""
        ...

    async def due(self, now: datetime, limit: int) -> Sequence[Task]:
        """Return the tasks that a worker may take at `now`, the longest due first."""
        ...

    async def lost(self, now: datetime) -> Sequence[Task]:
        """Return the tasks in hands whose lease has run out."""
        ...


class Doer(Protocol):
    """Who does what an act says; doing it again after it was done changes nothing more."""

    async def done(self, act: OrderAct) -> Mapping[str, JsonValue]:
        """Return what came of it.

        Raises:
            NotYetError: what it waits for has not happened.
            QuorateError: it failed; `failure_of` says whether it is worth another try.
        """
        ...

    async def broken(self, act: OrderAct, result: Mapping[str, JsonValue]) -> Sequence[str]:
        """Return what the record of the act breaks, one sentence each."""
        ...

    async def account(self, act: OrderAct, result: Mapping[str, JsonValue]) -> Account:
        """Return what the act made and used: its orders and decisions, the symbols, the share of equity it moved."""
        ...
