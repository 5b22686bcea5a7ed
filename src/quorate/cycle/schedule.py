"""The schedule of a book's cycles: when the next one is to start; durable, so that a restart forgets nothing. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from quorate.kernel.ids import BookName
from quorate.kernel.journal import Event
from quorate.kernel.stamps import stamp

SCHEDULED: Final = "scheduler.moved"
"""The type of the journal rows that tell of schedules."""


class ScheduleState(StrEnum):
    """Whether cycles are started by themselves."""

    STOPPED = "stopped"
    RUNNING = "running"


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A book's schedule; `every_s` in seconds, `next_start_at` None while it is stopped."""

    state: ScheduleState = ScheduleState.STOPPED
    next_start_at: datetime | None = None
    every_s: float = 0.0
    version: int = 0

    def is_due(self, now: datetime) -> bool:
        """Return whether a cycle is to be started now."""
        return self.next_start_at is not None and now >= self.next_start_at


def started(book: BookName, before: Schedule, every_s: float, now: datetime) -> Event:
    """Return the row of a schedule that runs from now on: the first cycle starts at once."""
    return _event(book, before, ScheduleState.RUNNING, every_s, now)


def gone_on(book: BookName, before: Schedule, now: datetime) -> Event:
    """Return the row of the next start: the first of the schedule's times to come; missed ones are not made up."""
    due, step = before.next_start_at or now, timedelta(seconds=before.every_s)
    missed = max(0, (now - due) // step)
    return _event(book, before, ScheduleState.RUNNING, before.every_s, due + (missed + 1) * step)


def stopped(book: BookName, before: Schedule) -> Event:
    """Return the row of a schedule that starts nothing any more; a cycle under way goes on to its end."""
    return _event(book, before, ScheduleState.STOPPED, before.every_s, None)


def _event(
    book: BookName, before: Schedule, state: ScheduleState, every_s: float, at: datetime | None
) -> Event:
    return Event(
        stream=f"scheduler:{book}",
        type=SCHEDULED,
        book=book,
        payload={
            "book": book,
            "state": state,
            "everySeconds": repr(float(every_s)),
            "nextStartAt": None if at is None else stamp(at),
            "version": before.version + 1,
        },
    )
