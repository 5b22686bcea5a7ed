"""Warnings: which limit of the day a call brings to 80 % or to its end. Source: UI 3 (`budget.threshold`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from quorate.kernel.canonical import JsonValue
from quorate.kernel.journal import Event
from quorate.kernel.money import Usd
from quorate.llm.balance import Room
from quorate.llm.budget import COUNTED, BudgetExhaustedError, Limit
from quorate.llm.nanos import nanos_of, usd_of

WARNED: Final = "budget.warned"

MARKS: Final = (80, 100)
"""The percentages of a limit at which it is said how full it is. Source: UI 1 (amber over 80 %, red at 100 %)."""

OF_A_DAY: Final = frozenset({Limit.UNPRICED_CALLS, Limit.POWER_CALLS, Limit.PROFILE_DAY, Limit.DAY})
"""The limits that fill up over a day; those of one run end with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    """A limit that reached a mark on a day; it is said once. `profile` is "" where the limit holds for everybody.

    `size` and `used` are billionths of a dollar, or calls where the limit counts those; `used` has what is set aside.
    `refused` tells that a call was refused for want of room.
    """

    day: date
    limit: Limit
    profile: str
    percent: int
    size: int
    used: int
    refused: bool = False

    @property
    def key(self) -> tuple[str, str, str, int]:
        """Return what there is only one warning of."""
        return (self.day.isoformat(), self.limit.value, self.profile, self.percent)


def marks_reached(rooms: Iterable[Room], profile: str, day: date) -> Iterator[Warned]:
    """Yield the highest mark of each limit that what is wanted brings it to or past."""
    for room in rooms:
        if room.limit not in OF_A_DAY or not room.size or not room.wanted:
            continue
        after = room.used + room.wanted
        crossed = [mark for mark in MARKS if room.used * 100 < room.size * mark <= after * 100]
        if crossed:
            yield Warned(
                day=day,
                limit=room.limit,
                profile=profile if room.limit is Limit.PROFILE_DAY else "",
                percent=crossed[-1],
                size=room.size,
                used=after,
            )


def refused_mark(error: BudgetExhaustedError, profile: str, day: date) -> Warned | None:
    """Return that a limit has no room left for a call, None where the limit is none of a day or forbids by choice."""
    if error.limit not in OF_A_DAY or not error.size:
        return None
    size, left = (_whole(error.limit, amount) for amount in (error.size, error.left))
    return Warned(
        day=day,
        limit=error.limit,
        profile=profile if error.limit is Limit.PROFILE_DAY else "",
        percent=MARKS[-1],
        size=size,
        used=size - left,
        refused=True,
    )


def warned_event(warned: Warned) -> Event:
    """Return the fact that a limit reached a mark."""
    counts = warned.limit in COUNTED
    size, used = (str(usd_of(each)) for each in (warned.size, warned.used))
    payload: dict[str, JsonValue] = {
        "day": warned.day.isoformat(),
        "limit": warned.limit.value,
        "profile": warned.profile,
        "percent": warned.percent,
        "limitUsd": None if counts else size,
        "limitCalls": warned.size if counts else None,
        "usedUsd": None if counts else used,
        "usedCalls": warned.used if counts else None,
        "refused": warned.refused,
    }
    return Event(stream=f"budget:{warned.limit}", type=WARNED, payload=payload)


def _whole(limit: Limit, shown: Decimal) -> int:
    return int(shown) if limit in COUNTED else nanos_of(Usd(shown))
