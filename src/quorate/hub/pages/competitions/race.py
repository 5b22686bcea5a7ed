"""The equity race: the geometry of its lines in percent of the chart, drawn by the server as SVG."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Final, NamedTuple

from quorate.arena.competition.contest import BUY_AND_HOLD, NO_TRADE
from quorate.arena.competition.record import Competition
from quorate.arena.competition.scores import Score, curve_sessions, equity_curve
from quorate.arena.record.phrases import spaced
from quorate.hub.pages.scale import Level, height, levels

COLOURS: Final = 8
"""Participants with a colour of their own; the rest are grey. Source: UI 1 (Competitions)."""

GREY: Final = 0
POINTS: Final = 240
"""The most points of a line: more cannot be told apart."""

DASHES: Final = ("", "", "9 3", "2 3", "9 3 2 3", "14 4", "5 3", "1 4", "9 3 2 3 2 3")
"""The stroke of each colour, grey first: who cannot tell colours tells strokes. Source: UI 5."""

DASHED: Final = "5 4"
"""The stroke of a baseline."""

LONGEST_LABEL: Final = 13
"""Characters of a name beside a line's end."""

DOLLARS: Final = "US dollars"

LABEL_GAP: Final = 6.0
"""How far apart the names at the lines' ends stand at least, in percent of the chart's height."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RaceLine:
    """One book's line: `points` in percent for a polyline; its name stands at `label_y`, the line ends at `y`."""

    name: str
    words: str
    colour: int
    dashed: bool
    points: str
    y: float
    label_y: float

    @property
    def label(self) -> str:
        """Return the name as far as it fits beside the line's end; it stands whole in key, summary and table."""
        fits = len(self.name) <= LONGEST_LABEL
        return self.name if fits else f"{self.name[: LONGEST_LABEL - 1]}\N{HORIZONTAL ELLIPSIS}"

    @property
    def stroke(self) -> str:
        """Return the line's dashes as SVG has them, empty for an unbroken one."""
        return DASHED if self.dashed else DASHES[self.colour]


@dataclass(frozen=True, slots=True)
class RaceRow:
    """One session of the table."""

    session: str
    worth: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Race:
    """The chart, its axis, its table, and a sentence that says the same."""

    lines: tuple[RaceLine, ...]
    levels: tuple[Level, ...]
    sessions: tuple[str, ...]
    names: tuple[str, ...]
    rows: tuple[RaceRow, ...]
    every: int
    summary: str
    in_grey: int
    currency: str


class Racer(NamedTuple):
    """One book of a race: its return in words, and what it was worth on each of the days."""

    name: str
    words: str
    dashed: bool
    curve: Sequence[Decimal]


def race_of(competition: Competition, scores: Sequence[Score]) -> Race | None:
    """Return the race of the books, best first; None before the second round: a point is no line."""
    days = curve_sessions(competition)
    if len(days) < 2:
        return None
    places = {book.name: place for place, book in enumerate(competition.books)}
    shown = [score for score in scores if not score.baseline or score.name == BUY_AND_HOLD]
    racers = [
        Racer(
            name=called(score),
            words=signed_percent(score.net_return),
            dashed=score.baseline,
            curve=equity_curve(competition, places[score.name])[1:],
        )
        for score in shown
    ]
    return drawn(racers, days, competition.terms.capital.amount, _summary(days, racers))


def drawn(
    racers: Sequence[Racer],
    days: Sequence[date],
    capital: Decimal,
    summary: str,
    currency: str = DOLLARS,
) -> Race:
    """Return the race of `racers`, best first, over two days at least; those without a colour are grey."""
    curves = [racer.curve for racer in racers]
    every = -(-len(days) // POINTS)
    kept = sorted({*range(0, len(days), every), len(days) - 1})
    low, high = _span(curves, capital)
    ends = [height(curve[-1], low, high) for curve in curves]
    labels = spread(ends, LABEL_GAP)
    return Race(
        lines=tuple(
            RaceLine(
                name=racer.name,
                words=racer.words,
                colour=GREY if racer.dashed or place >= COLOURS else place + 1,
                dashed=racer.dashed,
                points=" ".join(_points(racer.curve, kept, low, high)),
                y=ends[place],
                label_y=labels[place],
            )
            for place, racer in enumerate(racers)
        ),
        levels=levels(low, high, "$" if currency == DOLLARS else ""),
        sessions=tuple(day.isoformat() for day in days),
        names=tuple(racer.name for racer in racers),
        rows=tuple(
            RaceRow(days[at].isoformat(), tuple(f"{curve[at]:,.2f}" for curve in curves))
            for at in kept
        ),
        every=every,
        summary=summary,
        in_grey=max(0, sum(not racer.dashed for racer in racers) - COLOURS),
        currency=currency,
    )


def spread(wanted: Sequence[float], gap: float) -> list[float]:
    """Return places for labels near where they are wanted, in their order, at least `gap` apart and inside 0 to 100."""
    order = sorted(range(len(wanted)), key=lambda at: wanted[at])
    places = list(wanted)
    for before, at in pairwise(order):
        places[at] = max(places[at], places[before] + gap)
    over = places[order[-1]] - 100 if order else 0.0
    if over > 0:
        places[order[-1]] -= over
        for at, after in pairwise(reversed(order)):
            places[after] = min(places[after], places[at] - gap)
    return places


def called(score: Score) -> str:
    """Return what a book is called: a profile by its name, a baseline in words."""
    if score.name == NO_TRADE:
        return "always NO_TRADE"
    return spaced(score.name) if score.baseline else score.name


def signed_percent(ratio: float) -> str:
    """Return a return with its sign: "+8.7 %"."""
    return f"{100 * ratio:+.2f} %".replace("-", "\N{MINUS SIGN}")


def _span(curves: Sequence[Sequence[Decimal]], capital: Decimal) -> tuple[float, float]:
    worth = [float(value) for curve in curves for value in curve]
    low, high = min(*worth, float(capital)), max(*worth, float(capital))
    margin = 0.06 * (high - low) or 0.01 * float(capital)
    return low - margin, high + margin


def _points(
    curve: Sequence[Decimal], kept: Sequence[int], low: float, high: float
) -> Iterator[str]:
    last = len(curve) - 1
    for at in kept:
        yield f"{1000 * at / last:.1f},{10 * height(curve[at], low, high):.1f}"


def _summary(days: Sequence[date], racers: Sequence[Racer]) -> str:
    said = ", ".join(f"{racer.name} {racer.words}" for racer in racers)
    return f"Equity from {days[0]} to {days[-1]}, net of model cost: {said}."
