"""Columns: the geometry of a chart of stacked columns, in percent of its box, drawn by the server as SVG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from quorate.arena.record.listing import SessionActions
from quorate.arena.record.phrases import count, enumeration
from quorate.kernel.action import FinalAction

TONES: Final[Mapping[FinalAction, int]] = {
    FinalAction.BUY: 4,
    FinalAction.SELL: 6,
    FinalAction.HOLD: 2,
    FinalAction.NO_TRADE: 0,
}
"""The colour of each action's part, from the bottom up; the key and the table say it in words."""

FILLED: Final = 0.74
"""How much of its slot a column takes: thinner ones flicker, wider ones run together."""

WIDEST: Final = 5.0
"""The widest column, in percent: one session alone is not a wall."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a column, in percent from the top left."""

    y: float
    height: float
    tone: int


@dataclass(frozen=True, slots=True)
class Column:
    """The decisions of one session; `words` say them."""

    label: str
    words: str
    x: float
    width: float
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Columns:
    """The chart; `most` is the number of decisions at its upper edge."""

    columns: tuple[Column, ...]
    most: int
    summary: str


def columns_of(sessions: Sequence[SessionActions]) -> Columns:
    """Return the chart of these sessions, oldest first; without any it is empty."""
    most = max((sum(one.actions.values()) for one in sessions), default=0)
    full = max(most, 1)
    slot = 100 / len(sessions) if sessions else 0.0
    columns = tuple(_column(one, at * slot, slot, full) for at, one in enumerate(sessions))
    return Columns(columns, most, _summary(sessions))


def actions_in_words(actions: Mapping[FinalAction, int]) -> str:
    """Return "2 BUY, 1 HOLD and 1 NO_TRADE"."""
    said = [f"{actions[action]:,} {action}" for action in TONES if actions.get(action)]
    return enumeration(said) or "none"


def _column(one: SessionActions, left: float, slot: float, most: int) -> Column:
    width = min(slot * FILLED, WIDEST)
    parts, top = [], 100.0
    for action, tone in TONES.items():
        height = 100 * one.actions.get(action, 0) / most
        if height:
            top -= height
            parts.append(Part(y=top, height=height, tone=tone))
    session = one.session.isoformat()
    return Column(
        label=session,
        words=actions_in_words(one.actions),
        x=left + (slot - width) / 2,
        width=width,
        parts=tuple(parts),
    )


def _summary(sessions: Sequence[SessionActions]) -> str:
    if not sessions:
        return "No session has a decision yet."
    total = {action: sum(one.actions.get(action, 0) for one in sessions) for action in TONES}
    first, last = sessions[0].session, sessions[-1].session
    span = f"of {first}" if first == last else f"from {first} to {last}"
    return f"{count(len(sessions), 'session')} {span}: {actions_in_words(total)}."
