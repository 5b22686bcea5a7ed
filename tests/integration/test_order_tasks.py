"""Order tasks in the journal and their table: on both databases, between processes, carried over and folded again."""

import pytest
from sqlalchemy import text

from quorate.adapters.sql.database import Database, DatabasePolicy
from quorate.adapters.sql.migration import migrate
from quorate.adapters.sql.order_tasks import SqlOrderTasks
from quorate.adapters.sql.task_listing import (
    expired_tasks,
    task_counts,
    task_ids_like,
    tasks_page,
)
from quorate.arbiter.order_work import OrderWork
from quorate.arbiter.record import TaskFilter, age_before, read_path
from quorate.arbiter.task import TaskState, TaskType
from quorate.execution.acts import ActType, RetryPolicy
from quorate.execution.acts.act import carried_over
from quorate.execution.broker import BrokerUnavailableError
from quorate.kernel.errors import ConflictError
from quorate.kernel.stamps import stamp
from tests.fakes.clock import FakeClock
from tests.fakes.court import ScriptedCourt
from tests.fakes.order_work import FakeDoer, order_act
from tests.integration.former_homes import at_revision, copied
from tests.integration.former_work import lives

pytestmark = pytest.mark.integration


def tasks_of(store):
    return SqlOrderTasks(store.database, store.journal, store.tenant)


def work_on(store, doer, clock, owner="me"):
    return OrderWork(
        journal=store.journal,
        tasks=tasks_of(store),
        doer=doer,
        court=ScriptedCourt(),
        clock=clock,
        owner=owner,
        policy=RetryPolicy(),
        jitter=lambda: 0.5,
    )


def lines(store, wanted=TaskFilter(), limit=50, below=None, now=None):  # noqa: B008
    before = age_before(now or FakeClock().now())
    return store.database.read_now(
        lambda link: tasks_page(link, store.tenant, wanted, limit, below, stuck_before=before)
    )


async def test_an_act_lives_from_request_to_its_end_and_can_be_folded_again(store):
    clock, doer = FakeClock(), FakeDoer([BrokerUnavailableError("503", source="b")])
    work = work_on(store, doer, clock)
    act = order_act(ActType.ORDER_SUBMIT, "run_1", runId="run_1", symbols=["AAPL"])
    added = await work.enqueue(act)
    assert (added.added, added.item.act) == (True, act)
    (failed,) = await work.run_due()
    assert (failed.task.state, failed.code) == (TaskState.ROUTING, "UNAVAILABLE")
    assert not (await work.enqueue(act)).added
    clock.jump(3)
    (done,) = await work.run_due()
    kept = await tasks_of(store).item(act.task_id)
    assert kept == done
    assert (kept.task.state, kept.result, kept.task.attempts) == (
        TaskState.COMPLETED,
        {"done": "run_1"},
        2,
    )
    path = read_path(await tasks_of(store).entries(act.task_id), clock.now())
    assert [step.state for step in path][:5] == [
        TaskState.RECEIVED,
        TaskState.VALIDATING_SPEC,
        TaskState.SPEC_APPROVED,
        TaskState.ROUTING,
        TaskState.ROUTED,
    ]
    assert [step.state for step in path].count(TaskState.EXECUTING) == 2
    assert path[-1].state is TaskState.COMPLETED
    assert store.verified(projections=True).ok


async def test_of_two_who_take_a_task_one_is_refused(store):
    clock = FakeClock()
    one, other = (work_on(store, FakeDoer(), clock, owner) for owner in ("a", "b"))
    await one.enqueue(order_act(key="twice"))
    (task,) = await tasks_of(store).due(clock.now(), 9)
    await other._arbiter.take(task, worker="b")
    with pytest.raises(ConflictError):
        await one._arbiter.take(task, worker="a")
    assert await one.run_due() == []
    (held,) = lines(store)
    assert (held.worker, held.state) == ("b", TaskState.ROUTED)


async def test_a_task_in_dead_hands_is_found_when_its_lease_ended(store):
    clock = FakeClock()
    work = work_on(store, FakeDoer(), clock)
    await work.enqueue(order_act())
    (task,) = await tasks_of(store).due(clock.now(), 9)
    await work._arbiter.take(task, worker="gone")
    assert await tasks_of(store).lost(clock.now()) == []
    clock.jump(300)
    (left,) = await tasks_of(store).lost(clock.now())
    assert (left.task_id, left.state) == (task.task_id, TaskState.ROUTED)
    (done,) = await work.run_due()
    assert (done.task.state, done.task.attempts) == (TaskState.COMPLETED, 2)
    assert store.verified(projections=True).ok


async def test_tasks_are_listed_newest_first_page_by_page_and_counted(store):
    clock = FakeClock()
    work = work_on(store, FakeDoer(), clock)
    for number in range(3):
        await work.enqueue(order_act(key=f"a{number}"))
    await work.run_due()
    await work.enqueue(order_act(key="late"))
    page = lines(store, limit=2)
    assert [line.subject for line in page] == ["ORDER_CANCEL late", "ORDER_CANCEL a2"]
    rest = lines(store, below=page[-1].seq)
    assert [line.subject for line in rest] == ["ORDER_CANCEL a1", "ORDER_CANCEL a0"]
    waiting = lines(store, TaskFilter(state=TaskState.ROUTING))
    assert [line.subject for line in waiting] == ["ORDER_CANCEL late"]
    assert len(lines(store, TaskFilter(worker="me"))) == 3
    assert lines(store, TaskFilter(book="another")) == []
    assert lines(store, TaskFilter(type=TaskType.BACKTEST)) == []
    counts = store.database.read_now(
        lambda link: task_counts(link, store.tenant, TaskFilter(), stuck_before="")
    )
    assert counts == {
        (TaskType.ORDER, TaskState.ROUTING): 1,
        (TaskType.ORDER, TaskState.COMPLETED): 3,
    }
    found = store.database.read_now(
        lambda link: task_ids_like(link, store.tenant, page[0].task_id[:-3])
    )
    assert found == [page[0].task_id]


