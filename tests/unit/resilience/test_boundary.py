"""What weighs against a component, and what an open boundary says."""

import pytest

from quorate.kernel.errors import (
    ConflictError,
    InvariantBrokenError,
    RejectedError,
    UnavailableError,
)
from quorate.resilience.boundary import (
    COMPONENT_BREAKER,
    Boundary,
    BreakerOpenError,
    answered,
    held_back,
    is_answer,
    weight_of,
)
from quorate.resilience.breaker import CLOSED, Circuit


@pytest.mark.parametrize(
    ("error", "weight", "answer"),
    [
        pytest.param(UnavailableError("gone", source="x"), 1.0, False, id="silence"),
        pytest.param(TimeoutError(), 1.0, False, id="timeout"),
        pytest.param(BreakerOpenError("open", source="x"), 0.0, True, id="another breaker"),
        pytest.param(RejectedError("no"), 0.0, True, id="refusal"),
        pytest.param(ConflictError("later"), 0.0, True, id="conflict"),
        pytest.param(InvariantBrokenError("bug"), 0.0, True, id="our own bug"),
        pytest.param(ValueError("bug"), 0.0, False, id="a bug that says nothing"),
    ],
)
def test_only_silence_weighs_against_a_component(error, weight, answer):
    assert weight_of(error) == weight
    assert is_answer(error) is answer


def failed(times, now=0.0):
    breaker = CLOSED
    for _ in range(times):
        breaker = breaker.failed(
            COMPONENT_BREAKER, generation=breaker.generation, weight=1.0, now=now
        )
    return breaker


def test_only_failures_in_a_row_count():
    two = failed(2)
    assert answered(two, two.generation).failures == ()
    assert failed(3).circuit is Circuit.OPEN


def test_what_is_held_back_says_why_and_for_how_long():
    boundary = Boundary(name="redis", of="the Redis server", breaker=failed(3), cause="no answer")
    said = held_back(boundary, now=4.0)
    assert said.slug == "breaker-open"
    assert said.retry_after is not None
    assert said.retry_after.total_seconds() == 6.0
    assert "the Redis server failed too often (no answer)" in str(said)
    assert boundary.failures_weigh(4.0) == COMPONENT_BREAKER.threshold
