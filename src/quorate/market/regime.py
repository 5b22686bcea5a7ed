"""The market's mood for one symbol: five words, each with the numbers that led to it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import numpy as np

from quorate.market.indicators import Indicators, indicators_of
from quorate.market.rolling import (
    Codes,
    Floats,
    frozen,
    rolling_deviation,
    share_below_last,
    shifted,
)
from quorate.market.series import Series

FEWEST_BARS = 60
"""Below so many bars nothing is said. Source: DESIGN 14."""

SHOCK = 0.10
"""A change of one session beyond this, either way, is high volatility. Source: R-010, DESIGN 14."""

DOWNTREND = -0.05
"""A change of one session below this is bearish. Source: R-022, DESIGN 14."""

VOLATILITY_SESSIONS = 20
YEAR_OF_SESSIONS = 252
CALMEST_STORM = 0.95
"""Volatility at or above this percentile of the last 252 sessions is high. Source: DESIGN 14."""


class Regime(StrEnum):
    """The regimes. Source: R-010 (REQUIREMENTS part 2), DESIGN 14."""

    BULLISH = "bullish"
    BEARISH = "bearish"
    SIDEWAYS = "sideways"
    HIGH_VOLATILITY = "high_volatility"
    UNKNOWN = "unknown"


REGIMES = tuple(Regime)
REASONS = {
    Regime.UNKNOWN: f"fewer than {FEWEST_BARS} bars",
    Regime.HIGH_VOLATILITY: "calmer in {percentile:.1%} of the last 252 sessions",
    Regime.BEARISH: "the close is below the 200-session mean and the 50-session mean falls",
    Regime.BULLISH: "the close is above the 200-session mean and the 50-session mean rises",
    Regime.SIDEWAYS: "neither a trend nor high volatility",
}
"""Why, unless the change of one session alone decided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegimeReading:
    """A regime and why.

    `volatility_percentile` in [0, 1] is None before 252 bars; `last_change` (0.01 = 1 %) is None on
    the first bar.
    """

    regime: Regime
    volatility_percentile: float | None
    last_change: float | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RegimeStudy:
    """The readings of a whole history as columns; place t depends on bars up to t alone.

    `codes` are places in `REGIMES`; what cannot be told yet is NaN in the other columns.
    """

    codes: Codes
    volatility_percentile: Floats
    last_change: Floats

    def at(self, index: int) -> RegimeReading:
        """Return the reading at the close of bar `index`."""
        regime = REGIMES[self.codes[index]]
        percentile = _known(self.volatility_percentile[index])
        change = _known(self.last_change[index])
        return RegimeReading(
            regime=regime,
            volatility_percentile=percentile,
            last_change=change,
            reason=_reason(regime, percentile, change),
        )


@lru_cache(maxsize=64)
def regimes_of(series: Series) -> RegimeStudy:
    """Return the regimes of a whole history."""
    close = series.adjusted.close
    change = close / shifted(close, 1) - 1
    percentile = volatility_percentile(close)
    return RegimeStudy(
        codes=_codes(close, change, percentile, indicators_of(series)),
        volatility_percentile=frozen(percentile),
        last_change=frozen(change),
    )


def regime_at(series: Series, index: int) -> RegimeReading:
    """Return the regime at the close of bar `index`, from that bar and earlier ones."""
    return regimes_of(series).at(index)


def volatility_percentile(close: Floats) -> Floats:
    """Return the share of the last 252 sessions that were calmer than each, NaN before 252 bars.

    Volatility is the standard deviation of the log changes of 20 sessions. The share is taken of
    the other sessions that have one, so that 0.95 or more means: at or above the 95th percentile.
    """
    volatility = rolling_deviation(np.log(close / shifted(close, 1)), VOLATILITY_SESSIONS)
    return share_below_last(volatility, YEAR_OF_SESSIONS)


def _codes(close: Floats, change: Floats, percentile: Floats, indicators: Indicators) -> Codes:
    """Apply DESIGN 14 in its order; a comparison with what is not known yet (NaN) is false."""
    slope = indicators.sma50 - shifted(indicators.sma50, 1)
    rules = (
        (Regime.UNKNOWN, np.arange(1, len(close) + 1) < FEWEST_BARS),
        (Regime.HIGH_VOLATILITY, (np.abs(change) > SHOCK) | (percentile >= CALMEST_STORM)),
        (Regime.BEARISH, (change < DOWNTREND) | ((close < indicators.sma200) & (slope < 0))),
        (Regime.BULLISH, (close > indicators.sma200) & (slope > 0)),
    )
    codes = np.select(
        [holds for _, holds in rules],
        [REGIMES.index(regime) for regime, _ in rules],
        default=REGIMES.index(Regime.SIDEWAYS),
    )
    return frozen(codes.astype(np.int8))


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _reason(regime: Regime, percentile: float | None, change: float | None) -> str:
    moved = 0.0 if change is None else change
    if (regime is Regime.HIGH_VOLATILITY and abs(moved) > SHOCK) or (
        regime is Regime.BEARISH and moved < DOWNTREND
    ):
        return f"changed {moved:+.1%} in one session"
    return REASONS[regime].format(percentile=percentile)
