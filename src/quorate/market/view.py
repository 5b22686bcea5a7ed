"""What an agent may see of a symbol: its history up to the snapshot's session, nothing later."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from quorate.kernel.ids import Symbol
from quorate.market.indicators import indicators_of
from quorate.market.prices import Prices
from quorate.market.regime import RegimeReading, regime_at
from quorate.market.rolling import Floats
from quorate.market.series import Series
from quorate.market.wyckoff import WyckoffReading, wyckoff_of

VOLUME_SESSIONS: Final = 20
"""Over how many sessions the mean volume is taken. Source: RELIABILITY 3, check 12."""


@dataclass(frozen=True, slots=True)
class SymbolView:
    """A series as it stood at the close of bar `index`.

    Whoever reads `series` itself (a rule agent that caches its signals over the whole history) must
    use only results that are prefix-stable, at `index` or before.
    """

    series: Series
    index: int

    @property
    def symbol(self) -> Symbol:
        """Return the symbol."""
        return self.series.symbol

    @property
    def session(self) -> date:
        """Return the last session seen."""
        return self.series.sessions[self.index]

    @property
    def bars(self) -> int:
        """Return how many bars can be seen."""
        return self.index + 1

    @property
    def digest(self) -> str:
        """Return the digest of all that can be seen."""
        return self.series.prefix_digests[self.index]

    @property
    def close(self) -> Decimal:
        """Return the last close, unadjusted."""
        return self.series.bars[self.index].close

    @property
    def adjusted_close(self) -> float:
        """Return the last close in adjusted dollars, comparable with the indicators."""
        return float(self.series.adjusted.close[self.index])

    @property
    def adjusted(self) -> Prices:
        """Return the adjusted columns up to the last session seen."""
        return self.series.adjusted.until(self.bars)

    @property
    def sma50(self) -> float:
        """Return the mean of the last 50 adjusted closes, NaN before there are so many."""
        return self._at(indicators_of(self.series).sma50)

    @property
    def sma200(self) -> float:
        """Return the mean of the last 200 adjusted closes, NaN before there are so many."""
        return self._at(indicators_of(self.series).sma200)

    @property
    def rsi2(self) -> float:
        """Return Wilder's RSI over 2 sessions, in [0, 100]."""
        return self._at(indicators_of(self.series).rsi2)

    @property
    def rsi14(self) -> float:
        """Return Wilder's RSI over 14 sessions, in [0, 100]."""
        return self._at(indicators_of(self.series).rsi14)

    @property
    def macd_histogram(self) -> float:
        """Return MACD (12, 26) less its signal line (9), in adjusted dollars."""
        return self._at(indicators_of(self.series).macd_histogram)

    @property
    def atr14(self) -> float:
        """Return Wilder's average true range over 14 sessions, in adjusted dollars."""
        return self._at(indicators_of(self.series).atr14)

    @property
    def regime(self) -> RegimeReading:
        """Return the regime at the last session seen."""
        return regime_at(self.series, self.index)

    @property
    def wyckoff(self) -> WyckoffReading:
        """Return the Wyckoff reading at the last session seen."""
        return wyckoff_of(self.series).at(self.index)

    @property
    def average_volume(self) -> Decimal:
        """Return the mean volume of the newest 20 sessions that are known, in shares."""
        bars = self.series.bars[max(0, self.bars - VOLUME_SESSIONS) : self.bars]
        return sum((bar.volume for bar in bars), Decimal(0)) / len(bars)

    def to_raw(self, adjusted: float) -> float:
        """Return an amount of adjusted dollars (a price, an ATR) in this session's own dollars."""
        return adjusted / self._at(self.series.factor)

    def _at(self, column: Floats) -> float:
        return float(column[self.index])
