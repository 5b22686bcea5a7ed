"""Ordering: the newest result of each book, symbol and timeframe, in whatever order results arrive.

Source: R-162 (FM-RF-001): never by arrival, equal times by the row.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

from quorate.results.result import ResultKey, TradingAnalysisResult


class Arrival(StrEnum):
    """What a result that arrives is."""

    NEWEST = "newest"
    KNOWN = "known"
    """The one that stands there already."""
    STALE = "stale"


class Newest:
    """The newest results; `stale` counts those that came too late."""

    def __init__(self, known: Iterable[TradingAnalysisResult] = ()) -> None:
        self.stale = 0
        self._by_key: dict[ResultKey, TradingAnalysisResult] = {}
        for result in known:
            self.apply(result)

    @property
    def by_key(self) -> Mapping[ResultKey, TradingAnalysisResult]:
        """Return the newest result of each key."""
        return self._by_key

    def apply(self, result: TradingAnalysisResult) -> Arrival:
        """Take a result in if it is newer than the one that stands there."""
        present = self._by_key.get(result.key)
        if present is not None and present.result_id == result.result_id:
            return Arrival.KNOWN
        if present is not None and result.recency <= present.recency:
            self.stale += 1
            return Arrival.STALE
        self._by_key[result.key] = result
        return Arrival.NEWEST
