"""FM-TAW on the hub's side: one test per failure mode of the fleet, named after it; `make soak` runs larger counts.

In memory: the connections, and time where a test needs much of it. Real: the database, the journal, the node.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections import Counter
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import pytest

from quorate.arbiter.holding import Hands
from quorate.arbiter.task import FailureSource, TaskState, TaskType
from quorate.fleet.session import SessionState
from quorate.fleet.wire import Ready, RegistrationAck, TaskAssignment, TaskCompleteAck
from quorate.kernel.errors import ConflictError
from tests.fakes.clock import FakeClock, settle
from tests.fakes.worker_connections import ScriptedWorker
from tests.integration.fleets import LONGEST, grounded

pytestmark = [pytest.mark.asyncio, pytest.mark.fault]

TIMES = int(os.environ.get("QUORATE_TEST_FLEET_TIMES", "1"))
"""How often each count is gone through; the soak takes 250."""


class QuietFeed:
    """A journal that wakes nobody: the test itself says when to look."""

    async def head(self):
        return 0

    async def rows(self, _after, _limit):
        return []

    @asynccontextmanager
    async def following(self):
        yield self

    def __aiter__(self):
        return self

    async def __anext__(self):
        await asyncio.Event().wait()


async def pause(ground, seconds):
    await ground.store.clock.sleep(seconds)


@pytest.fixture
async def ground(tmp_path):
    """A node that lets workers say as much as they like: these say in a second what others say in minutes."""
    async with (
        asyncio.timeout(3 * LONGEST * TIMES),
        grounded(tmp_path, FLEET__MESSAGES_PER_SECOND="10000") as ground,
    ):
        yield ground


async def rows_of(ground, task_id, kind):
    entries = await ground.store.journal.entries(f"task:{task_id}")
    return [entry.facts for entry in entries if entry.type == kind]


async def test_fm_taw_001_a_worker_is_given_work_after_it_is_ready_and_never_before(ground):
    """Every step is delayed by up to 20 ms; the work waits already."""
    draw = random.Random(1)
    starts = 60
    late = []

    async def start(number):
        worker = ground.connect(ScriptedWorker(name=f"w{number}"))
        await pause(ground, draw.uniform(0, 0.02))
        worker.register()
        first = await worker.heard()
        assert isinstance(first, RegistrationAck)
        await pause(ground, draw.uniform(0, 0.02))
        assert ground.fleet.node.links[worker.name].session.state is SessionState.REGISTERED
        assert worker.socket._to_worker.empty()
        worker.epoch = first.epoch
        worker.say(Ready(epoch=first.epoch))
        ready_at = ground.store.clock.monotonic()
        task = await worker.assigned()
        late.append(ground.store.clock.monotonic() - ready_at)
        return task.task_id

    for time in range(TIMES):
        tasks = [await ground.queued() for _ in range(starts)]
        names = range(time * starts, (time + 1) * starts)
        async with asyncio.TaskGroup() as group:
            started = [group.create_task(start(number)) for number in names]
        assert sorted(each.result() for each in started) == sorted(tasks)
    assert max(late) < 1.0


async def test_fm_taw_002_silence_is_found_out_within_45_to_50_seconds_and_jitter_kills_nobody(
    tmp_path,
):
    clock, draw = FakeClock(), random.Random(2)
    async with (
        asyncio.timeout(LONGEST),
        grounded(tmp_path, clock=clock, feed=QuietFeed(), served=False) as ground,
    ):
        worker = await ground.worker(slots=1)
        task_id = await ground.queued()
        await _said(ground, worker)
        await ground.fleet.node._dispatched()
        worker.accept(await worker.assigned())
        await _said(ground, worker)
        node = ground.fleet.node
        for _ in range(60):
            silence = 15.0 + draw.uniform(0, 20)
            for _ in range(int(silence // 5)):
                clock.jump(5.0)
                await node.sweep()
            clock.jump(silence % 5)
            worker.beat()
            await _said(ground, worker)
            assert "w1" in node.links, "a worker that beats late was killed"
        last = clock.monotonic()
        while "w1" in node.links:
            clock.jump(draw.uniform(0.5, 5.0))
            await node.sweep()
        assert 45.0 < clock.monotonic() - last <= 50.0
        assert worker.socket.closed == (4408, "HEARTBEAT_LOST")
        task = await ground.state(task_id)
        assert (task.state, task.attempts) == (TaskState.ROUTING, 2)
        assert (await ground.fleet.worker("w1")).state == "lost"
        (moved,) = [
            row
            for row in await rows_of(ground, task_id, "task.moved")
            if row["event"] == "lease_lost"
        ]
        assert moved["failureSource"] == FailureSource.WORKER_CRASH


async def _said(ground, worker):
    """Return once the node has handled all that the worker said."""
    link = ground.fleet.node.links[worker.name]
    while not (worker.socket._to_hub.empty() and link._waiting.empty()):
        await settle()
    await settle(200)


async def test_fm_taw_003_of_fifty_that_reach_for_a_task_one_gets_it(ground):
    store = ground.store
    claimers = [
        Hands(store.journal, store.clock, owner=f"node-{number}", lease_seconds=45.0)
        for number in range(50)
    ]
    won = Counter()

    async def claim(hands, task):
        with suppress(ConflictError):
            held = await hands.take(task, worker=hands.owner)
            won[task.task_id, held.lease.token] += 1

    for _ in range(TIMES):
        tasks = [await ground.state(await ground.queued()) for _ in range(20)]
        won.clear()
        async with asyncio.TaskGroup() as group:
            for task in tasks:
                for hands in claimers:
                    group.create_task(claim(hands, task))
        assert won == Counter({(task.task_id, 1): 1 for task in tasks})


async def test_fm_taw_004_what_nobody_can_do_stays_and_a_person_is_told_once_after_a_minute(
    tmp_path,
):
    clock = FakeClock()
    async with (
        asyncio.timeout(LONGEST),
        grounded(tmp_path, clock=clock, feed=QuietFeed(), served=False) as ground,
    ):
        worker = await ground.worker(capabilities={"code": True})
        tasks = [await ground.queued(TaskType.TRADING_ANALYSIS) for _ in range(2)]
        for _ in range(30):
            await _said(ground, worker)
            worker.beat()
            await _said(ground, worker)
            await ground.fleet.node.sweep()
            await ground.fleet.node._dispatched()
            told = await ground.alerts.newest(10)
            waited = clock.monotonic()
            assert len(told) == (0 if waited < 60 else 1), waited
            clock.jump(5.0)
        (raised,) = await ground.alerts.newest(10)
        assert raised.alert.kind == "no_capable_agent"
        for task_id in tasks:
            assert (await ground.state(task_id)).state is TaskState.ROUTING
            assert (await ground.reason(task_id)).startswith("NO_CAPABLE_AGENT")
            assert not await rows_of(ground, task_id, "lease.acquired")


async def test_fm_taw_007_a_connection_lost_at_any_point_costs_no_result_and_doubles_none(ground):
    """The worker comes back with what it held; a result that was under way counts once."""
    draw = random.Random(7)
    worker = await ground.worker()
    for _ in range(40 * TIMES):
        task_id = await ground.queued()
        task = await worker.assigned()
        cut = draw.choice(["assigned", "accepted", "complete", "never"])
        if cut != "assigned":
            worker.accept(task)
        if cut == "complete":
            worker.complete(task)
        if cut != "never":
            await pause(ground, draw.choice([0.0, 0.003]))
            worker.socket.drop()
            again = ground.connect(ScriptedWorker())
            await again.come((task.task_id, task.token))
            worker = again
        worker.complete(task)
        assert (await worker.acked()).accepted
        await ground.until(task_id, TaskState.COMPLETED)
        assert len(await rows_of(ground, task_id, "task.result")) == 1
        worker.socket.drop()
        worker = ground.connect(ScriptedWorker())
        await worker.come()
    assert (await ground.fleet.overview()).recoveries == 0


@pytest.mark.parametrize("lost", [0.0, 0.25, 0.5])
async def test_fm_taw_008_a_result_is_applied_once_however_often_it_is_sent(ground, lost):
    draw = random.Random(8)
    worker = await ground.worker()
    for _ in range(40 * TIMES):
        task_id = await ground.queued()
        task = await worker.assigned()
        worker.accept(task)
        for _ in range(30):
            worker.complete(task)
            ack = await worker.heard(TaskCompleteAck)
            assert ack.accepted
            if draw.random() >= lost:
                break
        await ground.until(task_id, TaskState.COMPLETED)
        assert len(await rows_of(ground, task_id, "task.result")) == 1
    assert (await ground.fleet.worker("w1")).counts.done == 40 * TIMES


async def test_fm_taw_010_a_models_timeouts_are_not_the_workers_failures(ground):
    worker = await ground.worker()
    for source, state in [("llm_timeout", "idle")] * 6 + [("network_error", "idle")]:
        task_id = await ground.queued()
        task = await worker.assigned()
        assert task.task_id == task_id
        worker.accept(task)
        worker.fail(task, source)
        assert (await worker.acked()).accepted
        assert (await ground.fleet.worker("w1")).state in {state, "busy"}
        assert not (await ground.fleet.worker("w1")).record.quarantined
        if source == "llm_timeout":
            ended = await ground.state(task_id)
            assert ended.state is TaskState.FAILED


async def test_fm_taw_011_a_storm_of_reconnects_doubles_no_assignment(ground):
    draw, given = random.Random(11), Counter()
    tasks = [await ground.queued() for _ in range(10)]
    workers, epochs = [], []

    async def come():
        worker = ground.connect(ScriptedWorker(slots=4))
        workers.append(worker)
        try:
            async with asyncio.timeout(2):
                epochs.append((await worker.come()).epoch)
                while True:
                    task = await worker.heard(TaskAssignment)
                    if task is None:
                        return
                    given[task.task_id, task.token] += 1
                    worker.accept(task)
                    worker.complete(task)
        except (TimeoutError, AssertionError):
            return

    async with asyncio.TaskGroup() as group:
        for _ in range(100):
            group.create_task(come())
            await pause(ground, draw.uniform(0, 0.01))
    assert set(given.values()) == {1}
    assert len(set(epochs)) == len(epochs)
    closed = [each.socket.closed for each in workers]
    assert closed.count((4409, "SESSION_SUPERSEDED")) == 99
    last = next(each for each in workers if each.socket.closed is None)
    assert ground.fleet.node.links["w1"].session.epoch == max(epochs)
    assert ground.fleet.node.links["w1"]._socket is last.socket
    for task_id in tasks:
        await ground.until(task_id, TaskState.COMPLETED, TaskState.FAILED)
        assert len(await rows_of(ground, task_id, "task.result")) <= 1


async def test_fm_taw_011_the_old_sessions_words_count_no_more(ground):
    old = await ground.worker()
    task_id = await ground.queued()
    task = await old.assigned()
    await ground.worker(capabilities={})
    old.complete(task)
    assert await old.heard() is None
    again = await ground.until(task_id, TaskState.ROUTING)
    assert again.attempts == 1
    assert not await rows_of(ground, task_id, "task.result")


async def test_a_lease_that_ran_out_is_found_by_whoever_waits_even_where_no_node_lives(tmp_path):
    clock = FakeClock()
    async with (
        asyncio.timeout(LONGEST),
        grounded(
            tmp_path, clock=clock, feed=QuietFeed(), served=False, FLEET__SWEEP_SECONDS="0.02"
        ) as ground,
    ):
        worker = await ground.worker()
        task_id = await ground.queued()
        await _said(ground, worker)
        await ground.fleet.node._dispatched()
        worker.accept(await worker.assigned())
        await _said(ground, worker)
        waiting = asyncio.create_task(ground.fleet.finished(task_id, 1000.0))
        clock.jump(timedelta(seconds=46).total_seconds())
        task = await ground.until(task_id, TaskState.ROUTING)
        assert (task.attempts, task.worker) == (2, "")
        waiting.cancel()
        with suppress(asyncio.CancelledError):
            await waiting
