"""An interval of a return as the score tables draw it. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from quorate.hub.pages.competitions.race import signed_percent
from quorate.portfolio.separation import Interval

CENTRE: Final = 65.0
"""The middle of an interval's drawing, where the start capital is; it is 130 wide."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Whisker:
    """An interval as it is drawn, and in words."""

    start: float
    end: float
    at: float
    words: str
    cut: bool
    """Whether it goes on beyond the drawing."""


def reach_of(intervals: Iterable[Interval | None]) -> float:
    """Return the return that fills the drawing: the farthest end of any interval, 0 where there is none."""
    return max((max(abs(each.low), abs(each.high)) for each in intervals if each), default=0.0)


def whisker_of(returned: float, interval: Interval | None, reach: float) -> Whisker | None:
    """Return the drawing of a return's interval, `reach` being what fills it; None of one that has no width."""
    if interval is None or reach == 0 or interval.low == interval.high:
        return None
    low, high = interval

    def x(ratio: float) -> float:
        return CENTRE + (CENTRE - 6) * max(-1.0, min(1.0, ratio / reach))

    words = (
        f"return {signed_percent(returned)}, 95 percent interval "
        f"{signed_percent(low)} to {signed_percent(high)}"
    )
    return Whisker(start=x(low), end=x(high), at=x(returned), words=words, cut=high > reach)


def interval_words(interval: Interval | None) -> str:
    """Return an interval in words, empty where it has no width."""
    if interval is None or interval.low == interval.high:
        return ""
    return " to ".join(map(signed_percent, interval))
