"""The relay: follows what is committed and publishes it, to a stream or, without one, straight to the bus.

commit -> wake-up -> results behind the cursor, from the database -> stream (entries and cursor at once) | bus

What is not committed cannot be read, so it cannot be published (FM-RF-004). The cursor stands in the stream's server
and moves with the entries, so that several relays, and one that was killed, neither lose nor double a result.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import structlog

from quorate.kernel.errors import UnavailableError
from quorate.kernel.ports import Clock
from quorate.results.applying import Applied
from quorate.results.message import message_of
from quorate.results.ports import Commits, CommittedResults, Entry, ResultStream
from quorate.results.result import TradingAnalysisResult

BATCH: Final = 500
"""Results published at once: about 1 MB. Ours."""

KEPT: Final = 10_000
"""Results that the stream keeps at least, and that a new stream begins with. Ours."""

RETRY_SECONDS: Final = 0.5
"""Between two tries to reach a stream that gives no answer. Ours."""

Failpoint = Callable[[str], None]
_LOG = structlog.get_logger()


def unharmed(_point: str) -> None:
    """Go on: what a failpoint does unless a test kills the process there."""


class Outage:
    """Whether the stream can be reached; said once when it is lost, and once when it is back."""

    def __init__(self, who: str) -> None:
        self._who = who
        self.is_on = False

    def begins(self, error: UnavailableError) -> None:
        """Take note that it gives no answer."""
        if not self.is_on:
            _LOG.warning("results_stream_lost", who=self._who, cause=error.cause)
        self.is_on = True

    def ends(self) -> None:
        """Take note that it answered."""
        if self.is_on:
            _LOG.info("results_stream_back", who=self._who)
        self.is_on = False


@dataclass(slots=True)
class StreamRelay:
    """Publishes every committed result to the stream, in order, once."""

    results: CommittedResults
    commits: Commits
    stream: ResultStream
    clock: Clock
    failpoint: Failpoint = unharmed
    published: int = 0
    _cursor: int | None = None

    @property
    def at(self) -> int | None:
        """Return the number of the newest result that it passed on, None before it began."""
        return self._cursor

    async def run(self) -> None:
        """Publish until cancelled; while the stream or the database is away the backlog waits in the database."""
        outage = Outage("relay")
        while True:
            try:
                await self._follow(outage)
            except UnavailableError as error:
                outage.begins(error)
            await self.clock.sleep(RETRY_SECONDS)

    async def _follow(self, outage: Outage) -> None:
        await self._begin()
        async with self.commits.following() as wake_ups:
            async for _ in wake_ups:
                await self.drain()
                outage.ends()

    async def drain(self) -> None:
        """Publish all that is committed and was not published."""
        while True:
            cursor = 0 if self._cursor is None else self._cursor
            found = await self.results.after(cursor, BATCH)
            if not found:
                return
            await self._publish(found, cursor)

    async def _begin(self) -> None:
        """Go on where the stream stands; a stream that knows nothing begins with the newest results."""
        at = await self.stream.cursor()
        if at is None:
            at = await self.results.start_of_last(KEPT) if self._cursor is None else self._cursor
            await self.stream.publish(None, at, ())
            at = await self.stream.cursor()
        self._cursor = at

    async def _publish(self, found: Sequence[TradingAnalysisResult], cursor: int) -> None:
        entries, before = [], cursor
        for result in found:
            entries.append(Entry(result.result_seq, message_of(result, before)))
            before = result.result_seq
        self.failpoint("relay_read")
        if await self.stream.publish(cursor, before, entries):
            self.failpoint("relay_published")
            self._cursor = before
            self.published += len(entries)
        else:
            await self._begin()


@dataclass(slots=True)
class DirectRelay:
    """Tells the bus of every result that is committed from now on, without any stream."""

    results: CommittedResults
    commits: Commits
    clock: Clock
    applied: Applied
    _cursor: int | None = None

    @property
    def at(self) -> int | None:
        """Return the number of the newest result that it passed on, None before it began."""
        return self._cursor

    async def run(self) -> None:
        """Tell until cancelled; a database that gives no answer is asked again."""
        outage = Outage("relay")
        while True:
            try:
                await self._follow(outage)
            except UnavailableError as error:
                outage.begins(error)
            await self.clock.sleep(RETRY_SECONDS)

    async def _follow(self, outage: Outage) -> None:
        if self._cursor is None:
            self._cursor = await self.results.head()
            for result in await self.results.newest():
                self.applied.newest.apply(result)
        async with self.commits.following() as wake_ups:
            async for _ in wake_ups:
                while found := await self.results.after(self._cursor, BATCH):
                    for result in found:
                        self.applied.apply(result)
                    self._cursor = found[-1].result_seq
                outage.ends()
