"""A backtest as the journal keeps it: one row when it begins, one when it ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

import numpy as np

from quorate.arena.record.facts import Facts
from quorate.backtest.playing import Passed, Trade
from quorate.cycle.strategies.backtest import (
    Backtest,
    BacktestId,
    BacktestStatus,
    BacktestTerms,
    CurvePoint,
    Figures,
    Report,
    TradeRow,
    wire,
)
from quorate.cycle.strategies.past import Past
from quorate.kernel.canonical import Json, JsonValue
from quorate.kernel.errors import InvariantBrokenError
from quorate.kernel.ids import ProfileName, StrategyName, Symbol
from quorate.kernel.journal import Event, JournalEntry

POINTS: Final = 500
"""The most points of a curve that are kept: more cannot be drawn. The figures are of every session. Source: UI 1."""

LONGEST: Final = timedelta(minutes=15)
"""How long a backtest may take; one that began earlier and has no end was left by a process that died. Ours."""

DIGITS: Final = 6


class BacktestFact(StrEnum):
    """The types of the journal rows that tell of backtests."""

    STARTED = "backtest.started"
    COMPLETED = "backtest.completed"
    FAILED = "backtest.failed"


def stream_of(backtest_id: str) -> str:
    """Return the stream of a backtest."""
    return f"backtest:{backtest_id}"


def started_event(terms: BacktestTerms) -> Event:
    """Return the fact that a backtest began."""
    tree = asdict(terms)
    return _event(terms, BacktestFact.STARTED, {wire(key): tree[key] for key in tree})


def failed_event(terms: BacktestTerms, reason: str) -> Event:
    """Return the fact that a backtest ended without a result."""
    return _event(terms, BacktestFact.FAILED, {**_named(terms), "reason": reason})


def completed_event(
    terms: BacktestTerms, past: Past, factors: Mapping[Symbol, Sequence[float]]
) -> Event:
    """Return what a backtest found; `factors` are what each bar's prices were multiplied by to be comparable."""
    figures = asdict(figures_of(past))
    payload: dict[str, JsonValue] = {
        **_named(terms),
        "passes": past.findings.passes,
        "refusals": past.findings.refusals,
        "figures": {wire(key): _short(figures[key]) for key in figures},
        "reasons": dict(past.reasons),
        "trades": [_trade_tree(each, past, factors) for each in past.played.trades],
        "curve": _curve_tree(past),
    }
    return _event(terms, BacktestFact.COMPLETED, payload)


def figures_of(past: Past) -> Figures:
    """Return the figures of a strategy's past."""
    found, skipped = past.findings, past.played.passed
    win_low, win_high = found.win_interval or (None, None)
    mean_low, mean_high = found.mean_interval or (None, None)
    return Figures(
        sessions=len(past.curve.sessions),
        decisions=past.decisions,
        signals=past.signals,
        refused_by_gate=past.refused,
        unprotected=past.unprotected,
        overlapping=skipped[Passed.OVERLAPPING],
        gapped=skipped[Passed.GAPPED],
        too_late=skipped[Passed.TOO_LATE],
        trades=found.statistics.trades,
        wins=found.statistics.wins,
        apart=found.apart,
        open=found.open,
        win_rate=found.statistics.win_rate,
        win_rate_low=win_low,
        win_rate_high=win_high,
        mean_return=found.statistics.mean_return,
        mean_return_low=mean_low,
        mean_return_high=mean_high,
        profit_factor=found.statistics.profit_factor,
        drawdown_at_risk=found.statistics.max_drawdown,
        returned=found.returned,
        max_drawdown=found.max_drawdown,
        exposure=found.exposure,
        costs=found.costs,
        held_returned=found.held_returned,
        held_drawdown=found.held_drawdown,
    )


def read_backtest(entries: Sequence[JournalEntry], *, overdue: bool) -> Backtest:
    """Return the backtest that the rows of its stream tell; an `overdue` one without an end was interrupted.

    Raises:
        InvariantBrokenError: the rows are not what was written.
    """
    first, last = entries[0], entries[-1]
    terms, end = _terms(Facts(first.facts)), Facts(last.facts)
    match BacktestFact(last.type):
        case BacktestFact.STARTED:
            status = BacktestStatus.INTERRUPTED if overdue else BacktestStatus.RUNNING
            return Backtest(terms=terms, status=status, started_at=first.ts)
        case BacktestFact.FAILED:
            return Backtest(
                terms=terms,
                status=BacktestStatus.FAILED,
                started_at=first.ts,
                ended_at=last.ts,
                failure=end.text("reason"),
            )
        case BacktestFact.COMPLETED:
            return Backtest(
                terms=terms,
                status=BacktestStatus.COMPLETED,
                started_at=first.ts,
                ended_at=last.ts,
                report=_report(end),
            )


