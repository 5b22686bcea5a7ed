"""Scores of an imported arena: what each book came to, and how far their order can be believed.

Fewer than 30 closed outcomes give no rank, as in a competition of our own. Source: DESIGN 11.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final, NamedTuple

import numpy as np

from quorate.arena.competition.scores import ENOUGH, max_drawdown
from quorate.arena.imported.baselines import Baseline
from quorate.arena.imported.findings import FindingKind
from quorate.arena.imported.keeping import ImportedBook
from quorate.arena.record.phrases import count, enumeration
from quorate.portfolio.separation import FEWEST_SESSIONS, Interval, Separation, told_apart

RESAMPLES: Final = 4000
"""So many resamples are drawn. Source: the data note of the imported arena."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArenaScore:
    """What one book came to, in the arena's currency; ratios are shares of 1.

    `trades` counts those of a quantity, `outside` those of them that were booked outside their bar, `zero_quantity`
    the rest; `findings` counts all of them. `interval` is where the return lies with 95 % confidence, None of too few
    days. `rank` is None for a baseline and under 30 closed outcomes; `range` is what the intervals leave open.
    """

    name: str
    baseline: bool
    equity: Decimal
    pnl: Decimal
    returned: float
    max_drawdown: float
    trades: int = 0
    outside: int = 0
    zero_quantity: int = 0
    findings: int = 0
    outcomes: int = 0
    wins: int = 0
    interval: Interval | None = None
    rank: int | None = None
    range: tuple[int, int] | None = None

    @property
    def win_rate(self) -> float | None:
        """Return the share of closed outcomes that won, None of none."""
        return self.wins / self.outcomes if self.outcomes else None

    @property
    def provisional(self) -> bool:
        """Return whether too little was closed to rank it."""
        return not self.baseline and self.outcomes < ENOUGH


class Standing(NamedTuple):
    """The scores, participants by return and then the baselines, and how many pairs of participants are separable."""

    scores: tuple[ArenaScore, ...]
    separable: int
    pairs: int


def block_of(days: int) -> int:
    """Return how many days a block of the bootstrap has: the cube root of them all, rounded, at least 1.

    An arena of others may be a month long: blocks of two weeks would leave three of them, and find differences where
    there are none. Source: Hall, Horowitz, Jing 1995, On blocking rules for the bootstrap with dependent data.
    """
    return max(1, round(math.cbrt(days)))


def standing_of(
    books: Sequence[ImportedBook], baselines: Sequence[Baseline], seed: int
) -> Standing:
    """Return the scores of an arena; the same curves and seed give the same answer."""
    found = [*map(_score, books), *map(_baseline, baselines)]
    curves = [*(book.curve for book in books), *(line.curve for line in baselines)]
    proven = _told_apart(curves, seed)
    if proven is not None:
        pairs = zip(found, proven.intervals, strict=True)
        found = [replace(score, interval=interval) for score, interval in pairs]
    ranked = _ranked(found, proven)
    taking_part = sorted(
        (score for score in ranked if not score.baseline),
        key=lambda score: (-score.pnl, score.name),
    )
    lines = sorted((score for score in ranked if score.baseline), key=lambda score: -score.pnl)
    many = len(books)
    return Standing(
        scores=(*taking_part, *lines),
        separable=0 if proven is None else _separable(proven, many),
        pairs=many * (many - 1) // 2,
    )


def verdict(standing: Standing, days: int) -> str:
    """Return in sentences how far the order can be believed, and what the bars say against it."""
    taking_part = [score for score in standing.scores if not score.baseline]
    said = [_order_words(standing, days)]
    few = [score.name for score in taking_part if score.provisional]
    if few:
        verb = "has" if len(few) == 1 else "have"
        said.append(f"{enumeration(few)} {verb} fewer than {ENOUGH} closed outcomes and no rank.")
    trades, outside = (
        sum(score.trades for score in taking_part),
        sum(score.outside for score in taking_part),
    )
    if outside:
        said.append(
            f"{outside} of {count(trades, 'trade')} were booked outside their bar: at those prices nobody traded then."
        )
    return " ".join(said)


def _order_words(standing: Standing, days: int) -> str:
    if standing.pairs == 0:
        return "One participant: there is nobody to compare it with."
    if days < FEWEST_SESSIONS:
        return f"Not decided: {count(days, 'day')} are too few to tell anybody from luck, {FEWEST_SESSIONS} are needed."
    pairs = f"{standing.separable} of {count(standing.pairs, 'pair')} of participants"
    verb = "is" if standing.separable == 1 else "are"
    told = f"{pairs} {verb} separable at 95 % over {count(days, 'day')}"
    return f"{told}." if standing.separable else f"{told}: this order may be luck."


def _told_apart(curves: Sequence[Sequence[Decimal]], seed: int) -> Separation | None:
    days = len(curves[0]) - 1
    if days < FEWEST_SESSIONS:
        return None
    worth = np.array([[float(value) for value in curve] for curve in curves])
    daily = np.diff(worth, axis=1) / worth[:, :1]
    return told_apart(daily, seed, block=block_of(days), resamples=RESAMPLES)


def _separable(proven: Separation, many: int) -> int:
    return sum(
        proven.is_above(one, other) or proven.is_above(other, one)
        for one in range(many)
        for other in range(one)
    )


def _ranked(found: Sequence[ArenaScore], proven: Separation | None) -> list[ArenaScore]:
    counted = [
        place for place, score in enumerate(found) if not (score.baseline or score.provisional)
    ]
    ranked = list(found)
    for place in counted:
        better = sum(found[other].pnl > found[place].pnl for other in counted)
        ranks = (1, len(counted)) if proven is None else proven.range_of(place, counted)
        ranked[place] = replace(found[place], rank=1 + better, range=ranks)
    return ranked


def _score(book: ImportedBook) -> ArenaScore:
    kinds = Counter(finding.kind for finding in book.findings)
    return replace(
        _of_curve(book.name, book.curve, baseline=False),
        trades=len(book.moves),
        outside=kinds[FindingKind.OUTSIDE_BAR],
        zero_quantity=kinds[FindingKind.ZERO_QUANTITY],
        findings=len(book.findings),
        outcomes=len(book.outcomes),
        wins=sum(outcome > 0 for outcome in book.outcomes),
    )


def _baseline(line: Baseline) -> ArenaScore:
    return _of_curve(line.name, line.curve, baseline=True)


def _of_curve(name: str, curve: Sequence[Decimal], *, baseline: bool) -> ArenaScore:
    pnl = curve[-1] - curve[0]
    return ArenaScore(
        name=name,
        baseline=baseline,
        equity=curve[-1],
        pnl=pnl,
        returned=float(pnl / curve[0]),
        max_drawdown=max_drawdown(curve),
    )
