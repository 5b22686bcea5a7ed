"""The budget of requests: as many a minute as the broker allows, the last of them kept for cancellations."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from quorate.execution.broker import BrokerUnavailableError
from quorate.kernel.errors import RejectedError
from quorate.kernel.ports import Clock

SOURCE: Final = "alpaca"
MINUTE_S: Final = 60.0
LONGEST_BLOCK: Final = timedelta(minutes=2)
"""A reset further away than this is nonsense: the broker counts by the minute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestPolicy:
    """How often the broker is asked.

    Args:
        per_minute: requests in any 60 s. Source: RELIABILITY 2.0 (200 a minute and account).
        reserve: how many of them only a cancellation may use. Source: RELIABILITY 1.3.
        longest_wait_s: a request that would wait longer is not sent.
    """

    per_minute: int = 200
    reserve: int = 20
    longest_wait_s: float = 5.0

    def __post_init__(self) -> None:
        """Refuse a budget that lets nothing through."""
        if not (0 <= self.reserve < self.per_minute and self.longest_wait_s >= 0):
            raise RejectedError("broker requests: 0 <= reserve < per_minute, longest_wait_s >= 0")


class RequestBudget:
    """A bucket of tokens, each back a minute after it was taken: no minute sees more than it holds.

    `sent` counts the tokens ever taken.
    """

    def __init__(self, policy: RequestPolicy, clock: Clock) -> None:
        self.policy = policy
        self._clock = clock
        self._taken: deque[float] = deque()
        self.sent = 0
        self._server_left: int | None = None
        self._server_reset = datetime.min.replace(tzinfo=UTC)

    async def take(self, *, cancels: bool = False) -> None:
        """Take a token, waiting for one if need be.

        Raises:
            BrokerUnavailableError: none comes in time; nothing was sent.
        """
        end = self._clock.monotonic() + self.policy.longest_wait_s
        while (wait := self._wait_s(cancels=cancels)) > 0:
            if self._clock.monotonic() + wait > end:
                raise BrokerUnavailableError(
                    f"the broker may not be asked again for {wait:.1f} s",
                    source=SOURCE,
                    retry_after=timedelta(seconds=wait),
                    effect="nothing was sent",
                    slug="rate-limited",
                )
            await self._clock.sleep(wait)
        self._taken.append(self._clock.monotonic())
        self.sent += 1
        if self._server_left is not None:
            self._server_left -= 1

    @property
    def last_minute(self) -> int:
        """Return how many requests were sent in the last 60 s."""
        since = self._clock.monotonic() - MINUTE_S
        return sum(taken > since for taken in self._taken)

    def learn(self, headers: Mapping[str, str], *, refused: bool = False) -> None:
        """Take over what the broker's X-RateLimit headers say; `refused` when it answered 429."""
        reset = _moment(headers.get("X-RateLimit-Reset", ""))
        left = headers.get("X-RateLimit-Remaining", "")
        now = self._clock.now()
        sensible = reset is not None and now < reset <= now + LONGEST_BLOCK
        if refused:
            blind = now + timedelta(seconds=1)
            self._server_left, self._server_reset = 0, reset if reset and sensible else blind
        elif reset and sensible and left.isascii() and left.isdigit():
            self._adopt(int(left), reset)

    def _adopt(self, left: int, reset: datetime) -> None:
        """Keep the lower count: an answer that overtook another tells of more than there is."""
        is_same = reset <= self._server_reset and self._server_left is not None
        kept = self._server_left if is_same and self._server_left is not None else left
        self._server_left, self._server_reset = min(kept, left), max(reset, self._server_reset)

    def _wait_s(self, *, cancels: bool) -> float:
        """Return the seconds until a token is there, 0 where there is one."""
        now = self._clock.monotonic()
        while self._taken and self._taken[0] <= now - MINUTE_S:
            self._taken.popleft()
        kept = 0 if cancels else self.policy.reserve
        return max(self._own_wait_s(now, kept), self._servers_wait_s(kept))

    def _own_wait_s(self, now: float, kept: int) -> float:
        too_many = len(self._taken) - (self.policy.per_minute - kept) + 1
        return self._taken[too_many - 1] + MINUTE_S - now if too_many > 0 else 0.0

    def _servers_wait_s(self, kept: int) -> float:
        left = (self._server_reset - self._clock.now()).total_seconds()
        if left <= 0:
            self._server_left = None
        if self._server_left is None or self._server_left > kept:
            return 0.0
        return left


def _moment(text: str) -> datetime | None:
    """Return the moment that X-RateLimit-Reset names, in seconds since 1970."""
    try:
        return datetime.fromtimestamp(int(text), tz=UTC)
    except (ValueError, OverflowError, OSError):
        return None
