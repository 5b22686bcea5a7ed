"""A failure is told in one line, with whose fault it is."""

from quorate.fleet.failures import failure_of
from quorate.fleet.outcome import FailedBy
from quorate.kernel.errors import RejectedError, UnavailableError


def test_a_group_of_failures_is_told_by_its_cause():
    group = ExceptionGroup("two", [ValueError("x"), UnavailableError("gone", source="hub")])
    assert failure_of(group).source is FailedBy.NETWORK_ERROR


def test_a_long_reason_is_cut_to_a_line():
    failed = failure_of(RejectedError("no\n" * 400))
    assert failed.source is FailedBy.RULE
    assert len(failed.reason) == 500
    assert "\n" not in failed.reason
