"""Scores: what each book came to, net of what its models cost, and how far the order can be believed.

Names: R-110 (competition_scores). Fewer than 30 closed outcomes give no rank. Source: DESIGN 11.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final, TypedDict

from quorate.arena.competition.contest import BASELINES
from quorate.arena.competition.record import Competition
from quorate.arena.competition.trading import BookRound
from quorate.arena.record.phrases import enumeration
from quorate.kernel.canonical import sha256_hex
from quorate.portfolio import FillReason, Outcome, Result, Side
from quorate.portfolio.fill_model import BASIS_POINT
from quorate.portfolio.separation import Interval, Separation, separation

CENT: Final = Decimal("0.01")

ENOUGH: Final = 30
"""Closed outcomes below which a book is not ranked. Source: DESIGN 11."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What one book came to so far.

    `net_pnl` is equity less capital: the models' cost is in it; `pnl` is what it would be without. Ratios are shares
    of 1. `cost` sums what is priced, `unpriced` counts the rounds whose cost nobody knows. `interval` is where
    the net return lies with 95 % confidence. `rank` is None for a baseline and for a book with too few outcomes; equal
    returns share one; `range` are the best and the worst rank that the intervals leave open.
    """

    name: str
    baseline: bool
    equity: Decimal
    pnl: Decimal
    cost: Decimal
    unpriced: int
    net_pnl: Decimal
    net_return: float
    max_drawdown: float
    trades: int
    outcomes: int
    wins: int
    win_rate: float | None
    mean_sessions: float | None
    refused: int
    errors: int
    decisions: int
    cost_per_decision: Decimal | None
    slippage: Decimal = Decimal(0)
    """What its fills cost against the bars' own prices, by the basis points of the terms: a proxy. Source: R-110."""

    interval: Interval | None = None
    rank: int | None = None
    tied: bool = False
    range: tuple[int, int] | None = None

    @property
    def provisional(self) -> bool:
        """Return whether too little was closed to rank it."""
        return not self.baseline and self.outcomes < ENOUGH


def equity_curve(competition: Competition, place: int) -> tuple[Decimal, ...]:
    """Return what the book at `place` was worth at the start and after every round."""
    worth = (played.books[place].book.equity for played in competition.rounds)
    return (competition.terms.capital.amount, *worth)


def curve_sessions(competition: Competition) -> tuple[date, ...]:
    """Return the session of every round that was played."""
    return tuple(played.session for played in competition.rounds)


def scores_of(competition: Competition) -> tuple[Score, ...]:
    """Return every book's score: participants by net return, then by name, then the baselines."""
    found = [_score(competition, place) for place in range(len(competition.books))]
    proven = _separation(competition)
    if proven is not None:
        pairs = zip(found, proven.intervals, strict=True)
        found = [replace(score, interval=interval) for score, interval in pairs]
    ranks = _ranks(found, proven)
    taking_part = sorted(
        (replace(score, **ranks.get(score.name, {})) for score in found if not score.baseline),
        key=lambda score: (-score.net_pnl, score.name),
    )
    return (*taking_part, *(score for score in found if score.baseline))


def _separation(competition: Competition) -> Separation | None:
    curves = [equity_curve(competition, place) for place in range(len(competition.books))]
    seed = int(sha256_hex(competition.competition_id)[:8], 16)
    return separation(curves, seed)


class _Rank(TypedDict, total=False):
    rank: int
    tied: bool
    range: tuple[int, int]


def _ranks(found: Sequence[Score], proven: Separation | None) -> Mapping[str, _Rank]:
    """Return the ranks of the participants that have enough outcomes; equal returns share one."""
    counted = [
        place for place, score in enumerate(found) if not (score.baseline or score.provisional)
    ]
    better = {
        place: sum(found[other].net_pnl > found[place].net_pnl for other in counted)
        for place in counted
    }
    return {
        found[place].name: _Rank(
            rank=1 + better[place],
            tied=list(better.values()).count(better[place]) > 1,
            range=_range(place, counted, proven),
        )
        for place in counted
    }


def _range(place: int, counted: Sequence[int], proven: Separation | None) -> tuple[int, int]:
    """Return the best and the worst rank that nothing speaks against; without intervals, any."""
    if proven is None:
        return 1, len(counted)
    return proven.range_of(place, counted)


