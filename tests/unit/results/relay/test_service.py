"""The relay: what is committed is published, in order, once, whatever becomes of the stream."""

import asyncio
from contextlib import asynccontextmanager, suppress

from quorate.results.applying import Applied
from quorate.results.bus import EventBus
from quorate.results.message import read_message
from quorate.results.relay.service import KEPT, DirectRelay, StreamRelay
from tests.fakes.clock import FakeClock, settle
from tests.fakes.results import MemoryResults, MemoryStream, result


@asynccontextmanager
async def running(work):
    task = asyncio.create_task(work.run())
    await settle()
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def published(stream):
    return [read_message(body) for body in stream.entries.values()]


def relay(results, stream, clock=None):
    return StreamRelay(results, results, stream, clock or FakeClock())


async def test_each_message_names_the_one_before_it():
    results, stream = MemoryResults(result(1), result(2)), MemoryStream()
    async with running(relay(results, stream)):
        results.commit(result(3))
        await settle()
    said = published(stream)
    assert [each.result.result_id for each in said] == ["res_1", "res_2", "res_3"]
    assert [each.after for each in said] == [0, *(each.result_seq for each in said[:2])]


async def test_a_relay_that_comes_back_goes_on_where_the_stream_stands():
    results, stream = MemoryResults(result(1)), MemoryStream()
    async with running(relay(results, stream)):
        pass
    results.commit(result(2))
    async with running(relay(results, stream)):
        pass
    assert [each.result.result_id for each in published(stream)] == ["res_1", "res_2"]


async def test_two_relays_publish_each_result_once():
    results, stream = MemoryResults(result(1)), MemoryStream()
    async with running(relay(results, stream)), running(relay(results, stream)):
        results.commit(*map(result, range(2, 40)))
        await settle()
    ids = [each.result.result_id for each in published(stream)]
    assert ids == [f"res_{number}" for number in range(1, 40)]


async def test_while_the_stream_is_away_the_backlog_waits():
    results, stream, clock = MemoryResults(), MemoryStream(), FakeClock()
    async with running(relay(results, stream, clock)):
        stream.is_down = True
        results.commit(result(1), result(2))
        await clock.advance(2)
        assert not stream.entries
        stream.is_down = False
        await clock.advance(1)
    assert len(stream.entries) == 2


async def test_a_stream_that_was_emptied_gets_what_comes_next_and_nothing_twice():
    results, stream = MemoryResults(result(1)), MemoryStream()
    async with running(relay(results, stream)):
        stream.flush()
        results.commit(result(2))
        await settle()
    (said,) = published(stream)
    assert (said.result.result_id, said.after) == ("res_2", result(1).result_seq)


async def test_a_new_stream_begins_with_the_newest_results():
    results = MemoryResults(*map(result, range(1, KEPT + 3)))
    stream = MemoryStream()
    async with running(relay(results, stream)):
        await settle(500)
    assert published(stream)[0].result.result_id == "res_3"
    assert len(stream.entries) == KEPT


async def test_without_a_stream_the_bus_is_told_of_what_comes():
    results, applied, clock = MemoryResults(result(1)), Applied(EventBus()), FakeClock()
    async with running(DirectRelay(results, results, clock, applied)):
        assert applied.told == 0
        results.commit(result(2))
        await settle()
        results.is_down = True
        results.commit(result(3))
        await settle()
        results.is_down = False
        await clock.advance(1)
    assert applied.told == 2
    assert [each.result_id for each in applied.newest.by_key.values()] == ["res_3"]
