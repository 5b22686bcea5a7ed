"""Failing: a failure that may pass is told from one that would only be repeated."""

from datetime import timedelta

import pytest

from quorate.execution.acts import failure_of
from quorate.execution.broker import (
    BrokerUnavailableError,
    KeysRefusedError,
    OrderRefusedError,
    OutcomeUnknownError,
)
from quorate.kernel.errors import (
    ConflictError,
    InvariantBrokenError,
    RejectedError,
    UnavailableError,
)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        pytest.param(
            BrokerUnavailableError("429", source="b", slug="rate-limited"), "RATE_LIMITED"
        ),
        pytest.param(BrokerUnavailableError("HTTP 503", source="b"), "UNAVAILABLE"),
        pytest.param(OutcomeUnknownError("504", source="b"), "OUTCOME_UNKNOWN"),
        pytest.param(UnavailableError("locked", source="database"), "UNAVAILABLE"),
        pytest.param(ConflictError("someone else moved first"), "CONFLICT"),
        pytest.param(TimeoutError(), "TIMEOUT"),
        pytest.param(ConnectionResetError(), "RESET"),
    ],
)
def test_what_may_pass_is_transient(error, code):
    failure = failure_of(error)
    assert (failure.code, failure.permanent) == (code, False)


@pytest.mark.parametrize(
    ("cause", "code"),
    [
        ("the broker refused the order: insufficient buying power (HTTP 403)", "BUYING_POWER"),
        ("the broker refused the order: potential wash trade detected (HTTP 403)", "WASH_TRADE"),
        ('the broker refused the order: asset "NOPE" not found (HTTP 422)', "BAD_SYMBOL"),
        ("the broker refused the order: account is restricted", "RESTRICTED"),
        ("the broker refused the order: order is already filled", "FILLED"),
        ("the broker refused the order: position is closed", "CLOSED"),
        ("the broker refused the order: no reason given", "REFUSED"),
    ],
)
def test_a_brokers_no_is_permanent_and_told_by_its_words(cause, code):
    failure = failure_of(OrderRefusedError(cause))
    assert (failure.code, failure.permanent, failure.reason) == (code, True, cause)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        pytest.param(KeysRefusedError("401", source="b"), "CREDENTIALS"),
        pytest.param(RejectedError("denied", slug="risk-denied"), "RISK_DENIED"),
        pytest.param(InvariantBrokenError("our own bug"), "INVARIANT_BROKEN"),
        pytest.param(KeyError("x"), "INTERNAL_ERROR"),
    ],
)
def test_what_would_only_be_repeated_is_permanent(error, code):
    failure = failure_of(error)
    assert (failure.code, failure.permanent) == (code, True)


def test_what_the_other_side_asks_for_is_waited():
    error = BrokerUnavailableError("429", source="b", retry_after=timedelta(seconds=45))
    assert failure_of(error).retry_after_s == 45
