"""Tallies: what the counted views of each group came to, and what its turns cost."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final, NamedTuple, TypeAlias

import numpy as np

from quorate.scoring.leaderboard.record import (
    MICROS,
    NOTIONAL,
    UNKNOWN_COST,
    Floats,
    Ints,
    Turns,
    Views,
)
from quorate.scoring.leaderboard.selection import Flags

Days: TypeAlias = "np.ndarray[tuple[int, int], np.dtype[np.float64]]"

OUT: Final = -1
"""The group of a row that belongs to none."""

NANOS: Final = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewTally:
    """Of each group: all its views, those that take a side, the counted ones and what they came to.

    `pnl` is in millionths of a dollar, `daily` the same by session; `places` is how many of a symbol it held at once.
    Sums of confidences are over counted views that stated one, of which there are `stated`.
    """

    views: Ints
    sided: Ints
    n: Ints
    hits: Ints
    pnl: Ints
    places: Ints
    stated: Ints
    confidence: Floats
    squared_error: Floats
    daily: Days


class TurnTally(NamedTuple):
    """Of each group: its turns, those without a known cost, what the others cost in nanodollars, how long they took."""

    turns: Ints
    unpriced: Ints
    asked: Ints
    cost: Ints
    latency_us: Floats
    daily: Days


def tally_views(views: Views, counts: Flags, group: Ints, size: int, days: Ints) -> ViewTally:
    """Return what the views of `size` groups came to, `group` being the number of each view's, OUT of none."""
    kept = counts & (group != OUT)
    whose, pnl, hit = group[kept], views.pnl[kept], views.hit[kept]
    believed = views.confidence[kept]
    says = ~np.isnan(believed)
    error = (believed[says] - hit[says]) ** 2
    held = np.unique(np.stack([whose, views.name[kept], views.symbol[kept]]), axis=1)
    grouped, sided = group != OUT, views.side
    takes = grouped & ((sided == 1) | (sided == -1))
    return ViewTally(
        views=_count(group[grouped & (sided <= 1)], size),
        sided=_count(group[takes], size),
        n=_count(whose, size),
        hits=_sum(whose, hit, size),
        pnl=_sum(whose, pnl, size),
        places=_count(held[0], size),
        stated=_count(whose[says], size),
        confidence=_totals(whose[says], believed[says], size),
        squared_error=_totals(whose[says], error, size),
        daily=_daily(whose, views.resolved[kept], pnl, size, days),
    )


def tally_turns(turns: Turns, group: Ints, size: int, days: Ints) -> TurnTally:
    """Return what the turns of `size` groups cost, `group` being the number of each turn's, OUT of none."""
    kept = group != OUT
    priced = kept & (turns.cost != UNKNOWN_COST)
    whose, cost = group[priced], turns.cost[priced]
    return TurnTally(
        turns=_count(group[kept], size),
        unpriced=_count(group[kept & ~priced], size),
        asked=_sum(group[kept], turns.asked[kept], size),
        cost=_sum(whose, cost, size),
        latency_us=_medians(group[kept], turns.latency[kept], size),
        daily=_daily(whose, turns.settled[priced], cost / 1000, size, days),
    )


def drawdown(net: Floats, places: int) -> float:
    """Return the deepest fall of worth from a peak in percent of it.

    The capital is one notional for each symbol that each agent held at once.
    """
    capital = float(max(places, 1) * NOTIONAL * MICROS)
    worth = capital + np.concatenate([[0.0], np.cumsum(net)])
    peaks = np.maximum.accumulate(worth)
    return float(np.max((peaks - worth) / peaks)) * 100


def dollars(micros: int) -> Decimal:
    """Return millionths of a dollar as dollars."""
    return Decimal(int(micros)).scaleb(-6)


def price(nanos: int) -> Decimal:
    """Return nanodollars as dollars."""
    return Decimal(int(nanos)).scaleb(-9)


def _count(group: Ints, size: int) -> Ints:
    return np.bincount(group, minlength=size).astype(np.int64)


def _sum(group: Ints, values: Ints, size: int) -> Ints:
    """Return exact sums: each is of whole numbers and stays below 2**53."""
    return np.rint(np.bincount(group, values, minlength=size)).astype(np.int64)


def _totals(group: Ints, values: Ints | Floats, size: int) -> Floats:
    return np.bincount(group, values, minlength=size).astype(np.float64)


def _daily(group: Ints, day: Ints, values: Ints | Floats, size: int, days: Ints) -> Days:
    places = group * len(days) + np.searchsorted(days, day)
    return _totals(places, values, size * len(days)).reshape(size, len(days))


def _medians(group: Ints, values: Ints, size: int) -> Floats:
    """Return the median of each group, NaN of an empty one."""
    medians = np.full(size, np.nan)
    order = np.argsort(group, kind="stable")
    edges = np.searchsorted(group[order], np.arange(size + 1))
    for place in range(size):
        if edges[place] < edges[place + 1]:
            medians[place] = np.median(values[order[edges[place] : edges[place + 1]]])
    return medians
