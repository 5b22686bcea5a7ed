"""Selection: the views and turns that a question is about, and which of the views count."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Final, TypeAlias, TypeVar

import numpy as np

from quorate.scoring.counting import apart
from quorate.scoring.leaderboard.query import LeaderboardFilter
from quorate.scoring.leaderboard.record import (
    UNKNOWN_COST,
    Columns,
    Ints,
    Side,
    Turns,
    ViewKind,
    Views,
)

Flags: TypeAlias = "np.ndarray[tuple[int], np.dtype[np.bool_]]"

T = TypeVar("T", Views, Turns)

_NOBODY: Final = -2
"""A number that no text has: what is asked for never came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What was selected; `counts` marks the views that count, `days` are the sessions that resolved any of them.

    `every_turn` are the turns of all roles: an arm pays for whom it would have asked, whatever role was wanted.
    """

    columns: Columns
    views: Views
    turns: Turns
    every_turn: Turns
    counts: Flags
    days: Ints
    as_of: date | None
    since: date | None

    @property
    def by_agents(self) -> Flags:
        """Return which views are a voter's or the panel's."""
        return self.views.kind <= ViewKind.PANEL

    @property
    def takes_side(self) -> Flags:
        """Return which views can be right or wrong."""
        return takes_side(self.views)


def selected(columns: Columns, wanted: LeaderboardFilter) -> Selection:
    """Return what `wanted` is about; a role leaves the arms and the arena's decisions in, to compare with."""
    views, turns = columns.views, columns.turns
    as_of = columns.newest
    since = wanted.window.first_day(as_of) if as_of else None
    first = since.toordinal() if since else 0
    kept = _followed(columns, wanted, views) & (views.resolved >= first)
    kept &= _in_role(columns, wanted, views) | (views.kind > ViewKind.PANEL)
    market = None if wanted.market is None else columns.texts.symbols.find(wanted.market)
    if market is not None:
        kept &= views.symbol == market
    paid = _followed(columns, wanted, turns) & (turns.settled >= first)
    if wanted.market is not None:
        paid &= np.isin(turns.group, _groups_with(columns, wanted.market))
    chosen, bought = _only(views, kept), _only(turns, paid)
    if wanted.market is not None:
        bought = _part_of_market(bought, columns)
    return Selection(
        columns=columns,
        views=chosen,
        turns=_only(bought, _in_role(columns, wanted, bought)),
        every_turn=bought,
        counts=counted(chosen),
        days=np.union1d(chosen.resolved, bought.settled),
        as_of=as_of,
        since=since,
    )


def counted(views: Views) -> Flags:
    """Return which views count: those that take a side, and of each name on a symbol those that do not overlap."""
    places = np.flatnonzero(takes_side(views))
    symbols = int(views.symbol.max(initial=0)) + 1
    keys = views.name[places] * symbols + views.symbol[places]
    spans = zip(
        keys.tolist(),
        views.as_of[places].tolist(),
        views.resolved[places].tolist(),
        strict=True,
    )
    counts = np.zeros(len(views.kind), dtype=np.bool_)
    counts[places] = apart(spans)
    return counts


def takes_side(views: Views) -> Flags:
    """Return which views can be right or wrong."""
    sided: Flags = (views.side == Side.BUY) | (views.side == Side.SELL)
    return sided


def _part_of_market(turns: Turns, columns: Columns) -> Turns:
    """Return turns with what one market's part of them is.

    A turn asks about all symbols of its run at once, so one of them is an even part of its cost. Source: DESIGN 6.
    """
    sizes = [len(symbols) for symbols in list(columns.texts.groups)]
    parts = np.array([max(size, 1) for size in sizes] or [1], dtype=np.int64)[turns.group]
    unknown = turns.cost == UNKNOWN_COST
    return replace(
        turns,
        cost=np.where(unknown, UNKNOWN_COST, turns.cost // parts),
        asked=np.ones_like(turns.asked),
    )


def _followed(columns: Columns, wanted: LeaderboardFilter, rows: Views | Turns) -> Flags:
    """Return which rows are of runs that followed the wanted strategy."""
    if wanted.strategy is None:
        return np.ones(len(rows.name), dtype=np.bool_)
    followed: Flags = rows.strategy == _number(columns.texts.strategies.find(wanted.strategy))
    return followed


def _in_role(columns: Columns, wanted: LeaderboardFilter, rows: Views | Turns) -> Flags:
    if wanted.role is None:
        return np.ones(len(rows.name), dtype=np.bool_)
    held: Flags = rows.role == _number(columns.texts.roles.find(wanted.role))
    return held


def _number(found: int) -> int:
    return _NOBODY if found < 0 else found


def _groups_with(columns: Columns, market: str) -> list[int]:
    return [number for symbols, number in list(columns.texts.groups.items()) if market in symbols]


def _only(rows: T, kept: Flags) -> T:
    return type(rows)(**{name: getattr(rows, name)[kept] for name in rows.__slots__})
