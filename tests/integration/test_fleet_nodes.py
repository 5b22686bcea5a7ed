"""Several hub nodes on one database: who gets what, and what becomes of a node's workers when it dies."""

import asyncio
import secrets
import shutil
from collections import Counter
from contextlib import asynccontextmanager

import pytest

from quorate.arbiter.task import TaskState
from quorate.kernel.errors import UnavailableError
from tests.fakes.worker_connections import ScriptedWorker
from tests.integration.fleets import LONGEST, SYSTEM, grounded

pytestmark = pytest.mark.asyncio

QUICK = {
    "FLEET__HEARTBEAT_SECONDS": "0.1",
    "FLEET__DEAD_AFTER_SECONDS": "0.6",
    "FLEET__SWEEP_SECONDS": "0.05",
    "FLEET__MESSAGES_PER_SECOND": "10000",
}


@pytest.fixture(params=["sqlite", "postgres"])
def place(request, tmp_path):
    """Return what names one database for every node: a tenant of its own, the same home or the same server."""
    tenant = f"fleet-{secrets.token_hex(4)}"
    if request.param == "postgres":
        url = request.getfixturevalue("migrated_postgres")
        return {"tenant": tenant, "DATABASE_URL": url}
    shutil.copy(request.getfixturevalue("migrated_file"), tmp_path / "shared.db")
    return {"tenant": tenant, "DATABASE_URL": f"sqlite:///{tmp_path / 'shared.db'}"}


@asynccontextmanager
async def two(tmp_path, place):
    async with (
        asyncio.timeout(3 * LONGEST),
        grounded(tmp_path / "a", **QUICK, **place) as first,
        grounded(tmp_path / "b", **QUICK, **place) as second,
    ):
        yield first, second


@asynccontextmanager
async def beating(*workers):
    """Have workers send heartbeats for as long as the block lasts."""

    async def beat():
        while True:
            for worker in workers:
                if worker.epoch:
                    worker.beat()
            await SYSTEM.sleep(0.1)

    task = asyncio.create_task(beat())
    try:
        yield
    finally:
        task.cancel()


async def test_two_nodes_share_a_queue_and_each_task_is_done_once(tmp_path, place):
    async with two(tmp_path, place) as (first, second):
        workers = [
            await ground.worker(f"w{name}{number}")
            for name, ground in (("a", first), ("b", second))
            for number in range(2)
        ]
        done = Counter()

        async def work(worker):
            while True:
                ack = await worker.do()
                assert ack.accepted
                done[ack.task_id] += 1

        async with beating(*workers):
            working = [asyncio.create_task(work(worker)) for worker in workers]
            tasks = [await first.queued() for _ in range(20)]
            async with asyncio.TaskGroup() as group:
                for task_id in tasks:
                    group.create_task(second.fleet.finished(task_id, LONGEST))
            for task in working:
                task.cancel()
        assert done.keys() <= set(tasks)
        assert set(done.values()) == {1}
        counts = {line.record.worker: line.counts.done for line in await first.fleet.workers()}
        assert sum(counts.values()) == 20


async def test_what_a_dead_nodes_workers_held_is_done_by_another_nodes(tmp_path, place):
    """The node forgets its worker without a word, as one that was killed: the leases of its tasks run out."""
    async with two(tmp_path, place) as (first, second):
        doomed = await first.worker("doomed")
        task_id = await second.queued()
        task = await doomed.assigned()
        doomed.accept(task)
        await second.until(task_id, TaskState.EXECUTING)
        heir = await second.worker("heir")
        async with beating(heir):
            first.fleet.node._sessions.links.clear()
            first.fleet.node._open.clear()
            again = await heir.assigned()
            assert (again.task_id, again.token) == (task_id, task.token + 1)
            heir.accept(again)
            heir.complete(again)
            assert (await heir.acked()).accepted
        assert (await second.state(task_id)).attempts == 2
        lost = await second.fleet.worker("doomed")
        assert lost.counts.lost == 1


async def test_a_worker_that_goes_to_another_node_takes_its_task_along(tmp_path, place):
    async with two(tmp_path, place) as (first, second):
        old = await first.worker()
        task_id = await first.queued()
        task = await old.assigned()
        old.accept(task)
        await first.until(task_id, TaskState.EXECUTING)
        new = second.connect(ScriptedWorker())
        async with beating(old, new):
            assert (await new.come((task_id, task.token))).epoch == 2
            new.complete(task)
            assert (await new.acked()).accepted
            while old.socket.closed is None:
                await SYSTEM.sleep(0.01)
        assert old.socket.closed == (4409, "SESSION_SUPERSEDED")


async def test_who_waits_for_a_task_needs_no_node_of_its_own(tmp_path, place):
    async with (
        asyncio.timeout(LONGEST),
        grounded(tmp_path / "hub", **QUICK, **place) as hub,
        grounded(tmp_path / "command", served=False, **QUICK, **place) as command,
    ):
        assert not command.fleet.can_place("trading_signal")
        worker = await hub.worker()
        async with beating(worker):
            await SYSTEM.sleep(0.3)
            assert command.fleet.can_place("trading_signal")
            assert not command.fleet.can_place("order")
            task_id = await command.queued()
            waiting = asyncio.create_task(command.fleet.finished(task_id, 10))
            assert (await worker.do()).accepted
            assert await waiting == {"judged": []}


async def test_a_worker_is_set_aside_and_restored_by_whatever_process(tmp_path, place):
    async with two(tmp_path, place) as (first, second):
        worker = await first.worker()
        async with beating(worker):
            await second.fleet.quarantine("w1", "ann", "it answers oddly")
            while first.fleet.node.links["w1"].session.state != "quarantined":
                await SYSTEM.sleep(0.01)
            task_id = await second.queued()
            with pytest.raises(UnavailableError):
                await second.fleet.finished(task_id, 0.2)
            await second.fleet.restore("w1", "ann")
            task_id = await second.queued()
            assert (await worker.assigned()).task_id == task_id
