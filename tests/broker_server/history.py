"""Real bars moved to the last weeks: what a broker's data host would tell of a symbol today.

A REPLAY day of the packaged history becomes yesterday, so that the arena decides on it as it did then.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.resources import files
from typing import Any

PACKAGED = "us-daily-2000-2013.csv.gz"
MOST = 3100
"""As many bars as the live market reads of a symbol that it does not know: it asks fifteen years back."""


@dataclass(frozen=True)
class History:
    """A symbol's bars as the data host tells them, unadjusted and adjusted, and its last close."""

    bars: list[dict[str, Any]]
    adjusted: list[dict[str, Any]]
    close: float


def recent(symbol: str, until: date, today: date) -> History:
    """Return the packaged bars of `symbol` by `until`, one for each weekday before `today`."""
    rows = [row for row in _rows() if row["Ticker"] == symbol and row["Date"] <= until.isoformat()]
    rows = rows[-MOST:]
    days = list(_weekdays_before(today, len(rows)))[::-1]
    bars = [_bar(day, row) for day, row in zip(days, rows, strict=True)]
    factors = [float(row["Adj Close"]) / float(row["Close"]) for row in rows]
    adjusted = [
        {**bar, **{key: bar[key] * factor for key in "ohlc"}}
        for bar, factor in zip(bars, factors, strict=True)
    ]
    return History(bars=bars, adjusted=adjusted, close=bars[-1]["c"])


def quote(price: float, *, half_spread: float = 0.05) -> dict[str, Any]:
    """Return a quote around a price, which is of the moment at which it is asked for."""
    return {"bp": price - half_spread, "ap": price + half_spread, "bs": 1, "as": 1}


def _rows() -> list[dict[str, str]]:
    content = (files("quorate.market") / "packaged" / PACKAGED).read_bytes()
    return list(csv.DictReader(gzip.decompress(content).decode().splitlines()))


def _weekdays_before(day: date, count: int) -> Iterator[date]:
    while count:
        day -= timedelta(days=1)
        if day.weekday() < 5:
            count -= 1
            yield day


def _bar(day: date, row: dict[str, str]) -> dict[str, Any]:
    return {
        "t": f"{day.isoformat()}T05:00:00Z",
        "o": float(row["Open"]),
        "h": float(row["High"]),
        "l": float(row["Low"]),
        "c": float(row["Close"]),
        "v": int(float(row["Volume"])),
        "n": 1,
        "vw": float(row["Close"]),
    }