def _event(terms: BacktestTerms, kind: BacktestFact, payload: Mapping[str, JsonValue]) -> Event:
    return Event(stream=stream_of(terms.backtest_id), type=kind, payload=payload)


def _named(terms: BacktestTerms) -> dict[str, JsonValue]:
    return {
        "backtestId": terms.backtest_id,
        "strategy": terms.strategy,
        "version": terms.version,
    }


def _trade_tree(
    trade: Trade, past: Past, factors: Mapping[Symbol, Sequence[float]]
) -> dict[str, JsonValue]:
    symbol, history = trade.entry.symbol, past.histories[trade.entry.symbol]
    of, left = factors[symbol], trade.left
    return {
        "symbol": symbol,
        "signal": history.sessions[trade.entry.signal],
        "entered": history.sessions[trade.entered],
        "entryPrice": _short(trade.paid / of[trade.entered]),
        "share": _short(trade.entry.share),
        "left": None if left is None else history.sessions[left],
        "exitPrice": None if left is None or trade.exit is None else _short(trade.exit / of[left]),
        "how": trade.how,
        "gained": _short(trade.gained),
    }


def _curve_tree(past: Past) -> dict[str, JsonValue]:
    """Return at most `POINTS` sessions, the ends, the peak and the deepest fall among them."""
    curve, size = past.curve, len(past.curve.sessions)
    every = -(-size // (POINTS - 4)) or 1
    kept = set(range(0, size, every))
    if size:
        kept |= {size - 1, int(np.argmax(curve.equity)), int(np.argmax(curve.drawdown))}
    places = sorted(kept)
    return {
        "sessions": [curve.sessions[place] for place in places],
        "equity": [_short(float(curve.equity[place])) for place in places],
        "drawdown": [_short(float(curve.drawdown[place])) for place in places],
        "held": [_short(float(curve.held[place])) for place in places],
    }


def _report(facts: Facts) -> Report:
    figures, curve, reasons = facts.part("figures"), facts.part("curve"), facts.part("reasons")
    if figures is None or curve is None or reasons is None:
        raise InvariantBrokenError("a finished backtest tells no figures")
    return Report(
        figures=_figures(figures),
        refusals=facts.texts("refusals"),
        reasons={name: reasons.count(name) for name in reasons.tree},
        trades=tuple(map(_trade, facts.items("trades"))),
        curve=tuple(
            CurvePoint(date.fromisoformat(session), float(equity), float(drawdown), float(held))
            for session, equity, drawdown, held in zip(
                curve.texts("sessions"),
                curve.texts("equity"),
                curve.texts("drawdown"),
                curve.texts("held"),
                strict=True,
            )
        ),
    )


def _figures(facts: Facts) -> Figures:
    counts = {each.name for each in fields(Figures) if each.type == "int"}
    values = {
        each.name: (
            facts.count(wire(each.name))
            if each.name in counts
            else facts.optional(wire(each.name), float)
        )
        for each in fields(Figures)
    }
    return Figures(**values)  # type: ignore[arg-type]


def _trade(facts: Facts) -> TradeRow:
    return TradeRow(
        symbol=Symbol(facts.text("symbol")),
        signal=facts.value("signal", date.fromisoformat),
        entered=facts.value("entered", date.fromisoformat),
        entry_price=facts.value("entryPrice", float),
        share=facts.value("share", float),
        left=facts.optional("left", date.fromisoformat),
        exit_price=facts.optional("exitPrice", float),
        how=facts.optional("how", str),
        gained=facts.optional("gained", float),
    )


def _terms(facts: Facts) -> BacktestTerms:
    digests = facts.part("digests")
    return BacktestTerms(
        backtest_id=BacktestId(facts.text("backtestId")),
        strategy=StrategyName(facts.text("strategy")),
        version=facts.count("version"),
        hash=facts.text("hash"),
        by=facts.text("by"),
        symbols=tuple(map(Symbol, facts.texts("symbols"))),
        profiles=tuple(map(ProfileName, facts.texts("profiles"))),
        left_out=tuple(map(ProfileName, facts.texts("leftOut"))),
        first=facts.value("first", date.fromisoformat),
        last=facts.value("last", date.fromisoformat),
        fee_bps=facts.value("feeBps", float),
        slippage_bps=facts.value("slippageBps", float),
        min_trades=facts.count("minTrades"),
        min_win_rate=facts.value("minWinRate", float),
        max_drawdown=facts.value("maxDrawdown", float),
        digests={name: digests.text(name) for name in digests.tree} if digests else {},
    )


def _short(value: Json | float) -> JsonValue:
    """Return a measured number with as many digits as mean anything; a count as it is."""
    return round(value, DIGITS) if isinstance(value, float) else value
