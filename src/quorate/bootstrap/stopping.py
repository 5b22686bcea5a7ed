"""Stopping: the walks of this process's tasks, each of which a person may stop while it goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import TypeVar

from quorate.kernel.errors import ConflictError
from quorate.kernel.ids import TaskId

T = TypeVar("T")


class Walks:
    """What this process does of its tasks, by their ids."""

    def __init__(self) -> None:
        self._walks: dict[TaskId, asyncio.Task[object]] = {}

    @property
    def held(self) -> frozenset[TaskId]:
        """Return the tasks that this process is at."""
        return frozenset(self._walks)

    async def walked(self, task_id: TaskId, work: Coroutine[object, object, T]) -> T:
        """Return what `work` comes to; whoever waits for it may be cancelled with it, or it alone by `stop`.

        Raises:
            ConflictError: it was stopped (slug `task-cancelled`).
        """
        walk = asyncio.create_task(work)
        self._walks[task_id] = walk
        try:
            return await walk
        except asyncio.CancelledError:
            waiting = asyncio.current_task()
            if waiting is None or waiting.cancelling() or not walk.cancelled():
                raise
            raise ConflictError(
                f"{task_id} was cancelled", effect="nothing of it counts", slug="task-cancelled"
            ) from None
        finally:
            self._walks.pop(task_id, None)

    def stop(self, task_id: TaskId) -> bool:
        """Cancel the walk of a task; whether there was one. What it bought is settled as it ends."""
        walk = self._walks.get(task_id)
        return walk is not None and walk.cancel()
