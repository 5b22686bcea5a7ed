"""A reader: one client's place in the stream, with a bounded queue between the journal's pace and its own.

A reader that falls behind loses its queue and is told the gap, once, however long it grows: memory stays bounded, and
the client reads again what depends on the rows it missed. Source: UI 3 (Stream), RELIABILITY FM-RF-002.
"""

from __future__ import annotations

import asyncio
from collections import deque
from datetime import datetime
from typing import Final

from quorate.hub.stream.envelope import StreamEvent, gap
from quorate.hub.stream.wanted import Wanted

QUEUE: Final = 100
"""Events that wait for one reader. Source: UI 3."""

SLOW_READER: Final = "slow_reader"


class Reader:
    """One client's queue; filled by the broadcast, emptied by the client's own task, both on the event loop."""

    def __init__(self, principal: str, wanted: Wanted) -> None:
        self.principal = principal
        self.ended = False
        self._wanted = wanted
        self._queue: deque[StreamEvent] = deque()
        self._missed: tuple[int, int] | None = None
        self._stirred = asyncio.Event()

    @property
    def waiting(self) -> int:
        """Return how many events wait."""
        return len(self._queue)

    def offer(self, event: StreamEvent) -> None:
        """Queue an event that the reader asks for; without room, everything that waits becomes one gap."""
        if not self._wanted.admits(event):
            return
        if self._missed is not None:
            self._missed = (self._missed[0], event.seq)
        elif len(self._queue) == QUEUE:
            self._missed = (self._queue[0].seq, event.seq)
            self._queue.clear()
        else:
            self._queue.append(event)
        self._stirred.set()

    def end(self) -> None:
        """Tell nothing more."""
        self.ended = True
        self._stirred.set()

    def stir(self) -> None:
        """Wake the client's task though no event came."""
        self._stirred.set()

    async def stirred(self) -> None:
        """Wait until there is something to tell, or nothing ever more."""
        await self._stirred.wait()
        self._stirred.clear()

    def taken(self, after: int, now: datetime) -> list[bytes]:
        """Return the messages that wait, and take them from the queue; what the reader knows already is left out.

        Args:
            after: the newest row that the reader was told from the journal itself.
            now: when a gap is told.
        """
        told = [event.message for event in self._queue if event.seq > after]
        if self._missed is not None and self._missed[1] > after:
            first = max(self._missed[0], after + 1)
            told.insert(0, gap(first, self._missed[1], SLOW_READER, now))
        self._queue.clear()
        self._missed = None
        return told
