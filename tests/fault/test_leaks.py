"""Leaks: a component that is used again and again holds as much memory afterwards as before."""

from __future__ import annotations

import asyncio
import gc
import itertools
import random
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import pytest_asyncio

from benchmarks import gateway as gateways
from quorate.adapters.clock.system import RandomIds, SystemClock
from quorate.arbiter.service import Arbiter
from quorate.bootstrap import App, open_app
from quorate.bootstrap.guarding import GuardedCourt
from quorate.bootstrap.law import HomeCourt
from quorate.hub.stream import Broadcast
from quorate.hub.stream.wanted import Wanted
from quorate.kernel.errors import UnavailableError
from quorate.llm.price_table import PriceTable
from quorate.llm.service import Gateway
from quorate.resilience.bounding import Boundaries
from quorate.results.applying import Applied
from quorate.results.bridge.service import Bridge
from quorate.results.bus import EventBus
from quorate.results.relay.service import StreamRelay
from tests.fakes.court import ScriptedCourt
from tests.fakes.homes import settings_of
from tests.fakes.results import FakeTrouble, MemoryResults, MemoryStream, result
from tests.fault.holding import Held, _one
from tests.integration.facts import noted
from tests.integration.fleets import grounded

pytestmark = pytest.mark.fault

WARM, TIMES = 50, 120
MOST_BYTES = 100.0
"""Per use: a row that is kept by mistake has more; pools and caches that fill up have less after the warm-up."""

Use = Callable[[], Awaitable[object]]


async def bytes_kept(use: Use, warm: int = WARM, times: int = TIMES) -> float:
    """Return how many bytes more a use leaves behind, after a warm-up: the lesser of two measurements."""
    for _ in range(warm):
        await use()
    found = []
    tracemalloc.start()
    try:
        for _ in range(2):
            gc.collect()
            before, _ = tracemalloc.get_traced_memory()
            for _ in range(times):
                await use()
            await asyncio.sleep(0.05)
            gc.collect()
            after, _ = tracemalloc.get_traced_memory()
            found.append((after - before) / times)
    finally:
        tracemalloc.stop()
    return min(found)


@pytest_asyncio.fixture
async def app(quorate_home) -> AsyncIterator[App]:
    async with open_app(settings_of(quorate_home)) as opened:
        yield opened


async def test_a_leak_is_found() -> None:
    kept = []

    async def leaking() -> None:
        kept.append(bytes(500))

    assert await bytes_kept(leaking) > MOST_BYTES


async def test_the_journal_keeps_nothing_of_what_it_committed(app: App) -> None:
    numbers = itertools.count()

    async def commit() -> None:
        event = noted(next(numbers))
        await app._store.journal.commit(lambda _tx: [event])

    assert await bytes_kept(commit) < MOST_BYTES


async def test_the_arbiter_keeps_nothing_of_a_task_that_ended(app: App) -> None:
    store, numbers = app._store, itertools.count()
    arbiter = Arbiter(
        store.journal,
        store.clock,
        owner="leaks",
        lease_seconds=45,
        court=GuardedCourt(HomeCourt(store), store.boundaries),
    )

    async def walk() -> None:
        # Overheads are the measurement's own list.
        await _one(arbiter, Held(0), next(numbers), 0)

    assert await bytes_kept(walk, 20, 40) < MOST_BYTES * 3


async def test_the_gateway_keeps_nothing_of_a_call() -> None:
    gateway = Gateway(
        models={gateways.MODEL.provider: gateways.InstantModel()},
        purse=gateways.OpenPurse(),
        prices=PriceTable(),
        clock=SystemClock(),
        ids=RandomIds(),
        draw=random.random,
    )
    call = gateways._call()
    assert await bytes_kept(lambda: gateway.ask(call)) < MOST_BYTES


async def test_the_feed_keeps_nothing_of_who_followed(app: App) -> None:
    async def follow() -> None:
        async with app.feed().following() as wake_ups:
            async for _ in wake_ups:
                return

    assert await bytes_kept(follow, 20, 40) < MOST_BYTES


async def test_the_broadcast_keeps_nothing_of_a_reader_that_left(app: App) -> None:
    broadcast = Broadcast(app.feed(), app.clock)

    async def join() -> None:
        async with broadcast.joined("somebody", Wanted()):
            pass

    try:
        assert await bytes_kept(join, 20, 40) < MOST_BYTES
    finally:
        broadcast.close()


async def test_a_boundary_keeps_nothing_of_what_passed_or_failed() -> None:
    boundaries = Boundaries(SystemClock().monotonic)

    async def silent() -> None:
        raise UnavailableError("no answer", source="redis")

    async def ask() -> None:
        with pytest.raises(UnavailableError):
            await boundaries.execute("redis", silent)

    assert await bytes_kept(ask) < MOST_BYTES


async def test_the_figures_keep_nothing_of_a_scrape(app: App) -> None:
    assert await bytes_kept(app.telemetry.metrics, 10, 25) < MOST_BYTES


async def test_a_node_keeps_nothing_of_a_session_that_ended(tmp_path) -> None:
    """Each worker registers, does a task and is gone; the journal's rows are the database's."""
    court = ScriptedCourt()
    # A sweep comes before it is measured, so that its statements are compiled and cached by then.
    quick = {"FLEET__MESSAGES_PER_SECOND": "10000", "FLEET__SWEEP_SECONDS": "0.2"}
    async with grounded(tmp_path, court=court, **quick) as ground:

        async def come_and_go() -> None:
            worker = await ground.worker()
            await ground.queued()
            assert (await worker.do()).accepted
            worker.socket.drop()
            await asyncio.wait(ground.connections)
            ground.connections.clear()
            court.judged.clear()

        # A connection that is kept has 11,000 bytes; rows that wait for their checkpoint have 300.
        assert await bytes_kept(come_and_go, 20, 20) < MOST_BYTES * 10
        assert ground.fleet.node.links == {}


async def test_relay_and_bridge_keep_no_result_that_was_told() -> None:
    """The newest result of a symbol is kept, and the ids of many; a whole one of the others has 2000 bytes."""
    committed, stream, applied = MemoryResults(), MemoryStream(), Applied(EventBus())
    clock, numbers = SystemClock(), itertools.count(1)
    works = (
        StreamRelay(committed, committed, stream, clock),
        Bridge(committed, stream, applied, clock, FakeTrouble()),
    )
    running = [asyncio.create_task(work.run()) for work in works]

    async def tell() -> None:
        told = applied.told
        committed.kept.clear()
        stream.entries.clear()
        committed.commit(result(next(numbers)))
        async with asyncio.timeout(5):
            while applied.told == told:  # noqa: ASYNC110  (whoever applies knows of nobody who waits)
                await asyncio.sleep(0)

    try:
        assert await bytes_kept(tell, 200, 200) < MOST_BYTES * 4
    finally:
        for task in running:
            task.cancel()
        await asyncio.wait(running)
