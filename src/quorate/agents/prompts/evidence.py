"""The evidence as text: one frozen snapshot and its book, the same words for every agent of a run.

It comes first in every prompt, so that a provider can cache it as a shared prefix; it names the data's dates and never
the wall clock, so that unchanged evidence gives an unchanged prompt. Source: DESIGN 7.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Final

from quorate.kernel.ids import Symbol
from quorate.market import Snapshot, SymbolView


class EvidenceTier(StrEnum):
    """How much history a prompt holds, richest first. Source: DESIGN 7, FM-TAW-009."""

    FULL = "full"
    RECENT = "recent"
    INDICATORS = "indicators"


BARS_SHOWN: Final[Mapping[EvidenceTier, int]] = {
    EvidenceTier.FULL: 500,
    EvidenceTier.RECENT: 100,
    EvidenceTier.INDICATORS: 0,
}
"""Sessions per symbol and tier. Source: FM-TAW-009 (500 candles, last 100, latest indicators only)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookView:
    """What an agent may know of the book: its mode, cash, equity and what it holds of each symbol."""

    mode: str
    cash: Decimal
    equity: Decimal
    held: Mapping[Symbol, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Evidence:
    """The evidence as text, and the tier that it was cut down to."""

    text: str
    tier: EvidenceTier


def evidence_text(
    snapshot: Snapshot, symbols: Sequence[Symbol], book: BookView, tier: EvidenceTier
) -> Evidence:
    """Return what `symbols` look like at the close of the snapshot's session, with the history of `tier`."""
    parts = [
        (
            f"EVIDENCE. Daily bars up to the close of {snapshot.as_of.isoformat()}; nothing later is known. "
            "All prices are in the last session's own dollars."
        ),
        book_text(book),
        *(_symbol_text(snapshot, symbol, tier) for symbol in symbols),
    ]
    return Evidence("\n\n".join(parts), tier)


def book_text(book: BookView) -> str:
    """Return the book in a line."""
    held = ", ".join(f"{quantity:f} {symbol}" for symbol, quantity in sorted(book.held.items()))
    return (
        f"BOOK ({book.mode}). Cash ${book.cash:f}, equity ${book.equity:f}, "
        f"positions: {held or 'none'}."
    )


def _symbol_text(snapshot: Snapshot, symbol: Symbol, tier: EvidenceTier) -> str:
    view = snapshot.views.get(symbol)
    if view is not None:
        return _view_text(view, tier)
    quarantine = snapshot.quarantined.get(symbol)
    cause = f"quarantined ({quarantine.code})" if quarantine else "not known"
    return f"{symbol}. Its bars are {cause}: there is nothing to judge."


def _view_text(view: SymbolView, tier: EvidenceTier) -> str:
    regime, wyckoff = view.regime, view.wyckoff
    head = (
        f"{view.symbol}. Close {view.close:f} on {view.session.isoformat()}, bar {view.bars} of its history. "
        f"Regime {regime.regime} ({regime.reason}); Wyckoff phase {wyckoff.phase}, volume {wyckoff.volume_trend}."
    )
    count = min(BARS_SHOWN[tier], view.bars)
    return "\n".join([head, indicators_text(view), *([bars_text(view, count)] if count else [])])


def indicators_text(view: SymbolView) -> str:
    """Return the indicators at the last session, in its own dollars."""
    return (
        f"Indicators: SMA50 {_dollars(view, view.sma50)}, SMA200 {_dollars(view, view.sma200)}, "
        f"RSI(2) {_number(view.rsi2)}, RSI(14) {_number(view.rsi14)}, "
        f"MACD histogram {_dollars(view, view.macd_histogram)}, ATR(14) {_dollars(view, view.atr14)}."
    )


def bars_text(view: SymbolView, count: int) -> str:
    """Return the last `count` bars, oldest first, in the last session's own dollars."""
    head = f"Last {count} sessions: date,open,high,low,close,volume"
    return "\n".join([head, *_bar_lines(view, count)])


def _bar_lines(view: SymbolView, count: int) -> list[str]:
    """Return a line for each bar; whole columns at a time, because a number at a time takes milliseconds."""
    start, end, prices, scale = view.bars - count, view.bars, view.adjusted, view.to_raw(1.0)
    days = [session.isoformat() for session in view.series.sessions[start:end]]
    columns = [
        (column[start:end] * scale).tolist()
        for column in (prices.open, prices.high, prices.low, prices.close)
    ]
    volumes = prices.volume[start:end].tolist()
    return [
        f"{day},{first:.2f},{high:.2f},{low:.2f},{last:.2f},{volume:.0f}"
        for day, first, high, low, last, volume in zip(days, *columns, volumes, strict=True)
    ]


def _dollars(view: SymbolView, adjusted: float) -> str:
    return _number(view.to_raw(adjusted))


def _number(value: float) -> str:
    return "not known" if math.isnan(value) else f"{value:.2f}"
