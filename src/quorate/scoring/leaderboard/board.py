"""The leaderboard: from a book's record and a question to lines, ranks, frontier, uplift and what can be said of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from quorate.scoring.leaderboard.calibration import Calibration, calibration_of
from quorate.scoring.leaderboard.frontier import FrontierPoint, frontier
from quorate.scoring.leaderboard.line import Answer, Known, Line
from quorate.scoring.leaderboard.lines import agent_lines, baseline_lines
from quorate.scoring.leaderboard.query import LeaderboardFilter
from quorate.scoring.leaderboard.ranking import Ranking
from quorate.scoring.leaderboard.record import NOTIONAL, Columns
from quorate.scoring.leaderboard.selection import Selection, selected
from quorate.scoring.leaderboard.uplift import Uplift, uplifts
from quorate.scoring.leaderboard.words import METHOD, separable


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What a question can be narrowed to: everything that has anything in the book, whatever was asked."""

    books: tuple[str, ...] = ()
    markets: tuple[str, ...] = ()
    strategies: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()

    def as_json(self) -> Answer:
        """Return the object of an answer."""
        return {name: list(getattr(self, name)) for name in self.__slots__}


@dataclass(frozen=True, slots=True, kw_only=True)
class BookFacts:
    """The book that was meant, and the books that there are."""

    name: str
    mode: str
    books: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaderboard:
    """The answer; `outcomes` are counted, `of` all views that took a side and turned out, of voters and panel alone.

    `as_of` is the newest session that resolved anything in the book, `since` the first day of the window, both None of
    an empty book; `items` are by net P&L, `baselines` pinned below them.
    """

    book: str
    book_mode: str
    wanted: LeaderboardFilter
    as_of: date | None
    since: date | None
    outcomes: int
    of: int
    separable: str
    items: tuple[Line, ...]
    baselines: tuple[Line, ...]
    frontier: tuple[FrontierPoint, ...]
    uplift: tuple[Uplift, ...]
    calibration: Calibration
    choices: Choices
    notional_usd: int = NOTIONAL
    method: str = METHOD

    def as_json(self) -> Answer:
        """Return the answer of a read; the baselines follow the ranked in `items`. Names: UI 2."""
        wanted = self.wanted
        return {
            "book": self.book,
            "bookMode": self.book_mode,
            "window": wanted.window.value,
            "asOf": self.as_of.isoformat() if self.as_of else None,
            "since": self.since.isoformat() if self.since else None,
            "groupBy": wanted.group_by.value,
            "market": wanted.market,
            "strategy": wanted.strategy,
            "role": wanted.role,
            "minOutcomes": wanted.min_outcomes,
            "outcomes": self.outcomes,
            "of": self.of,
            "notionalUsd": str(self.notional_usd),
            "method": self.method,
            "separable": self.separable,
            "items": [line.as_json() for line in (*self.items, *self.baselines)],
            "frontier": [point.as_json() for point in self.frontier],
            "uplift": [each.as_json() for each in self.uplift],
            "calibration": self.calibration.as_json(),
            "choices": self.choices.as_json(),
        }


def leaderboard_of(
    columns: Columns, wanted: LeaderboardFilter, book: BookFacts, registry: Mapping[str, Known]
) -> Leaderboard:
    """Return the board of a record; the order in which it came changes nothing."""
    selection = selected(columns, wanted)
    scored, baselines = (
        agent_lines(selection, wanted, registry),
        baseline_lines(selection),
    )
    ranking = Ranking(
        scored,
        baselines,
        needed=wanted.needed,
        horizon=int(selection.views.horizon[selection.counts].max(initial=1)),
        seed=f"leaderboard\n{book.name}",
    )
    lines = ranking.with_ranks()
    points = frontier(lines)
    on_it = {point.name for point in points if point.on_frontier}
    counts = selection.counts & selection.by_agents
    return Leaderboard(
        book=book.name,
        book_mode=book.mode,
        wanted=wanted,
        as_of=selection.as_of,
        since=selection.since,
        outcomes=int(counts.sum()),
        of=int((selection.takes_side & selection.by_agents).sum()),
        separable=separable(lines, ranking, wanted.needed),
        items=tuple(replace(line, on_frontier=line.name in on_it) for line in lines),
        baselines=tuple(each.line for each in baselines),
        frontier=points,
        uplift=uplifts(selection),
        calibration=_calibration(selection, book.name),
        choices=choices_in(columns, book),
    )


def choices_in(columns: Columns, book: BookFacts) -> Choices:
    """Return what a question about the book can be narrowed to."""
    texts = columns.texts
    roles = texts.roles.texts
    by_agents = columns.views.role[columns.views.kind <= 1]
    return Choices(
        books=book.books,
        markets=_sorted(texts.symbols.texts),
        strategies=_sorted(texts.strategies.texts),
        roles=_sorted([roles[number] for number in set(by_agents.tolist())]),
    )


def _calibration(selection: Selection, book: str) -> Calibration:
    counts = selection.counts & selection.by_agents
    return calibration_of(
        "", book, selection.as_of, selection.views.confidence[counts], selection.views.hit[counts]
    )


def _sorted(texts: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted(text for text in texts if text))
