"""Findings: what a strategy came to over a stretch of history, and how far that can be believed.

The interval is that of the trades that overlapped no other: the rest share their luck. Source: DESIGN 8 and 11.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final, NamedTuple

import numpy as np

from quorate.backtest.curve import Curve
from quorate.backtest.gate import GatePolicy, refusals_of
from quorate.backtest.playing import History, Played, Trade, apart
from quorate.backtest.statistics import RISKED, Statistics, max_drawdown, summed
from quorate.kernel.ids import Symbol

ENOUGH: Final = 30
"""Trades that overlap no other, below which nothing is said about skill. Source: DESIGN 11."""

NORMAL_975: Final = 1.959963984540054
"""The standard normal's 97.5th percentile, for 95 % intervals."""

RESAMPLES: Final = 2000
LOWEST, HIGHEST = 2.5, 97.5
SEED: Final = 20_130_301
"""The resamples are the same for the same trades; the number is the last packaged session."""


class Interval(NamedTuple):
    """Where a figure lies with 95 % confidence."""

    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What the trades came to; shares of 1, None where there is nothing to take them of.

    `statistics` are of all closed trades, its drawdown with 1 % at risk in each that overlapped no other: what the gate
    looks at. `max_drawdown` and `returned` are the equity's, at the strategy's own size.
    """

    statistics: Statistics
    apart: int
    """Closed trades that overlapped no other one, of whatever symbol."""
    win_interval: Interval | None
    mean_interval: Interval | None
    """Of the mean return of a trade."""
    open: int
    returned: float
    max_drawdown: float
    exposure: float
    """The mean share of equity that was invested."""
    costs: float
    held_returned: float
    held_drawdown: float
    refusals: tuple[str, ...]

    @property
    def passes(self) -> bool:
        """Return whether the gate lets the strategy through."""
        return not self.refusals


def findings_of(
    found: Played, curve: Curve, histories: Mapping[Symbol, History], policy: GatePolicy
) -> Findings:
    """Return what was found, judged by the same limits as the gate before every entry."""
    closed, own = found.closed, tuple(apart(found.closed, histories))
    returns = np.array([trade.gained for trade in closed], dtype=np.float64)
    statistics = summed(returns, _equity_at_risk(own))
    return Findings(
        statistics=statistics,
        apart=len(own),
        win_interval=wilson(sum(_gained(trade) > 0 for trade in own), len(own)),
        mean_interval=mean_interval([_gained(trade) for trade in own]),
        open=len(found.trades) - len(closed),
        returned=_last(curve.equity.tolist()) - 1,
        max_drawdown=max_drawdown(curve.equity),
        exposure=float(curve.invested.mean()) if len(curve.invested) else 0.0,
        costs=curve.costs,
        held_returned=_last(curve.held.tolist()) - 1,
        held_drawdown=max_drawdown(curve.held),
        refusals=refusals_of(statistics, policy, what="closed trades"),
    )


def wilson(wins: int, trials: int) -> Interval | None:
    """Return the 95 % interval of a rate; None without trials.  Source: Wilson, JASA 1927."""
    if trials == 0:
        return None
    z2, rate = NORMAL_975**2, wins / trials
    centre = (rate + z2 / (2 * trials)) / (1 + z2 / trials)
    spread = NORMAL_975 * sqrt(rate * (1 - rate) / trials + z2 / (4 * trials**2))
    reach = spread / (1 + z2 / trials)
    return Interval(max(0.0, centre - reach), min(1.0, centre + reach))


def mean_interval(returns: Sequence[float]) -> Interval | None:
    """Return the bootstrap's 95 % interval of the mean; None of fewer than two."""
    if len(returns) < 2:
        return None
    values = np.array(returns, dtype=np.float64)
    drawn = np.random.default_rng(SEED).integers(0, len(values), size=(RESAMPLES, len(values)))
    low, high = np.percentile(values[drawn].mean(axis=1), [LOWEST, HIGHEST])
    return Interval(float(low), float(high))


def _equity_at_risk(trades: Sequence[Trade]) -> list[float]:
    """Return equity from 1 on, after each trade with 1 % at risk at its stop."""
    equity = [1.0]
    for trade in trades:
        equity.append(equity[-1] * (1 + min(1.0, RISKED / trade.risked) * _gained(trade)))
    return equity


def _gained(trade: Trade) -> float:
    return 0.0 if trade.gained is None else trade.gained


def _last(values: Sequence[float]) -> float:
    return values[-1] if values else 1.0
