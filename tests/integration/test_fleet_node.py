"""One hub node and its workers: registered, given work, heard, and found out when they are gone."""

import asyncio
import shutil

import pytest

from quorate.arbiter.task import FailureSource, TaskState, TaskType
from quorate.fleet.wire import Drain, Problem, TaskCancel, TaskResume
from quorate.kernel.errors import InvalidOutputError, UnavailableError
from tests.fakes.worker_connections import ScriptedWorker
from tests.integration.fleets import LONGEST, grounded

pytestmark = pytest.mark.asyncio


@pytest.fixture
def home(tmp_path, migrated_file):
    shutil.copy(migrated_file, tmp_path / "quorate.db")
    return tmp_path


@pytest.fixture
async def ground(home):
    async with asyncio.timeout(LONGEST), grounded(home) as ground:
        yield ground


async def test_a_task_that_waits_is_done_by_a_worker_and_whoever_queued_it_gets_the_result(ground):
    worker = await ground.worker()
    task_id = await ground.queued()
    waiting = asyncio.create_task(ground.fleet.finished(task_id, 10))
    ack = await worker.do()
    assert (ack.accepted, ack.task_id) == (True, task_id)
    assert await waiting == {"judged": []}
    assert (await ground.state(task_id)).state is TaskState.COMPLETED


async def test_a_task_queued_by_another_process_is_given_out_when_a_worker_becomes_ready(ground):
    task_id = await ground.queued()
    worker = await ground.worker()
    assert (await worker.assigned()).task_id == task_id


async def test_a_worker_is_given_no_more_than_it_has_slots(ground):
    worker = await ground.worker(slots=2)
    tasks = [await ground.queued() for _ in range(3)]
    first, second = await worker.assigned(), await worker.assigned()
    assert {first.task_id, second.task_id} == set(tasks[:2])
    assert ground.fleet.node.links["w1"].session.state == "busy"
    worker.accept(first)
    worker.complete(first)
    assert (await worker.assigned()).task_id == tasks[2]


async def test_the_more_urgent_task_goes_first(ground):
    later, sooner = await ground.queued(priority=1), await ground.queued(priority=9)
    worker = await ground.worker(slots=2)
    assert [(await worker.assigned()).task_id for _ in range(2)] == [sooner, later]


async def test_what_a_worker_accepted_is_at_work_and_whose_it_is_can_be_seen(ground):
    worker = await ground.worker()
    task_id = await ground.queued()
    worker.accept(await worker.assigned())
    task = await ground.until(task_id, TaskState.EXECUTING)
    assert (task.worker, task.owner) == ("w1", ground.fleet.node.name)
    (line,) = await ground.fleet.workers()
    assert (line.state, line.is_live, line.holds[0].task_id) == ("busy", True, task_id)
    assert line.heartbeat_age_s is not None


async def test_garbage_is_never_completed_and_the_worker_is_told(ground):
    worker = await ground.worker()
    task_id = await ground.queued()
    waiting = asyncio.create_task(ground.fleet.finished(task_id, 10))
    task = await worker.assigned()
    worker.accept(task)
    worker.complete(task, {"judged": "yes"})
    ack = await worker.acked()
    assert not ack.accepted
    assert "trading signal" in ack.reason
    assert (await ground.state(task_id)).state is TaskState.REJECTED
    with pytest.raises(InvalidOutputError):
        await waiting


async def test_a_result_that_answers_other_symbols_than_asked_is_refused(ground):
    worker = await ground.worker(capabilities={"llm": True, "trading_analysis": True})
    task_id = await ground.queued(TaskType.TRADING_ANALYSIS)
    task = await worker.assigned()
    worker.complete(task, {"answers": []})
    assert not (await worker.acked()).accepted
    assert (await ground.state(task_id)).state is TaskState.REJECTED


async def test_a_task_whose_worker_failed_is_tried_again_by_another_and_the_source_is_kept(ground):
    first, second = await ground.worker("w1"), await ground.worker("w2")
    task_id = await ground.queued()
    task = await first.assigned()
    first.accept(task)
    first.fail(task, "network_error")
    assert (await first.acked()).accepted
    again = await second.assigned()
    assert (again.task_id, again.token) == (task_id, task.token + 1)
    line = await ground.fleet.worker("w1")
    assert (line.counts.failed, line.counts.source) == (1, FailureSource.NETWORK_ERROR)


async def test_a_task_that_broke_a_rule_is_not_tried_again(ground):
    worker = await ground.worker()
    task_id = await ground.queued()
    worker.fail(await worker.assigned(), "rule")
    assert (await worker.acked()).accepted
    assert (await ground.state(task_id)).state is TaskState.FAILED
    with pytest.raises(UnavailableError, match="it broke"):
        await ground.fleet.finished(task_id, 1)


async def test_a_task_that_three_workers_crashed_at_is_failed(ground):
    worker = await ground.worker(slots=1)
    task_id = await ground.queued()
    for _ in range(3):
        await ground.fleet.restore("w1", "a test")
        task = await worker.assigned()
        worker.accept(task)
        worker.fail(task)
        assert (await worker.acked()).accepted
    task = await ground.until(task_id, TaskState.FAILED)
    assert task.attempts == 3


async def test_a_worker_that_fails_three_times_in_a_row_is_set_aside_until_a_person_restores_it(
    ground,
):
    worker = await ground.worker(slots=1)
    for _ in range(3):
        await ground.queued()
        task = await worker.assigned()
        worker.complete(task, {"no": "signal"})
        assert not (await worker.acked()).accepted
    last = await ground.queued()
    line = await ground.fleet.worker("w1")
    assert (line.state, line.record.reason) == ("quarantined", "3 failures in a row")
    assert not ground.fleet.can_place("trading_signal")
    assert (await ground.fleet.restore("w1", "ann")).applied
    assert (await worker.assigned()).task_id == last


