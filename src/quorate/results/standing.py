"""How a result stands now: the newest of its symbol or superseded, fresh or stale, sound or to be read with care.

Source: UI 1 (results), R-163; the time limit RELIABILITY and UI 1 (results 15 min).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from quorate.kernel.ids import BookName, Symbol
from quorate.kernel.stamps import moment_of, stamp
from quorate.results.result import TradingAnalysisResult

STALE_AFTER: Final = timedelta(minutes=15)
"""For how long a result of a book that trades now may be relied on. Source: UI 1."""

REPLAY: Final = "REPLAY"


class ResultState(StrEnum):
    """What a reader has to know of a result; several may hold at once."""

    NEWEST = "newest"
    """Nothing newer of its book, symbol and timeframe."""
    DEGRADED = "degraded"
    """A fallback model spoke for somebody."""
    CONFLICT = "conflict"
    """Some voters want to buy and some to sell."""
    STALE = "stale"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True)
class ResultFilter:
    """Which results a list shows; None asks for nothing."""

    symbol: Symbol | None = None
    state: ResultState | None = None


@dataclass(frozen=True, slots=True)
class ResultLine:
    """A result with how it stands."""

    result: TradingAnalysisResult
    states: frozenset[ResultState]
    stale_after: str | None

    @property
    def is_newest(self) -> bool:
        """Return whether nothing newer is known."""
        return ResultState.NEWEST in self.states


class ResultPlace(NamedTuple):
    """A place in the list: among the newest or in the history, and the number of the last result shown."""

    is_history: bool
    number: int


@dataclass(frozen=True, slots=True)
class ResultPage:
    """A part of the list; `next_after` is None on its last page."""

    items: tuple[ResultLine, ...]
    next_after: ResultPlace | None


@dataclass(frozen=True, slots=True)
class Moment:
    """Now, and the session at which each REPLAY book stands: there the book's clock counts, not the wall's."""

    now: datetime
    sessions: Mapping[BookName, str]

    def is_stale(self, result: TradingAnalysisResult) -> bool:
        """Return whether a result is too old to rely on."""
        if result.book_mode == REPLAY:
            return result.as_of < self.sessions.get(result.book, "")
        return self.now > moment_of(result.analyzed_at) + STALE_AFTER

    def line(self, result: TradingAnalysisResult, *, is_newest: bool) -> ResultLine:
        """Return how a result stands at this moment."""
        holds = {
            ResultState.NEWEST: is_newest,
            ResultState.DEGRADED: result.degraded_inference,
            ResultState.CONFLICT: result.conflict,
            ResultState.STALE: self.is_stale(result),
            ResultState.SUPERSEDED: not is_newest,
        }
        return ResultLine(
            result,
            frozenset(state for state, it_is in holds.items() if it_is),
            stale_after_of(result),
        )


def stale_after_of(result: TradingAnalysisResult) -> str | None:
    """Return when a result becomes stale; None on a REPLAY book, where its next session decides."""
    if result.book_mode == REPLAY:
        return None
    return stamp(moment_of(result.analyzed_at) + STALE_AFTER)


def is_wanted(line: ResultLine, wanted: ResultFilter) -> bool:
    """Return whether a list asks for a result."""
    if wanted.symbol is not None and line.result.symbol != wanted.symbol:
        return False
    return wanted.state is None or wanted.state in line.states
