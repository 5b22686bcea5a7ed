"""A strategy's past: what it would have decided becomes entries, each passes the gate as in a cycle, all are played.

decisions -> entries with their exits -> the gate before new risk -> trades, one at a time in a symbol -> findings
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from quorate.arena.hindsight import PastDecision
from quorate.backtest import (
    Columns,
    Costs,
    ExitPlan,
    GatePolicy,
    judged,
)
from quorate.backtest.curve import Curve, curve_of
from quorate.backtest.findings import Findings, findings_of
from quorate.backtest.plan import MAX_HORIZON
from quorate.backtest.playing import Entry, History, Played, played
from quorate.kernel.decision import Decision
from quorate.kernel.ids import Symbol
from quorate.kernel.vote import Sizing, SizingKind
from quorate.market.series import Series
from quorate.market.view import SymbolView
from quorate.portfolio.policy import MAX_RISK, PortfolioPolicy

BPS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PastTerms:
    """What a strategy is tried under; `capital` in USD is what its limits in dollars are shares of."""

    span: tuple[date, date]
    portfolio: PortfolioPolicy
    gate: GatePolicy
    capital: Decimal
    entry_share: Decimal
    """The usual entry as a share of equity, of which a fee in dollars is a share."""

    @property
    def costs(self) -> Costs:
        """Return what a fill costs in basis points, a fee in dollars spread over the usual entry."""
        entry = float(self.capital * self.entry_share)
        return Costs(
            fee_bps=min(float(self.portfolio.fee_per_fill_usd) / entry * BPS, 1000.0),
            slippage_bps=float(self.portfolio.slippage_bps),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What a strategy would have come to.

    `reasons` counts its decisions by action and reason, `signals` its entries before the gate; `refused` is how many
    of them the gate held back, `unprotected` how many named no stop or no horizon.
    """

    reasons: Mapping[str, int]
    signals: int
    refused: int
    unprotected: int
    histories: Mapping[Symbol, History]
    played: Played
    curve: Curve
    findings: Findings

    @property
    def decisions(self) -> int:
        """Return how often it decided: once per symbol and session."""
        return sum(self.reasons.values())


def past_of(
    series: Mapping[Symbol, Series], made: Iterable[PastDecision], terms: PastTerms
) -> Past:
    """Return what the decisions, by session, would have led to; nothing after the span is looked at."""
    reasons, entries = Counter[str](), list[Entry]()
    sells, counted = defaultdict[Symbol, list[int]](list), Counter[str]()
    for each in made:
        decision = each.decision
        reasons["SELL" if each.leaves else f"{decision.action} {decision.reason}"] += 1
        if each.view is None:
            continue
        if each.leaves:
            sells[decision.symbol].append(each.view.index)
        if each.enters:
            entry = _entry(decision, each.view, terms)
            counted["signals"] += 1
            counted["unprotected"] += entry is None
            refused = entry is not None and not _passes(entry, each.view, terms)
            counted["refused"] += refused
            if entry is not None and not refused:
                entries.append(entry)
    histories = {symbol: _history(one, terms.span[1]) for symbol, one in series.items()}
    found = played(entries, sells, histories, terms.costs)
    curve = curve_of(found.trades, histories, terms.span, terms.costs)
    return Past(
        reasons=dict(sorted(reasons.items())),
        signals=counted["signals"],
        refused=counted["refused"],
        unprotected=counted["unprotected"],
        histories=histories,
        played=found,
        curve=curve,
        findings=findings_of(found, curve, histories, terms.gate),
    )


def sessions_in(series: Iterable[Series], span: tuple[date, date]) -> Sequence[date]:
    """Return the sessions of any of `series` in the span, oldest first."""
    first, last = span
    every = {session for one in series for session in one.sessions}
    return sorted(session for session in every if first <= session <= last)


def _entry(decision: Decision, view: SymbolView, terms: PastTerms) -> Entry | None:
    """Return the entry that a BUY asks for; None without a stop or a horizon, for no cycle takes it then."""
    stop, target = decision.stop, decision.target
    if stop is None or not 0 < stop < view.close or not decision.horizon:
        return None
    factor = float(view.series.factor[view.index])
    return Entry(
        symbol=decision.symbol,
        signal=view.index,
        share=_share(decision.sizing, stop, view.close, terms),
        stop=float(stop) * factor,
        target=float(target) * factor if target is not None and target > view.close else None,
        horizon=min(decision.horizon, MAX_HORIZON),
    )


def _share(sizing: Sizing | None, stop: Decimal, close: Decimal, terms: PastTerms) -> float:
    """Return the share of equity to invest: what was asked for, never more than the limits of an entry."""
    wanted = terms.entry_share if sizing is None else sizing.value
    if sizing is not None and sizing.kind is SizingKind.QTY:
        wanted = sizing.value * close / terms.capital
    limits = terms.portfolio
    return float(
        min(
            wanted,
            MAX_RISK * close / (close - stop),
            limits.max_order_equity,
            limits.max_order_usd / terms.capital,
            limits.max_position_equity,
        )
    )


def _passes(entry: Entry, view: SymbolView, terms: PastTerms) -> bool:
    """Return what the gate before new risk says to the entry, by what was known at its close."""
    close = view.adjusted_close
    plan = ExitPlan(
        stop=1 - entry.stop / close,
        target=None if entry.target is None else entry.target / close - 1,
        horizon=entry.horizon,
    )
    return judged(view.series, view.index, plan, terms.costs, terms.gate).passes


def _history(series: Series, last: date) -> History:
    """Return what is known of a symbol by the close of `last`."""
    index = series.index_at(last)
    bars = 0 if index is None else index + 1
    known = series.adjusted.until(bars)
    return History(
        sessions=series.sessions[:bars],
        prices=Columns(open=known.open, high=known.high, low=known.low, close=known.close),
    )
