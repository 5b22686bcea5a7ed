"""Calibration: what an agent's stated confidence turned out to be worth, as a curve that can be recorded and read."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from quorate.kernel.confidence import Confidence
from quorate.kernel.errors import InvariantBrokenError
from quorate.kernel.ids import ProfileName

CALIBRATION_OUTCOMES: Final = 30
"""Fewer known outcomes calibrate nothing: the answer stands as it is. Source: DESIGN 6."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationCurve:
    """Stated confidences and what they came to, both in [0, 1], neither ever falling; at least one knot.

    `outcomes` are those that it rests on.
    """

    outcomes: int
    knots: tuple[tuple[float, float], ...]

    def __post_init__(self) -> None:
        """Refuse a curve that falls, leaves [0, 1] or has no knot."""
        stated, came_to = [x for x, _ in self.knots], [y for _, y in self.knots]
        held = all(0.0 <= each <= 1.0 for each in (*stated, *came_to))
        if not (self.knots and held and stated == sorted(stated) and came_to == sorted(came_to)):
            raise InvariantBrokenError("a calibration curve falls, leaves [0, 1] or has no knot")

    def of(self, stated: Confidence) -> Confidence:
        """Return what a stated confidence is worth: between two knots in proportion, beyond the last ones as there."""
        value = stated.value
        place = bisect_right(self.knots, value, key=lambda knot: knot[0])
        if place in {0, len(self.knots)}:
            return Confidence(self.knots[min(place, len(self.knots) - 1)][1])
        (low, worth), (high, more) = self.knots[place - 1], self.knots[place]
        share = (value - low) / (high - low)
        return Confidence(min(more, worth + share * (more - worth)))


NOBODY_CALIBRATED: Final[Mapping[ProfileName, CalibrationCurve]] = {}
"""Every answer stands as it is."""
