"""The prices that stood before a decision: what the chart draws, what its table says, and a sentence for both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from quorate.arena.record.phrases import count, enumeration
from quorate.market.history import PriceBar

SESSIONS: Final = 120
"""About half a year: enough to see both averages and the last set-up. Source: UI 1 (Run Details)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceRow:
    """A session's line: open, high, low, close, volume and both averages as texts, empty where unknown."""

    session: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceTable:
    """The bars of the chart, oldest first, with stop and target where the decision set them.

    `averages` are the lengths of those that are known at the last bar.
    """

    rows: tuple[PriceRow, ...]
    summary: str
    averages: tuple[int, ...]
    stop: str = ""
    target: str = ""


def price_table(
    bars: Sequence[PriceBar], *, stop: Decimal | None = None, target: Decimal | None = None
) -> PriceTable:
    """Return what is drawn of at least one bar, and the sentence that says the same."""
    return PriceTable(
        rows=tuple(_row(bar) for bar in bars),
        summary=_summary(bars),
        averages=tuple(length for length, value in _averages(bars[-1]) if value is not None),
        stop=f"{stop:f}" if stop is not None else "",
        target=f"{target:f}" if target is not None else "",
    )


def price(value: float | None) -> str:
    """Return a price in dollars, below one with four places; empty where there is none."""
    if value is None:
        return ""
    return f"{value:,.2f}" if value >= 1 else f"{value:.4f}"


def _row(bar: PriceBar) -> PriceRow:
    prices = (bar.open, bar.high, bar.low, bar.close)
    averages = (bar.sma50, bar.sma200)
    cells = (*map(price, prices), f"{bar.volume:,.0f}", *map(price, averages))
    return PriceRow(session=bar.session.isoformat(), cells=cells)


def _summary(bars: Sequence[PriceBar]) -> str:
    last, low, high = bars[-1], min(bars, key=_low), max(bars, key=_high)
    change = last.close / bars[0].close - 1
    return (
        f"{count(len(bars), 'session')} to {last.session}: close {price(last.close)}, "
        f"{change:+.1%} since {bars[0].session}, low {price(low.low)} on {low.session}, "
        f"high {price(high.high)} on {high.session}{_against_averages(last)}."
    ).replace("%", " %")


def _against_averages(bar: PriceBar) -> str:
    sides = [
        f"{'above' if bar.close >= average else 'below'} the {length}-session average of {price(average)}"
        for length, average in _averages(bar)
        if average is not None
    ]
    return f"; the close is {enumeration(sides)}" if sides else ""


def _averages(bar: PriceBar) -> tuple[tuple[int, float | None], ...]:
    return (50, bar.sma50), (200, bar.sma200)


def _low(bar: PriceBar) -> float:
    return bar.low


def _high(bar: PriceBar) -> float:
    return bar.high
