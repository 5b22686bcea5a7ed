"""What a Wyckoff reader looks at on each bar: effort (volume), result (spread) and where it closed.

Source of every number here: REQUIREMENTS, "Wyckoff phase detection from OHLCV", 1, 2, 5 and 6.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from quorate.market.indicators import indicators_of
from quorate.market.prices import Prices
from quorate.market.rolling import Counts, Flags, Floats, rolling_count, rolling_mean, shifted
from quorate.market.series import Series

MEAN_BARS = 20
HIGH_VOLUME = 1.5
LOW_VOLUME = 0.7
NARROW_SPREAD = 0.7
UPPER_PART = 0.6
"""A close in the upper two fifths of its bar shows demand, in the lower two fifths supply."""

RECENT_BARS = 5
EARLIER_BARS = 15

SLOPE_BARS = 10
"""Over how many sessions the 50-session mean's slope is taken: two weeks. The source is silent."""

TREND_BARS = 40
"""Over how many bars a prior trend is measured, so that 60 bars hold it and the shortest range."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """Columns over a whole history; ratios are to the mean of the last 20 bars, NaN before."""

    prices: Prices
    volume_ratio: Floats
    spread_ratio: Floats
    change: Floats
    trend: Floats
    volume_drift: Floats
    slope: Floats
    macd_histogram: Floats
    demand: Counts
    supply: Counts


def features_of(series: Series) -> Features:
    """Return the features of a history."""
    prices, indicators = series.adjusted, indicators_of(series)
    volume_ratio = prices.volume / rolling_mean(prices.volume, MEAN_BARS)
    spread = prices.high - prices.low
    change = prices.close / shifted(prices.close, 1) - 1
    effort = _Effort(
        volume_ratio=volume_ratio,
        spread_ratio=_ratio(spread, rolling_mean(spread, MEAN_BARS)),
        close_position=_ratio(prices.close - prices.low, spread),
        rises=change > 0,
        falls=change < 0,
    )
    return Features(
        prices=prices,
        volume_ratio=volume_ratio,
        spread_ratio=effort.spread_ratio,
        change=change,
        trend=prices.close / shifted(prices.close, TREND_BARS) - 1,
        volume_drift=_volume_drift(prices.volume),
        slope=indicators.sma50 / shifted(indicators.sma50, SLOPE_BARS) - 1,
        macd_histogram=indicators.macd_histogram,
        demand=rolling_count(_demand(effort), MEAN_BARS),
        supply=rolling_count(_supply(effort), MEAN_BARS),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Effort:
    volume_ratio: Floats
    spread_ratio: Floats
    close_position: Floats
    rises: Flags
    falls: Flags

    @property
    def fades(self) -> Flags:
        return (self.volume_ratio < LOW_VOLUME) & (self.spread_ratio < NARROW_SPREAD)


def _demand(bars: _Effort) -> Flags:
    """Mark bars that close high on high volume, and falls that nobody sells into."""
    eager = (bars.volume_ratio > HIGH_VOLUME) & (bars.close_position > UPPER_PART)
    return eager | (bars.falls & bars.fades)


def _supply(bars: _Effort) -> Flags:
    """Mark bars that close low on high volume, and rises that nobody buys into."""
    eager = (bars.volume_ratio > HIGH_VOLUME) & (bars.close_position < 1 - UPPER_PART)
    return eager | (bars.rises & bars.fades)


def _volume_drift(volume: Floats) -> Floats:
    recent = rolling_mean(volume, RECENT_BARS)
    return recent / shifted(rolling_mean(volume, EARLIER_BARS), RECENT_BARS)


def _ratio(part: Floats, whole: Floats) -> Floats:
    """Divide, with NaN where there is nothing to divide by: a bar without a spread."""
    return np.divide(part, whole, out=np.full_like(part, np.nan), where=whole > 0)
