"""Retrying: how often an act is tried, and after which waits. Source: R-105."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from quorate.execution.acts.failing import Failure
from quorate.kernel.errors import RejectedError


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How often, and after which waits, an act is tried.

    Args:
        attempts: after so many it is given up. Source: R-105.
        base_s: the wait before the second attempt; it doubles each time. Source: R-105.
        jitter_s: the most that is added to a wait. Source: R-105.
        lease_s: a worker that says nothing for so long has lost its task: longer than a cycle may take. Ours.
        defer_s: how long an act waits whose time has not come. Ours.
    """

    attempts: int = 5
    base_s: float = 2.0
    jitter_s: float = 1.0
    lease_s: float = 300.0
    defer_s: float = 1.0

    def __post_init__(self) -> None:
        """Refuse a policy that never tries, or never waits."""
        if self.attempts < 1 or min(self.base_s, self.lease_s, self.defer_s) <= 0:
            raise RejectedError("retries: attempts, base_s, lease_s and defer_s are above 0")

    @property
    def deadline_s(self) -> float:
        """Return after how long a worker gives an act up: before it loses it."""
        return 0.9 * self.lease_s

    def wait_s(self, attempts: int, jitter: float) -> float:
        """Return the wait after so many attempts, at least one; `jitter` is in [0, 1)."""
        return self.base_s * 2.0 ** (attempts - 1) + self.jitter_s * jitter

    def next_at(
        self, attempts: int, failure: Failure, now: datetime, *, jitter: float
    ) -> datetime | None:
        """Return when an act that failed is tried again, None where that would change nothing, or was the last time."""
        if failure.permanent or attempts >= self.attempts:
            return None
        return now + timedelta(seconds=max(self.wait_s(attempts, jitter), failure.retry_after_s))
