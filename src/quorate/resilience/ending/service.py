"""Ending tasks: a cancellation that a driver swallows is asked for again, so that nobody waits for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Final

AGAIN_S: Final = 0.5
"""After how long a task that goes on is cancelled again. Ours."""


async def ended(tasks: Iterable[asyncio.Task[object]]) -> None:
    """Cancel tasks until each of them has ended, whatever their end.

    Redis's client was seen to swallow one that came as its own time limit ended (Python 3.11).
    """
    waiting = {task for task in tasks if not task.done()}
    while waiting:
        for task in waiting:
            task.cancel()
        _, waiting = await asyncio.wait(waiting, timeout=AGAIN_S)
