"""Fills held against the published bars of their sessions, read from the packaged file and not through the product.

Usage: python -m tests.evidence.fills DATABASE
"""

from __future__ import annotations

import csv
import gzip
import json
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

BARS = Path(__file__).parents[2] / "src/quorate/market/packaged/us-daily-2000-2013.csv.gz"
SLIPPAGE = Decimal(5) / 10_000
"""`portfolio.slippage_bps` by default: a buy pays so much more than the bar's price, a sale gets so much less."""

TICK = Decimal("0.0001")
"""A price of a fill is rounded to this."""


class Fill(NamedTuple):
    """What a leg of a decision was filled at, and the bar of that session."""

    session: str
    symbol: str
    leg: str
    price: Decimal
    low: Decimal
    high: Decimal

    @property
    def fits(self) -> bool:
        """Tell whether the price without the slippage lies inside the bar."""
        share = 1 + SLIPPAGE if self.leg == "entry" else 1 - SLIPPAGE
        return self.low - TICK <= self.price / share <= self.high + TICK


def fills_of(database: Path) -> list[Fill]:
    """Return every fill that the outcomes of a database tell of, oldest first."""
    return sorted(_fills(database, _bars()))


def main(database: str) -> int:
    """Print each fill beside its bar, and how many do not fit; 1 when one does not, or when there is none."""
    fills = fills_of(Path(database).expanduser())
    for fill in fills:
        says = "inside" if fill.fits else "OUTSIDE"
        print(
            f"{fill.session}  {fill.symbol}  {fill.leg:7} {fill.price}  bar {fill.low} to {fill.high}  {says}"
        )
    outside = sum(not fill.fits for fill in fills)
    print(f"{len(fills)} fills, {outside} outside their bar, 5 basis points of slippage taken off")
    return 1 if outside or not fills else 0


def _fills(database: Path, bars: dict[tuple[str, str], tuple[Decimal, Decimal]]) -> Iterator[Fill]:
    with closing(sqlite3.connect(database)) as opened:
        payloads = opened.execute("SELECT payload FROM outcomes WHERE order_intent_id <> ''")
        outcomes = [json.loads(text) for (text,) in payloads]
    for outcome in outcomes:
        for leg in outcome["legs"]:
            if leg["price"] is not None:
                low, high = bars[outcome["symbol"], leg["session"]]
                price = Decimal(leg["price"])
                yield Fill(leg["session"], outcome["symbol"], leg["leg"], price, low, high)


def _bars() -> dict[tuple[str, str], tuple[Decimal, Decimal]]:
    with gzip.open(BARS, "rt") as lines:
        return {
            (row["Ticker"], row["Date"]): (Decimal(row["Low"]), Decimal(row["High"]))
            for row in csv.DictReader(lines)
        }


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
