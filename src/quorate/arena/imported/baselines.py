"""Baselines of an imported arena: what the same money came to where nobody decided anything.

Both buy at the first open at or after the first line of any log, without fees and in parts of shares, and hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from quorate.arena.imported.bars import BarSeries, Market
from quorate.arena.imported.source import Moment, in_places
from quorate.arena.imported.terms import ArenaTerms

EQUAL_WEIGHT: Final = "equal_weight"


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """A curve that nobody decided: its worth at the start and on every marked day."""

    name: str
    curve: tuple[Decimal, ...]


def equal_weight(
    market: Market, since: Moment, days: Sequence[date], terms: ArenaTerms
) -> Baseline:
    """Return what an equal part of the capital in every symbol came to."""
    curve = _held(list(market.series.values()), since, days, terms)
    return Baseline(name=EQUAL_WEIGHT, curve=curve)


def benchmark(
    series: BarSeries, since: Moment, days: Sequence[date], terms: ArenaTerms
) -> Baseline:
    """Return what the capital in one symbol came to; the symbol names it."""
    return Baseline(name=series.symbol, curve=_held([series], since, days, terms))


def _held(
    series: Sequence[BarSeries], since: Moment, days: Sequence[date], terms: ArenaTerms
) -> tuple[Decimal, ...]:
    part = terms.capital / len(series)
    worths = [list(_worths(one, part, since, days, terms)) for one in series]
    sums = (in_places(sum(each, Decimal(0))) for each in zip(*worths, strict=True))
    return (terms.capital, *sums)


def _worths(
    series: BarSeries, part: Decimal, since: Moment, days: Sequence[date], terms: ArenaTerms
) -> Iterable[Decimal]:
    """Yield what a part of the capital is worth on each day: cash until its symbol has a bar."""
    entry = series.first_open(since)
    for day in days:
        until = terms.until(day, daily=series.daily)
        close = series.close_until(until)
        if entry is None or close is None or entry[0] > until:
            yield part
        else:
            yield part * close / entry[1]
