"""Asset kinds: a stock trades in sessions, a crypto pair around the clock; which one it is stands in its symbol."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final

from quorate.kernel.ids import Symbol

STOCK_BAR_WHOLE: Final = time(21, 15)
"""From this time of its day, UTC, on a stock's bar is whole: New York closes at 21:00 in winter, an hour earlier in
summer, and the last trades are reported late.  The quarter of an hour is ours."""

PAIR_BAR_WHOLE: Final = time(6, 15)
"""From this time of the next day, UTC, on a pair's bar is whole: the broker's day of pairs begins at midnight in
Chicago, 6:00 in winter and 5:00 in summer.  The quarter of an hour is ours."""


class AssetKind(StrEnum):
    """What is traded."""

    STOCK = "stock"
    PAIR = "pair"


def kind_of(symbol: str) -> AssetKind:
    """Return what `symbol` names: BTC/USD is a pair, everything without a slash a stock."""
    return AssetKind.PAIR if "/" in symbol else AssetKind.STOCK


def is_pair(symbol: str) -> bool:
    """Return whether `symbol` names a crypto pair."""
    return kind_of(symbol) is AssetKind.PAIR


def by_kind(symbols: Iterable[Symbol]) -> Mapping[AssetKind, tuple[Symbol, ...]]:
    """Return the symbols of each kind, sorted, each once; a kind of which there is none is absent."""
    wanted = sorted(set(symbols))
    found = {kind: tuple(each for each in wanted if kind_of(each) is kind) for kind in AssetKind}
    return {kind: those for kind, those in found.items() if those}


def complete_from(symbol: Symbol, session: date) -> datetime:
    """Return from when on the daily bar of `session` is whole; before that it is still being traded."""
    if is_pair(symbol):
        return datetime.combine(session + timedelta(days=1), PAIR_BAR_WHOLE, tzinfo=UTC)
    return datetime.combine(session, STOCK_BAR_WHOLE, tzinfo=UTC)