def max_drawdown(curve: Iterable[Decimal]) -> float:
    """Return the deepest fall from a peak as a share of it, in [0, 1]."""
    peak, deepest = Decimal(0), Decimal(0)
    for worth in curve:
        peak = max(peak, worth)
        deepest = max(deepest, (peak - worth) / peak if peak > 0 else Decimal(0))
    return float(deepest)


def verdict(scores: Sequence[Score]) -> str:
    """Return in a sentence how far the order of the participants can be believed."""
    taking_part = [score for score in scores if not score.baseline]
    ranked = [score for score in taking_part if score.rank is not None]
    if not any(score.outcomes for score in taking_part):
        return "Nothing to compare yet: no participant has closed a trade."
    if not ranked:
        return (
            f"Not decided: no participant has {ENOUGH} closed outcomes, so this order is not separable "
            "from luck."
        )
    provisional = [score.name for score in taking_part if score.provisional]
    return _order_words(ranked) + (_few_words(provisional) if provisional else "")


def _order_words(ranked: Sequence[Score]) -> str:
    if len(ranked) == 1:
        return f"Not decided: {ranked[0].name} alone has {ENOUGH} closed outcomes."
    first = ranked[0]
    if first.range == (1, 1):
        return f"{first.name} leads: its return clears that of every other ranked participant."
    rivals = [score.name for score in ranked[1:] if score.range and score.range[0] == 1]
    return (
        f"Not decided: {first.name} is ahead, but its return cannot be told from that of "
        f"{enumeration(rivals)} over these sessions."
    )


def _few_words(provisional: Sequence[str]) -> str:
    verb = "has" if len(provisional) == 1 else "have"
    return f" {enumeration(provisional)} {verb} fewer than {ENOUGH} and no rank."


def _score(competition: Competition, place: int) -> Score:
    rounds = [played.books[place] for played in competition.rounds]
    book, capital = competition.books[place], competition.terms.capital.amount
    outcomes = [outcome for each in rounds for outcome in each.outcomes]
    wins = sum(outcome.result is Result.WIN for outcome in outcomes)
    cost = sum((each.cost for each in rounds if each.cost is not None), Decimal(0))
    decisions, net = sum(each.decisions for each in rounds), book.equity - capital
    return Score(
        name=book.name,
        baseline=book.name in BASELINES,
        equity=book.equity,
        pnl=net + cost,
        cost=cost,
        unpriced=sum(each.cost is None for each in rounds),
        net_pnl=net,
        net_return=float(net / capital),
        max_drawdown=max_drawdown(equity_curve(competition, place)),
        trades=_entries(rounds),
        outcomes=len(outcomes),
        wins=wins,
        win_rate=wins / len(outcomes) if outcomes else None,
        mean_sessions=_mean_sessions(outcomes),
        refused=sum(len(each.refusals) for each in rounds),
        errors=sum(each.errors for each in rounds),
        decisions=decisions,
        cost_per_decision=cost / decisions if decisions else None,
        slippage=slippage_of(rounds, competition.terms.limits_of(book.name).slippage_bps),
    )


def slippage_of(rounds: Iterable[BookRound], slippage_bps: Decimal) -> Decimal:
    """Return what the fills cost against the bars' own prices, in whole cents.

    A fill model that is a proxy itself gives a proxy: bought so many basis points above the bar's price, sold so many
    below it. Source: R-110 (`slippage_proxy`), DESIGN 8 (fills).
    """
    worse = slippage_bps * BASIS_POINT
    paid = sum(
        (
            fill.quantity
            * fill.price
            * (worse / (1 + worse if fill.side is Side.BUY else 1 - worse))
            for each in rounds
            for fill in each.fills
        ),
        Decimal(0),
    )
    return paid.quantize(CENT)


def _entries(rounds: Iterable[BookRound]) -> int:
    return sum(fill.reason is FillReason.ENTRY for each in rounds for fill in each.fills)


def _mean_sessions(outcomes: Sequence[Outcome]) -> float | None:
    if not outcomes:
        return None
    return sum(outcome.sessions for outcome in outcomes) / len(outcomes)
