"""A time horizon: an ISO 8601 duration, counted in sessions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from quorate.llm.decode.rejection import AnswerRefusedError, RejectionCode

MAX_SESSIONS: Final = 2520
"""Ten years: no outcome is waited for longer."""

_SESSIONS_OF: Final = (252, 21, 5, 1)
"""What a year, a month, a week and a day of the market have. Source: DESIGN 6 (a duration in sessions)."""

_SECONDS_OF: Final = (3600, 60, 1)
_SECONDS_A_DAY: Final = 86_400
_DURATION: Final = re.compile(
    r"P(?=[0-9T])(?:([0-9]{1,6})Y)?(?:([0-9]{1,6})M)?(?:([0-9]{1,6})W)?(?:([0-9]{1,6})D)?"
    r"(?:T(?=[0-9])(?:([0-9]{1,6})H)?(?:([0-9]{1,6})M)?(?:([0-9]{1,6})S)?)?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Horizon:
    """How long a view is held: the duration as it was written, and the sessions that it covers, at least 1."""

    text: str
    sessions: int


def horizon_of(text: str) -> Horizon:
    """Return the horizon that `text` states: days are sessions, a day that is only begun counts whole.

    Raises:
        AnswerRefusedError: not an ISO 8601 duration in whole numbers, nothing at all, or more than ten years.
    """
    found = _DURATION.fullmatch(text)
    if found is None:
        raise _refused("is no ISO 8601 duration such as P20D")
    amounts = [int(amount or 0) for amount in found.groups()]
    seconds = sum(map(int.__mul__, amounts[4:], _SECONDS_OF))
    days = sum(map(int.__mul__, amounts[:4], _SESSIONS_OF))
    sessions = days + -(-seconds // _SECONDS_A_DAY)
    if not 1 <= sessions <= MAX_SESSIONS:
        raise _refused(f"covers {sessions} sessions, not 1 to {MAX_SESSIONS}")
    return Horizon(text=text, sessions=sessions)


def _refused(detail: str) -> AnswerRefusedError:
    return AnswerRefusedError(RejectionCode.HORIZON_INVALID, f"timeHorizon {detail}")
