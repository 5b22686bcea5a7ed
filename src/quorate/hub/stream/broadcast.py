"""The broadcast: one follower of the journal in this process, whoever wrote the rows, and every reader fed from it.

Nothing is asked of the database per reader but the rows that it missed before it came.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Final, Protocol

import structlog

from quorate.hub.problems import RefusedError
from quorate.hub.stream.envelope import StreamEvent
from quorate.hub.stream.reader import Reader
from quorate.hub.stream.results import events_of
from quorate.hub.stream.wanted import Wanted
from quorate.kernel.errors import InvariantBrokenError, QuorateError
from quorate.kernel.journal import JournalEntry
from quorate.kernel.ports import Clock

BATCH: Final = 200
"""Rows read at once: a few milliseconds of work between two turns of the event loop."""

MAX_STREAMS: Final = 50
"""Streams of one principal. Source: RELIABILITY 1.7."""

BEAT_SECONDS: Final = 10.0
"""Between two signs of life. Source: UI 3."""

CATCH_UP_ROWS: Final = 20_000
"""Rows that are read again for a client that was away; one that missed more is told a gap.  Ours."""

STALLED_SECONDS: Final = 10.0
"""A WebSocket that takes nothing for so long is let go. Ours: the sign of life comes as often."""

RETRY_SECONDS: Final = 0.5
"""How long to wait before a journal that gave no answer is asked again."""

_LOG = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How often a stream shows that it lives, how far it reads back, and how long a socket may take nothing."""

    beat_seconds: float = BEAT_SECONDS
    catch_up_rows: int = CATCH_UP_ROWS
    stalled_seconds: float = STALLED_SECONDS


class JournalFeed(Protocol):
    """The journal as it grows."""

    async def head(self) -> int:
        """Return the seq of the newest committed row, 0 before the first."""
        ...

    async def rows(self, after: int, limit: int) -> Sequence[JournalEntry]:
        """Return at most `limit` committed rows behind `after`, by seq."""
        ...

    def following(self) -> AbstractAsyncContextManager[AsyncIterator[None]]:
        """Yield wake-ups: one at once, then at least one after every commit of any process."""
        ...


class Broadcast:
    """Follows the journal while anybody reads, and offers every event to every reader.

    `position` is the newest row that was offered: a reader that joins gets the rows behind it from the queue, and reads
    the rows up to it from the journal.
    """

    def __init__(self, feed: JournalFeed, clock: Clock, pace: Pace = Pace()) -> None:
        self.feed = feed
        self.clock = clock
        self.pace = pace
        self.position = 0
        self.is_closed = False
        self._readers: set[Reader] = set()
        self._follower: asyncio.Task[None] | None = None
        self._starting = asyncio.Lock()

    @asynccontextmanager
    async def joined(self, principal: str, wanted: Wanted) -> AsyncIterator[Reader]:
        """Yield a reader that is offered every row behind `position`.

        Raises:
            RefusedError: the principal has all the streams that it may have (slug `rate-limited`).
        """
        if sum(reader.principal == principal for reader in self._readers) >= MAX_STREAMS:
            raise RefusedError(
                f"{MAX_STREAMS} streams are open already",
                slug="rate-limited",
                fix="close some pages",
            )
        reader = Reader(principal, wanted)
        self._readers.add(reader)
        try:
            await self._started()
            yield reader
        finally:
            self._readers.discard(reader)
            if not self._readers:
                self._stop()

    def offer(self, event: StreamEvent) -> None:
        """Offer an event to every reader."""
        for reader in self._readers:
            reader.offer(event)

    def end_of(self, principal: str) -> None:
        """End the streams of a principal who may not read any more."""
        for reader in self._readers:
            if reader.principal == principal:
                reader.end()

    def close(self) -> None:
        """End every stream, for good."""
        self.is_closed = True
        for reader in self._readers:
            reader.end()

    async def _started(self) -> None:
        """Begin to follow at the journal's head, unless that was done."""
        async with self._starting:
            if self._follower is None or self._follower.done():
                self.position = await self.feed.head()
                self._follower = asyncio.create_task(self._follow(), name="hub-stream")

    def _stop(self) -> None:
        if self._follower is not None:
            self._follower.cancel()
            self._follower = None

    async def _follow(self) -> None:
        """Follow until cancelled; what nobody foresaw ends every stream, and the readers come again."""
        try:
            await self._follow_on()
        except Exception:  # noqa: BLE001  (an edge: a task that nobody awaits)
            _LOG.exception("stream_failed")
            for reader in self._readers:
                reader.end()

    async def _follow_on(self) -> None:
        """Follow; a journal that gives no answer is asked again, from the same row on."""
        while True:
            try:
                async with self.feed.following() as commits:
                    async for _ in commits:
                        await self._tell()
            except QuorateError as error:
                _LOG.warning("stream_waits", slug=error.slug, cause=error.cause)
            await self.clock.sleep(RETRY_SECONDS)

    async def _tell(self) -> None:
        while rows := await self.feed.rows(self.position, BATCH):
            for row in rows:
                self._offer(row)
            if len(rows) < BATCH:
                return

    def _offer(self, row: JournalEntry) -> None:
        self.position = row.seq
        for event in told(row):
            self.offer(event)


def told(row: JournalEntry) -> tuple[StreamEvent, ...]:
    """Return what is told of a row; one that was damaged is passed over, `quorate audit verify` names it."""
    try:
        return events_of(row)
    except InvariantBrokenError as error:
        _LOG.warning("row_not_told", seq=row.seq, cause=error.cause)
        return ()
