"""The gate: a setting that did not pay before takes no new risk now."""

from __future__ import annotations

from dataclasses import dataclass

from quorate.backtest.engine import simulated
from quorate.backtest.plan import Costs, ExitPlan
from quorate.backtest.setting import earlier_bars_like, history_until
from quorate.backtest.statistics import Statistics, statistics_of
from quorate.kernel.errors import RejectedError
from quorate.market.series import Series


@dataclass(frozen=True, slots=True, kw_only=True)
class GatePolicy:
    """What a setting must have done before. Source: R-010 (win rate, drawdown), DESIGN 8 (trades)."""

    min_trades: int = 20
    """With fewer nothing is known."""

    min_win_rate: float = 0.45
    """As a share of the trades."""

    max_drawdown: float = 0.15
    """As a share of the peak."""

    def __post_init__(self) -> None:
        """Refuse a gate that lets everything or nothing through."""
        for holds, rule in (
            (1 <= self.min_trades <= 10_000, "min_trades is in [1, 10000]"),
            (0 < self.min_win_rate < 1, "min_win_rate is in (0, 1)"),
            (0 < self.max_drawdown < 1, "max_drawdown is in (0, 1)"),
        ):
            if not holds:
                raise RejectedError(f"backtest gate: {rule}", effect="nothing was run")


@dataclass(frozen=True, slots=True, kw_only=True)
class GateFinding:
    """What the gate found; `refusals` is empty where it lets new risk through."""

    statistics: Statistics
    refusals: tuple[str, ...]

    @property
    def passes(self) -> bool:
        """Return whether new risk may be taken."""
        return not self.refusals


def judged(
    series: Series, index: int, plan: ExitPlan, costs: Costs, policy: GatePolicy
) -> GateFinding:
    """Return how entries in the setting of bar `index` fared before, judged by what was known at its close."""
    signals = earlier_bars_like(series, index)
    trades = simulated(history_until(series, index), signals, plan, costs)
    statistics = statistics_of(trades, plan)
    return GateFinding(statistics=statistics, refusals=refusals_of(statistics, policy))


def refusals_of(
    found: Statistics, policy: GatePolicy, *, what: str = "earlier trades in this setting"
) -> tuple[str, ...]:
    """Return what speaks against new risk, each with its limit; `what` names the trades."""
    rate = found.win_rate or 0.0
    rules = (
        (
            found.trades >= policy.min_trades,
            f"{found.trades} {what}, fewer than {policy.min_trades}",
        ),
        (
            rate >= policy.min_win_rate,
            f"{rate:.1%} of them won, fewer than {policy.min_win_rate:.1%}",
        ),
        (
            found.max_drawdown <= policy.max_drawdown,
            f"equity fell {found.max_drawdown:.1%}, more than {policy.max_drawdown:.1%}",
        ),
    )
    return tuple(said for holds, said in rules if not holds)
