"""The page's address: which window of which book, by what the lines are grouped, and what narrows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final
from urllib.parse import urlencode

from quorate.hub.pages.addresses import word_in
from quorate.hub.pages.screen import WHOLE, Column, Screen, read_screen
from quorate.kernel.ids import BookName, is_name, symbol_in
from quorate.scoring.leaderboard import ENOUGH, GroupBy, LeaderboardFilter, Window

PAGE: Final = "/admin/arena/leaderboard"
SECTION: Final = "leaderboard"

NO_STRATEGY: Final = "-"
"""How the address says "runs that followed no strategy": no strategy can be named so."""

LEAST: Final = (ENOUGH, 50, 100, 200)
"""Outcomes that can be asked for before a line is ranked; the first is DESIGN 11's."""


SCREEN: Final = Screen(
    (
        Column("outcomes", "Outcomes", 3),
        Column("hits", "Hit rate", 4),
        Column("net", "Net P&L", 5),
        Column("drawdown", "Drawdown", 6),
        Column("brier", "Brier", 7),
        Column("decision", "Per decision", 8),
        Column("hundred", "Per $100", 9),
        Column("p50", "p50", 10),
        Column("trend", "Trend", 11),
    ),
    sizes=WHOLE,
)
"""What can be hidden of the ranking; the rank and the name stay."""


class Sort(StrEnum):
    """What the lines stand in order of; the first is how they come."""

    NET = "net"
    OUTCOMES = "n"
    HITS = "hit"
    DRAWDOWN = "drawdown"
    BRIER = "brier"
    COST = "cost"
    LATENCY = "p50"


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardQuery:
    """What an address asks for; `curve` names whose calibration is drawn, empty for the whole board's."""

    wanted: LeaderboardFilter = field(default_factory=LeaderboardFilter)
    sort: Sort = Sort.NET
    curve: str = ""
    ignored: tuple[str, ...] = ()
    screen: Screen = SCREEN

    @property
    def href(self) -> str:
        """Return the address, without what is usual anyway."""
        pairs = self.pairs
        return f"{PAGE}?{urlencode(pairs)}" if pairs else PAGE

    @property
    def pairs(self) -> Sequence[tuple[str, str]]:
        """Return the address's parameters, without what is usual anyway."""
        plain, wanted = LeaderboardFilter(), self.wanted
        said = {
            "window": "" if wanted.window is plain.window else wanted.window.value,
            "groupBy": "" if wanted.group_by is plain.group_by else wanted.group_by.value,
            "book": wanted.book or "",
            "market": wanted.market or "",
            "strategy": strategy_word(wanted.strategy),
            "role": wanted.role or "",
            "minOutcomes": ""
            if wanted.min_outcomes == plain.min_outcomes
            else str(wanted.min_outcomes),
            "sort": "" if self.sort is Sort.NET else self.sort.value,
            "curve": self.curve,
        }
        return [*((name, value) for name, value in said.items() if value), *self.screen.pairs]

    @property
    def kept(self) -> Sequence[tuple[str, str]]:
        """Return what a form that chooses another curve keeps."""
        return replace(self, curve="").pairs

    @property
    def export(self) -> str:
        """Return the address of the lines as a file."""
        return replace(self, screen=SCREEN).href.replace(PAGE, f"{PAGE}/export", 1)

    @property
    def is_filtered(self) -> bool:
        """Return whether anything but the book and the grouping narrows what is counted."""
        wanted = self.wanted
        return wanted.window is not Window.ALL or any(
            each is not None for each in (wanted.market, wanted.strategy, wanted.role)
        )

    @property
    def cleared(self) -> str:
        """Return the address without anything that narrows what is counted."""
        wanted = LeaderboardFilter(book=self.wanted.book, group_by=self.wanted.group_by)
        return BoardQuery(wanted=wanted, screen=self.screen).href

    def over(self, window: Window) -> str:
        """Return the address of another window."""
        return replace(self, wanted=replace(self.wanted, window=window)).href

    def by(self, group_by: GroupBy) -> str:
        """Return the address of the same grouped otherwise."""
        return replace(self, wanted=replace(self.wanted, group_by=group_by), curve="").href

    def sorted_by(self, sort: Sort) -> str:
        """Return the address of another order of the lines."""
        return replace(self, sort=sort).href


def read_query(params: Mapping[str, Sequence[str]]) -> BoardQuery:
    """Return what the parameters ask for; what cannot be understood is left out, and named as `ignored`."""
    ignored: list[str] = []

    def said(name: str) -> str:
        return next(iter(params.get(name, ())), "").strip()

    def understood(name: str, read: object) -> None:
        if said(name) and read is None:
            ignored.append(f"{name} {said(name)[:60]}")

    window, group_by = word_in(said("window"), Window), word_in(said("groupBy"), GroupBy)
    market, least = (
        symbol_in(said("market")) if said("market") else None,
        _number(said("minOutcomes")),
    )
    strategy, role, book = _strategy(said("strategy")), _name(said("role")), _name(said("book"))
    for name, read in (
        ("window", window),
        ("groupBy", group_by),
        ("market", market),
        ("strategy", strategy),
        ("role", role),
        ("book", book),
        ("minOutcomes", least),
    ):
        understood(name, read)
    return BoardQuery(
        wanted=LeaderboardFilter(
            book=None if book is None else BookName(book),
            window=window or Window.ALL,
            market=market,
            strategy=strategy,
            role=role,
            group_by=group_by or GroupBy.AGENT,
            min_outcomes=LEAST[0] if least is None else least,
        ),
        sort=word_in(said("sort"), Sort) or Sort.NET,
        curve=_name(said("curve")) or "",
        ignored=tuple(ignored),
        screen=read_screen(params, SCREEN),
    )


def strategy_word(strategy: str | None) -> str:
    """Return how an address says a strategy: none is a dash, any is nothing."""
    return "" if strategy is None else strategy or NO_STRATEGY


def _strategy(text: str) -> str | None:
    return "" if text == NO_STRATEGY else _name(text)


def _name(text: str) -> str | None:
    return text if is_name(text) else None


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 7 else None
