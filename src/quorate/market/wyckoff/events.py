"""Single bars that complete a Wyckoff event.

A top is a bottom seen in a mirror: with the reciprocals of the prices an upthrust is a spring, a
sign of weakness a sign of strength, a buying climax a selling climax. So each rule stands here
once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from quorate.market.prices import Prices
from quorate.market.rolling import Flags, Floats, shifted
from quorate.market.wyckoff.features import HIGH_VOLUME, Features
from quorate.market.wyckoff.trading_range import Ranges

RECOVERY_BARS = 5
"""A spring closes back inside the range within so many bars, the piercing one included."""

SHALLOWEST, DEEPEST = 0.002, 0.05
"""How far a spring pierces support, as a share of it. Source: REQUIREMENTS, Wyckoff 4."""

CLIMAX_VOLUME, CLIMAX_SPREAD = 2.0, 1.5
"""A climax has at least twice the mean volume, 1.5 times the mean spread. Source: the same."""

TREND = 0.05
"""A change over 40 bars beyond this is a trend. Source: R-022's size of a downtrend; the rest is
silent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SideEvents:
    """What each bar completed at one side of the market, in the words of the bottom.

    `spring_volume` is the volume ratio of the bar that pierced the edge, NaN where no spring
    completed.
    """

    spring_volume: Floats
    climax: Flags
    strength: Flags


def bottom_events(features: Features, ranges: Ranges) -> SideEvents:
    """Return springs, selling climaxes and signs of strength."""
    return SideEvents(
        spring_volume=_springs(features.prices, features.volume_ratio, ranges.low),
        climax=_is_climactic(features, ranges) & (features.change < 0) & (features.trend < -TREND),
        strength=_leaves(features.prices, features.volume_ratio, ranges.high),
    )


def top_events(features: Features, ranges: Ranges) -> SideEvents:
    """Return upthrusts, buying climaxes and signs of weakness."""
    prices = features.prices.mirrored
    return SideEvents(
        spring_volume=_springs(prices, features.volume_ratio, 1 / ranges.high),
        climax=_is_climactic(features, ranges) & (features.change > 0) & (features.trend > TREND),
        strength=_leaves(prices, features.volume_ratio, 1 / ranges.low),
    )


def _is_climactic(features: Features, ranges: Ranges) -> Flags:
    """Tell which bars are loud and wide, and end a trend: a bar that leaves a range does not."""
    loud = (features.volume_ratio >= CLIMAX_VOLUME) & np.isnan(ranges.low)
    return loud & (features.spread_ratio >= CLIMAX_SPREAD)


def _leaves(prices: Prices, volume_ratio: Floats, resistance: Floats) -> Flags:
    return (prices.close > resistance) & (volume_ratio > HIGH_VOLUME)


def _springs(prices: Prices, volume_ratio: Floats, support: Floats) -> Floats:
    """Return the volume ratio of the piercing bar at each bar that closes back above support."""
    found = np.full_like(prices.close, np.nan)
    for bars in range(RECOVERY_BARS):
        level = shifted(support, bars)
        completed = _recovers(prices, level, bars) & np.isnan(found)
        found[completed] = shifted(volume_ratio, bars)[completed]
    return found


def _recovers(prices: Prices, level: Floats, bars: int) -> Flags:
    """Tell where the bar `bars` earlier pierced `level` and this is the first to close above."""
    pierced = shifted(prices.low, bars) < level * (1 - SHALLOWEST)
    held = prices.low >= level * (1 - DEEPEST)
    for earlier in range(1, bars + 1):
        held &= shifted(prices.low, earlier) >= level * (1 - DEEPEST)
        held &= shifted(prices.close, earlier) < level
    completed: Flags = pierced & held & (prices.close > level)
    return completed
