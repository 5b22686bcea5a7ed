import asyncio

from quorate.resilience.ending import ended
from tests.fakes.clock import settle


async def test_a_task_that_swallows_a_cancellation_is_ended_all_the_same():
    swallowed = []

    async def stubborn():
        while True:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                if swallowed:
                    raise
                swallowed.append(True)

    task = asyncio.create_task(stubborn())
    await settle()
    await ended([task])
    assert task.cancelled()
    assert swallowed == [True]


async def test_a_task_that_is_over_is_left_alone():
    async def quick():
        return 1

    task = asyncio.create_task(quick())
    await task
    await ended([task])
    assert task.result() == 1
