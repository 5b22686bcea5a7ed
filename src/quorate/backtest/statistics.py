"""What trades came to: how many, how often they won, how far their equity fell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from quorate.backtest.engine import Trades
from quorate.backtest.plan import ExitPlan
from quorate.market.rolling import Floats

RISKED: Final = 0.01
"""The share of equity that a trade loses at its stop, and so how large it is. Source: R-027."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """Of trades net of costs; shares in [0, 1], None where there is nothing to take them of."""

    trades: int
    wins: int
    win_rate: float | None
    mean_return: float | None
    profit_factor: float | None
    """What was won over what was lost; None without a loss."""
    max_drawdown: float
    """The deepest fall of equity from its peak, with 1 % at risk in each trade that did not overlap another."""


def statistics_of(trades: Trades, plan: ExitPlan) -> Statistics:
    """Return the figures of `trades`, which are all left as `plan` says."""
    return summed(trades.returns, _equity(trades, plan))


def summed(returns: Floats, equity: Sequence[float]) -> Statistics:
    """Return the figures of trades with these returns; `equity` is what the drawdown is taken of."""
    count, won = len(returns), returns > 0
    lost = float(-returns[~won].sum())
    return Statistics(
        trades=count,
        wins=int(won.sum()),
        win_rate=float(won.mean()) if count else None,
        mean_return=float(returns.mean()) if count else None,
        profit_factor=float(returns[won].sum()) / lost if lost > 0 else None,
        max_drawdown=max_drawdown(np.array(equity, dtype=np.float64)),
    )


def max_drawdown(equity: Floats) -> float:
    """Return the deepest fall from a peak before it, as a share of the peak; 0 without one."""
    if not len(equity):
        return 0.0
    peak = np.maximum.accumulate(np.maximum(equity, equity[0]))
    return float((1 - equity / peak).max())


def _equity(trades: Trades, plan: ExitPlan) -> list[float]:
    """Return equity from 1 on, after each trade that began when none was open."""
    invested = min(1.0, RISKED / plan.stop)
    equity, free_from = [1.0], 0
    for signal, end, gained in zip(
        trades.signal.tolist(), trades.exit.tolist(), trades.returns.tolist(), strict=True
    ):
        if signal >= free_from:
            equity.append(equity[-1] * (1 + invested * gained))
            free_from = end
    return equity
