"""The bars beside the logs: one line per symbol, in the shape of Alpha Vantage, of any size up to a day.

Source: the names of a bar's fields, https://www.alphavantage.co/documentation (`1. open` to `4. close`), and as arenas
rename them (`1. buy price`, `4. sell price`). The newest bar may show its open alone: it had not ended.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from functools import lru_cache
from typing import Final

from quorate.arena.imported.source import (
    Line,
    Moment,
    moment_in,
    number_in,
    refused,
    shown,
    ticker_in,
)
from quorate.arena.imported.terms import ArenaTerms
from quorate.kernel.ids import Symbol

_SERIES: Final = re.compile(r"Time Series \((.+)\)")
_SIZE: Final = re.compile(r"\d+min|.*Daily")
_NUMBERING: Final = re.compile(r"^[\d.]+\.\s*")
_NAMES: Final = {
    "open": "open",
    "buy price": "open",
    "high": "high",
    "low": "low",
    "close": "close",
    "sell price": "close",
}


@dataclass(frozen=True, slots=True)
class LogBar:
    """A bar that ended; its prices are greater than 0, and open and close lie in its range."""

    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal

    def misses(self, price: Decimal, tolerance: Decimal) -> bool:
        """Return whether `price` lies outside the bar by more than `tolerance`."""
        return price < self.low - tolerance or price > self.high + tolerance


@dataclass(frozen=True, slots=True, kw_only=True)
class BarSeries:
    """A symbol's bars that ended, by their times in order; `size` as the file names it, `zone` empty where untold."""

    symbol: Symbol
    size: str
    zone: str
    bars: Mapping[Moment, LogBar]
    moments: tuple[Moment, ...]

    @property
    def daily(self) -> bool:
        """Return whether a bar is a day."""
        return self.size.endswith("Daily")

    def bar_at(self, moment: Moment) -> LogBar | None:
        """Return the bar of a time: that of its day where bars are days, else the one under exactly that time."""
        return self.bars.get(Moment(moment.day, time.min) if self.daily else moment)

    def close_until(self, until: Moment) -> Decimal | None:
        """Return the last close at or before `until`, None before the first."""
        place = bisect_right(self.moments, until)
        return self.bars[self.moments[place - 1]].close if place else None

    def first_open(self, since: Moment) -> tuple[Moment, Decimal] | None:
        """Return the first open at or after `since` with its time; None after the last bar."""
        begin = Moment(since.day, time.min) if self.daily else since
        later = (moment for moment in self.moments if moment >= begin)
        first = next(later, None)
        return None if first is None else (first, self.bars[first].open)


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """The bars of every symbol, all of one size, and the days that can be marked."""

    series: Mapping[Symbol, BarSeries]
    size: str
    zone: str
    days: tuple[date, ...]

    @property
    def daily(self) -> bool:
        """Return whether a bar is a day."""
        return self.size.endswith("Daily")

    def closes_until(self, until: Moment) -> dict[Symbol, Decimal]:
        """Return the last close of every symbol at or before `until`; one without any is absent."""
        found = ((symbol, one.close_until(until)) for symbol, one in self.series.items())
        return {symbol: close for symbol, close in found if close is not None}


def read_market(lines: Iterable[Line], terms: ArenaTerms) -> Market:
    """Return the market of a file of bars.

    Raises:
        RejectedError: a line cannot be believed, two name the same symbol, or they differ in size or zone.
    """
    series: dict[Symbol, BarSeries] = {}
    for line in lines:
        one = read_series(line)
        if one.symbol in series:
            raise line.refused(f"{one.symbol} has bars twice", "keep one line per symbol")
        first = next(iter(series.values()), one)
        if (one.size, one.zone) != (first.size, first.zone):
            raise line.refused(
                f"bars of {one.symbol} are {_kind(one)}, those of {first.symbol} {_kind(first)}",
                "import bars of one size and one time zone",
            )
        series[one.symbol] = one
    if not series:
        raise refused("the file of bars holds none", "name one with --bars FILE")
    first = next(iter(series.values()))
    return Market(
        series=series, size=first.size, zone=first.zone, days=_days(series.values(), terms)
    )


