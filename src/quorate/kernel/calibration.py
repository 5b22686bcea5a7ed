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

PRIOR: Final = 2
"""Hits, and as many misses, that every count has beside its own. Source: DESIGN 5 (Beta(2,2)-shrunk hit rates)."""

UNKNOWN_SKILL: Final = 1.0
"""The weight of a vote whose agent has too few outcomes, and of one that is right half the time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationCurve:
    """Stated confidences and what they came to, both in [0, 1], neither ever falling; at least one knot.

    `outcomes` are those that it rests on, `right` of which were right; None where a run was recorded before votes had
    weights.
    """

    outcomes: int
    knots: tuple[tuple[float, float], ...]
    right: int | None = None

    def __post_init__(self) -> None:
        """Refuse a curve that falls, leaves [0, 1] or has no knot, and more hits than outcomes."""
        stated, came_to = [x for x, _ in self.knots], [y for _, y in self.knots]
        held = all(0.0 <= each <= 1.0 for each in (*stated, *came_to))
        if not (self.knots and held and stated == sorted(stated) and came_to == sorted(came_to)):
            raise InvariantBrokenError("a calibration curve falls, leaves [0, 1] or has no knot")
        if self.right is not None and not 0 <= self.right <= self.outcomes:
            raise InvariantBrokenError(f"{self.right} of {self.outcomes} outcomes were right")

    @property
    def skill_weight(self) -> float:
        """Return what a vote of the agent weighs, above 0 and below 2: its shrunk hit rate by that of a coin.

        Source: DESIGN 6 (consensus), DESIGN 5 (shrinking); docs/decisions/0027.
        """
        return UNKNOWN_SKILL if self.right is None else 2 * shrunk(self.right, self.outcomes)

    def of(self, stated: Confidence) -> Confidence:
        """Return what a stated confidence is worth: between two knots in proportion, beyond the last ones as there."""
        value = stated.value
        place = bisect_right(self.knots, value, key=lambda knot: knot[0])
        if place in {0, len(self.knots)}:
            return Confidence(self.knots[min(place, len(self.knots) - 1)][1])
        (low, worth), (high, more) = self.knots[place - 1], self.knots[place]
        share = (value - low) / (high - low)
        return Confidence(min(more, worth + share * (more - worth)))


def shrunk(right: int, outcomes: int) -> float:
    """Return how often somebody was right, in (0, 1), drawn towards a half by four outcomes that nobody saw.

    One outcome is no certainty. Source: DESIGN 5.
    """
    return (right + PRIOR) / (outcomes + 2 * PRIOR)


NOBODY_CALIBRATED: Final[Mapping[ProfileName, CalibrationCurve]] = {}
"""Every answer stands as it is."""
