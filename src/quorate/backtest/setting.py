"""The setting of a bar: its regime, Wyckoff phase and trend; a backtest is made of earlier bars with today's."""

from __future__ import annotations

import numpy as np

from quorate.backtest.engine import Columns, Places
from quorate.market.indicators import indicators_of
from quorate.market.regime import regimes_of
from quorate.market.series import Series
from quorate.market.wyckoff import wyckoff_of


def earlier_bars_like(series: Series, index: int) -> Places:
    """Return the bars before `index` with the setting of bar `index`, ascending; all of it looks back only.

    The trend is the sign of the close less its mean of 200 sessions. Source: DESIGN 8, which names the sign; the mean
    is that of the rule agents.
    """
    bars = slice(0, index + 1)
    trend = np.sign(series.adjusted.close[bars] - indicators_of(series).sma200[bars])
    same = np.ones(index + 1, dtype=np.bool_)
    for column in (regimes_of(series).codes[bars], wyckoff_of(series).phases[bars], trend):
        same &= column == column[index]
    return np.flatnonzero(same[:index])


def history_until(series: Series, index: int) -> Columns:
    """Return the adjusted prices up to and with bar `index`."""
    prices = series.adjusted.until(index + 1)
    return Columns(open=prices.open, high=prices.high, low=prices.low, close=prices.close)
