"""Liveness: who was silent for too long, and who says too much. Seconds of the monotonic clock alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


def silent(heard: Mapping[str, float], now: float, dead_after_s: float) -> tuple[str, ...]:
    """Return whose last beat is more than `dead_after_s` ago, in the order of their names.

    Exactly at the limit a worker lives. Source: FM-TAW-002.
    """
    return tuple(sorted(name for name, at in heard.items() if now - at > dead_after_s))


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many messages somebody may still send at `at`; it fills up again at `per_second`, to a second's worth."""

    per_second: int
    left: float
    at: float

    @classmethod
    def full(cls, per_second: int, now: float) -> Allowance:
        """Return the allowance of somebody who said nothing yet."""
        return cls(per_second, float(per_second), now)

    def after_message(self, now: float) -> Allowance | None:
        """Return what is left after one message, None where there was nothing left. Source: RELIABILITY 1.6."""
        passed = max(now - self.at, 0.0)
        left = min(self.left + passed * self.per_second, float(self.per_second))
        return None if left < 1.0 else Allowance(self.per_second, left - 1.0, now)
