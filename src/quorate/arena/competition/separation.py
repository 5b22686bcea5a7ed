"""Separation: how much of a difference between books one stretch of history can prove.

Block bootstrap on paired daily P&L: whole blocks of sessions are drawn, the same for every book, so that what moved
all books together does not count as a difference. Source: DESIGN 11.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final, NamedTuple

import numpy as np

BLOCK: Final = 10
"""Sessions of a block: two weeks, so that what lasts longer than a day is drawn whole. Ours."""

RESAMPLES: Final = 1000
LOWEST, HIGHEST = 2.5, 97.5
"""The percentiles of a 95 % interval."""

FEWEST_SESSIONS: Final = 2 * BLOCK
"""Below it there is nothing to draw from, and no interval."""


class Interval(NamedTuple):
    """Where a return lies with 95 % confidence, as shares of 1."""

    low: float
    high: float


class Separation(NamedTuple):
    """Each book's interval, in the order of the curves, and which book surely did better than which."""

    intervals: tuple[Interval, ...]
    above: tuple[tuple[bool, ...], ...]

    def is_above(self, one: int, other: int) -> bool:
        """Return whether the book at `one` clears the one at `other`."""
        return self.above[one][other]


def separation(curves: Sequence[Sequence[Decimal]], seed: int) -> Separation | None:
    """Return what can be told apart of the equity `curves`, one worth per session; None of too short ones.

    The same curves and seed give the same answer.
    """
    sessions = len(curves[0]) - 1 if curves else 0
    if sessions < FEWEST_SESSIONS:
        return None
    worth = np.array([[float(value) for value in curve] for curve in curves])
    capital = worth[:, :1]
    returns = np.diff(worth, axis=1) / capital
    drawn = _resampled(returns, seed)
    low, high = np.percentile(drawn, [LOWEST, HIGHEST], axis=0)
    differences = drawn[:, :, None] - drawn[:, None, :]
    above = np.percentile(differences, LOWEST, axis=0) > 0
    return Separation(
        intervals=tuple(
            Interval(float(one), float(two)) for one, two in zip(low, high, strict=True)
        ),
        above=tuple(tuple(bool(each) for each in row) for row in above),
    )


def _resampled(
    returns: np.ndarray[tuple[int, int], np.dtype[np.float64]], seed: int
) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Return the total return of every book in every resample, drawn in blocks that go round the end."""
    books, sessions = returns.shape
    blocks = -(-sessions // BLOCK)
    starts = np.random.default_rng(seed).integers(0, sessions, size=(RESAMPLES, blocks))
    days = (starts[:, :, None] + np.arange(BLOCK)) % sessions
    days = days.reshape(RESAMPLES, -1)[:, :sessions]
    totals = np.empty((RESAMPLES, books))
    for book in range(books):
        totals[:, book] = returns[book][days].sum(axis=1)
    return totals
