"""Lines, computed: from what the groups came to, and what they cost, to what a reader compares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

import numpy as np

from quorate.scoring.hit_rate import hit_rate
from quorate.scoring.leaderboard.grouping import (
    Groups,
    Named,
    agents_grouped,
    arms_grouped,
    paid_by,
)
from quorate.scoring.leaderboard.line import Known, Line
from quorate.scoring.leaderboard.query import LeaderboardFilter, LineKind
from quorate.scoring.leaderboard.record import MICROS, Floats, Ints
from quorate.scoring.leaderboard.selection import Selection
from quorate.scoring.leaderboard.tally import (
    TurnTally,
    ViewTally,
    dollars,
    drawdown,
    price,
    tally_turns,
    tally_views,
)

TREND_POINTS: Final = 60
"""So many points a sparkline has at the most. Ours."""

_CENT_PARTS: Final = Decimal("0.000000001")


@dataclass(frozen=True, slots=True)
class Scored:
    """A line, and its P&L by session in dollars, net of what is known of its cost."""

    line: Line
    daily: Floats


def agent_lines(
    selection: Selection, wanted: LeaderboardFilter, registry: Mapping[str, Known]
) -> Sequence[Scored]:
    """Return the line of every agent, model, prompt or role, by name."""
    groups = agents_grouped(selection, wanted.group_by, registry)
    views = _views_of(selection, groups)
    turns = tally_turns(selection.turns, groups.turns, groups.size, selection.days)
    return _scored(groups.lines, views, turns, selection.days)


def baseline_lines(selection: Selection) -> Sequence[Scored]:
    """Return the lines of the baselines; each pays for the turns that it would have asked for."""
    groups = arms_grouped(selection)
    every, texts = selection.every_turn, selection.columns.texts
    costs = [
        tally_turns(every, paid_by(every, texts, arm.name), 1, selection.days)
        for arm in groups.lines
    ]
    return _scored(groups.lines, _views_of(selection, groups), _stacked(costs), selection.days)


def _views_of(selection: Selection, groups: Groups) -> ViewTally:
    return tally_views(selection.views, selection.counts, groups.views, groups.size, selection.days)


def _stacked(costs: Sequence[TurnTally]) -> TurnTally:
    """Return several tallies of one group each as one of several groups."""
    if not costs:
        nothing = np.zeros(0, dtype=np.int64)
        none, never = nothing.astype(np.float64), np.zeros((0, 0))
        return TurnTally(nothing, nothing, nothing, nothing, none, never)
    return TurnTally(*(np.concatenate(parts) for parts in zip(*costs, strict=True)))


def _scored(
    names: Sequence[Named], views: ViewTally, turns: TurnTally, days: Ints
) -> Sequence[Scored]:
    return [_line(named, place, views, turns, days) for place, named in enumerate(names)]


def _line(named: Named, place: int, views: ViewTally, turns: TurnTally, days: Ints) -> Scored:
    n, hits, stated = (int(column[place]) for column in (views.n, views.hits, views.stated))
    unpriced, decisions = int(turns.unpriced[place]), int(views.views[place])
    gross = dollars(views.pnl[place])
    cost = None if unpriced else price(turns.cost[place])
    net = None if cost is None else gross - cost
    daily = _days(views.daily[place], turns.daily[place], priced=not unpriced)
    latency = float(turns.latency_us[place])
    per_100, note = _cost_of_gain(gross, cost)
    pinned = named.kind is LineKind.BASELINE
    moves = pinned or bool(n or turns.turns[place])
    trend, span = _trend(daily, days) if moves else ((), (None, None))
    line = Line(
        **{field: getattr(named, field) for field in Named.__slots__},
        n=n,
        of=int(views.sided[place]),
        hits=hits,
        hit_rate=hit_rate(hits, n),
        pnl_usd=gross,
        cost_usd=cost,
        unpriced=unpriced,
        pnl_net_usd=net,
        max_drawdown_pct=drawdown(daily * MICROS, int(views.places[place])) if moves else None,
        brier=float(views.squared_error[place]) / stated if stated else None,
        mean_confidence=float(views.confidence[place]) / stated if stated else None,
        decisions=decisions,
        abstained=0 if pinned else max(0, int(turns.asked[place]) - decisions),
        cost_per_decision_usd=_divided(cost, decisions),
        cost_per_100_gained_usd=per_100,
        cost_note=note,
        latency_p50_ms=None if pinned or np.isnan(latency) else latency / 1000,
        profit_per_decision_usd=_divided(net, n),
        trend=trend,
        trend_from=span[0],
        trend_to=span[1],
    )
    return Scored(line, daily)


def _days(earned: Floats, spent: Floats, *, priced: bool) -> Floats:
    """Return the P&L of each session in dollars, net where all of the cost is known."""
    net: Floats = (earned - spent if priced else earned) / MICROS
    return net


def _cost_of_gain(gross: Decimal, cost: Decimal | None) -> tuple[Decimal | None, str]:
    """Return what $100 of gain before cost took in models, and why that is zero or nobody can say."""
    if cost is None:
        return None, "unpriced"
    if gross <= 0:
        return None, "no gain"
    return _divided(cost * 100, gross), "" if cost else "free"


def _divided(amount: Decimal | None, by: Decimal | int) -> Decimal | None:
    """Return a quotient to a billionth of a dollar, None of nothing."""
    return None if amount is None or not by else (amount / by).quantize(_CENT_PARTS)


def _trend(daily: Floats, days: Ints) -> tuple[tuple[float, ...], tuple[date | None, date | None]]:
    if not len(days):
        return (), (None, None)
    summed, points = np.cumsum(daily), min(TREND_POINTS, len(days))
    places = np.unique(np.linspace(0, len(days) - 1, points).round().astype(np.int64))
    shown = tuple(round(float(value), 4) for value in summed[places])
    return shown, (date.fromordinal(int(days[0])), date.fromordinal(int(days[-1])))
