"""The figures of a strategy's page: a backtest in cards, rows and sentences, and what the strategy says in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from quorate.arena.record.phrases import enumeration, spaced
from quorate.backtest.findings import ENOUGH
from quorate.cycle.strategies.backtest import Backtest, Report, TradeRow
from quorate.cycle.strategies.line import StrategyLine
from quorate.cycle.strategies.words import percent
from quorate.hub.pages.runs.prices import price

ROOM_AFTER: Final = timedelta(days=40)
"""How much of the calendar a chart shows after the trade that it is opened at."""

WIDTH: Final = 130.0
"""The width of an interval's drawing, which is from 0 to 100 %."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """An interval as it is drawn: from, to, the value, and the gate's limit, each in the drawing's own units."""

    start: float
    end: float
    at: float
    limit: float
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure of the row of cards; `tone` colours its tag, empty without one."""

    label: str
    value: str
    unit: str = ""
    tag: str = ""
    tone: str = ""
    foot: str = ""
    span: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeLine:
    """A trade in words; its chart ends `until`. While it is open `left`, `how` and `days` are empty."""

    symbol: str
    entered: str
    entry_price: str
    left: str
    exit_price: str
    how: str
    gained: str
    won: bool | None
    days: str
    until: str


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing that a strategy says, in words."""

    name: str
    text: str


def kpis_of(found: Backtest, report: Report) -> tuple[Figure, ...]:
    """Return the four figures that a person asks for before switching a strategy on."""
    figures, terms = report.figures, found.terms
    verdict = "passed" if report.passes else "refused"
    return (
        Figure(
            label="Gate",
            value="Passed" if report.passes else "Refused",
            tone="gain" if report.passes else "loss",
            foot=(
                f"asks for {terms.min_trades} trades, {percent(terms.min_win_rate, places=0)} won, a fall of "
                f"{percent(terms.max_drawdown, places=0)} at most"
                if verdict == "passed"
                else "; ".join(report.refusals)
            ),
        ),
        Figure(
            label="Trades won",
            value=percent(figures.win_rate),
            unit=f"of {figures.trades}",
            foot=_apart_words(report),
            span=_span(found, report),
        ),
        Figure(
            label="Equity",
            value=percent(figures.returned, signed=True, places=2),
            foot=(
                f"{percent(figures.exposure, places=2)} invested; "
                f"bought and held {percent(figures.held_returned, signed=True, places=0)}; "
                f"costs {percent(figures.costs, places=2)}"
            ),
        ),
        Figure(
            label="Deepest fall",
            value=percent(figures.max_drawdown, places=2),
            foot=(
                f"{percent(figures.drawdown_at_risk)} with 1 % at risk a trade; "
                f"held {percent(figures.held_drawdown, places=0)}"
            ),
        ),
    )


def curve_rows(report: Report) -> tuple[tuple[str, str, str, str], ...]:
    """Return the curve's sessions: date, equity and drawdown as percent, and what holding came to."""
    return tuple(
        (
            point.session.isoformat(),
            f"{100 * (point.equity - 1):.3f}",
            f"{0.0 - 100 * point.drawdown:.3f}",
            f"{100 * (point.held - 1):.1f}",
        )
        for point in report.curve
    )


def summary_of(report: Report) -> str:
    """Return the chart in a sentence."""
    if not report.curve:
        return "No session was played."
    first, last = report.curve[0], report.curve[-1]
    valley = max(report.curve, key=lambda point: point.drawdown)
    peak = max(report.curve, key=lambda point: point.equity)
    return (
        f"Equity from {first.session} to {last.session}: {percent(last.equity - 1, signed=True, places=2)}, highest "
        f"{percent(peak.equity - 1, signed=True, places=2)} on {peak.session}, furthest below a peak "
        f"{percent(valley.drawdown, places=2)} on {valley.session}."
    )


def trade_rows(found: Backtest, report: Report) -> tuple[TradeLine, ...]:
    """Return the trades in words, newest first."""
    return tuple(_trade(trade, found.terms.last) for trade in reversed(report.trades))


def settings_of(line: StrategyLine) -> tuple[Setting, ...]:
    """Return what a strategy says, each in words; of what it leaves open who decides."""
    said = line.strategy
    if said is None:
        return ()
    thresholds = [f"{spaced(name)} {text}" for name, text in sorted(said.thresholds.texts.items())]
    return (
        Setting("Symbols", enumeration(list(said.symbols)) or "as each run names them"),
        Setting("Who is asked", enumeration(list(said.profiles)) or "every enabled profile"),
        Setting("Horizon", f"{said.horizon} sessions" if said.horizon else "each profile's own"),
        Setting("Thresholds", enumeration(thresholds) or "the arena's own"),
        Setting("Models", spaced(said.preset.value) if said.preset else "the preset in force"),
        Setting(
            "Cost of a run",
            "the budget's limit" if said.max_cost is None else f"${said.max_cost:f} at most",
        ),
    )


def value_words(value: object) -> str:
    """Return what a version said of one thing, in words."""
    match value:
        case None | "" | []:
            return "nothing"
        case dict():
            return ", ".join(f"{name} {of}" for name, of in value.items()) or "nothing"
        case list():
            return ", ".join(map(str, value))
        case _:
            return str(value)


def _trade(trade: TradeRow, last: date) -> TradeLine:
    end = trade.left or last
    return TradeLine(
        symbol=trade.symbol,
        entered=trade.entered.isoformat(),
        entry_price=price(trade.entry_price),
        left="" if trade.left is None else trade.left.isoformat(),
        exit_price=price(trade.exit_price),
        how=trade.how or "",
        gained=percent(trade.gained, signed=True, places=2) if trade.gained is not None else "",
        won=None if trade.gained is None else trade.gained > 0,
        days="" if trade.left is None else str((trade.left - trade.entered).days),
        until=min(end + ROOM_AFTER, last).isoformat(),
    )


def _apart_words(report: Report) -> str:
    figures = report.figures
    if figures.win_rate_low is None or figures.win_rate_high is None:
        return "no trade has ended"
    few = f", fewer than {ENOUGH}" if figures.apart < ENOUGH else ""
    return (
        f"{percent(figures.win_rate_low, places=0)} to {percent(figures.win_rate_high, places=0)} "
        f"by the {figures.apart} that overlapped no other{few}"
    )


def _span(found: Backtest, report: Report) -> Span | None:
    figures = report.figures
    low, high, rate = figures.win_rate_low, figures.win_rate_high, figures.win_rate
    if low is None or high is None or rate is None:
        return None
    return Span(
        start=WIDTH * low,
        end=WIDTH * high,
        at=WIDTH * rate,
        limit=WIDTH * found.terms.min_win_rate,
        words=(
            f"{percent(rate)} won, 95 percent interval {percent(low)} to {percent(high)}, the gate's limit is "
            f"{percent(found.terms.min_win_rate, places=0)}"
        ),
    )
