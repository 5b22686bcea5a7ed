"""Applying: each result is told once in a process, however often it is delivered, and the newest one stands.

A delivery is at least once (R-164), so what was told is remembered by its id.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from typing import Final

from quorate.results.bus import EventBus
from quorate.results.ordering import Arrival, Newest
from quorate.results.result import TradingAnalysisResult

REMEMBERED: Final = 20_000
"""How many results are remembered as told: twice what the stream keeps. Ours."""


class Applied:
    """What was told so far; `doubled` counts deliveries of what was told before."""

    def __init__(self, bus: EventBus, known: Iterable[TradingAnalysisResult] = ()) -> None:
        self.newest = Newest(known)
        self.told = 0
        self.doubled = 0
        self._bus = bus
        self._ids: OrderedDict[str, None] = OrderedDict()

    def apply(self, result: TradingAnalysisResult) -> Arrival:
        """Tell a result unless it was told; what is not the newest of its symbol is kept from the sidebar."""
        if result.result_id in self._ids:
            self.doubled += 1
            return Arrival.KNOWN
        arrival = self.newest.apply(result)
        self._bus.tell(result, is_newest=arrival is not Arrival.STALE)
        self._ids[result.result_id] = None
        self.told += 1
        if len(self._ids) > REMEMBERED:
            self._ids.popitem(last=False)
        return arrival
