"""Order work: each task is one worker's at a time, tried again while that may help, and never done unseen."""

# ruff: noqa: ARG002  (stand-ins for ports)

import asyncio

import pytest

from quorate.arbiter.order_work.ports import NotYetError
from quorate.arbiter.task import FailureSource, TaskState
from quorate.execution.acts import RetryPolicy
from quorate.execution.broker import BrokerUnavailableError, OrderRefusedError
from quorate.kernel.errors import ConflictError, RejectedError
from tests.fakes.clock import FakeClock, settle
from tests.fakes.court import ScriptedCourt
from tests.fakes.journal import MemoryJournal
from tests.fakes.order_work import FakeDoer, order_act, work_on

SILENT = BrokerUnavailableError("HTTP 503", source="broker")
WALK = ["VALIDATING_SPEC", "SPEC_APPROVED", "ROUTING", "ROUTED", "EXECUTING"]
DONE = ["EXECUTION_COMPLETE", "VERIFYING", "VERIFIED", "COMPLETED"]


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def journal(clock):
    return MemoryJournal(clock)


@pytest.fixture
def doer():
    return FakeDoer()


@pytest.fixture
def work(journal, doer):
    return work_on(journal, doer)


async def test_an_act_is_done_once_and_says_what_came_of_it(work, journal, doer):
    enqueued = await work.enqueue(order_act(key="k"))
    assert (enqueued.added, enqueued.item.task.state) == (True, TaskState.ROUTING)
    (done,) = await work.run_due()
    assert (done.task.state, done.result, done.task.attempts) == (
        TaskState.COMPLETED,
        {"done": "k"},
        1,
    )
    assert journal.walked(done.task_id) == ["RECEIVED", *WALK, *DONE]
    assert await work.run_due() == []
    assert len(doer.did) == 1


async def test_its_end_its_result_and_its_verdict_are_one_commit(work, journal):
    item = (await work.enqueue(order_act())).item
    commits = []
    journal.before_commit = lambda events: commits.append([event.type for event in events])
    await work.run_due()
    assert commits[-1] == ["task.result", "court.judged", "lease.released", "task.moved"]
    assert not journal.lease(f"task:{item.task_id}").is_held(journal.clock.now())


async def test_what_the_record_breaks_rejects_the_task_with_a_verdict(journal, doer):
    doer.breaks = ["an order of another book"]
    court = ScriptedCourt()
    work = work_on(journal, doer, court=court)
    await work.enqueue(order_act())
    (after,) = await work.run_due()
    assert (after.task.state, after.reason) == (TaskState.REJECTED, "an order of another book")
    assert after.failure_source is FailureSource.RULE
    assert len(court.judged) == 1


async def test_the_same_act_asked_for_again_is_the_same_task(work, journal):
    await work.enqueue(order_act(key="k"))
    await work.run_due()
    again = await work.enqueue(order_act(key="k"))
    assert (again.added, again.item.task.state) == (False, TaskState.COMPLETED)
    assert journal.types().count("task.received") == 1


async def test_a_transient_failure_is_tried_again_after_2_4_8_and_16_seconds(work, doer, clock):
    doer.errors = [SILENT] * 4
    await work.enqueue(order_act())
    waits = []
    for _ in range(4):
        (after,) = await work.run_due()
        assert (after.task.state, after.waits) == (TaskState.ROUTING, True)
        assert after.failure_source is FailureSource.NETWORK_ERROR
        waits.append((after.task.not_before - clock.now()).total_seconds())
        clock.jump(waits[-1] - 0.001)
        assert await work.run_due() == [], "its time has not come"
        clock.jump(0.001)
    assert waits == [2.5, 4.5, 8.5, 16.5]
    (done,) = await work.run_due()
    assert (done.task.state, done.task.attempts, done.code) == (TaskState.COMPLETED, 5, "")


async def test_the_fifth_failure_is_the_last(work, doer, clock):
    doer.errors = [SILENT] * 9
    await work.enqueue(order_act())
    for _ in range(5):
        (after,) = await work.run_due()
        clock.jump(60)
    assert (after.task.state, after.code) == (TaskState.FAILED, "UNAVAILABLE")
    assert after.task.attempts == 5
    assert await work.run_due() == []
    assert len(doer.did) == 5


async def test_a_permanent_failure_is_not_tried_again(work, doer, clock):
    """BR-011."""
    doer.errors = [OrderRefusedError("403 40310000 potential wash trade detected")]
    await work.enqueue(order_act())
    (after,) = await work.run_due()
    assert (after.task.state, after.code) == (TaskState.FAILED, "WASH_TRADE")
    clock.jump(3600)
    assert await work.run_due() == []


async def test_a_bug_of_ours_ends_its_task_and_the_others_go_on(work, doer):
    doer.errors = [KeyError("oops")]
    await work.enqueue(order_act(key="1"))
    await work.enqueue(order_act(key="2"))
    states = [item.task.state for item in await work.run_due()]
    assert states == [TaskState.FAILED, TaskState.COMPLETED]


