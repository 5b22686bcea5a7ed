"""Which sessions a market had, told from the symbols that traded on it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from quorate.kernel.ids import Symbol
from quorate.market.asset_kind import AssetKind, by_kind

LONGEST_GAP = timedelta(days=10)
"""The longest legal pause between two bars; 2001-09-10 to 17 is 7 days. Source: DESIGN 14."""

FEWEST_WITNESSES = 2
"""A session is the market's only when at least so many other symbols could have had it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketCalendar:
    """How many symbols had a bar on each date, and when each symbol's bars begin and end."""

    holders: Mapping[date, int]
    firsts: Sequence[date]
    lasts: Sequence[date]

    @classmethod
    def of(cls, histories: Iterable[Collection[date]]) -> MarketCalendar:
        """Return the calendar of the sessions of each symbol, in any order."""
        known = [set(history) for history in histories if history]
        return cls(
            holders=Counter(session for history in known for session in history),
            firsts=sorted(min(history) for history in known),
            lasts=sorted(max(history) for history in known),
        )

    def missed_by(self, sessions: Sequence[date]) -> list[date]:
        """Return the sessions that most other symbols have and one symbol's `sessions` lack.

        Dates before its first and after its last session are not missed. Source: DESIGN 14.
        """
        own = frozenset(sessions)
        inside = (day for day in self.holders if day not in own and _encloses(sessions, day))
        return sorted(day for day in inside if self._is_common(day))

    def _is_common(self, day: date) -> bool:
        others = bisect_right(self.firsts, day) - bisect_left(self.lasts, day) - 1
        return others >= FEWEST_WITNESSES and 2 * self.holders[day] > others


def calendars_of(
    histories: Mapping[Symbol, Collection[date]],
) -> Mapping[AssetKind, MarketCalendar]:
    """Return a calendar of each kind: a pair's weekend is no session that a stock missed."""
    return {
        kind: MarketCalendar.of(histories[symbol] for symbol in symbols)
        for kind, symbols in by_kind(histories).items()
    }


def _encloses(sessions: Sequence[date], day: date) -> bool:
    return bool(sessions) and sessions[0] < day < sessions[-1]
