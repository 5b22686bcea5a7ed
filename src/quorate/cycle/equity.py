"""The equity of a book over its marks, and as many points of it as a chart can tell apart. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

MOST_POINTS: Final = 500
"""The most points that leave the server. Source: UI 1 (Charts)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EquityPoint:
    """A book as it was marked; `session` is empty outside of REPLAY, the amounts are USD."""

    number: int
    session: str
    at: str
    cash: Decimal
    equity: Decimal

    @property
    def day(self) -> str:
        """Return the day it stands for: the session, else the UTC day of the mark."""
        return self.session or self.at[:10]


def thinned(points: Sequence[EquityPoint], most: int = MOST_POINTS) -> tuple[EquityPoint, ...]:
    """Return at most `most` points, evenly apart, the newest always among them; their figures stay as they are."""
    every = -(-len(points) // most)
    if every <= 1:
        return tuple(points)
    return tuple(points[at] for at in range((len(points) - 1) % every, len(points), every))
