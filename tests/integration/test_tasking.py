"""The task desk on a real home: runs told as tasks, stopped for real, tried again, ended when their time is over."""

import asyncio
from datetime import timedelta

import pytest

from quorate.arbiter.coordination import Act
from quorate.arbiter.record import TaskFilter
from quorate.arbiter.task import TaskState, TaskType
from quorate.arena.record import RunStatus
from quorate.arena.request import RunRequest
from quorate.execution.acts import ActType
from quorate.kernel.errors import ConflictError, RejectedError
from quorate.kernel.ids import BookName, Symbol
from tests.integration.homes import opened_home
from tests.integration.stores import LONGEST

pytestmark = pytest.mark.integration

REPLAY = BookName("replay")
REQUEST = RunRequest(symbols=(Symbol("AAPL"),), book=REPLAY)
RUNS = TaskFilter(type=TaskType.ARENA_RUN)


@pytest.fixture
async def app(tmp_path, migrated_url):
    async with opened_home(tmp_path / "home", migrated_url) as app:
        yield app


async def test_a_run_is_a_task_with_its_path_and_its_parts(app):
    run = await app.run_arena(REQUEST)
    (line,) = await app.tasks.lines(RUNS, 9)
    assert (line.subject, line.state) == (run.run_id, TaskState.COMPLETED)
    details = await app.tasks.show(line.task_id[:-3])
    assert details.line == line
    assert details.path[-1].state is TaskState.COMPLETED
    assert {child.parent for child in details.children} == {line.task_id}
    assert {child.type for child in details.children} >= {TaskType.TRADING_ANALYSIS}
    assert (await app.tasks.counts(RUNS)) == {(TaskType.ARENA_RUN, TaskState.COMPLETED): 1}
    with pytest.raises(ConflictError):
        await app.tasks.cancel(line.task_id)
    with pytest.raises(ConflictError):
        await app.tasks.retry(line.task_id)
    with pytest.raises(RejectedError):
        await app.tasks.retry(details.children[0].task_id)


async def test_an_override_is_on_record_only_with_what_it_did(app):
    run = await app.run_arena(REQUEST)
    said = {"justification": "nobody needs it any more", "approver": "me"}
    for act in (Act.CANCEL, Act.RETRY):
        with pytest.raises(ConflictError):
            await app.coordination.override(run.header.fact.task_id, act, **said)
    assert await app.coordination.overrides(9) == []
    act = await app.order_desk.enqueue(ActType.ORDER_SYNC, REPLAY, "sync", {})
    made = await app.coordination.override(act.item.task_id, Act.CANCEL, **said)
    entries = await app._store.journal.entries(f"task:{act.item.task_id}")
    moved = entries[-2:]
    assert {entry.type for entry in moved} == {"task.moved", "task.overridden"}
    assert len({entry.ts for entry in moved}) == 1
    line = (await app.tasks.show(act.item.task_id)).line
    assert (line.state, line.reason) == (TaskState.CANCELLED, f"override {made.override_id}")
    again = await app.coordination.override(act.item.task_id, Act.CANCEL, **said)
    assert [each.override_id for each in await app.coordination.overrides(9)] == [
        again.override_id,
        made.override_id,
    ]


async def stopped_run(app):
    """Return a run that was stopped in the middle of its work, and its task."""
    held = asyncio.Event()

    async def hang(*_):
        held.set()
        await asyncio.Event().wait()

    walk = app._runner._arbiter.walk
    app._runner._arbiter.walk = hang
    try:
        started = await app.start_run(REQUEST)
        await held.wait()
    finally:
        app._runner._arbiter.walk = walk
    (line,) = await app.tasks.lines(
        TaskFilter(type=TaskType.ARENA_RUN, state=TaskState.EXECUTING), 9
    )
    assert app._runner.walks.held == {line.task_id}
    change = await app.tasks.cancel(line.task_id, "a mistake")
    async with asyncio.timeout(LONGEST):
        while app._runner.walks.held:
            await app.clock.sleep(0.01)
    return started, change.line


async def test_a_run_that_is_stopped_ends_for_real_and_says_why(app):
    started, line = await stopped_run(app)
    assert (line.state, line.reason) == (TaskState.CANCELLED, "a mistake")
    run = await app.recorded_run(started.run_id)
    assert run.status is RunStatus.CANCELLED
    lease = (await app.tasks.show(line.task_id)).lease
    assert (lease.owner, lease.token) == ("", 2)
    again = await app.tasks.cancel(line.task_id)
    assert (again.applied, again.line.state) == (False, TaskState.CANCELLED)
    assert (await app.verify(projections=True, against=None)).ok


async def test_a_run_that_was_stopped_is_tried_again_once(app):
    started, line = await stopped_run(app)
    change = await app.tasks.retry(line.task_id)
    assert change.line.subject != started.run_id
    async with asyncio.timeout(LONGEST):
        while (run := await app.recorded_run(change.line.subject)).status is RunStatus.RUNNING:
            await app.clock.sleep(0.02)
    assert (run.status, run.header.fact.triggered_by) == (
        RunStatus.COMPLETED,
        f"retry of {started.run_id}",
    )
    with pytest.raises(ConflictError):
        await app.tasks.retry(line.task_id)


async def test_what_another_process_stopped_ends_here_too(app):
    held = asyncio.Event()

    async def work():
        held.set()
        await asyncio.Event().wait()

    act = await app.order_desk.enqueue(ActType.ORDER_SYNC, REPLAY, "s", {})
    walk = asyncio.create_task(app._runner.walks.walked(act.item.task_id, work()))
    await held.wait()
    await app.tasks._heed()
    assert not walk.done()
    await app.tasks._ending.cancel(act.item.task_id, "elsewhere")
    await app.tasks._heed()
    with pytest.raises(ConflictError) as stopped:
        await walk
    assert stopped.value.slug == "task-cancelled"


async def test_an_act_that_waits_is_stopped_and_done_by_nobody(app):
    act = await app.order_desk.enqueue(ActType.ORDER_SYNC, REPLAY, "s", {})
    change = await app.tasks.cancel(act.item.task_id)
    assert change.line.state is TaskState.CANCELLED
    assert await app.order_desk.run_due() == []
    again = await app.tasks.retry(act.item.task_id)
    (done,) = await app.order_desk.run_due()
    assert (done.task_id, done.task.state) == (again.line.task_id, TaskState.COMPLETED)


async def test_a_task_whose_time_is_over_before_anybody_began_it_expires(app):
    from quorate.arbiter.order_work.item import assignment_of, order_task, spec_of  # noqa: PLC0415
    from tests.fakes.order_work import order_act  # noqa: PLC0415

    act, now = order_act(ActType.ORDER_SYNC, "late"), app.clock.now()
    from dataclasses import replace  # noqa: PLC0415

    waits = now + timedelta(hours=1)
    soon = replace(order_task(act), not_before=waits, expires_at=now + timedelta(milliseconds=50))
    later = replace(
        order_task(order_act(ActType.ORDER_SYNC, "not yet")),
        not_before=waits,
        expires_at=waits,
    )
    for task in (soon, later):
        await app.order_desk._work._arbiter.queue(task, spec_of(act), assignment_of(act))
    await app.clock.sleep(0.06)
    assert await app.tasks.sweep() == [soon.task_id]
    assert (await app.tasks.show(soon.task_id)).line.state is TaskState.EXPIRED
    assert (await app.tasks.show(later.task_id)).line.state is TaskState.ROUTING
    assert await app.tasks.sweep() == []
    assert (await app.verify(projections=True, against=None)).ok
