"""Backtest: how entries in a setting like today's fared before, the gate, and what a strategy would have come to."""

from quorate.backtest.curve import Curve, curve_of
from quorate.backtest.engine import Columns, Trades, simulated
from quorate.backtest.findings import Findings, findings_of
from quorate.backtest.gate import GateFinding, GatePolicy, judged
from quorate.backtest.plan import Costs, ExitPlan
from quorate.backtest.playing import Entry, History, Leave, Passed, Played, Trade, played
from quorate.backtest.setting import earlier_bars_like, history_until
from quorate.backtest.statistics import Statistics, max_drawdown, statistics_of

__all__ = [
    "Columns",
    "Costs",
    "Curve",
    "Entry",
    "ExitPlan",
    "Findings",
    "GateFinding",
    "GatePolicy",
    "History",
    "Leave",
    "Passed",
    "Played",
    "Statistics",
    "Trade",
    "Trades",
    "curve_of",
    "earlier_bars_like",
    "findings_of",
    "history_until",
    "judged",
    "max_drawdown",
    "played",
    "simulated",
    "statistics_of",
]
