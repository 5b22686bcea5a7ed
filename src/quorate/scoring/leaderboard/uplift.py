"""Uplift: what the dearer ways of deciding brought beside their controls, the shadow arms of the same runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import numpy as np

from quorate.kernel.canonical import sha256_hex
from quorate.llm.call import Purpose
from quorate.portfolio.separation import BLOCK, told_apart
from quorate.scoring.counting import apart
from quorate.scoring.leaderboard.line import Answer, money, rounded
from quorate.scoring.leaderboard.record import (
    ARENA,
    MICROS,
    UNKNOWN_COST,
    Ints,
    Side,
    ViewKind,
    column_name,
)
from quorate.scoring.leaderboard.selection import Flags, Selection, takes_side
from quorate.scoring.leaderboard.tally import dollars, price


@dataclass(frozen=True, slots=True, kw_only=True)
class Uplift:
    """What one way of deciding brought; money in USD, `low` and `high` the 95 % interval of `uplift_usd`.

    `n` decisions could be compared, `unknown` could not, `differing` took another side than the control; of these the
    ones that do not overlap are added up. None is unknown, or not to be had of so little.
    """

    what: str
    text: str
    n: int
    unknown: int
    differing: int
    uplift_usd: Decimal | None
    cost_usd: Decimal | None
    per_dollar: float | None
    low: float | None
    high: float | None
    verdict: str

    def as_json(self) -> Answer:
        """Return the object of an answer."""
        return {
            "what": self.what,
            "text": self.text,
            "n": self.n,
            "unknown": self.unknown,
            "differing": self.differing,
            "upliftUsd": money(self.uplift_usd),
            "costUsd": money(self.cost_usd),
            "perDollar": rounded(self.per_dollar),
            "low": rounded(self.low),
            "high": rounded(self.high),
            "verdict": self.verdict,
        }


@dataclass(frozen=True, slots=True)
class _Experiment:
    """What is compared with which arm, and the purposes of the calls that it pays for."""

    what: str
    text: str
    control: str
    purposes: tuple[Purpose, ...]


EXPERIMENTS: Final = (
    _Experiment(
        "escalation",
        "Asking the power panel on a trigger, arguments included, against deciding without it (cheap_only).",
        "cheap_only",
        (Purpose.PANEL, Purpose.ARGUE),
    ),
    _Experiment(
        "panel",
        "The panel's own word, followed alone, against deciding without it (cheap_only).",
        "cheap_only",
        (Purpose.PANEL,),
    ),
    _Experiment(
        "debate",
        "The arguments before the panel answers against none (no_debate).",
        "no_debate",
        (Purpose.ARGUE,),
    ),
)
"""Each with its control. Source: DESIGN 6 (shadow arms)."""


def uplifts(selection: Selection) -> tuple[Uplift, ...]:
    """Return what each experiment came to, in their order; nothing where its control was never recorded."""
    found = (_uplift(each, selection) for each in EXPERIMENTS)
    return tuple(each for each in found if each is not None)


def _uplift(experiment: _Experiment, selection: Selection) -> Uplift | None:
    control = _rows(selection, experiment.control)
    if experiment.what == "panel":
        tried = np.flatnonzero(selection.views.kind == ViewKind.PANEL)
    else:
        tried = _rows(selection, ARENA)
    if not len(control) or not len(tried):
        return None
    mine, theirs = _paired(selection, tried, control)
    known = selection.views.side[theirs] != Side.UNKNOWN
    differs = known & (_taken(selection, mine) != _taken(selection, theirs))
    one, other = mine[differs], theirs[differs]
    daily = _daily(selection, one, other)
    cost = _cost(selection, experiment.purposes)
    low, high = _interval(daily, selection, one, experiment.what)
    gain = dollars(int(daily.sum())) if len(one) else None
    n, unknown = int(known.sum()), int((~known).sum())
    return Uplift(
        what=experiment.what,
        text=experiment.text,
        n=n,
        unknown=unknown,
        differing=len(one),
        uplift_usd=gain,
        cost_usd=cost,
        per_dollar=float(gain / cost) if gain is not None and cost else None,
        low=low,
        high=high,
        verdict=_verdict(n, unknown, len(one), cost, (low, high)),
    )


def _rows(selection: Selection, arm: str) -> Ints:
    number = selection.columns.texts.names.find(column_name(ViewKind.ARM, arm))
    return np.flatnonzero(selection.views.name == number)


def _paired(selection: Selection, tried: Ints, control: Ints) -> tuple[Ints, Ints]:
    """Return the rows of `tried` with those of `control` about the same symbol of the same run."""
    symbols = int(selection.views.symbol.max(initial=0)) + 1
    asked = selection.views.run * symbols + selection.views.symbol
    order = control[np.argsort(asked[control], kind="stable")]
    places = np.searchsorted(asked[order], asked[tried])
    places = np.minimum(places, len(order) - 1)
    same: Flags = asked[order[places]] == asked[tried]
    return tried[same], order[places[same]]


def _taken(selection: Selection, rows: Ints) -> Ints:
    """Return -1, 0 or 1 for what each view took: HOLD and NO_TRADE both take nothing."""
    return np.where(takes_side(selection.views)[rows], selection.views.side[rows], 0)


def _daily(selection: Selection, one: Ints, other: Ints) -> Ints:
    """Return by session, in millionths of a dollar, what the views that do not overlap brought over their controls."""
    views = selection.views
    symbols = int(views.symbol.max(initial=0)) + 1
    keys = views.name[one] * symbols + views.symbol[one]
    spans = zip(keys.tolist(), views.as_of[one].tolist(), views.resolved[one].tolist(), strict=True)
    counts = np.array(apart(spans), dtype=np.bool_)
    more = views.pnl[one[counts]] - views.pnl[other[counts]]
    places = np.searchsorted(selection.days, views.resolved[one[counts]])
    summed = np.bincount(places, more, minlength=len(selection.days))
    return np.rint(summed).astype(np.int64)


def _cost(selection: Selection, purposes: Sequence[Purpose]) -> Decimal | None:
    turns, texts = selection.every_turn, selection.columns.texts
    paid = np.isin(turns.purpose, [texts.purposes.find(purpose) for purpose in purposes])
    costs = turns.cost[paid]
    return None if (costs == UNKNOWN_COST).any() else price(int(costs.sum()))


def _interval(
    daily: Ints, selection: Selection, rows: Ints, seed: str
) -> tuple[float | None, float | None]:
    if not len(rows):
        return None, None
    block = max(BLOCK, int(selection.views.horizon[rows].max()))
    proven = told_apart((daily / MICROS)[np.newaxis, :], int(sha256_hex(seed)[:8], 16), block=block)
    if proven is None:
        return None, None
    (interval,) = proven.intervals
    return interval.low, interval.high


def _verdict(
    n: int,
    unknown: int,
    differing: int,
    cost: Decimal | None,
    interval: tuple[float | None, float | None],
) -> str:
    low, high = interval
    if not differing:
        return _unchanged(n, unknown)
    if low is None or high is None:
        return f"Not separable yet: {differing} decisions differ, over too few sessions."
    spent = float(cost) if cost is not None else 0.0
    if low > spent:
        return "It earned more than it cost."
    if high < spent:
        return "It brought less than it cost."
    return "Not separable yet: what it brought may as well be luck."


def _unchanged(n: int, unknown: int) -> str:
    if not unknown:
        return f"It changed nothing: all {n} decisions would have been the same without it."
    return (
        f"Nobody knows: what {unknown} decisions would have been without it was not recorded, "
        f"and the other {n} are the same."
    )
