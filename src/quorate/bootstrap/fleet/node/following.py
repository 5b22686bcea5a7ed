"""Following: the journal's rows about tasks and workers, told to who asked, whichever process wrote them.

One reader per process, and only while somebody listens. A listener joins first and then looks at the tables, so that
nothing falls between.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Final

import structlog

from quorate.adapters.sql.tail import JournalFeed
from quorate.arbiter.moves import MOVED
from quorate.fleet.roster import WorkerFact
from quorate.kernel.errors import QuorateError
from quorate.kernel.journal import JournalEntry
from quorate.kernel.ports import Clock

ROWS: Final = 500
"""How many rows are read at a time."""

RETRY_SECONDS: Final = 0.5

TOLD: Final = frozenset({MOVED, *(fact.value for fact in WorkerFact)})
"""The rows that listeners are told of."""

Listener = Callable[[JournalEntry], None]

_LOG = structlog.get_logger()


class Following:
    """Tells its listeners of every row of the types TOLD that is committed while they listen."""

    def __init__(self, feed: JournalFeed, clock: Clock) -> None:
        self._feed = feed
        self._clock = clock
        self._listeners: list[Listener] = []
        self._reading: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def joined(self, listener: Listener) -> AsyncIterator[None]:
        """Tell `listener` for as long as the block lasts."""
        if self._reading is None:
            start = await self._feed.head()
            if self._reading is None:
                self._reading = asyncio.create_task(self._read(start))
        self._listeners.append(listener)
        try:
            yield
        finally:
            self._listeners.remove(listener)
            if not self._listeners:
                await self._stop()

    async def _stop(self) -> None:
        reading, self._reading = self._reading, None
        if reading is not None:
            reading.cancel()
            with suppress(asyncio.CancelledError):
                await reading

    async def _read(self, cursor: int) -> None:
        while True:
            try:
                async with self._feed.following() as wakes:
                    async for _ in wakes:
                        cursor = await self._told_from(cursor)
            except QuorateError as error:
                _LOG.warning("fleet_feed_lost", cause=str(error))
            await self._clock.sleep(RETRY_SECONDS)

    async def _told_from(self, cursor: int) -> int:
        while rows := await self._feed.rows(cursor, ROWS):
            for row in rows:
                if row.type in TOLD:
                    for listener in tuple(self._listeners):
                        listener(row)
            cursor = rows[-1].seq
        return cursor
