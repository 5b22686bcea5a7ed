"""The leaderboard: which agents are worth their money, as far as anybody can tell. Pure."""

from quorate.scoring.hit_rate import HitRate, hit_rate
from quorate.scoring.leaderboard.agreement import Agreement, Pair, agreement_of
from quorate.scoring.leaderboard.board import BookFacts, Choices, Leaderboard, leaderboard_of
from quorate.scoring.leaderboard.calibration import Bin, Calibration, calibration_of
from quorate.scoring.leaderboard.frontier import FrontierPoint
from quorate.scoring.leaderboard.line import Known, Line
from quorate.scoring.leaderboard.query import (
    ENOUGH,
    GroupBy,
    LeaderboardFilter,
    LineKind,
    Window,
)
from quorate.scoring.leaderboard.record import (
    BookRecord,
    Columns,
    ScoredTurn,
    ScoredView,
    Side,
    ViewKind,
)
from quorate.scoring.leaderboard.selection import selected
from quorate.scoring.leaderboard.uplift import Uplift

__all__ = [
    "ENOUGH",
    "Agreement",
    "Bin",
    "BookFacts",
    "BookRecord",
    "Calibration",
    "Choices",
    "Columns",
    "FrontierPoint",
    "GroupBy",
    "HitRate",
    "Known",
    "Leaderboard",
    "LeaderboardFilter",
    "Line",
    "LineKind",
    "Pair",
    "ScoredTurn",
    "ScoredView",
    "Side",
    "Uplift",
    "ViewKind",
    "Window",
    "agreement_of",
    "calibration_of",
    "hit_rate",
    "leaderboard_of",
    "selected",
]
