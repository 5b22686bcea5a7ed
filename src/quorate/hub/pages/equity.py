"""The equity of a book as an area, drawn by the server as SVG, with the same figures as a table. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from quorate.cycle.equity import EquityPoint
from quorate.hub.pages.scale import Level, height, levels
from quorate.hub.pages.wording import MINUS, money


@dataclass(frozen=True, slots=True)
class EquityRow:
    """One mark of the table."""

    day: str
    equity: str
    cash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EquityChart:
    """The area and its line in a square of 1000, the level that it began at, the axis, the table and a sentence."""

    line: str
    area: str
    start_y: float
    is_up: bool
    levels: tuple[Level, ...]
    days: tuple[str, ...]
    rows: tuple[EquityRow, ...]
    newest: str
    change: str
    lowest: str
    summary: str


def equity_chart(points: Sequence[EquityPoint], began: Decimal | None = None) -> EquityChart | None:
    """Return the chart of a book's marks, oldest first; None before the second: a point is no line.

    `began` is what the book was worth before the first cycle, by default its first mark.
    """
    if len(points) < 2:
        return None
    worth = [point.equity for point in points]
    start = worth[0] if began is None else began
    low, high = _span([start, *worth])
    line = _line(worth, low, high)
    fall = _deepest_fall([start, *worth])
    return EquityChart(
        line=line,
        area=f"0,1000 {line} 1000,1000",
        start_y=height(start, low, high),
        is_up=worth[-1] >= start,
        levels=levels(low, high),
        days=tuple(point.day for point in points),
        rows=tuple(
            EquityRow(point.day, f"{point.equity:,.2f}", f"{point.cash:,.2f}")
            for point in reversed(points)
        ),
        newest=money(worth[-1]),
        change=change_words(start, worth[-1]),
        lowest=_percent(-fall),
        summary=(
            f"From {points[0].day} to {points[-1].day} the book went from {money(start)} "
            f"to {money(worth[-1])}, {change_words(start, worth[-1])}; "
            f"its deepest fall from a peak was {_percent(-fall)}."
        ),
    )


def change_words(before: Decimal, after: Decimal) -> str:
    """Return a change with its sign: "+$130.21 (+0.13 %)"."""
    moved = after - before
    sign = "+" if moved >= 0 else MINUS
    return f"{sign}{money(abs(moved))} ({_percent(moved / before)})" if before else ""


def _percent(ratio: Decimal) -> str:
    """Return a share with its sign and two places; what rounds to nothing has no sign."""
    text = f"{100 * ratio:+.2f} %"
    return text[1:] if text in {"+0.00 %", "-0.00 %"} else text.replace("-", MINUS)


def _span(worth: Sequence[Decimal]) -> tuple[float, float]:
    low, high = float(min(worth)), float(max(worth))
    margin = 0.08 * (high - low) or 0.01 * max(abs(high), 1.0)
    return low - margin, high + margin


def _line(worth: Sequence[Decimal], low: float, high: float) -> str:
    last = len(worth) - 1
    return " ".join(
        f"{1000 * at / last:.1f},{10 * height(value, low, high):.1f}"
        for at, value in enumerate(worth)
    )


def _deepest_fall(worth: Sequence[Decimal]) -> Decimal:
    """Return the largest loss from a peak before it, as a share of the peak."""
    peak, fall = worth[0], Decimal(0)
    for value in worth:
        peak = max(peak, value)
        if peak > 0:
            fall = max(fall, 1 - value / peak)
    return fall
