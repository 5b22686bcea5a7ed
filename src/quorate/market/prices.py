"""Columns of prices, and how they are made comparable over time.

Forward adjustment: later prices grow by the ratios of the actions up to their session; earlier ones
never shrink. So an adjusted price depends on its own session and earlier ones alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from quorate.market.actions import CorporateAction
from quorate.market.bar import Bar
from quorate.market.rolling import Floats, frozen


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """Parallel read-only columns, one place per session."""

    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats

    @property
    def mirrored(self) -> Prices:
        """Return the reciprocals, in which a rise is a fall and a high is a low; volume stays."""
        return Prices(
            open=1 / self.open,
            high=1 / self.low,
            low=1 / self.high,
            close=1 / self.close,
            volume=self.volume,
        )

    def until(self, end: int) -> Prices:
        """Return the first `end` places of every column."""
        return Prices(
            open=self.open[:end],
            high=self.high[:end],
            low=self.low[:end],
            close=self.close[:end],
            volume=self.volume[:end],
        )


def prices_of(bars: Sequence[Bar]) -> Prices:
    """Return the columns of `bars`."""
    table = np.array([bar[1:] for bar in bars], dtype=np.float64).reshape(len(bars), 5)
    opens, highs, lows, closes, volumes = (frozen(column.copy()) for column in table.T)
    return Prices(open=opens, high=highs, low=lows, close=closes, volume=volumes)


def growth(sessions: Sequence[date], actions: Iterable[CorporateAction]) -> Floats:
    """Return, per session, the product of the ratios of all `actions` up to it."""
    ratios = dict.fromkeys(sessions, 1.0)
    for action in actions:
        ratios[action.session] *= float(action.ratio)
    return frozen(np.cumprod(np.array(list(ratios.values())), dtype=np.float64))


def adjusted_prices(raw: Prices, factor: Floats, *, splits: Floats) -> Prices:
    """Return prices times `factor`, and volumes in shares as they were before the `splits`."""
    return Prices(
        open=frozen(raw.open * factor),
        high=frozen(raw.high * factor),
        low=frozen(raw.low * factor),
        close=frozen(raw.close * factor),
        volume=frozen(raw.volume / splits),
    )