async def test_a_drained_worker_finishes_what_it_has_and_gets_nothing_more(ground):
    worker = await ground.worker(slots=2)
    await ground.queued()
    task = await worker.assigned()
    assert (await ground.fleet.drain("w1", "ann")).applied
    assert isinstance(await worker.heard(Drain), Drain)
    waits = await ground.queued()
    worker.accept(task)
    worker.complete(task)
    assert (await worker.acked()).accepted
    assert (await ground.state(waits)).state is TaskState.ROUTING
    assert (await ground.fleet.worker("w1")).state == "draining"
    assert (await ground.fleet.stop_drain("w1", "ann")).applied
    assert (await worker.assigned()).task_id == waits


async def test_who_waits_in_vain_takes_the_task_back_and_its_worker_is_told(ground):
    worker = await ground.worker()
    task_id = await ground.queued()
    task = await worker.assigned()
    worker.accept(task)
    await ground.until(task_id, TaskState.EXECUTING)
    with pytest.raises(UnavailableError, match="nobody waits"):
        await ground.fleet.finished(task_id, 0.05)
    cancelled = await worker.heard(TaskCancel)
    assert (cancelled.task_id, cancelled.token) == (task_id, task.token)
    assert (await ground.state(task_id)).state is TaskState.CANCELLED


async def test_a_task_that_no_worker_takes_in_time_expires(ground):
    task_id = await ground.queued()
    with pytest.raises(UnavailableError):
        await ground.fleet.finished(task_id, 0.05)
    assert (await ground.state(task_id)).state is TaskState.EXPIRED


async def test_what_a_worker_does_not_accept_in_time_is_given_to_another_and_keeps_its_attempts(
    home,
):
    async with (
        asyncio.timeout(LONGEST),
        grounded(home, FLEET__ACCEPT_SECONDS="0.1", FLEET__SWEEP_SECONDS="0.05") as ground,
    ):
        deaf = await ground.worker("w1")
        task_id = await ground.queued()
        task = await deaf.assigned()
        taken = await ground.worker("w2")
        again = await taken.assigned()
        assert (again.task_id, again.token) == (task_id, task.token + 1)
        assert (await ground.state(task_id)).attempts == 1
        deaf.accept(task)
        assert (await deaf.heard(Problem)).code == "not-yours"


async def test_a_foreign_task_can_be_neither_delivered_nor_paid_for(ground):
    worker, rogue = await ground.worker("w1"), await ground.worker("rogue", capabilities={})
    task_id = await ground.queued()
    task = await worker.assigned()
    rogue.complete(task)
    assert not (await rogue.acked()).accepted
    assert (await ground.state(task_id)).state is TaskState.ROUTED
    worker.complete(task)
    assert (await worker.acked()).accepted


async def test_what_comes_under_an_older_epoch_is_refused(ground):
    worker = await ground.worker()
    await ground.queued()
    task = await worker.assigned()
    worker.epoch += 1
    worker.complete(task)
    assert (await worker.heard(Problem)).code == "stale-epoch"


async def test_a_worker_that_comes_back_goes_on_with_what_it_held(ground):
    worker = await ground.worker()
    task_id = await ground.queued()
    task = await worker.assigned()
    worker.accept(task)
    await ground.until(task_id, TaskState.EXECUTING)
    worker.socket.drop()
    again = ground.connect(ScriptedWorker())
    ack = await again.come((task_id, task.token))
    assert ack.epoch == 2
    resumed = await again.heard(TaskResume)
    assert (resumed.task_id, resumed.token) == (task_id, task.token)
    again.complete(task)
    assert (await again.acked()).accepted


async def test_what_a_worker_comes_back_without_is_given_to_another_at_once(ground):
    first = await ground.worker("w1")
    task_id = await ground.queued()
    task = await first.assigned()
    first.accept(task)
    await ground.until(task_id, TaskState.EXECUTING)
    first.socket.drop()
    second = await ground.worker("w2")
    await ground.worker("w1", capabilities={})
    again = await second.assigned()
    assert (again.task_id, again.token) == (task_id, task.token + 1)


async def test_the_reason_why_a_task_waits_for_somebody_capable_can_be_read(ground):
    task_id = await ground.queued(TaskType.TRADING_ANALYSIS)
    await ground.worker("w1", capabilities={"code": True})
    await ground.fleet.node.sweep()
    assert (await ground.reason(task_id)).startswith("NO_CAPABLE_AGENT")
    assert (await ground.state(task_id)).state is TaskState.ROUTING
    assert not ground.fleet.can_place("trading_analysis")


async def test_the_overview_tells_who_is_there_and_what_waits(ground):
    worker = await ground.worker()
    await ground.queued()
    await worker.do()
    await ground.queued(TaskType.TRADING_ANALYSIS)
    seen = await ground.fleet.overview()
    assert seen.nodes == (ground.fleet.node.name,)
    assert (seen.waiting, seen.leases_held, seen.recoveries) == (1, 0, 0)
    assert seen.waiting_p95_s is not None
    assert (seen.workers[0].state, seen.workers[0].counts.done) == ("idle", 1)


async def test_a_worker_that_leaves_with_nothing_in_hand_has_left_and_not_been_lost(ground):
    worker = await ground.worker()
    worker.drains()
    await ground.store.clock.sleep(0.05)
    worker.socket.drop()
    await asyncio.wait(ground.connections)
    line = await ground.fleet.worker("w1")
    assert (line.state, line.is_live) == ("left", False)
