"""The real clock and fresh ids."""

from __future__ import annotations

import asyncio
import os
import time
from datetime import UTC, datetime

from quorate.kernel.ids import TraceId, crockford


class SystemClock:
    """Wall time from the machine, in UTC; durations from the monotonic clock."""

    def now(self) -> datetime:
        """Return the current time, aware, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds on the machine's monotonic clock."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


class RandomIds:
    """Ids from the system's random source."""

    def ulid(self, prefix: str) -> str:
        """Return `prefix` and a ULID: 48 bits of milliseconds, 80 random bits."""
        milliseconds = time.time_ns() // 1_000_000
        return prefix + crockford(milliseconds, 10) + crockford(int.from_bytes(os.urandom(10)), 16)

    def trace_id(self) -> TraceId:
        """Return 128 random bits as 32 hex digits."""
        return TraceId(os.urandom(16).hex())
