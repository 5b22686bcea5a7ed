"""Isotonic calibration: the rising curve from stated confidence to how often it was right."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Final, NamedTuple

from quorate.kernel.calibration import CALIBRATION_OUTCOMES, CalibrationCurve, shrunk

PLACES: Final = 6
"""Decimal places of a knot: finer ones would claim more than a few hundred outcomes tell. Ours."""


class Told(NamedTuple):
    """What was stated, in [0, 1], and whether it was right."""

    stated: float
    right: bool


class Block(NamedTuple):
    """Outcomes that were pooled: from which to which stated confidence, how many, and how many were right."""

    low: float
    high: float
    n: int
    hits: int

    @property
    def worth(self) -> float:
        """Return how often they were right, shrunk."""
        return shrunk(self.hits, self.n)

    def with_next(self, block: Block) -> Block:
        """Return both as one."""
        return Block(self.low, block.high, self.n + block.n, self.hits + block.hits)


def pooled(outcomes: Iterable[Told]) -> list[Block]:
    """Return the blocks of the least-squares fit that never falls, by stated confidence.

    Source: pool adjacent violators; Ayer, Brunk, Ewing, Reid, Silverman (1955).
    """
    counts: defaultdict[float, list[int]] = defaultdict(lambda: [0, 0])
    for stated, right in outcomes:
        counts[stated][0] += 1
        counts[stated][1] += right
    blocks: list[Block] = []
    for stated in sorted(counts):
        block = Block(stated, stated, *counts[stated])
        while blocks and blocks[-1].hits * block.n >= block.hits * blocks[-1].n:
            block = blocks.pop().with_next(block)
        blocks.append(block)
    return blocks


def firm(blocks: Iterable[Block]) -> list[Block]:
    """Return blocks of which each is worth more than the one before: few outcomes do not stand above many."""
    kept: list[Block] = []
    for each in blocks:
        block = each
        while kept and kept[-1].worth >= block.worth:
            block = kept.pop().with_next(block)
        kept.append(block)
    return kept


def calibration_curve(outcomes: Iterable[Told]) -> CalibrationCurve | None:
    """Return what stated confidences are worth; None of fewer than 30 outcomes.

    The same outcomes in any order give the same curve.
    """
    told = list(outcomes)
    if len(told) < CALIBRATION_OUTCOMES:
        return None
    knots = [
        (stated, round(block.worth, PLACES))
        for block in firm(pooled(told))
        for stated in dict.fromkeys((block.low, block.high))
    ]
    right = sum(each.right for each in told)
    return CalibrationCurve(outcomes=len(told), knots=tuple(knots), right=right)
