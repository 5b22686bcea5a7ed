"""The line: work that takes too long is cancelled and waited for, and a lost connection ends what depends on it."""

import asyncio

import pytest

from quorate.fleet.line import within
from tests.fakes.clock import FakeClock, settle
from tests.fakes.fleet import FakeHub
from tests.unit.fleet.workers import working


async def test_work_in_time_is_returned_and_leaves_no_alarm():
    clock = FakeClock()

    async def quick():
        return 3

    assert await within(clock, 10, quick()) == 3
    await settle()
    assert clock.sleepers == 0


async def test_work_past_its_time_is_cancelled_before_that_is_told():
    clock, ended = FakeClock(), []

    async def slow():
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(True)

    waiting = asyncio.create_task(within(clock, 10, slow()))
    await clock.advance(11)
    with pytest.raises(TimeoutError):
        await waiting
    assert ended == [True]


async def test_a_worker_that_is_cancelled_while_its_connection_breaks_ends():
    """A task group that failed while it was cancelled went on for ever: found by a walk of a thousand worlds."""
    async with working() as bench:
        assert bench.run is not None
        bench.run.cancel()
        bench.hub.channel.cut()
        await settle()
        assert bench.run.done()


async def test_a_connection_that_was_ready_is_taken_up_soon_however_long_it_took_before():
    hub = FakeHub(reachable=False)
    async with working(hub=hub) as bench:
        await bench.clock.advance(100)
        hub.reachable = True
        await bench.clock.advance(31)
        hub.channel.cut()
        await bench.clock.advance(0.6)
        assert hub.ready == [1, 2]
