"""The trading range that stood before each bar, if one did."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from quorate.market.prices import Prices
from quorate.market.rolling import Counts, Flags, Floats, windows
from quorate.market.wyckoff.features import TREND_BARS

LENGTHS = (60, 40, 20)
"""Lengths tried, the longest first; 20 bars are the least. Source: REQUIREMENTS, Wyckoff 3."""

WIDEST = 0.15
"""A range is at most so wide, as a share of its low. Source: REQUIREMENTS, Wyckoff 3."""

EDGE = 0.1
"""The share of the width that still counts as its edge. The source is silent."""

FEWEST_TOUCHES = 2
"""How many separate visits each edge needs. Source: REQUIREMENTS, Wyckoff 3."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranges:
    """At each bar the range made by the bars before it, and the price change before that range.

    NaN where the bars before make no range.
    """

    low: Floats
    high: Floats
    prior_trend: Floats


def ranges_of(prices: Prices) -> Ranges:
    """Return the ranges of a history; place t depends on bars before t alone."""
    low, high, prior = (np.full_like(prices.close, np.nan) for _ in range(3))
    for length in LENGTHS:
        bottoms, tops, holds = _candidates(prices, length)
        places = length + np.flatnonzero(holds & np.isnan(low[length:]))
        low[places], high[places] = bottoms[places - length], tops[places - length]
        prior[places] = _change_before(prices.close, places - length)
    return Ranges(low=low, high=high, prior_trend=prior)


def _candidates(prices: Prices, length: int) -> tuple[Floats, Floats, Flags]:
    """Return low, high and validity of the `length` bars before bar `length`, `length` + 1, ..."""
    lows, highs = windows(prices.low[:-1], length), windows(prices.high[:-1], length)
    bottoms, tops = lows.min(axis=1), highs.max(axis=1)
    edge = EDGE * (tops - bottoms)
    below = _visits(lows <= (bottoms + edge)[:, None])
    above = _visits(highs >= (tops - edge)[:, None])
    narrow = tops - bottoms <= WIDEST * bottoms
    return bottoms, tops, narrow & (below >= FEWEST_TOUCHES) & (above >= FEWEST_TOUCHES)


def _visits(inside: Flags) -> Counts:
    arrivals: Counts = (inside[:, 1:] & ~inside[:, :-1]).sum(axis=1)
    return arrivals + inside[:, 0]


def _change_before(close: Floats, starts: Counts) -> Floats:
    """Return the change over the 40 bars before each start, NaN where there are not so many."""
    known = starts >= TREND_BARS
    change = np.full(len(starts), np.nan)
    change[known] = close[starts[known]] / close[starts[known] - TREND_BARS] - 1
    return change
