"""Backtest: how entries in a setting like today's fared before, and the gate that new risk must pass."""

from quorate.backtest.engine import Columns, Trades, simulated
from quorate.backtest.gate import GateFinding, GatePolicy, judged
from quorate.backtest.plan import Costs, ExitPlan
from quorate.backtest.setting import earlier_bars_like, history_until
from quorate.backtest.statistics import Statistics, max_drawdown, statistics_of

__all__ = [
    "Columns",
    "Costs",
    "ExitPlan",
    "GateFinding",
    "GatePolicy",
    "Statistics",
    "Trades",
    "earlier_bars_like",
    "history_until",
    "judged",
    "max_drawdown",
    "simulated",
    "statistics_of",
]
