"""When a session of the US stock market opens and closes, whichever side of a clock change it is on.

The hours are those of a full session. The early closes of a few days a year (13:00 in New York) are not known here:
stored daily bars do not tell them.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

NEW_YORK: Final = ZoneInfo("America/New_York")
OPENS: Final = time(9, 30, tzinfo=NEW_YORK)
CLOSES: Final = time(16, tzinfo=NEW_YORK)
"""Regular hours of NYSE and Nasdaq since 1985. Source: nyse.com, "Holidays & Trading Hours"."""


def open_of(session: date) -> datetime:
    """Return when a session opens, in UTC: 13:30 in New York's summer time, else 14:30."""
    return datetime.combine(session, OPENS).astimezone(UTC)


def close_of(session: date) -> datetime:
    """Return when a session closes, in UTC: 20:00 in New York's summer time, else 21:00."""
    return datetime.combine(session, CLOSES).astimezone(UTC)
