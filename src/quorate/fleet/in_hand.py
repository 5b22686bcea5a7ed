"""What a worker does about an assignment: each task once, under the newest token that it was given."""

from __future__ import annotations

from enum import StrEnum

from quorate.fleet.outcome import Done
from quorate.fleet.spool import Delivery


class Take(StrEnum):
    """What to do with an assignment."""

    BEGIN = "begin"
    """Nobody here works on it: begin."""

    GO_ON = "go_on"
    """It is worked on already: say so again, under the token that was given now."""

    DELIVER = "deliver"
    """It is done already, only not delivered: deliver, for a second time costs a second time."""

    LEAVE = "leave"
    """It comes late, or there is no room: leave it; the hub gives it to somebody else."""


def taken(
    token: int,
    *,
    working: int | None,
    undelivered: Delivery | None,
    finished: int,
    has_room: bool,
) -> Take:
    """Return what to do with an assignment under `token`.

    Args:
        token: the one of the assignment.
        working: the token under which the task is worked on here, None where it is not.
        undelivered: what came of it, None where nothing waits to be delivered.
        finished: the token under which it was delivered last, 0 for never.
        has_room: whether a slot is free and the worker takes new work.

    Source: FM-TAW-007, FM-TAW-011.
    """
    if working is not None:
        return Take.GO_ON if token >= working else Take.LEAVE
    if undelivered is not None and token >= undelivered.token:
        is_done = isinstance(undelivered.outcome, Done)
        if is_done or token == undelivered.token:
            return Take.DELIVER
    elif undelivered is not None or token <= finished:
        return Take.LEAVE
    return Take.BEGIN if has_room else Take.LEAVE
