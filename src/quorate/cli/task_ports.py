"""What the command line needs of tasks, of the acts on orders among them, and of the counts of outside services."""

# ruff: noqa: D102  (each class says it for its members; the promises stand in `bootstrap`)

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from quorate.arbiter.order_work import OrderTask
    from quorate.arbiter.record import TaskDetails, TaskFilter, TaskLine
    from quorate.execution.acts import ActType
    from quorate.kernel.canonical import JsonValue
    from quorate.kernel.ids import BookName, RunId
    from quorate.market.fetching import Usage


class Enqueued(Protocol):
    """What became of a wish to have an act done."""

    @property
    def item(self) -> OrderTask: ...
    @property
    def added(self) -> bool: ...


class OrderDesk(Protocol):
    """The acts on orders."""

    async def enqueue(
        self, kind: ActType, book: BookName | None, key: str, payload: Mapping[str, JsonValue]
    ) -> Enqueued: ...
    async def run_due(self) -> Sequence[OrderTask]: ...
    async def settled(self, book: BookName, run_id: RunId) -> OrderTask: ...


class TaskChange(Protocol):
    """What became of an act on a task."""

    @property
    def target(self) -> str: ...
    @property
    def line(self) -> TaskLine: ...
    @property
    def applied(self) -> bool: ...


class TaskDesk(Protocol):
    """The tasks."""

    async def lines(
        self, wanted: TaskFilter, limit: int, below: int | None = None
    ) -> Sequence[TaskLine]: ...
    async def show(self, task_id: str) -> TaskDetails: ...
    async def retry(self, task_id: str) -> TaskChange: ...
    async def cancel(self, task_id: str, reason: str = "") -> TaskChange: ...


class UsageLine(Protocol):
    """How often a service was asked on a day."""

    @property
    def day(self) -> str: ...
    @property
    def service(self) -> str: ...
    @property
    def usage(self) -> Usage: ...
    @property
    def counted_at(self) -> str: ...