def read_series(line: Line) -> BarSeries:
    """Return the bars of one line.

    Raises:
        RejectedError: it is not of the shape, or a bar's numbers cannot be a bar's.
    """
    meta = line.tree.get("Meta Data")
    told = {_plain(key): value for key, value in meta.items()} if isinstance(meta, dict) else {}
    symbol = ticker_in(told.get("symbol"))
    if symbol is None:
        raise line.refused(
            f"'Meta Data' names no symbol: {shown(told.get('symbol'))}",
            "write it as Alpha Vantage does, '2. Symbol'",
        )
    size, rows = _rows(line)
    zone = told.get("time zone")
    bars = dict(sorted(_bars(line, symbol, rows, daily=size.endswith("Daily"))))
    if not bars:
        raise line.refused(f"{symbol} has no bar that ended", "leave the line out, or fetch bars")
    return BarSeries(
        symbol=symbol,
        size=size,
        zone=zone if isinstance(zone, str) else "",
        bars=bars,
        moments=tuple(bars),
    )


def _rows(line: Line) -> tuple[str, Mapping[object, object]]:
    found = [
        (match[1], rows)
        for key, rows in line.tree.items()
        if (match := _SERIES.fullmatch(key)) and isinstance(rows, dict)
    ]
    if len(found) != 1 or not _SIZE.fullmatch(found[0][0]):
        keys = ", ".join(key[:40] for key in line.tree) or "none"
        raise line.refused(
            f"holds no one 'Time Series (...)' of minutes or days; its keys are {keys}",
            "import bars as in 'Time Series (60min)' or 'Time Series (Daily)'",
        )
    return found[0]


def _bars(
    line: Line, symbol: Symbol, rows: Mapping[object, object], *, daily: bool
) -> Iterator[tuple[Moment, LogBar]]:
    for key, row in rows.items():
        moment = moment_in(key)
        if moment is None or not isinstance(row, dict) or (daily and moment.at != time.min):
            raise line.refused(
                f"{symbol} has a bar under {shown(key)} that cannot be read",
                "a bar is an object under its time, as in 2025-10-01 10:00:00, daily ones under the date",
            )
        bar = _bar(line, f"{symbol} at {moment}", row)
        if bar is not None:
            yield moment, bar


def _bar(line: Line, what: str, row: Mapping[object, object]) -> LogBar | None:
    """Return a bar, None of one that has its open alone."""
    fields = {name: value for key, value in row.items() if (name := _NAMES.get(_plain(key)))}
    prices = {name: number_in(value) for name, value in fields.items()}
    unfit = [name for name, price in prices.items() if price is None or price <= 0]
    if unfit or "open" not in prices:
        name = unfit[0] if unfit else "open"
        raise line.refused(
            f"the bar of {what} has {name} {shown(fields.get(name))}",
            "a price is a number above 0",
        )
    if prices.keys() == {"open"}:
        return None
    known = {name: price for name, price in prices.items() if price is not None}
    if known.keys() != {"open", "high", "low", "close"}:
        raise line.refused(
            f"the bar of {what} has {', '.join(sorted(known))} alone",
            "a bar has open, high, low and close, or its open alone while it lasts",
        )
    bar = LogBar(**known)
    if not bar.low <= min(bar.open, bar.close) <= max(bar.open, bar.close) <= bar.high:
        raise line.refused(
            f"the bar of {what} has low {bar.low:f}, open {bar.open:f}, close {bar.close:f}, high {bar.high:f}",
            "open and close lie between low and high",
        )
    return bar


def _days(series: Iterable[BarSeries], terms: ArenaTerms) -> tuple[date, ...]:
    """Return the days on which anything ended at or before the mark, in order."""
    return tuple(
        sorted(
            {
                moment.day
                for one in series
                for moment in one.moments
                if moment <= terms.until(moment.day, daily=one.daily)
            }
        )
    )


def _kind(series: BarSeries) -> str:
    return f"{series.size} in {series.zone or 'no zone'}"


def _plain(key: object) -> str:
    """Return a field's name without its number, in lower case; few names stand in many bars."""
    return _plain_text(str(key))


@lru_cache(maxsize=64)
def _plain_text(key: str) -> str:
    return _NUMBERING.sub("", key).strip().lower()
