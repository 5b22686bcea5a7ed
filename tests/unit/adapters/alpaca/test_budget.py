"""The budget: no minute sees more requests than the broker allows, and cancellations always have room."""

import asyncio
import contextlib
import random
from datetime import timedelta

import pytest

from quorate.adapters.alpaca.budget import RequestBudget, RequestPolicy
from quorate.execution.broker import BrokerUnavailableError
from quorate.kernel.errors import RejectedError
from tests.fakes.clock import FakeClock, settle

TIGHT = RequestPolicy(per_minute=5, reserve=2, longest_wait_s=5)


def headers(clock, *, left="5", seconds=30.0):
    reset = int((clock.time + timedelta(seconds=seconds)).timestamp())
    return {"X-RateLimit-Remaining": left, "X-RateLimit-Reset": str(reset)}


async def taken(budget, count, *, cancels=False):
    for _ in range(count):
        await budget.take(cancels=cancels)


async def test_what_is_in_reserve_is_for_cancellations_alone():
    budget = RequestBudget(TIGHT, FakeClock())
    await taken(budget, 3)
    with pytest.raises(BrokerUnavailableError) as failure:
        await budget.take()
    assert failure.value.retry_after == timedelta(seconds=60)
    await taken(budget, 2, cancels=True)
    with pytest.raises(BrokerUnavailableError):
        await budget.take(cancels=True)


async def test_the_defaults_leave_180_for_questions_and_20_for_cancellations():
    budget = RequestBudget(RequestPolicy(), FakeClock())
    await taken(budget, 180)
    with pytest.raises(BrokerUnavailableError):
        await budget.take()
    await taken(budget, 20, cancels=True)


async def test_a_token_comes_back_a_minute_after_it_was_taken():
    clock = FakeClock()
    budget = RequestBudget(TIGHT, clock)
    await taken(budget, 3)
    clock.jump(57)
    waiting = asyncio.create_task(budget.take())
    await settle()
    assert not waiting.done()
    await clock.advance(3)
    await waiting


async def test_no_minute_sees_more_than_the_limit():
    clock, sent = FakeClock(), []
    budget = RequestBudget(TIGHT, clock)

    async def take():
        await budget.take(cancels=True)
        sent.append(clock.monotonic())

    drawn = random.Random(4)  # noqa: S311  (a seeded sample)
    for _ in range(120):
        clock.jump(drawn.uniform(0, 20))
        with contextlib.suppress(BrokerUnavailableError):
            taking = asyncio.create_task(take())
            await clock.advance(TIGHT.longest_wait_s)
            await taking
    assert all(later - earlier >= 60 for earlier, later in zip(sent, sent[5:], strict=False))
    assert len(sent) > 60


async def test_after_a_429_everything_waits_for_the_reset():
    clock = FakeClock()
    budget = RequestBudget(TIGHT, clock)
    budget.learn(headers(clock, seconds=4), refused=True)
    waiting = asyncio.create_task(budget.take(cancels=True))
    await settle()
    assert not waiting.done()
    await clock.advance(4)
    await waiting


@pytest.mark.parametrize("seconds", [None, -5, 86_400])
async def test_a_429_without_a_sensible_reset_waits_a_second(seconds):
    clock = FakeClock()
    budget = RequestBudget(TIGHT, clock)
    told = {} if seconds is None else headers(clock, seconds=seconds)
    budget.learn(told, refused=True)
    waiting = asyncio.create_task(budget.take())
    await clock.advance(1)
    await waiting


async def test_the_brokers_own_count_is_believed_when_it_is_lower():
    clock = FakeClock()
    budget = RequestBudget(TIGHT, clock)
    budget.learn(headers(clock, left="3"))
    await budget.take()
    with pytest.raises(BrokerUnavailableError):
        await budget.take()
    await budget.take(cancels=True)
    clock.jump(31)
    await budget.take()


async def test_an_answer_that_was_overtaken_gives_no_requests_back():
    clock = FakeClock()
    budget = RequestBudget(TIGHT, clock)
    budget.learn(headers(clock, left="2"))
    budget.learn(headers(clock, left="5"))
    with pytest.raises(BrokerUnavailableError):
        await budget.take()


@pytest.mark.parametrize(
    "told", [{}, {"X-RateLimit-Reset": "soon"}, {"X-RateLimit-Reset": "9" * 30}]
)
async def test_headers_that_say_nothing_change_nothing(told):
    budget = RequestBudget(TIGHT, FakeClock())
    budget.learn({**told, "X-RateLimit-Remaining": "0"})
    await budget.take()


async def test_a_reset_of_another_day_is_not_waited_for():
    clock = FakeClock()
    budget = RequestBudget(TIGHT, clock)
    budget.learn(headers(clock, left="0", seconds=86_400))
    await budget.take()


def test_a_budget_that_lets_nothing_through_is_refused():
    with pytest.raises(RejectedError):
        RequestPolicy(per_minute=20, reserve=20)
