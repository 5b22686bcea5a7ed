"""What is asked of the leaderboard: which outcomes, and what they are added up by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import BookName, Symbol

ENOUGH: Final = 30
"""Counted outcomes below which nothing is ranked. Source: DESIGN 11."""


class Window(StrEnum):
    """How far back it is looked, in days before the newest session of the book. Source: R-114; "all" is ours."""

    WEEK = "7d"
    MONTH = "30d"
    QUARTER = "90d"
    ALL = "all"

    def first_day(self, as_of: date) -> date | None:
        """Return the first day that is in, None where everything is."""
        if self is Window.ALL:
            return None
        return as_of - timedelta(days=int(self.removesuffix("d")) - 1)


class GroupBy(StrEnum):
    """What a line stands for. Source: R-127."""

    AGENT = "agent"
    MODEL = "model"
    PROMPT = "prompt"
    ROLE = "role"


class LineKind(StrEnum):
    """What a line is. Source: UI 2."""

    AGENT = "agent"
    MODEL = "model"
    PROMPT = "prompt"
    ROLE = "role"
    BASELINE = "baseline"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaderboardFilter:
    """Which outcomes count; None is all of them, a book of None the one that is shown.

    `market` is a symbol; `strategy` "" stands for the runs that followed none. A line is ranked from `min_outcomes`
    counted outcomes on, and never below 30.
    """

    book: BookName | None = None
    window: Window = Window.ALL
    market: Symbol | None = None
    strategy: str | None = None
    role: str | None = None
    group_by: GroupBy = GroupBy.AGENT
    min_outcomes: int = ENOUGH

    def __post_init__(self) -> None:
        """Refuse a number of outcomes that is none."""
        if self.min_outcomes < 0:
            raise RejectedError(
                "min_outcomes is 0 or more",
                effect="nothing was read",
                fix=f"leave it out: fewer than {ENOUGH} outcomes are never ranked",
                slug="validation-failed",
            )

    @property
    def needed(self) -> int:
        """Return how many counted outcomes a rank needs."""
        return max(ENOUGH, self.min_outcomes)
