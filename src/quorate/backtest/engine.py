"""The engine: what would have come of entering at the next open after each of some earlier bars.

A bar that touched both stop and target counts as the stop; a price that the session gapped over fills at the open.
Source: DESIGN 8 (Backtest gate).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from quorate.backtest.plan import Costs, ExitPlan
from quorate.market.rolling import Floats

Places: TypeAlias = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """A history's adjusted prices, a place for each session; all of one length."""

    open: Floats
    high: Floats
    low: Floats
    close: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Trades:
    """Trades whose end is known, in the order of their signals: bar of the signal, bar of the exit, return.

    Returns are net of costs, as shares of what was paid.
    """

    signal: Places
    exit: Places
    returns: Floats


def simulated(prices: Columns, signals: Places, plan: ExitPlan, costs: Costs) -> Trades:
    """Return the trades that follow `signals`, ascending places; a trade that is not over by the last bar is left out.

    Args:
        prices: the history up to and with the last session that may be known.
        signals: bars at whose close a trade is decided; it begins at the next open.
        plan: how every trade is left.
        costs: of each of its two sides.
    """
    known = signals[signals + 1 < len(prices.close)]
    entry = prices.open[known + 1]
    fill, end = np.full(len(known), np.nan), np.full(len(known), -1, dtype=np.intp)
    for held in range(plan.horizon):
        bar = known + 1 + held
        waiting = np.flatnonzero((end < 0) & (bar < len(prices.close)))
        price = _exit_price(prices, bar[waiting], entry[waiting], plan, is_first=held == 0)
        if held == plan.horizon - 1:
            price = np.where(np.isnan(price), prices.close[bar[waiting]], price)
        left = ~np.isnan(price)
        fill[waiting[left]], end[waiting[left]] = price[left], bar[waiting[left]]
    over = end >= 0
    gained = fill[over] * (1 - costs.share) / (entry[over] * (1 + costs.share)) - 1
    return Trades(signal=known[over], exit=end[over], returns=gained)


def _exit_price(
    prices: Columns, bar: Places, entry: Floats, plan: ExitPlan, *, is_first: bool
) -> Floats:
    """Return at which price stop or target leave each trade on its bar, NaN where neither does."""
    opened, stop = prices.open[bar], entry * (1 - plan.stop)
    stopped = prices.low[bar] <= stop
    price = np.where(stopped, np.minimum(opened, stop), np.nan)
    if plan.target is None:
        return price
    target = entry * (1 + plan.target)
    reached = ~stopped & (prices.high[bar] >= target)
    # The open of the first bar is the entry itself: nothing was gapped over yet.
    best = target if is_first else np.maximum(opened, target)
    return np.where(reached, best, price)
