"""Profit: a book after the cost of its models, beside who bought every symbol and held. Pure.

Model cost is dated by the clock and a REPLAY book by its sessions, so it is taken off the end, not off the line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from quorate.cycle.equity import EquityPoint
from quorate.hub.pages.equity import change_words
from quorate.hub.pages.scale import Level, height, levels
from quorate.hub.pages.wording import MINUS, money
from quorate.kernel.ids import Symbol

Closes = Mapping[Symbol, Mapping[str, float]]
"""Closing prices by session, of each symbol."""


@dataclass(frozen=True, slots=True)
class ProfitRow:
    """One mark of the table."""

    day: str
    book: str
    held: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Profit:
    """What a book gained, and the two lines in a square of 1000; nothing is `held` where no symbol has its prices."""

    called: str
    before: str
    cost: str
    after: str
    is_up: bool
    held: str
    ahead: str
    is_ahead: bool
    line: str
    held_line: str
    levels: tuple[Level, ...]
    days: tuple[str, ...]
    rows: tuple[ProfitRow, ...]
    symbols: str
    summary: str


def profit_of(
    called: str, points: Sequence[EquityPoint], began: Decimal, cost: Decimal, closes: Closes
) -> Profit | None:
    """Return a book's profit; None before its second mark: a point is no line."""
    if len(points) < 2:
        return None
    days = tuple(point.day for point in points)
    worth = [point.equity for point in points]
    held, symbols = buy_and_hold(days, began, closes)
    low, high = _span([began, *worth, *held])
    after = worth[-1] - cost
    ahead = after - held[-1] if held else Decimal(0)
    return Profit(
        called=called,
        before=signed(worth[-1] - began),
        cost=money(cost),
        after=change_words(began, after),
        is_up=after >= began,
        held=change_words(began, held[-1]) if held else "",
        ahead=signed(ahead) if held else "",
        is_ahead=ahead >= 0,
        line=_line(worth, low, high),
        held_line=_line(held, low, high) if held else "",
        levels=levels(low, high),
        days=days,
        rows=tuple(_rows(points, held)),
        symbols=", ".join(symbols),
        summary=_summary(called, days, (began, after), held),
    )


def buy_and_hold(
    days: Sequence[str], began: Decimal, closes: Closes
) -> tuple[list[Decimal], tuple[Symbol, ...]]:
    """Return what equal parts of the symbols are worth on each day, bought at the first one's close, and which.

    Only symbols with a close on the first day count; a day without one keeps the price before it.
    """
    known = tuple(symbol for symbol in sorted(closes) if closes[symbol].get(days[0]))
    if not known:
        return [], ()
    last = {symbol: closes[symbol][days[0]] for symbol in known}
    first, worth = dict(last), []
    for day in days:
        last = {symbol: closes[symbol].get(day) or last[symbol] for symbol in known}
        grown = sum(last[symbol] / first[symbol] for symbol in known) / len(known)
        worth.append(began * Decimal(str(grown)))
    return worth, known


def signed(amount: Decimal) -> str:
    """Return dollars with their sign: "+$130.21"."""
    return f"{'+' if amount >= 0 else MINUS}{money(abs(amount).quantize(Decimal('0.01')))}"


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


def _rows(points: Sequence[EquityPoint], held: Sequence[Decimal]) -> Iterator[ProfitRow]:
    for at in reversed(range(len(points))):
        beside = f"{held[at]:,.2f}" if held else "unknown"
        yield ProfitRow(points[at].day, f"{points[at].equity:,.2f}", beside)


def _summary(
    called: str, days: Sequence[str], ends: tuple[Decimal, Decimal], held: Sequence[Decimal]
) -> str:
    began, after = ends
    said = f"From {days[0]} to {days[-1]}, {called} after model cost: {change_words(began, after)}"
    return f"{said}; buy and hold: {change_words(began, held[-1])}." if held else f"{said}."
