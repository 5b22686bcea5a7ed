"""Calibration, shown: how often agents were right that were so sure, in ten bins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from quorate.kernel.calibration import CALIBRATION_OUTCOMES, CalibrationCurve
from quorate.scoring.hit_rate import HitRate, hit_rate
from quorate.scoring.leaderboard.line import Answer, rounded
from quorate.scoring.leaderboard.record import Floats, Ints

BINS: Final = 10
"""Bins of equal width. Source: Guo and others (2017), which use 15; ten are enough for so few outcomes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """Counted outcomes whose confidence was in [low, high), the last bin's 1 included."""

    low: float
    high: float
    n: int
    mean_confidence: float | None
    hit_rate: HitRate | None

    def as_json(self) -> Answer:
        """Return the object of an answer."""
        return {
            "low": self.low,
            "high": self.high,
            "n": self.n,
            "meanConfidence": rounded(self.mean_confidence),
            "hitRate": self.hit_rate.as_json() if self.hit_rate else None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """What confidences came to; `name` is an agent's, empty of a whole board.

    The bins, the Brier score and the expected calibration error are of the confidence after the whole chain, as it
    counted in the run. `curve` is the isotonic curve that a run as of the day after `as_of` would put what the agent
    states through; None under 30 outcomes that state one, of which there are `outcomes`.
    """

    name: str
    book: str
    as_of: date | None
    n: int
    brier: float | None
    ece: float | None
    bins: tuple[Bin, ...]
    curve: CalibrationCurve | None = None
    outcomes: int = 0
    needs: int = CALIBRATION_OUTCOMES

    def as_json(self) -> Answer:
        """Return the answer of a read."""
        return {
            "name": self.name,
            "book": self.book,
            "asOf": self.as_of.isoformat() if self.as_of else None,
            "n": self.n,
            "brier": rounded(self.brier),
            "ece": rounded(self.ece),
            "bins": [each.as_json() for each in self.bins],
            "outcomes": self.outcomes,
            "needs": self.needs,
            "curve": [list(knot) for knot in self.curve.knots] if self.curve else None,
        }


def calibration_of(
    name: str, book: str, as_of: date | None, confidence: Floats, hit: Ints
) -> Calibration:
    """Return how confidences in [0, 1] came out, NaN standing for none; `hit` is 1 where it was right."""
    says = ~np.isnan(confidence)
    stated, right = confidence[says], hit[says]
    place = np.minimum((stated * BINS).astype(np.int64), BINS - 1)
    n = np.bincount(place, minlength=BINS)
    sums, hits = (np.bincount(place, column, minlength=BINS) for column in (stated, right))
    bins = tuple(_bin(at, int(n[at]), float(sums[at]), int(hits[at])) for at in range(BINS))
    return Calibration(
        name=name,
        book=book,
        as_of=as_of,
        n=len(stated),
        brier=float(np.mean((stated - right) ** 2)) if len(stated) else None,
        ece=float(np.abs(sums - hits).sum()) / len(stated) if len(stated) else None,
        bins=bins,
    )


def _bin(place: int, n: int, total: float, hits: int) -> Bin:
    return Bin(
        low=place / BINS,
        high=(place + 1) / BINS,
        n=n,
        mean_confidence=total / n if n else None,
        hit_rate=hit_rate(hits, n),
    )