async def test_what_stands_too_long_is_stuck_and_what_waits_for_its_time_is_not(store):
    clock = FakeClock()
    clock.jump(-3600)
    await work_on(store, FakeDoer(), clock).enqueue(order_act(key="old"))
    (line,) = lines(store)
    long_after = FakeClock()
    long_after.time = FakeClock().now().replace(year=2100)
    assert lines(store, TaskFilter(stuck=True), now=long_after.now()) == [line]
    assert line.is_stuck(long_after.now())
    assert lines(store, TaskFilter(stuck=True), now=clock.now()) == []


async def test_one_tenants_tasks_are_not_anothers(store, other_tenant):
    clock = FakeClock()
    await work_on(store, FakeDoer(), clock).enqueue(order_act())
    theirs = store.of(other_tenant)
    assert lines(theirs) == []
    expired = theirs.database.read_now(
        lambda link: expired_tasks(link, theirs.tenant, stamp(clock.now()), 9)
    )
    assert expired == []


STANDS = {
    "PENDING": ("ROUTING", 1, "", ""),
    "RUNNING": ("ROUTING", 2, "", ""),
    "FAILED": ("ROUTING", 2, "TIMEOUT: no answer", "network_error"),
    "DEFERRED": ("ROUTING", 1, "WAITING: the run goes on", ""),
    "SUCCEEDED": ("COMPLETED", 1, "", ""),
    "DEAD_LETTER": ("FAILED", 1, "BUYING_POWER: the broker refused the order", "rule"),
    "REVIVED": ("ROUTING", 1, "BUYING_POWER: the broker refused the order", "rule"),
}
"""Where an act of each former life stands as a task: its state, attempt, reason and failure source."""


def stands(line):
    return (line.state, line.attempts, line.reason, line.failure_source)


async def test_acts_of_the_former_queue_are_tasks_and_can_be_folded_again(store):
    for rows in lives().values():
        for row in rows:
            await store.journal.commit(lambda _tx, row=row: [row])
    found = {line.subject.split()[-1]: stands(line) for line in lines(store)}
    assert found == STANDS
    done = await tasks_of(store).item(carried_over("wrk_SUCCEEDED"))
    assert done.result == {"state": "CANCELED", "applied": True}
    clock, doer = FakeClock(), FakeDoer()
    after = await work_on(store, doer, clock).run_due()
    assert {item.task.state for item in after} == {TaskState.COMPLETED}
    assert sorted(act.key for act in doer.did) == [
        "DEFERRED",
        "FAILED",
        "PENDING",
        "REVIVED",
        "RUNNING",
    ]
    again = await work_on(store, doer, clock).retry(carried_over("wrk_DEAD_LETTER"))
    assert (again.task.state, again.act.key) == (TaskState.ROUTING, "DEAD_LETTER")
    assert store.verified(projections=True).ok


ITEM = """
INSERT INTO work_items (tenant, work_id, type, book, work_key, trace_id, payload, state, owner, code,
  reason, result, due_at, created_at, changed_at, attempts, version, seq)
VALUES (:tenant, :work_id, 'ORDER_CANCEL', 'paper', :key, :trace_id, '{}', :state, '', :code,
  :reason, '{}', :due_at, :created_at, :changed_at, :attempts, 1, :seq)
"""


def former_item(rows):
    """Return the row of the former table that an act's journal rows made."""
    first, last = rows[0], rows[-1]
    told = last.facts
    return {
        "tenant": first.tenant,
        "work_id": told["workId"],
        "key": first.facts["key"],
        "trace_id": first.trace_id,
        "state": told.get("to", "PENDING"),
        "code": told.get("code", ""),
        "reason": told.get("reason", ""),
        "due_at": told["dueAt"],
        "created_at": first.ts,
        "changed_at": last.ts,
        "attempts": told.get("attempts", 0),
        "seq": first.seq,
    }


async def test_a_home_with_a_work_queue_is_carried_over_and_verifies(store, empty_url):
    for rows in lives().values():
        for row in rows:
            await store.journal.commit(lambda _tx, row=row: [row])
    with_queue = Database(DatabasePolicy(url=empty_url))
    try:
        at_revision(with_queue, "0016")
        copied(store.database, with_queue)
        items = [
            former_item(await store.journal.entries(f"work:{rows[0].payload['workId']}"))
            for rows in lives().values()
        ]

        def fill(connection):
            connection.execute(text("DELETE FROM tasks"))
            connection.execute(text(ITEM), items)
            connection.commit()

        with_queue.read_now(fill)
        migrate(with_queue)
        found = with_queue.read_now(
            lambda link: tasks_page(link, store.tenant, TaskFilter(), 50, stuck_before="")
        )
        assert {line.subject.split()[-1]: stands(line) for line in found} == STANDS
        assert list(found) == list(lines(store))
        check = with_queue.read_now(store.verified_on)
        assert check.ok
    finally:
        with_queue.close()
