"""The bridge: everything reaches the bus once, and nothing that cannot be read stops it."""

import asyncio
from contextlib import asynccontextmanager

from quorate.results.applying import Applied
from quorate.results.bridge.service import Bridge
from quorate.results.bus import EventBus
from quorate.results.message import message_of
from quorate.results.relay.service import StreamRelay
from tests.fakes.clock import FakeClock, settle
from tests.fakes.results import FakeTrouble, MemoryResults, MemoryStream, result


def bridge(results, stream, clock=None):
    applied = Applied(EventBus())
    return Bridge(results, stream, applied, clock or FakeClock(), FakeTrouble())


@asynccontextmanager
async def running(*works):
    tasks = [asyncio.create_task(work.run()) for work in works]
    await settle()
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


def ids(one):
    return sorted(each.result_id for each in one.applied.newest.by_key.values())


async def test_what_is_committed_reaches_the_bus_and_is_acknowledged():
    results, stream, clock = MemoryResults(), MemoryStream(), FakeClock()
    one = bridge(results, stream, clock)
    async with running(StreamRelay(results, results, stream, clock), one):
        results.commit(result(1), result(2, "IBM"))
        await settle()
    assert ids(one) == ["res_1", "res_2"]
    assert (one.applied.told, stream.pending) == (2, {})


async def test_a_message_that_comes_again_is_told_once():
    stream, results = MemoryStream(), MemoryResults(result(1))
    one = bridge(results, stream)
    async with running(one):
        stream.put(message_of(result(1), 0))
        stream.put(message_of(result(1), 0))
        await settle()
    assert (one.applied.told, one.applied.doubled) == (1, 1)


async def test_a_gap_is_filled_from_the_database():
    stream, results = MemoryStream(), MemoryResults(*map(result, range(1, 5)))
    one = bridge(results, stream)
    async with running(one):
        stream.put(message_of(result(1), 0))
        stream.put(message_of(result(4), result(3).result_seq))
        await settle()
    assert (one.gaps, one.applied.told) == (1, 4)


async def test_a_stream_that_says_nothing_is_noticed_by_the_database():
    results, stream, clock = MemoryResults(), MemoryStream(), FakeClock()
    one = bridge(results, stream, clock)
    async with running(one):
        await clock.advance(2)
        stream.is_down = True
        results.commit(result(1), result(2, "IBM"))
        await clock.advance(4)
    assert ids(one) == ["res_1", "res_2"]


async def test_poison_is_buried_after_five_deliveries_with_one_alert_and_stops_nobody():
    results, stream, clock = MemoryResults(result(1)), MemoryStream(), FakeClock()
    one = bridge(results, stream, clock)
    async with running(one):
        poison = stream.put(b"no result")
        stream.put(message_of(result(1), 0))
        await settle()
        assert one.applied.told == 1
        for number in range(2, 9):
            await clock.advance(3)
            stream.put(message_of(result(number), result(number - 1).result_seq))
            await settle()
    assert [entry for entry, _ in stream.dead] == [poison]
    assert one.trouble.raised == [poison]
    assert one.applied.told == 8
