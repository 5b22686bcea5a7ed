"""Stances over the rounds: geometry of a drawing that the server makes, and the sentence that says the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from quorate.arena.record.debate import VOTES, Part, SymbolDebate
from quorate.arena.record.phrases import spaced
from quorate.kernel.action import Action

LEVELS: Final[Mapping[Action, float]] = {Action.BUY: 28.0, Action.HOLD: 72.0, Action.SELL: 116.0}
"""How high each view is drawn."""

LEFT: Final = 76.0
RIGHT: Final = 420.0
APART: Final = 6.0
"""Between two lines that would lie on each other."""

LINE_HEIGHT: Final = 14.0
COLOURS: Final = (1, 5, 8, 4, 2, 6, 3, 7)
"""The hub's chart colours, as many as lines can be told apart; who comes after them is drawn grey."""


@dataclass(frozen=True, slots=True)
class Point:
    """Where somebody stood at one time."""

    x: float
    y: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One speaker's stances; `label_y` is where the name stands beside its end."""

    name: str
    colour: int
    points: tuple[Point, ...]
    label_y: float

    @property
    def path(self) -> str:
        """Return the points as an SVG polyline takes them."""
        return " ".join(f"{point.x:.1f},{point.y:.1f}" for point in self.points)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """The drawing: its levels, its times, its lines, and what it shows in words."""

    levels: tuple[tuple[str, float], ...]
    times: tuple[tuple[str, float], ...]
    lines: tuple[Line, ...]
    summary: str


def timeline(debate: SymbolDebate) -> Timeline | None:
    """Return the stances of who is free to change them, None where nobody of them argued."""
    names = free_speakers(debate)
    if not names:
        return None
    times = _times([each.number for each in debate.rounds])
    stances = {name: _stances(debate, name) for name in names}
    lines = _lines(stances, times)
    return Timeline(
        levels=tuple((action.value, y) for action, y in LEVELS.items()),
        times=tuple(("votes" if n == VOTES else f"round {n}", x) for n, x in times.items()),
        lines=lines,
        summary="; ".join(_said(name, stances[name]) for name in names) + ".",
    )


def free_speakers(debate: SymbolDebate) -> Sequence[str]:
    """Return who argued and is not assigned a side, so who may change their mind."""
    argued = {name for each in debate.rounds if each.number for name in each.statements}
    return [
        one.profile
        for one in debate.participants
        if one.part is not Part.ADVOCATE and one.profile in argued
    ]


def _times(numbers: Sequence[int]) -> Mapping[int, float]:
    gaps = max(len(numbers) - 1, 1)
    return {n: LEFT + (RIGHT - LEFT) * place / gaps for place, n in enumerate(numbers)}


def _stances(debate: SymbolDebate, name: str) -> Sequence[tuple[int, Action]]:
    return [
        (each.number, said.action)
        for each in debate.rounds
        if (said := each.statements.get(name)) is not None and said.action in LEVELS
    ]


def _lines(
    stances: Mapping[str, Sequence[tuple[int, Action]]], times: Mapping[int, float]
) -> tuple[Line, ...]:
    shifts = {name: (n - (len(stances) - 1) / 2) * APART for n, name in enumerate(stances)}
    drawn: list[Line] = []
    for place, (name, held) in enumerate(stances.items()):
        points = tuple(Point(times[n], LEVELS[action] + shifts[name]) for n, action in held)
        if points:
            drawn.append(
                Line(
                    name=spaced(name).capitalize(),
                    colour=COLOURS[place] if place < len(COLOURS) else 0,
                    points=points,
                    label_y=_label(points[-1].y, drawn),
                )
            )
    return tuple(drawn)


def _label(y: float, drawn: Sequence[Line]) -> float:
    """Return a height for a name that no other name stands at: the next free one downwards."""
    taken = sorted(line.label_y for line in drawn)
    for other in taken:
        if abs(other - y) < LINE_HEIGHT:
            y = other + LINE_HEIGHT
    return y


def _said(name: str, held: Sequence[tuple[int, Action]]) -> str:
    views = [action.value for _, action in held]
    moves = [view for place, view in enumerate(views) if place == 0 or view != views[place - 1]]
    if not views:
        return f"{spaced(name)} had no view"
    if len(moves) == 1:
        return f"{spaced(name)} stays at {moves[0]}"
    return f"{spaced(name)} goes from {' to '.join(moves)}"
