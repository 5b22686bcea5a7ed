"""The terms of an import: what the logs do not say about themselves."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from typing import Final

from quorate.arena.imported.source import Moment, number_in, refused

DEFAULT_CAPITAL: Final = Decimal(10_000)
DEFAULT_CURRENCY: Final = "USD"

DEFAULT_MARK_TIME: Final = time(15)
"""The last hourly bar of a session of US stocks begins then. Source: the data note of the imported arena."""

TOLERANCE: Final = Decimal("0.01")
"""So far a fill may lie outside its bar before it counts: logs round their cash. Source: the same note."""

_CURRENCY: Final = re.compile(r"[A-Z]{3,5}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ArenaTerms:
    """What every book started with, in which currency, and when a day of bars within the day is marked.

    `mark_time` is of the market's own clock: a day is marked at the last close at or before it. Daily bars are marked
    at their close, whatever it is. `tolerance` is a price's, in the currency.
    """

    capital: Decimal = DEFAULT_CAPITAL
    currency: str = DEFAULT_CURRENCY
    mark_time: time = DEFAULT_MARK_TIME
    tolerance: Decimal = TOLERANCE

    def until(self, day: date, *, daily: bool) -> Moment:
        """Return up to when a day's bars and lines count for its mark."""
        return Moment(day, time.max if daily else self.mark_time)


def checked_terms(capital: str, currency: str, mark_time: str) -> ArenaTerms:
    """Return the terms that three texts spell.

    Raises:
        RejectedError: one of them spells nothing of the kind.
    """
    amount = number_in(capital)
    if amount is None or amount <= 0:
        raise refused(f"{capital!r} is no starting capital", "name it as in --capital 10000")
    if not _CURRENCY.fullmatch(currency):
        raise refused(f"{currency!r} is no currency", "name its code as in --currency CNY")
    try:
        at = time.fromisoformat(mark_time)
    except ValueError as error:
        raise refused(
            f"{mark_time!r} is no time of day", "name it as in --mark-time 15:00"
        ) from error
    if at.tzinfo is not None:
        raise refused(f"{mark_time!r} has a time zone", "name the market's own clock: 15:00")
    return ArenaTerms(capital=amount, currency=currency, mark_time=at)
