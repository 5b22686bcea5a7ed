"""Technical indicators on adjusted prices, one value per bar; NaN until there are enough."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import talib

from quorate.market.rolling import Floats, frozen
from quorate.market.series import Series


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicators:
    """Read-only columns, one place per session, in adjusted dollars where they are prices."""

    sma50: Floats
    sma200: Floats
    rsi2: Floats
    rsi14: Floats
    macd: Floats
    macd_signal: Floats
    macd_histogram: Floats
    atr14: Floats


@lru_cache(maxsize=64)
def indicators_of(series: Series) -> Indicators:
    """Return the indicators of a whole history; place t depends on bars up to t alone.

    TA-Lib walks from the first bar to the last, so cutting the history changes no bit of what
    remains.
    """
    prices = series.adjusted
    macd, macd_signal, macd_histogram = talib.MACD(prices.close)
    return Indicators(
        sma50=frozen(talib.SMA(prices.close, 50)),
        sma200=frozen(talib.SMA(prices.close, 200)),
        rsi2=frozen(talib.RSI(prices.close, 2)),
        rsi14=frozen(talib.RSI(prices.close, 14)),
        macd=frozen(macd),
        macd_signal=frozen(macd_signal),
        macd_histogram=frozen(macd_histogram),
        atr14=frozen(talib.ATR(prices.high, prices.low, prices.close, 14)),
    )
