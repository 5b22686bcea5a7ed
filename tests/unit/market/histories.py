"""Histories for the tests of the market room: the packaged one, and made-up ones with a shape."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path

import quorate.market
from quorate.adapters.files.csv_bars import read_bars
from quorate.kernel.ids import Symbol
from quorate.market import Bar, RawBar, Series

PACKAGED = Path(quorate.market.__file__).parent / "packaged" / "us-daily-2000-2013.csv.gz"
AAPL, FB, GOOG, IBM, MSFT = map(Symbol, ("AAPL", "FB", "GOOG", "IBM", "MSFT"))
MONDAY = date(2020, 1, 6)


@cache
def packaged() -> dict[Symbol, Series]:
    imported = read_bars(PACKAGED, source="packaged")
    return {series.symbol: series for series in imported.series}


def weekdays(count: int, *, start: date = MONDAY) -> list[date]:
    days = (start + timedelta(days=n) for n in range(2 * count + 7))
    return [day for day in days if day.weekday() < 5][:count]


def raw_bar(session: date, close: float = 100, **changed: float | None) -> RawBar:
    """Return a quiet bar around `close`; any field may be stated otherwise."""
    fields = {
        "open": close,
        "high": close * 1.01,
        "low": close * 0.99,
        "close": close,
        "volume": 1000,
    }
    numbers = {name: decimal(value) for name, value in (fields | changed).items()}
    return RawBar(session=session, **numbers)


def decimal(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(str(round(value, 4)))


def raw_bars(closes: Iterable[float]) -> list[RawBar]:
    prices = list(closes)
    return [raw_bar(day, close) for day, close in zip(weekdays(len(prices)), prices, strict=True)]


def series_of(rows: Sequence[RawBar], symbol: Symbol = AAPL) -> Series:
    return Series(symbol=symbol, source="test", bars=tuple(row.bar for row in rows))


def rising(count: int, *, daily: float = 0.003, start: float = 100.0) -> list[float]:
    return [start * (1 + daily) ** n for n in range(count)]


def cut(series: Series, count: int) -> Series:
    """Return the first `count` bars as they would have been imported on that day."""
    bars: tuple[Bar, ...] = series.bars[:count]
    actions = tuple(a for a in series.actions if a.session <= bars[-1].session)
    return Series(symbol=series.symbol, source=series.source, bars=bars, actions=actions)
