"""Deadlines: one moment, what is left until then, nothing after."""

import pytest

from quorate.kernel.errors import InvariantBrokenError
from quorate.resilience.deadline import Deadline


def test_a_deadline_counts_down_to_nothing_and_no_further():
    deadline = Deadline.after(20.0, now=100.0)
    assert [deadline.left(now) for now in (100.0, 115.5, 120.0, 500.0)] == [20.0, 4.5, 0.0, 0.0]


def test_a_deadline_has_passed_in_its_own_moment():
    deadline = Deadline(120.0)
    assert [deadline.has_passed(now) for now in (119.999, 120.0, 121.0)] == [False, True, True]


@pytest.mark.parametrize("seconds", [0.0, -1.0, float("nan")])
def test_a_deadline_lies_in_the_future(seconds):
    with pytest.raises(InvariantBrokenError):
        Deadline.after(seconds, now=0.0)
