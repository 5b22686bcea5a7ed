"""Histories to try rules on: small made-up ones, and the bars that the package ships."""

import csv
import gzip
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from importlib.resources import files

from quorate.kernel.ids import Symbol
from quorate.market.actions import CorporateAction
from quorate.market.bar import Bar, RawBar
from quorate.market.intake import take_in
from quorate.market.series import Series

FIRST_SESSION = date(2001, 1, 1)
PACKAGED = files("quorate.market") / "packaged" / "us-daily-2000-2013.csv.gz"
PRICES = ("Open", "High", "Low", "Close", "Volume", "Adj Close")


def path(start: float, *legs: tuple[int, float]) -> list[float]:
    """Return closes from `start` on: each leg is a number of bars and the change per bar."""
    closes = [start]
    for bars, change in legs:
        base = closes[-1]
        closes.extend(base * (1 + change) ** step for step in range(1, bars + 1))
    return closes[1:]


def history(
    closes: Sequence[float], *, spread: float = 0.01, actions: Sequence[CorporateAction] = ()
) -> Series:
    """Return a series with these closes; each bar opens at the close before."""
    opens = [closes[0], *closes]
    bars = [
        bar_between(FIRST_SESSION + timedelta(days=day), opens[day], close, spread)
        for day, close in enumerate(closes)
    ]
    return series_of(bars, actions=actions)


def bar_between(session: date, opened: float, closed: float, spread: float) -> Bar:
    high, low = max(opened, closed) * (1 + spread), min(opened, closed) * (1 - spread)
    prices = (Decimal(f"{price:.4f}") for price in (opened, high, low, closed))
    return Bar(session, *prices, volume=Decimal(1000))


def series_of(bars: Sequence[Bar], *, actions: Sequence[CorporateAction] = ()) -> Series:
    return Series(symbol=Symbol("TEST"), source="made up", bars=tuple(bars), actions=tuple(actions))


def cut(series: Series, bars: int) -> Series:
    """Return what was known of `series` after its first `bars` bars."""
    last = series.bars[bars - 1].session
    known = [action for action in series.actions if action.session <= last]
    return Series(
        symbol=series.symbol,
        source=series.source,
        bars=series.bars[:bars],
        actions=tuple(known),
    )


@cache
def packaged() -> dict[str, Series]:
    """Return the packaged series by symbol."""
    rows: dict[str, list[RawBar]] = defaultdict(list)
    with gzip.open(str(PACKAGED), "rt") as lines:
        for row in csv.DictReader(lines):
            prices = (Decimal(row[column]) for column in PRICES)
            rows[row["Ticker"]].append(RawBar(date.fromisoformat(row["Date"]), *prices))
    return {
        symbol: take_in(Symbol(symbol), theirs, source="packaged").series
        for symbol, theirs in rows.items()
    }
