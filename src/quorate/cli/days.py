"""Days as people write them: a UTC date, or a span that ends today."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final

from quorate.kernel.errors import RejectedError

_SPAN: Final = re.compile(r"([1-9]\d{0,3})([dw])")
_DAYS: Final = {"d": 1, "w": 7}


def first_day(since: str, today: date) -> date:
    """Return the first UTC day that is meant: `1d` is today alone.

    Raises:
        RejectedError: it is neither a date nor a span.
    """
    span = _SPAN.fullmatch(since)
    try:
        if span is None:
            return date.fromisoformat(since)
        return today - timedelta(days=int(span[1]) * _DAYS[span[2]] - 1)
    except ValueError:
        raise RejectedError(
            f"'{since}' is no date and no span of days or weeks",
            effect="nothing is shown",
            fix="quorate cost --since 7d",
        ) from None


def days_between(
    since: str | None, until: str | None, today: date
) -> tuple[date | None, date | None]:
    """Return the first and the last UTC day that are meant, None where none is named.

    Raises:
        RejectedError: one of them is none, or the last comes before the first.
    """
    first, last = (None if day is None else first_day(day, today) for day in (since, until))
    if first is not None and last is not None and last < first:
        raise RejectedError(
            f"--until {last} is before --since {first}",
            effect="nothing is shown",
            fix="name the earlier day with --since",
        )
    return first, last
