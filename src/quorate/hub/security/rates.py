"""Rates: how often one principal may change something, counted over the last minute."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Final

from quorate.hub.problems import Refusal, RefusedError
from quorate.kernel.ports import Clock

WINDOW_SECONDS: Final = 60.0


class Rate(StrEnum):
    """The limits that a request can fall under."""

    FREE = "free"
    """It changes nothing, so it is not counted."""

    SPENDING = "spending"
    """It starts a run: it may cost money."""

    WRITING = "writing"
    """It changes something else."""


LIMITS: Final[Mapping[Rate, int]] = {Rate.SPENDING: 60, Rate.WRITING: 10}
"""Requests in a minute, per session or token. Source: RELIABILITY 6.12, UI 3."""


class RateLimiter:
    """Counts what each principal did in the last minute; forgets what is older."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seen: dict[tuple[Rate, str], deque[float]] = {}

    def count(self, rate: Rate, principal: str) -> None:
        """Count a request.

        Raises:
            RefusedError: the limit is reached (slug `rate-limited`); the request is not counted.
        """
        limit = LIMITS.get(rate)
        if limit is None:
            return
        now = self._clock.monotonic()
        self._forget(now)
        seen = self._seen.setdefault((rate, principal), deque())
        if len(seen) >= limit:
            raise _too_many(rate, limit, seen[0] + WINDOW_SECONDS - now)
        seen.append(now)

    def _forget(self, now: float) -> None:
        for key, seen in list(self._seen.items()):
            while seen and seen[0] <= now - WINDOW_SECONDS:
                seen.popleft()
            if not seen:
                del self._seen[key]


def _too_many(rate: Rate, limit: int, seconds: float) -> RefusedError:
    return RefusedError(
        f"more than {limit} {rate} requests in a minute",
        slug="rate-limited",
        fix=f"wait {seconds:.0f} s",
        refusal=Refusal(retry_after=timedelta(seconds=seconds)),
    )
