"""Trading: the books, walked by cycles."""

from quorate.bootstrap.trading.books import OpenBook
from quorate.bootstrap.trading.facade import (
    CycleStatus,
    ReplayTerms,
    Trading,
)
from quorate.bootstrap.trading.replayed import ReplayedBook
from quorate.bootstrap.trading.timekeeping import Timekeeper

__all__ = ["CycleStatus", "OpenBook", "ReplayTerms", "ReplayedBook", "Timekeeper", "Trading"]
