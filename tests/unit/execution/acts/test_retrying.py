"""Retrying: waits double, the other side's wait counts where it is longer, and the fifth failure is the last."""

from dataclasses import replace
from datetime import timedelta

import pytest

from quorate.execution.acts import Failure, RetryPolicy
from quorate.kernel.errors import RejectedError
from tests.fakes.clock import NOON

POLICY = RetryPolicy()
PASSING = Failure(code="TIMEOUT", reason="no answer", permanent=False)


@pytest.mark.parametrize(("attempts", "least"), [(1, 2.0), (2, 4.0), (3, 8.0), (4, 16.0)])
def test_waits_double_and_have_up_to_a_second_of_jitter(attempts, least):
    assert POLICY.wait_s(attempts, 0.0) == least
    assert least < POLICY.wait_s(attempts, 0.99) <= least + 1


def test_the_fifth_failure_is_the_last():
    assert POLICY.next_at(4, PASSING, NOON, jitter=0.5) == NOON + timedelta(seconds=16.5)
    assert POLICY.next_at(5, PASSING, NOON, jitter=0.5) is None


def test_a_permanent_failure_is_not_tried_again():
    assert POLICY.next_at(1, replace(PASSING, permanent=True), NOON, jitter=0.0) is None


def test_the_other_sides_wait_counts_where_it_is_longer():
    asked = replace(PASSING, retry_after_s=60.0)
    assert POLICY.next_at(1, asked, NOON, jitter=0.0) == NOON + timedelta(seconds=60)


@pytest.mark.parametrize("broken", [{"attempts": 0}, {"base_s": 0}, {"lease_s": 0}, {"defer_s": 0}])
def test_a_policy_that_never_tries_or_never_waits_is_refused(broken):
    with pytest.raises(RejectedError):
        RetryPolicy(**broken)
