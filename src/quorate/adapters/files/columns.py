"""Which column of a file holds what, whoever wrote the header."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from quorate.kernel.errors import RejectedError

NAMES: Mapping[str, tuple[str, ...]] = {
    "symbol": ("symbol", "ticker", "tic"),
    "session": ("date", "datetime", "timestamp", "time", "day"),
    "open": ("open",),
    "high": ("high",),
    "low": ("low",),
    "close": ("close",),
    "volume": ("volume", "vol"),
    "adj_close": ("adjclose", "adjustedclose", "closeadj", "closeadjusted"),
    "dividend": ("dividends", "dividend", "dividendamount"),
    "split": ("stocksplits", "stocksplit", "splits", "split", "splitcoefficient"),
}
"""What a column may be called, once in lower case and without numbering, spaces and signs."""

REQUIRED = ("session", "open", "high", "low", "close", "volume")


@dataclass(frozen=True, slots=True)
class Columns:
    """The place of each known column; a column of no use (vwap) has none."""

    places: Mapping[str, int]
    width: int

    def cell(self, row: Sequence[str], name: str) -> str | None:
        """Return the text of one column, None where the file or this row has none."""
        place = self.places.get(name)
        return None if place is None or place >= len(row) else row[place].strip()


def columns_of(header: Sequence[str]) -> Columns:
    """Return the columns that `header` names.

    Raises:
        RejectedError: one that is needed is missing, or one stands there twice.
    """
    plain = [re.sub(r"^\d+|[^a-z]", "", name.lower()) for name in header]
    found = {
        known: [place for place, name in enumerate(plain) if name in names]
        for known, names in NAMES.items()
    }
    missing = [NAMES[name][0] for name in REQUIRED if not found[name]]
    if missing:
        raise _unknown_header(f"there is no column for {', '.join(missing)}", header)
    doubled = [NAMES[name][0] for name, places in found.items() if len(places) > 1]
    if doubled:
        raise _unknown_header(f"more than one column could be {', '.join(doubled)}", header)
    return Columns({name: places[0] for name, places in found.items() if places}, len(header))


def _unknown_header(cause: str, header: Sequence[str]) -> RejectedError:
    seen = ", ".join(name.strip()[:40] or "(no name)" for name in header[:20])
    return RejectedError(
        f"{cause}; the first line names {seen}",
        effect="nothing was written",
        fix="name the columns Date, Open, High, Low, Close, Volume in the first line",
    )
