"""When to try again: a budget of attempts, a schedule, and what the other side asks for."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final, Self

from quorate.kernel.errors import InvariantBrokenError, RejectedError
from quorate.resilience.deadline import Deadline

LONGEST_WAIT: Final = timedelta(days=365)
"""A Retry-After beyond it is read as this: no deadline is longer, and no date overflows."""

MOST_DOUBLINGS: Final = 32
"""Past it an exponential schedule stands at its ceiling anyway, and no power overflows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How long to wait before the next try where the other side does not say."""

    base_s: float = 0.25
    """The first wait, in seconds; each further one is twice as long. Proposed, no source."""

    ceiling_s: float = 8.0
    """No wait is longer, in seconds. Proposed, no source."""

    jitter: float = 0.5
    """The share of a wait that is drawn on top of it, so that callers do not come back together.

    On top, never below: a Retry-After is a promise. Source: RELIABILITY 1.1 (429).
    """

    def __post_init__(self) -> None:
        """Refuse a schedule that runs backwards or never waits."""
        if not 0 < self.base_s <= self.ceiling_s <= 3600:
            raise RejectedError("retry policy: 0 < base_s <= ceiling_s <= 3600")
        if not 0 <= self.jitter <= 1:
            raise RejectedError("retry policy: jitter is in [0, 1]")


@dataclass(frozen=True, slots=True)
class AttemptBudget:
    """How many attempts are left, whoever makes them: first tries, retries, other models."""

    left: int

    @property
    def is_spent(self) -> bool:
        """Return whether no attempt is left."""
        return self.left <= 0

    def spend(self) -> Self:
        """Return the budget with one attempt less.

        Raises:
            InvariantBrokenError: none was left.
        """
        if self.is_spent:
            raise InvariantBrokenError("an attempt was made past the budget")
        return type(self)(self.left - 1)


def backoff_s(policy: RetryPolicy, retry: int, draw: float) -> float:
    """Return the seconds before the `retry`-th retry (from 1), `draw` in [0, 1) being the chance in it."""
    wait = policy.base_s * 2.0 ** min(retry - 1, MOST_DOUBLINGS)
    return min(wait, policy.ceiling_s) * (1 + policy.jitter * draw)


def waited_s(policy: RetryPolicy, retry_after: timedelta, draw: float) -> float:
    """Return the seconds to wait where the other side asked for `retry_after`: never less than that.

    The jitter on top is a share of `base_s`, not of what was asked: a minute does not become a minute and a half.
    """
    return retry_after.total_seconds() + policy.base_s * policy.jitter * draw


def next_try_at(wait_s: float, deadline: Deadline, *, now: float) -> float | None:
    """Return when to try again, or None where no time would be left for an answer."""
    moment = now + wait_s
    return None if deadline.has_passed(moment) else moment


def parse_retry_after(text: str, now: datetime) -> timedelta | None:
    """Return what a Retry-After header asks for, seconds or an HTTP date; None where it says nothing sensible.

    A date that has passed is zero. Decimals, which the standard has not, are rounded up to milliseconds.
    Source: RFC 9110, 10.2.3.
    """
    value = text.strip()
    if value[:1].isdigit():
        return _from_seconds(value)
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(max(aware - now, timedelta(0)), LONGEST_WAIT)


def _from_seconds(value: str) -> timedelta | None:
    try:
        seconds = float(value)
    except ValueError:
        return None
    if not seconds < LONGEST_WAIT.total_seconds():
        return LONGEST_WAIT
    return timedelta(milliseconds=math.ceil(seconds * 1000))
