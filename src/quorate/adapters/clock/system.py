"""The real clock and fresh ids."""

from __future__ import annotations

import asyncio
import os
import time
from contextvars import ContextVar
from datetime import UTC, datetime

from quorate.kernel.ids import TraceId, crockford
from quorate.kernel.spans import trace_id_in

_ACCEPTED: ContextVar[list[str]] = ContextVar("accepted_trace")
"""The trace that a request came with, taken out by the first work that it begins."""


def accept_trace(traceparent: str | None) -> None:
    """Have the next trace that this request begins bear the id of its `traceparent` header, where it is one.

    One trace alone: what goes on in the background after it has traces of its own.
    """
    named = trace_id_in(traceparent or "")
    _ACCEPTED.set([named] if named else [])


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
        """Return the id that the request came with, once; else 128 random bits as 32 hex digits."""
        accepted = _ACCEPTED.get(None)
        return TraceId(accepted.pop() if accepted else os.urandom(16).hex())
