"""Background: runs that go on after the request which began them was answered, owned until they end."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Final

import structlog

from quorate.kernel.errors import QuorateError

PATIENCE_SECONDS: Final = 2.0
"""How long a closing application waits for its runs: the hub has 5 s to stop, and a keyless run takes 0.1 s."""

_LOG = structlog.get_logger()


class Background:
    """Tasks of this process; none is forgotten, and none fails unheard."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[object, object, None], **facts: str) -> None:
        """Go on with `work` beside the caller; `facts` name it in the log should it fail."""
        task = asyncio.create_task(_heard(work, facts))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self, patience: float = PATIENCE_SECONDS) -> None:
        """Wait `patience` seconds for what runs, then cancel it: its lease lets another process finish it."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=patience)
        for task in tuple(self._tasks):
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)


async def _heard(work: Coroutine[object, object, None], facts: dict[str, str]) -> None:
    """Carry out `work` and log how it failed, which nobody waits to hear."""
    try:
        await work
    except asyncio.CancelledError:
        _LOG.warning("run_left_behind", **facts)
        raise
    except QuorateError as error:
        _LOG.warning("run_failed", slug=error.slug, cause=str(error), **facts)
    except Exception:  # noqa: BLE001  (the worker's edge: the task has been recorded as FAILED, nobody waits)
        _LOG.exception("run_failed", **facts)
