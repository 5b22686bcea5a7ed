"""Stages: what a turn or a call of a run was for, in the words of its page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from quorate.arena.record.turns import Turn
from quorate.llm.call import Purpose

PURPOSES: Final[Mapping[Purpose, str]] = {
    Purpose.ANSWER: "first round",
    Purpose.ARGUE: "debate",
    Purpose.PANEL: "power panel",
    Purpose.REPAIR: "repair",
    Purpose.TEST: "test call",
}

COLOURS: Final[Mapping[Purpose, int]] = {
    Purpose.ANSWER: 1,
    Purpose.ARGUE: 7,
    Purpose.PANEL: 3,
    Purpose.REPAIR: 5,
    Purpose.TEST: 0,
}
"""The hub's chart colours: purple is the power tier's alone, teal the advocates', amber what went wrong."""


def stage_words(turn: Turn) -> str:
    """Return where in the run a turn was taken: "first round", "round 2", "power panel"."""
    if turn.purpose is Purpose.ARGUE:
        return f"round {turn.round}"
    return PURPOSES[turn.purpose]
