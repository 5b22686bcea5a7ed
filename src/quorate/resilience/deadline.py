"""A deadline: the one moment after which an answer is of no use, shared by all that is tried for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from quorate.kernel.errors import InvariantBrokenError


@dataclass(frozen=True, slots=True, order=True)
class Deadline:
    """A moment on the monotonic clock, in seconds."""

    at: float

    @classmethod
    def after(cls, seconds: float, *, now: float) -> Self:
        """Return the deadline `seconds` (above 0) from `now`.

        Raises:
            InvariantBrokenError: no time is given at all.
        """
        if not seconds > 0:
            raise InvariantBrokenError(f"a deadline is in the future, not in {seconds} s")
        return cls(now + seconds)

    def left(self, now: float) -> float:
        """Return the seconds that are left, 0 once it has passed."""
        return max(0.0, self.at - now)

    def has_passed(self, now: float) -> bool:
        """Return whether no time is left."""
        return now >= self.at
