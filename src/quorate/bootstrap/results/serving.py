"""Serving: the relay and the bridge of one process, wired to its database, its bus and, if it is named, to Redis."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Final

import structlog

from quorate.adapters.sql.tail import JournalFeed
from quorate.bootstrap.guarding import GuardedStream
from quorate.bootstrap.results.stored import StoredResults
from quorate.bootstrap.store import Store
from quorate.cycle.watch import Severity
from quorate.cycle.watch.alert import Alert
from quorate.cycle.watch.service import Watch
from quorate.kernel.errors import UnavailableError
from quorate.kernel.ids import BookName
from quorate.kernel.ports import Clock
from quorate.resilience.ending import ended
from quorate.results.applying import Applied
from quorate.results.bridge.service import Bridge
from quorate.results.relay.service import RETRY_SECONDS, DirectRelay, StreamRelay

POISONED: Final = "result_poisoned"
"""The kind of alert that tells of a message that could not be read."""

_LOG = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Alarm:
    """Raises alerts on the flow of results."""

    watch: Watch

    async def poisoned(self, entry_id: str, why: str) -> None:
        """Raise one alert on an entry that could not be dealt with."""
        text = f"Entry {entry_id} of the results' stream was set aside: {why}"
        alert = Alert(kind=POISONED, severity=Severity.WARNING, text=text, book=BookName(""))
        await self.watch.told([alert])


@dataclass(frozen=True, slots=True)
class Flow:
    """What carries results in this process; without Redis there is no bridge."""

    relay: StreamRelay | DirectRelay
    bridge: Bridge | None = None

    @staticmethod
    @asynccontextmanager
    async def served(
        store: Store,
        stored: StoredResults,
        feed: JournalFeed,
        applied: Applied,
        watch: Watch,
    ) -> AsyncIterator[Flow]:
        """Carry results as long as the block lasts: through Redis where it is named, else straight to the bus.

        Raises:
            RejectedError: Redis is named, and its package is not installed.
        """
        settings = store.settings.results
        if not settings.redis_url:
            direct = DirectRelay(stored, feed, store.clock, applied)
            async with _going_on(store.clock, direct.run):
                yield Flow(direct)
            return
        from quorate.adapters.redis_streams import (  # noqa: PLC0415  (redis is optional)
            StreamNames,
            opened_stream,
        )

        consumer = store.ids.ulid("consumer_")
        names = StreamNames(f"{settings.stream}:{store.tenant}", settings.group, consumer)
        async with opened_stream(settings.redis_url, names, maxlen=settings.kept) as stream:
            guarded = GuardedStream(stream, store.boundaries)
            relay = StreamRelay(stored, feed, guarded, store.clock)
            bridge = Bridge(stored, guarded, applied, store.clock, Alarm(watch))
            try:
                async with _going_on(store.clock, relay.run, bridge.run):
                    yield Flow(relay, bridge)
            finally:
                with suppress(UnavailableError):
                    await stream.leave()


@asynccontextmanager
async def _going_on(clock: Clock, *works: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
    """Keep each work going as long as the block lasts."""
    tasks = [asyncio.create_task(_again_and_again(clock, work)) for work in works]
    try:
        yield
    finally:
        await ended(tasks)


async def _again_and_again(clock: Clock, work: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            await work()
        except Exception:  # noqa: BLE001  (the relay's edge: whatever it was, it goes on from its cursor)
            _LOG.exception("results_flow_failed")
        await clock.sleep(RETRY_SECONDS)
