"""Separation: how much of a difference between curves of worth one stretch of history can prove.

Block bootstrap on paired daily P&L: whole blocks of sessions are drawn, the same for every curve, so that what moved
all of them together does not count as a difference. Source: DESIGN 11.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final, NamedTuple, TypeAlias

import numpy as np

Floats: TypeAlias = "np.ndarray[tuple[int, int], np.dtype[np.float64]]"

BLOCK: Final = 10
"""Sessions of a block: two weeks, so that what lasts longer than a day is drawn whole. Ours."""

RESAMPLES: Final = 1000
LOWEST, HIGHEST = 2.5, 97.5
"""The percentiles of a 95 % interval."""

FEWEST_SESSIONS: Final = 2 * BLOCK
"""Below two blocks there is nothing to draw from, and no interval. Ours."""


class Interval(NamedTuple):
    """Where a return lies with 95 % confidence, as shares of 1."""

    low: float
    high: float


class Separation(NamedTuple):
    """Each curve's interval, in the order of the curves, and which one surely did better than which."""

    intervals: tuple[Interval, ...]
    above: tuple[tuple[bool, ...], ...]

    def is_above(self, one: int, other: int) -> bool:
        """Return whether the curve at `one` clears the one at `other`."""
        return self.above[one][other]

    def range_of(self, place: int, counted: Sequence[int]) -> tuple[int, int]:
        """Return the best and the worst rank among `counted` that nothing speaks against."""
        above = sum(self.is_above(other, place) for other in counted)
        below = sum(self.is_above(place, other) for other in counted)
        return 1 + above, len(counted) - below


def separation(
    curves: Sequence[Sequence[Decimal]], seed: int, *, resamples: int = RESAMPLES
) -> Separation | None:
    """Return what can be told apart of the equity `curves`, one worth per session; None of too short ones.

    The same curves and seed give the same answer.
    """
    sessions = len(curves[0]) - 1 if curves else 0
    if sessions < FEWEST_SESSIONS:
        return None
    worth = np.array([[float(value) for value in curve] for curve in curves])
    return told_apart(np.diff(worth, axis=1) / worth[:, :1], seed, resamples=resamples)


def told_apart(
    daily: Floats, seed: int, *, block: int = BLOCK, resamples: int = RESAMPLES
) -> Separation | None:
    """Return what can be told apart of `daily` P&L, a row for each curve; None of fewer than two blocks of sessions."""
    if daily.shape[0] == 0 or daily.shape[1] < 2 * block:
        return None
    drawn = _resampled(daily, seed, block, resamples)
    low, high = np.percentile(drawn, [LOWEST, HIGHEST], axis=0)
    differences = drawn[:, :, None] - drawn[:, None, :]
    above = np.percentile(differences, LOWEST, axis=0) > 0
    return Separation(
        intervals=tuple(
            Interval(float(one), float(two)) for one, two in zip(low, high, strict=True)
        ),
        above=tuple(tuple(bool(each) for each in row) for row in above),
    )


def _resampled(daily: Floats, seed: int, block: int, resamples: int) -> Floats:
    """Return the total of every curve in every resample, drawn in blocks that go round the end.

    The last block is cut so that a resample has as many sessions as there were; a block is summed once, not in each.
    """
    curves, sessions = daily.shape
    blocks = -(-sessions // block)
    starts = np.random.default_rng(seed).integers(0, sessions, size=(resamples, blocks))
    whole = _block_sums(daily, block)
    cut = _block_sums(daily, sessions - (blocks - 1) * block)
    totals = np.empty((resamples, curves))
    for curve in range(curves):
        totals[:, curve] = whole[curve][starts[:, :-1]].sum(axis=1) + cut[curve][starts[:, -1]]
    return totals


def _block_sums(daily: Floats, length: int) -> Floats:
    """Return the sum of the `length` sessions from each one on."""
    round_the_end = np.concatenate([daily, daily[:, : length - 1]], axis=1)
    summed = np.cumsum(np.pad(round_the_end, ((0, 0), (1, 0))), axis=1)
    sums: Floats = summed[:, length:] - summed[:, :-length]
    return sums
