"""A backtest: what was tried under which terms, what came of it, and how programs read it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Final, NewType

from quorate.kernel.ids import ProfileName, StrategyName, Symbol

BacktestId = NewType("BacktestId", str)

PREFIX: Final = "bkt_"


class BacktestStatus(StrEnum):
    """Where a backtest is."""

    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    """It has no end, and its time is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BacktestRequest:
    """What to try; without dates all sessions on which the strategy could have decided."""

    strategy: StrategyName
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BacktestTerms:
    """What is tried: a version of a strategy on the bars of `symbols`, whose state each digest names.

    `left_out` are profiles of the strategy that a backtest does not ask. Costs are in basis points of a fill's value.
    """

    backtest_id: BacktestId
    strategy: StrategyName
    version: int
    hash: str
    by: str
    symbols: tuple[Symbol, ...]
    profiles: tuple[ProfileName, ...]
    left_out: tuple[ProfileName, ...]
    first: date
    last: date
    fee_bps: float
    slippage_bps: float
    min_trades: int
    min_win_rate: float
    max_drawdown: float
    digests: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a backtest came to; shares of 1, None where there is nothing to take them of. See `Findings`."""

    sessions: int
    decisions: int
    signals: int
    refused_by_gate: int
    unprotected: int
    overlapping: int
    gapped: int
    too_late: int
    trades: int
    wins: int
    apart: int
    open: int
    win_rate: float | None
    win_rate_low: float | None
    win_rate_high: float | None
    mean_return: float | None
    mean_return_low: float | None
    mean_return_high: float | None
    profit_factor: float | None
    drawdown_at_risk: float
    returned: float
    max_drawdown: float
    exposure: float
    costs: float
    held_returned: float
    held_drawdown: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeRow:
    """One trade. Prices are those of the session, unadjusted; the last four are None while it is open."""

    symbol: Symbol
    signal: date
    entered: date
    entry_price: float
    share: float
    left: date | None
    exit_price: float | None
    how: str | None
    gained: float | None


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """One session of the curve; `equity` and `held` begin at 1, `drawdown` is a share of the peak."""

    session: date
    equity: float
    drawdown: float
    held: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a finished backtest found; `refusals` is empty where the gate lets the strategy through."""

    figures: Figures
    refusals: tuple[str, ...]
    reasons: Mapping[str, int]
    trades: tuple[TradeRow, ...]
    curve: tuple[CurvePoint, ...]

    @property
    def passes(self) -> bool:
        """Return whether the gate lets the strategy through."""
        return not self.refusals


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """A backtest read back; `report` stands on a completed one, `failure` on a failed one."""

    terms: BacktestTerms
    status: BacktestStatus
    started_at: str
    ended_at: str | None = None
    report: Report | None = None
    failure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BacktestLine:
    """A backtest as a list shows it; `passes` is None without a result, the figures are those of `Figures`."""

    backtest_id: BacktestId
    strategy: StrategyName
    version: int
    status: BacktestStatus
    first: str
    last: str
    started_at: str
    ended_at: str | None
    by: str
    passes: bool | None
    trades: int | None
    win_rate: float | None
    returned: float | None
    max_drawdown: float | None


def report_json(report: Report) -> dict[str, object]:
    """Return what a backtest found under the names of the wire, its numbers as numbers."""
    figures = asdict(report.figures)
    exits = Counter(trade.how for trade in report.trades if trade.how is not None)
    return {
        "passes": report.passes,
        "refusals": list(report.refusals),
        "figures": {wire(key): figures[key] for key in figures},
        "reasons": dict(report.reasons),
        "exits": dict(sorted(exits.items())),
        "trades": [
            {wire(key): _dated(value) for key, value in asdict(trade).items()}
            for trade in report.trades
        ],
        "curve": [
            {wire(key): _dated(value) for key, value in asdict(point).items()}
            for point in report.curve
        ],
    }


def backtest_json(found: Backtest) -> dict[str, object]:
    """Return a backtest under the names of the wire."""
    terms = asdict(found.terms)
    return {
        **{wire(key): _dated(terms[key]) for key in terms},
        "status": found.status.value,
        "startedAt": found.started_at,
        "endedAt": found.ended_at,
        "failure": found.failure or None,
        "result": None if found.report is None else report_json(found.report),
    }


def line_json(line: BacktestLine) -> dict[str, object]:
    """Return a line of the list under the names of the wire."""
    tree = asdict(line)
    return {wire(key): tree[key] for key in tree}


def wire(name: str) -> str:
    """Return a field's name as it travels: `win_rate` is `winRate`."""
    first, *rest = name.split("_")
    return first + "".join(word.title() for word in rest)


def _dated(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value
