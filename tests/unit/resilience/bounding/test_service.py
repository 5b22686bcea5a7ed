"""Boundaries: fail fast, a deadline, recovery by itself, and what is counted."""

import asyncio

import pytest

from quorate.kernel.errors import RejectedError, UnavailableError
from quorate.resilience.boundary import BreakerOpenError
from quorate.resilience.bounding import Boundaries
from tests.fakes.clock import settle


class Component:
    """Answers, or fails as it is told."""

    def __init__(self):
        self.asked = 0
        self.failure = None

    async def __call__(self):
        self.asked += 1
        if self.failure is not None:
            raise self.failure
        return self.asked


class Seconds:
    """A clock that stands still."""

    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def seconds():
    return Seconds()


@pytest.fixture
def boundaries(seconds):
    return Boundaries(seconds)


@pytest.fixture
def component():
    return Component()


def silent():
    return UnavailableError("it says nothing", source="redis")


async def broken(boundaries, component, times=3):
    component.failure = silent()
    for _ in range(times):
        with pytest.raises(UnavailableError, match="it says nothing"):
            await boundaries.execute("redis", component)


async def test_after_three_failures_in_a_row_nobody_is_asked(boundaries, component):
    await broken(boundaries, component)
    with pytest.raises(BreakerOpenError, match="left alone for 10 s"):
        await boundaries.execute("redis", component)
    assert component.asked == 3
    (line,) = boundaries.listing()
    assert (line.asked.calls, line.asked.failures, line.asked.refused) == (3, 3, 1)


async def test_it_recovers_by_itself(boundaries, component, seconds):
    await broken(boundaries, component)
    seconds.now += 10
    component.failure = None
    assert await boundaries.execute("redis", component) == 4
    assert not boundaries.listing()[0].is_open


async def test_one_trial_alone_passes_while_it_is_half_open(boundaries, seconds):
    release = asyncio.Event()
    await broken(boundaries, Component())
    seconds.now += 10
    trial = asyncio.create_task(boundaries.execute("redis", release.wait))
    await settle(1)
    with pytest.raises(BreakerOpenError):
        await boundaries.execute("redis", release.wait)
    release.set()
    assert await trial


async def test_a_trial_that_fails_opens_it_again(boundaries, component, seconds):
    await broken(boundaries, component)
    seconds.now += 10
    await broken(boundaries, component, times=1)
    with pytest.raises(BreakerOpenError):
        await boundaries.execute("redis", component)


async def test_an_answer_between_failures_keeps_it_closed(boundaries, component):
    for _ in range(5):
        await broken(boundaries, component, times=2)
        component.failure = None
        await boundaries.execute("redis", component)
    assert not boundaries.listing()[0].is_open


async def test_a_refusal_is_an_answer(boundaries, component):
    component.failure = RejectedError("no")
    for _ in range(9):
        with pytest.raises(RejectedError):
            await boundaries.execute("redis", component)
    assert boundaries.listing()[0].asked.failures == 0


async def test_an_answer_that_takes_too_long_is_a_failure(boundaries):
    for _ in range(3):
        with pytest.raises(UnavailableError, match="no answer within 1 ms") as failure:
            await boundaries.execute("redis", asyncio.Event().wait, 1)
        assert failure.value.slug == "timeout"
    assert boundaries.listing()[0].is_open
    assert boundaries.listing()[0].asked.timeouts == 3


async def test_who_gives_up_waiting_says_nothing_against_it(boundaries):
    for _ in range(5):
        task = asyncio.create_task(boundaries.execute("redis", asyncio.Event().wait))
        await settle(1)
        task.cancel()
        await asyncio.wait([task])
    assert not boundaries.listing()[0].is_open
    assert boundaries.listing()[0].asked.calls == 5


async def test_what_is_urgent_is_never_held_back(boundaries, component):
    await broken(boundaries, component)
    component.failure = None
    assert await boundaries.execute("redis", component, urgent=True) == 4
    with pytest.raises(BreakerOpenError):
        await boundaries.execute("redis", component)


async def test_components_fail_apart(boundaries, component):
    await broken(boundaries, component)
    component.failure = None
    assert await boundaries.execute("broker", component) == 4


async def test_a_person_closes_it(boundaries, component):
    await broken(boundaries, component)
    assert boundaries.reset("redis")
    assert not boundaries.reset("redis")
    assert not boundaries.reset("nobody")
    component.failure = None
    assert await boundaries.execute("redis", component) == 4


async def test_a_late_failure_of_before_the_reset_does_not_count(boundaries, component):
    release = asyncio.Event()

    async def late():
        await release.wait()
        raise silent()

    old = asyncio.create_task(boundaries.execute("redis", late))
    await settle(1)
    await broken(boundaries, component)
    boundaries.reset("redis")
    release.set()
    await asyncio.wait([old])
    assert boundaries.listing()[0].breaker.failures == ()


def test_a_rule_that_takes_too_long_is_refused(boundaries, seconds):
    def slow():
        seconds.now += 6
        return "judged"

    for _ in range(3):
        with pytest.raises(UnavailableError, match="no answer within 5000 ms"):
            boundaries.call("validator", slow)
    with pytest.raises(BreakerOpenError):
        boundaries.call("validator", lambda: "judged")


def test_a_rule_in_time_is_passed_on(boundaries):
    assert boundaries.call("validator", lambda: "judged") == "judged"


def test_what_is_declared_is_listed_before_it_is_asked(boundaries):
    boundaries.declare("webhook", "the webhook of alerts")
    boundaries.declare("broker", "the broker's account")
    assert [(each.name, each.of) for each in boundaries.listing()] == [
        ("broker", "the broker's account"),
        ("webhook", "the webhook of alerts"),
    ]
