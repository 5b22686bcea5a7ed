"""Trying again: how often, how long after, and what a Retry-After says."""

from datetime import UTC, datetime, timedelta

import pytest

from quorate.kernel.errors import InvariantBrokenError, RejectedError
from quorate.resilience.deadline import Deadline
from quorate.resilience.retry import (
    LONGEST_WAIT,
    AttemptBudget,
    RetryPolicy,
    backoff_s,
    next_try_at,
    parse_retry_after,
    waited_s,
)

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
POLICY = RetryPolicy(base_s=0.5, ceiling_s=3.0, jitter=0.5)


def test_an_attempt_past_the_budget_is_our_own_bug():
    spent = AttemptBudget(2).spend().spend()
    assert spent.is_spent
    with pytest.raises(InvariantBrokenError):
        spent.spend()


def test_waits_double_up_to_their_ceiling():
    assert [backoff_s(POLICY, retry, 0.0) for retry in (1, 2, 3, 4, 5000)] == [0.5, 1, 2, 3, 3]


def test_jitter_makes_a_wait_longer_and_never_shorter():
    assert backoff_s(POLICY, 1, 0.999) == pytest.approx(0.5 * 1.4995)


def test_a_retry_after_is_waited_for_in_full_and_a_little_longer():
    minute = timedelta(seconds=60)
    assert waited_s(POLICY, minute, 0.0) == 60.0
    assert 60.0 < waited_s(POLICY, minute, 0.999) < 60.25


def test_a_try_that_leaves_no_time_for_an_answer_is_not_made():
    deadline = Deadline(10.0)
    assert next_try_at(3.0, deadline, now=5.0) == 8.0
    assert next_try_at(5.0, deadline, now=5.0) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("0", timedelta(0), id="at once"),
        pytest.param(" 7 ", timedelta(seconds=7), id="seconds"),
        pytest.param("1.5", timedelta(seconds=1.5), id="decimals, which the standard has not"),
        pytest.param("0.0001", timedelta(milliseconds=1), id="rounded up, never down"),
        pytest.param("1e400", LONGEST_WAIT, id="more than any number"),
        pytest.param("99999999999999999999", LONGEST_WAIT, id="longer than the sun will last"),
        pytest.param("Fri, 20 Nov 2026 12:00:30 GMT", timedelta(seconds=30), id="a date"),
        pytest.param("Friday, 20-Nov-26 12:00:30 GMT", timedelta(seconds=30), id="an old date"),
        pytest.param("Fri, 20 Nov 2026 13:00:30 +0100", timedelta(seconds=30), id="another zone"),
        pytest.param("Fri, 20 Nov 2026 12:00:30", timedelta(seconds=30), id="no zone is UTC"),
        pytest.param("Thu, 19 Nov 2026 12:00:00 GMT", timedelta(0), id="a date that has passed"),
        pytest.param("Fri, 31 Dec 9999 23:59:59 GMT", LONGEST_WAIT, id="the end of time"),
        pytest.param("soon", None, id="no number, no date"),
        pytest.param("", None, id="nothing"),
        pytest.param("-5", None, id="a negative number"),
        pytest.param("5 minutes", None, id="a unit"),
        pytest.param("Fri, 99 Foo 2026 99:99:99 GMT", None, id="no such date"),
    ],
)
def test_a_retry_after_is_seconds_or_a_date(text, expected):
    assert parse_retry_after(text, NOW) == expected


@pytest.mark.parametrize(
    "changes",
    [
        {"base_s": 0.0},
        {"base_s": 9.0, "ceiling_s": 1.0},
        {"ceiling_s": 4000.0},
        {"jitter": -0.1},
        {"jitter": 1.1},
        {"base_s": float("nan")},
    ],
)
def test_a_schedule_that_runs_backwards_is_refused(changes):
    with pytest.raises(RejectedError, match="retry policy"):
        RetryPolicy(**changes)
