"""Sessions of a paper competition: which one is due, when it is whole, and until when it may be decided on.

Stocks alone: New York opens at 13:30 UTC in summer and an hour later in winter; the earlier hour is taken all the year,
and a holiday for a session, so that an order never counts as placed in time that was not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from quorate.kernel.ids import Symbol
from quorate.market.asset_kind import complete_from
from quorate.market.series import Series

EARLIEST_OPEN: Final = time(13, 30)
"""New York's open in UTC, in summer. Source: 9:30 in New York."""

GRACE: Final = timedelta(hours=1)
"""How long a session waits for the bars of every symbol once it is over. Ours: a halted stock has none at all."""

_SATURDAY: Final = 5


def next_weekday(session: date) -> date:
    """Return the first day after `session` on which there may be another one."""
    day = session + timedelta(days=1)
    while day.weekday() >= _SATURDAY:
        day += timedelta(days=1)
    return day


def decides_until(session: date) -> datetime:
    """Return the earliest time of the open after `session`: what is decided later misses it."""
    return datetime.combine(next_weekday(session), EARLIEST_OPEN, tzinfo=UTC)


def asks_again_at(last: date | None, now: datetime) -> datetime:
    """Return when there may be a session after `last`; `now` where none was played yet."""
    return now if last is None else complete_from(Symbol("A"), next_weekday(last))


def due_session(series: Mapping[Symbol, Series], last: date | None, now: datetime) -> date | None:
    """Return the session to play next, None where it is not whole yet.

    After `last` every session is played in its order, those that nobody was there for too. The first one of all is the
    newest, and only while what is decided on it reaches the next open.
    """
    known = sorted({day for one in series.values() for day in one.sessions})
    if last is None:
        fresh = [day for day in known[-1:] if now < decides_until(day)]
        return next((day for day in fresh if _is_whole(series.values(), day, now)), None)
    later = [day for day in known if day > last]
    return next((day for day in later[:1] if _is_whole(series.values(), day, now)), None)


def _is_whole(series: Iterable[Series], day: date, now: datetime) -> bool:
    """Return whether every symbol has its bar of the day, or was waited for long enough."""
    if now >= complete_from(Symbol("A"), day) + GRACE:
        return True
    return all(one.sessions and one.sessions[-1] >= day for one in series)
