"""What the command line needs of the work queue, and of the counts of outside services."""

# ruff: noqa: D102  (each class says it for its members; the promises stand in `bootstrap`)

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from quorate.execution.work_queue import WorkItem, WorkState, WorkType
    from quorate.kernel.canonical import JsonValue
    from quorate.kernel.ids import BookName, RunId
    from quorate.market.fetching import Usage


class Enqueued(Protocol):
    """What became of a wish to have work done."""

    @property
    def item(self) -> WorkItem: ...
    @property
    def added(self) -> bool: ...


class WorkDesk(Protocol):
    """The work queue."""

    async def enqueue(
        self, kind: WorkType, book: BookName | None, key: str, payload: Mapping[str, JsonValue]
    ) -> Enqueued: ...
    async def listing(
        self, limit: int, after: int | None = None, state: WorkState | None = None
    ) -> Sequence[tuple[int, WorkItem]]: ...
    async def item(self, work_id: str) -> WorkItem: ...
    async def revive(self, work_id: str) -> WorkItem: ...
    async def run_due(self) -> Sequence[WorkItem]: ...
    async def settled(self, book: BookName, run_id: RunId) -> WorkItem: ...


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
