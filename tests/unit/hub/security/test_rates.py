"""Rates: counted per principal over the last minute, by a clock that a test moves."""

import pytest

from quorate.hub.problems import RefusedError
from quorate.hub.security.rates import LIMITS, Rate, RateLimiter
from tests.fakes.clock import FakeClock


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def limiter(clock):
    return RateLimiter(clock)


def use_up(limiter, rate, who="me"):
    for _ in range(LIMITS[rate]):
        limiter.count(rate, who)


@pytest.mark.parametrize("rate", LIMITS)
def test_the_limit_is_the_last_that_passes(limiter, rate):
    use_up(limiter, rate)
    with pytest.raises(RefusedError) as refusal:
        limiter.count(rate, "me")
    assert refusal.value.slug == "rate-limited"


def test_what_changes_nothing_is_never_counted(limiter):
    for _ in range(1000):
        limiter.count(Rate.FREE, "me")


def test_each_principal_and_each_limit_is_counted_alone(limiter):
    use_up(limiter, Rate.WRITING)
    limiter.count(Rate.WRITING, "somebody else")
    limiter.count(Rate.SPENDING, "me")


def test_room_comes_back_as_the_minute_moves_on(limiter, clock):
    limiter.count(Rate.WRITING, "me")
    clock.jump(30)
    for _ in range(LIMITS[Rate.WRITING] - 1):
        limiter.count(Rate.WRITING, "me")
    clock.jump(29.5)
    with pytest.raises(RefusedError) as refusal:
        limiter.count(Rate.WRITING, "me")
    assert refusal.value.refusal.retry_after.total_seconds() == pytest.approx(0.5)
    clock.jump(0.5)
    limiter.count(Rate.WRITING, "me")
    with pytest.raises(RefusedError):
        limiter.count(Rate.WRITING, "me")


def test_a_refused_request_does_not_count(limiter, clock):
    use_up(limiter, Rate.WRITING)
    for _ in range(50):
        with pytest.raises(RefusedError):
            limiter.count(Rate.WRITING, "me")
    clock.jump(60)
    limiter.count(Rate.WRITING, "me")


def test_who_is_gone_is_forgotten(limiter, clock):
    for number in range(100):
        limiter.count(Rate.WRITING, f"principal {number}")
    clock.jump(61)
    limiter.count(Rate.WRITING, "me")
    assert len(limiter._seen) == 1
