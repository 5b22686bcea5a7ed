"""For how many sessions a lot was held, that of its entry included. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from quorate.portfolio.book import BookMode
from quorate.portfolio.lot import Lot

SessionsHeld = Callable[[Lot], int]

WEEK = 7
WEEKDAYS = 5


def sessions_held(mode: BookMode, since: date | None, until: date) -> SessionsHeld:
    """Return what tells how many sessions a lot is old at a mark of `until`; the mark before was of `since`.

    A REPLAY book is marked in each of its sessions. Elsewhere marks may be missing, so that weekdays are counted
    (a holiday counts as well: an exit comes a day early then), and every day of a pair that trades around the clock.
    """
    if mode is BookMode.REPLAY:
        is_new = since is None or until > since
        return lambda lot: lot.sessions + is_new
    return lambda lot: _days(lot.opened, until) if "/" in lot.symbol else _weekdays(lot, until)


def _days(first: date, last: date) -> int:
    return max((last - first).days, 0) + 1


def _weekdays(lot: Lot, until: date) -> int:
    weeks, rest = divmod(_days(lot.opened, until), WEEK)
    days = (lot.opened + timedelta(days=number) for number in range(rest))
    return weeks * WEEKDAYS + sum(day.weekday() < WEEKDAYS for day in days)