async def test_what_waits_for_something_is_put_back_as_often_as_it_takes(work, doer, clock):
    doer.errors = [NotYetError("the run goes on")] * 20
    await work.enqueue(order_act())
    for _ in range(20):
        (after,) = await work.run_due()
        assert (after.task.state, after.task.attempts) == (TaskState.ROUTING, 1)
        assert (after.code, after.waits) == ("WAITING", False)
        clock.jump(1)
    (done,) = await work.run_due()
    assert (done.task.state, done.task.attempts) == (TaskState.COMPLETED, 1)


async def test_a_dead_workers_task_is_taken_over_when_its_lease_ended(journal, clock):
    class Dies(FakeDoer):
        async def done(self, act):
            await super().done(act)
            raise asyncio.CancelledError

    first, second = work_on(journal, Dies(), "first"), work_on(journal, FakeDoer(), "second")
    await first.enqueue(order_act())
    with pytest.raises(asyncio.CancelledError):
        await first.run_due()
    clock.jump(299)
    assert await second.run_due() == []
    clock.jump(1)
    (done,) = await second.run_due()
    assert (done.task.state, done.task.attempts) == (TaskState.COMPLETED, 2)
    assert done.task.worker == "second"


async def test_a_task_whose_workers_all_fell_silent_is_given_up(journal, clock):
    class Dies(FakeDoer):
        async def done(self, act):
            raise asyncio.CancelledError

    work = work_on(journal, Dies())
    await work.enqueue(order_act())
    for _ in range(5):
        with pytest.raises(asyncio.CancelledError):
            await work.run_due()
        clock.jump(300)
    (left,) = await work.run_due()
    assert (left.task.state, left.code) == (TaskState.FAILED, "WORKER_LOST")
    assert left.failure_source is FailureSource.WORKER_CRASH


async def test_a_worker_that_lost_its_task_cannot_settle_it(journal, clock):
    class Sleeps(FakeDoer):
        async def done(self, act):
            result = await super().done(act)
            await clock.sleep(400)
            return {**result, "by": "the one that slept"}

    slow, fast = work_on(journal, Sleeps(), "slow"), work_on(journal, FakeDoer(), "fast")
    await slow.enqueue(order_act(key="k"))
    late = asyncio.create_task(slow.run_due())
    await settle()
    clock.jump(301)
    (done,) = await fast.run_due()
    assert done.result == {"done": "k"}
    await clock.advance(200)
    assert await late == []
    assert journal.types(f"task:{done.task_id}").count("task.result") == 1


async def test_a_worker_that_is_taken_over_between_look_and_act_is_left_alone(journal, clock):
    """A lease that was renewed after somebody saw it run out is not taken."""
    dead, heir = work_on(journal, FakeDoer(), "dead"), work_on(journal, FakeDoer(), "heir")
    task = (await dead.enqueue(order_act())).item.task
    held = await dead._arbiter.take(task, worker="dead")
    clock.jump(300)
    seen = journal.abandoned()[0]
    await heir._reclaimed(seen)
    again = await heir._arbiter.take(journal.task(task.task_id), worker="heir")
    assert again.lease.token == held.lease.token + 1
    assert await dead._reclaimed(seen) is None
    assert journal.task(task.task_id).state is TaskState.ROUTED


async def test_of_two_workers_at_once_one_gets_the_task(journal, doer):
    works = [work_on(journal, doer, owner) for owner in ("a", "b")]
    await works[0].enqueue(order_act())
    async with asyncio.TaskGroup() as both:
        tasks = [both.create_task(work.run_due()) for work in works]
    assert sorted(len(task.result()) for task in tasks) == [0, 1]
    assert len(doer.did) == 1


async def test_an_act_that_takes_longer_than_its_worker_may_is_put_back(journal):
    class Hangs(FakeDoer):
        async def done(self, act):
            await asyncio.Event().wait()

    work = work_on(journal, Hangs(), policy=RetryPolicy(lease_s=0.05))
    await work.enqueue(order_act())
    (after,) = await work.run_due()
    assert (after.task.state, after.code) == (TaskState.ROUTING, "TIMEOUT")


async def test_what_was_given_up_is_tried_again_as_a_new_task(work, doer):
    doer.errors = [OrderRefusedError("insufficient buying power")]
    first = (await work.enqueue(order_act(key="k"))).item
    await work.run_due()
    again = await work.retry(first.task_id)
    assert (again.task.state, again.task.attempts) == (TaskState.ROUTING, 1)
    assert (again.predecessor, again.act) == (first.task_id, first.act)
    (done,) = await work.run_due()
    assert (done.task_id, done.task.state) == (again.task_id, TaskState.COMPLETED)
    assert (await work.enqueue(order_act(key="k"))).item.task_id == again.task_id
    for refused in (first.task_id, again.task_id):
        with pytest.raises(ConflictError):
            await work.retry(refused)


async def test_what_is_not_there_cannot_be_tried_again(work):
    with pytest.raises(RejectedError) as refused:
        await work.retry("tsk_nothing")
    assert refused.value.slug == "not-found"


async def test_the_longest_due_is_done_first(work, doer, clock):
    doer.errors = [SILENT]
    await work.enqueue(order_act(key="late"))
    await work.run_due()
    clock.jump(3)
    await work.enqueue(order_act(key="new"))
    await work.run_due()
    assert [act.key for act in doer.did] == ["late", "late", "new"]
