"""Pace: a worker says no more in a second than a hub hears out, so that it is never cut off as a flood."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """A bucket of `burst` messages that fills again by `per_second`; `spent` are those that are owed at `at`."""

    per_second: float = 40.0
    """Ours: under the 50 of RELIABILITY 1.6, whose second need not begin where ours does."""

    burst: float = 8.0
    """With the 40 of a second still under 50. Ours."""

    spent: float = 0.0
    at: float = 0.0

    def wait_s(self, now: float) -> float:
        """Return how long the next message has to wait."""
        return max(0.0, (self._owed(now) + 1 - self.burst) / self.per_second)

    def after_one(self, now: float) -> Pace:
        """Return the pace once a message was said, which may have to wait for its turn."""
        return replace(self, spent=self._owed(now) + 1, at=now)

    def _owed(self, now: float) -> float:
        return max(0.0, self.spent - max(0.0, now - self.at) * self.per_second)
