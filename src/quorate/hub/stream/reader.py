"""A reader: one client's place in the stream, with a bounded queue between the journal's pace and its own.

Of results only the newest of each symbol wait once many do. A reader that falls further behind loses its queue and is
told the gap, once, however long it grows: memory stays bounded, and the client reads again what depends on the rows it
missed. Source: UI 3 (Stream), RELIABILITY FM-RF-002.
"""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Final

from quorate.hub.stream.envelope import StreamEvent, gap, unnumbered
from quorate.hub.stream.wanted import Wanted
from quorate.results.queue import BOUND, CompactingQueue, Queued

QUEUE: Final = BOUND
"""Events that wait for one reader. Source: UI 3."""

SLOW_READER: Final = "slow_reader"
COMPACTED: Final = "compacted"


class Reader:
    """One client's queue; filled by the broadcast, emptied by the client's own task, both on the event loop."""

    def __init__(self, principal: str, wanted: Wanted) -> None:
        self.principal = principal
        self.ended = False
        self._wanted = wanted
        self.has_missed = False
        self._queue: CompactingQueue[StreamEvent] = CompactingQueue(QUEUE)
        self._stirred = asyncio.Event()

    @property
    def waiting(self) -> int:
        """Return how many events wait."""
        return len(self._queue)

    def offer(self, event: StreamEvent) -> None:
        """Queue an event that the reader asks for; see `CompactingQueue` for what happens without room."""
        if not self._wanted.admits(event):
            return
        self._queue.offer(Queued(event.seq, event, event.key, event.recency))
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
        items, compacted, missed = self._queue.take()
        self.has_missed = missed is not None
        told = [event.message for event in items if event.aside or event.seq > after]
        if missed is not None and missed.last > after:
            told.insert(0, gap(max(missed.first, after + 1), missed.last, SLOW_READER, now))
        if compacted is not None and compacted.last > after:
            told.append(unnumbered(gap(*compacted, COMPACTED, now)))
        return told
