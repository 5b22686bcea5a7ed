"""What the command line needs of the scores: the board, and who agrees with whom."""

# ruff: noqa: D102  (each class says it for its members; the promises stand at `bootstrap.App`)

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from quorate.scoring.leaderboard import Agreement, Leaderboard, LeaderboardFilter


class Scoring(Protocol):
    """The scores of a home's books."""

    async def leaderboard(self, wanted: LeaderboardFilter) -> Leaderboard: ...
    async def agreement(self, wanted: LeaderboardFilter) -> Agreement: ...
