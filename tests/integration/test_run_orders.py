"""A run that may order: what it decides is carried out by one cycle of its book, however often that is tried."""

from datetime import date

import pytest

from quorate.arbiter.record import TaskFilter
from quorate.arbiter.task import TaskState, TaskType
from quorate.arena.acceptance import RequestKey
from quorate.arena.request import COMPETITION, RunRequest
from quorate.bootstrap.safety import HaltWish
from quorate.execution.acts import ActType
from quorate.execution.halting import HaltScope
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import BookName, Symbol
from tests.integration.homes import opened_home

pytestmark = pytest.mark.integration

REPLAY = BookName("replay")
SYMBOLS = tuple(map(Symbol, ("AAPL", "GOOG", "IBM", "MSFT")))


@pytest.fixture
async def app(tmp_path):
    url = f"sqlite:///{tmp_path}/q.db"
    async with opened_home(tmp_path / "home", url) as app:
        yield app


async def orders_of(app):
    return await app.tasks.lines(TaskFilter(type=TaskType.ORDER), 10)


async def session_of(app):
    return (await app.trading.open_book(REPLAY)).session


async def ordering_run(app, **changes):
    request = RunRequest(symbols=SYMBOLS, book=REPLAY, **changes)
    return await app.run_arena(request, allow_order=True)


def types(app, stream):
    return app._store.journal.entries(stream)


async def test_what_a_run_decided_is_carried_out_by_a_cycle_whose_analysis_it_is(app):
    session = await session_of(app)
    run = await ordering_run(app)
    assert run.header.fact.as_of == session
    item = await app.order_desk.settled(REPLAY, run.run_id)
    assert (item.task.state, item.act.type) == (TaskState.COMPLETED, ActType.ORDER_SUBMIT)
    assert item.result["auditPassed"] is True
    rows = await app._store.journal.entries(f"cycle:{item.result['cycleId']}")
    analysed = [row.facts["runId"] for row in rows if row.type == "cycle.analysis"]
    assert analysed == [run.run_id]
    assert (await session_of(app)) > session
    assert (await app.verify(projections=True, against=None)).ok


async def test_the_work_is_committed_with_the_runs_first_row(app):
    run = await ordering_run(app)
    requested = (await app._store.journal.entries(f"run:{run.run_id}"))[0]
    (item,) = await orders_of(app)
    (queued, *_) = await app._store.journal.entries(f"task:{item.task_id}")
    assert (requested.type, queued.type) == ("run.requested", "task.received")
    assert queued.ts == requested.ts


async def test_the_same_run_is_followed_once_however_often_it_is_tried(app):
    run = await ordering_run(app)
    await app.order_desk.settled(REPLAY, run.run_id)
    session = await session_of(app)
    first = await app.trading.followed_run(run)
    again = await app.trading.followed_run(run)
    assert first.facts.cycle_id == again.facts.cycle_id
    assert await session_of(app) == session


async def test_a_run_on_another_day_than_the_books_orders_nothing(app):
    with pytest.raises(RejectedError, match="stands at the close of"):
        await ordering_run(app, as_of=date(2012, 6, 1))
    assert await orders_of(app) == []


async def test_a_competition_orders_nothing(app):
    with pytest.raises(RejectedError, match="orders nothing"):
        await ordering_run(app, mode=COMPETITION)


async def test_while_trading_is_halted_nothing_may_be_ordered(app):
    await app.safety.halt(HaltWish(scope=HaltScope.NEW, reason="a test", by="me", book=REPLAY))
    with pytest.raises(RejectedError) as refused:
        await ordering_run(app)
    assert refused.value.slug == "trading-halted"


async def test_a_run_that_was_started_beside_is_carried_out_when_it_is_done(app):
    request = RunRequest(symbols=SYMBOLS, book=REPLAY)
    key = RequestKey(principal="me", key="k", fingerprint="f")
    started = await app.start_run(request, key=key, allow_order=True)
    again = await app.start_run(request, key=key, allow_order=True)
    assert (again.run_id, again.replayed) == (started.run_id, True)
    item = await app.order_desk.settled(REPLAY, started.run_id)
    assert item.task.state is TaskState.COMPLETED
    assert len(await orders_of(app)) == 1


async def test_a_book_that_moved_on_meanwhile_makes_a_dead_letter(app):
    run = await ordering_run(app)
    await app.trading.once()
    item = await app.order_desk.settled(REPLAY, run.run_id)
    assert item.task.state is TaskState.FAILED
    assert "stands at" in item.reason


async def test_a_halt_and_a_comparison_can_be_queued(app):
    halt = await app.order_desk.enqueue(
        ActType.KILL_SWITCH, REPLAY, "h", {"scope": "new", "reason": "a test"}
    )
    sync = await app.order_desk.enqueue(ActType.ORDER_SYNC, REPLAY, "s", {})
    done = {item.task_id: item for item in await app.order_desk.run_due()}
    assert done[halt.item.task_id].result == {"state": "HALTED", "complete": True}
    assert done[sync.item.task_id].task.state is TaskState.COMPLETED


async def test_what_does_not_exist_is_a_dead_letter_and_not_tried_again(app):
    for kind, payload in (
        (ActType.ORDER_CANCEL, {"clientOrderId": "a1-nothing"}),
        (ActType.POSITION_CLOSE, {"symbol": "AAPL"}),
        (ActType.ORDER_SUBMIT, {"runId": "run_nothing"}),
    ):
        await app.order_desk.enqueue(kind, REPLAY, "x", payload)
    states = {item.act.type: item.task.state for item in await app.order_desk.run_due()}
    assert set(states.values()) == {TaskState.FAILED}
    raised = [row for row in await app.alerts.newest(10) if row.alert.kind == "work_given_up"]
    assert len(raised) == 3


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        (ActType.ORDER_CANCEL, {}),
        (ActType.POSITION_CLOSE, {"symbol": ""}),
        (ActType.KILL_SWITCH, {"scope": "everything", "reason": "r"}),
        (ActType.KILL_SWITCH, {"scope": "new"}),
    ],
)
async def test_half_an_item_is_not_queued(app, kind, payload):
    with pytest.raises(RejectedError):
        await app.order_desk.enqueue(kind, REPLAY, "x", payload)
    assert await orders_of(app) == []


async def test_work_on_a_book_that_is_not_there_is_not_queued(app):
    with pytest.raises(RejectedError) as refused:
        await app.order_desk.enqueue(ActType.ORDER_SYNC, BookName("nobody"), "x", {})
    assert refused.value.slug == "not-found"
