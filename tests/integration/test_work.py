"""The work queue in the journal and its table: on both databases, between processes, and folded again."""

import pytest

from quorate.adapters.sql.work import SqlWork
from quorate.execution.broker import BrokerUnavailableError
from quorate.execution.work_queue import WorkPolicy, WorkState, WorkType
from quorate.execution.work_queue.service import WorkQueue
from quorate.kernel.errors import ConflictError
from tests.fakes.clock import FakeClock
from tests.fakes.work_queue import FakeWorker, work_order

pytestmark = pytest.mark.integration


def queue_on(store, worker, clock, owner="me"):
    return WorkQueue(
        journal=store.journal,
        items=SqlWork(store.database, store.tenant),
        worker=worker,
        clock=clock,
        owner=owner,
        policy=WorkPolicy(),
        jitter=lambda: 0.5,
    )


async def test_an_item_lives_from_request_to_success_and_can_be_folded_again(store):
    clock, worker = FakeClock(), FakeWorker([BrokerUnavailableError("503", source="b")])
    queue = queue_on(store, worker, clock)
    order = work_order(WorkType.ORDER_SUBMIT, "run_1", runId="run_1", symbols=["AAPL"])
    added = await queue.enqueue(order)
    assert (added.added, added.item.order) == (True, order)
    (failed,) = await queue.run_due()
    assert failed.state is WorkState.FAILED
    assert not (await queue.enqueue(order)).added
    clock.jump(3)
    (done,) = await queue.run_due()
    kept = await SqlWork(store.database, store.tenant).item(order.work_id)
    assert kept is not None
    assert (kept.state, kept.result, kept.attempts) == (WorkState.SUCCEEDED, {"done": "run_1"}, 2)
    assert kept.version == done.version == 5
    types = [row.type for row in store.rows() if row.stream == f"work:{order.work_id}"]
    assert types == ["work.enqueued", *["work.moved"] * 4]
    assert store.verified(projections=True).ok


async def test_of_two_who_move_an_item_one_is_refused(store):
    clock = FakeClock()
    queue, other = (queue_on(store, FakeWorker(), clock, owner) for owner in ("a", "b"))
    item = (await queue.enqueue(work_order(key="twice"))).item
    assert await other._claimed(item) is not None
    assert await queue._claimed(item) is None
    with pytest.raises(ConflictError):
        await queue.revive(item.work_id)


async def test_items_are_listed_newest_first_page_by_page_and_by_state(store):
    clock, worker = FakeClock(), FakeWorker()
    queue, work = queue_on(store, worker, clock), SqlWork(store.database, store.tenant)
    for number in range(3):
        await queue.enqueue(work_order(key=f"a{number}"))
    await queue.run_due()
    await queue.enqueue(work_order(key="late"))
    page = await work.listing(2)
    assert [item.order.key for _, item in page] == ["late", "a2"]
    rest = await work.listing(9, after=page[-1][0])
    assert [item.order.key for _, item in rest] == ["a1", "a0"]
    pending = await work.listing(9, state=WorkState.PENDING)
    assert [item.order.key for _, item in pending] == ["late"]
    assert await work.counts() == {WorkState.PENDING: 1, WorkState.SUCCEEDED: 3}


async def test_one_tenants_work_is_not_anothers(store, other_tenant):
    clock = FakeClock()
    await queue_on(store, FakeWorker(), clock).enqueue(work_order())
    theirs = store.of(other_tenant)
    assert await queue_on(theirs, FakeWorker(), clock).run_due() == []
