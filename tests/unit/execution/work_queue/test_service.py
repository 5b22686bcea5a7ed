"""The queue: each item is one worker's at a time, tried again while that may help, and never done unseen."""

import asyncio

import pytest

from quorate.execution.broker import BrokerUnavailableError, OrderRefusedError
from quorate.execution.work_queue import WorkPolicy, WorkState
from quorate.execution.work_queue.ports import NotYetError
from quorate.execution.work_queue.service import WorkQueue
from quorate.kernel.errors import ConflictError, RejectedError
from tests.fakes.clock import NOON, FakeClock, settle
from tests.fakes.work_queue import FakeItems, FakeWorker, work_order

SILENT = BrokerUnavailableError("HTTP 503", source="broker")


@pytest.fixture
def items():
    return FakeItems()


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def worker():
    return FakeWorker()


def queue_of(items, worker, clock, owner="me", policy=None):
    return WorkQueue(
        journal=items,
        items=items,
        worker=worker,
        clock=clock,
        owner=owner,
        policy=policy or WorkPolicy(),
        jitter=lambda: 0.5,
    )


@pytest.fixture
def queue(items, worker, clock):
    return queue_of(items, worker, clock)


async def test_work_is_done_once_and_says_what_came_of_it(queue, worker):
    enqueued = await queue.enqueue(work_order(key="k"))
    assert (enqueued.added, enqueued.item.state) == (True, WorkState.PENDING)
    (done,) = await queue.run_due()
    assert (done.state, done.result, done.attempts) == (WorkState.SUCCEEDED, {"done": "k"}, 1)
    assert await queue.run_due() == []
    assert len(worker.did) == 1


async def test_the_same_work_asked_for_again_is_the_same_item(queue, items):
    await queue.enqueue(work_order(key="k"))
    await queue.run_due()
    again = await queue.enqueue(work_order(key="k"))
    assert (again.added, again.item.state) == (False, WorkState.SUCCEEDED)
    assert len(items.kept) == 1


async def test_a_transient_failure_is_tried_again_after_2_4_8_and_16_seconds(queue, worker, clock):
    worker.errors = [SILENT] * 4
    await queue.enqueue(work_order())
    waits = []
    for _ in range(4):
        (after,) = await queue.run_due()
        assert after.state is WorkState.FAILED
        waits.append((after.due_at - clock.now()).total_seconds())
        clock.jump(waits[-1] - 0.001)
        assert await queue.run_due() == [], "its time has not come"
        clock.jump(0.001)
    assert waits == [2.5, 4.5, 8.5, 16.5]
    (done,) = await queue.run_due()
    assert (done.state, done.attempts, done.code) == (WorkState.SUCCEEDED, 5, "")


async def test_the_fifth_failure_makes_a_dead_letter(queue, worker, clock):
    worker.errors = [SILENT] * 9
    await queue.enqueue(work_order())
    for _ in range(5):
        (after,) = await queue.run_due()
        clock.jump(60)
    assert (after.state, after.code, after.attempts) == (WorkState.DEAD_LETTER, "UNAVAILABLE", 5)
    assert await queue.run_due() == []
    assert len(worker.did) == 5


async def test_a_permanent_failure_is_not_tried_again(queue, worker, clock):
    """BR-011."""
    worker.errors = [OrderRefusedError("403 40310000 potential wash trade detected")]
    await queue.enqueue(work_order())
    (after,) = await queue.run_due()
    assert (after.state, after.code) == (WorkState.DEAD_LETTER, "WASH_TRADE")
    clock.jump(3600)
    assert await queue.run_due() == []


async def test_a_bug_of_ours_buries_its_item_and_the_queue_goes_on(queue, worker):
    worker.errors = [KeyError("oops")]
    await queue.enqueue(work_order(key="1"))
    await queue.enqueue(work_order(key="2"))
    states = [item.state for item in await queue.run_due()]
    assert states == [WorkState.DEAD_LETTER, WorkState.SUCCEEDED]


async def test_what_waits_for_something_is_put_back_as_often_as_it_takes(queue, worker, clock):
    worker.errors = [NotYetError("the run goes on")] * 20
    await queue.enqueue(work_order())
    for _ in range(20):
        (after,) = await queue.run_due()
        assert (after.state, after.attempts) == (WorkState.PENDING, 0)
        clock.jump(1)
    (done,) = await queue.run_due()
    assert (done.state, done.attempts) == (WorkState.SUCCEEDED, 1)


async def test_a_dead_workers_item_is_taken_over_when_its_lease_ended(items, clock):
    class Dies(FakeWorker):
        async def done(self, order):
            await super().done(order)
            raise asyncio.CancelledError

    dying, heir = Dies(), FakeWorker()
    first, second = (
        queue_of(items, dying, clock, "first"),
        queue_of(items, heir, clock, "second"),
    )
    await first.enqueue(work_order())
    with pytest.raises(asyncio.CancelledError):
        await first.run_due()
    clock.jump(299)
    assert await second.run_due() == []
    clock.jump(1)
    (done,) = await second.run_due()
    assert (done.state, done.attempts, done.owner) == (WorkState.SUCCEEDED, 2, "second")


async def test_a_worker_that_lost_its_item_cannot_settle_it(items, clock):
    class Sleeps(FakeWorker):
        async def done(self, order):
            result = await super().done(order)
            await clock.sleep(400)
            return {**result, "by": "the one that slept"}

    slow = queue_of(items, Sleeps(), clock, "slow")
    fast = queue_of(items, FakeWorker(), clock, "fast")
    item = (await slow.enqueue(work_order(key="k"))).item
    late = asyncio.create_task(slow.run_due())
    await settle()
    clock.jump(301)
    (done,) = await fast.run_due()
    assert done.result == {"done": "k"}
    await clock.advance(200)
    assert await late == []
    assert items.kept[item.work_id].result == {"done": "k"}


async def test_of_two_workers_at_once_one_gets_the_item(items, worker, clock):
    queues = [queue_of(items, worker, clock, owner) for owner in ("a", "b")]
    await queues[0].enqueue(work_order())
    async with asyncio.TaskGroup() as both:
        tasks = [both.create_task(queue.run_due()) for queue in queues]
    assert sorted(len(task.result()) for task in tasks) == [0, 1]
    assert len(worker.did) == 1


async def test_an_item_that_takes_longer_than_its_worker_may_is_given_up(items, clock):
    class Hangs(FakeWorker):
        async def done(self, order):
            await super().done(order)
            await asyncio.Event().wait()

    policy = WorkPolicy(lease_s=0.05)
    queue = queue_of(items, Hangs(), clock, policy=policy)
    await queue.enqueue(work_order())
    (after,) = await queue.run_due()
    assert (after.state, after.code) == (WorkState.FAILED, "TIMEOUT")


async def test_a_dead_letter_is_tried_again_when_a_person_says_so(queue, worker):
    worker.errors = [OrderRefusedError("insufficient buying power")]
    item = (await queue.enqueue(work_order())).item
    await queue.run_due()
    again = await queue.revive(item.work_id)
    assert (again.state, again.attempts, again.due_at) == (WorkState.PENDING, 0, NOON)
    (done,) = await queue.run_due()
    assert done.state is WorkState.SUCCEEDED
    with pytest.raises(ConflictError):
        await queue.revive(item.work_id)


async def test_what_is_not_there_cannot_be_revived(queue):
    with pytest.raises(RejectedError) as refused:
        await queue.revive("wrk_nothing")
    assert refused.value.slug == "not-found"
