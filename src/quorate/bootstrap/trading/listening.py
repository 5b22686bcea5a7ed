"""Listening to a broker's order stream: a hint that is booked at once, while the truth is asked for all the same."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

import structlog

from quorate.execution.policy import backoff_s
from quorate.execution.ports import Broker
from quorate.execution.service import ExecutionService
from quorate.kernel.errors import QuorateError
from quorate.kernel.ports import Clock

LONGEST_PAUSE_S: Final = 30.0
"""Between two tries to open the stream. Source: RELIABILITY 1.3."""

FIRST_WAIT_S: Final = 10.0
"""How long a cycle waits for the stream to listen before it goes on without. Ours."""

_LOG = structlog.get_logger()


class StreamListener:
    """Hears one account's stream as long as its block lasts; `is_ready` while it listens and was caught up."""

    def __init__(self, broker: Broker, execution: ExecutionService, clock: Clock) -> None:
        self._broker = broker
        self._execution = execution
        self._clock = clock
        self._connected = asyncio.Event()
        self._happened = asyncio.Event()

    @property
    def is_ready(self) -> bool:
        """Return whether the stream listens."""
        return self._connected.is_set()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Listen as long as the block lasts."""
        task = asyncio.create_task(self._listen())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def wait_ready(self) -> None:
        """Wait for the stream to listen, for a while; a cycle that goes on without takes no new risk."""
        with suppress(TimeoutError):
            async with asyncio.timeout(FIRST_WAIT_S):
                await self._connected.wait()

    async def wait_for_news(self, seconds: float) -> None:
        """Wait until something is told, or so long."""
        self._happened.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._happened.wait()

    async def _listen(self) -> None:
        attempt = 0
        while True:
            try:
                async for update in self._broker.updates():
                    attempt = 0
                    self._connected.set()
                    if update is not None:
                        await self._execution.hear(update)
                    self._happened.set()
            except QuorateError as error:
                _LOG.warning("stream_lost", slug=error.slug, cause=error.cause)
            self._connected.clear()
            await self._clock.sleep(min(backoff_s(attempt, 0.0), LONGEST_PAUSE_S))
            attempt = min(attempt + 1, 5)
