import asyncio
import json
from dataclasses import replace
from datetime import timedelta

import pytest

from quorate.arbiter.moves import TO_CHECK, TO_END, TO_WORK, moved, received_event
from quorate.arbiter.service import Arbiter
from quorate.arbiter.spec import arena_run_spec
from quorate.arbiter.task import Task, TaskEvent, TaskState, TaskType
from quorate.kernel.errors import (
    ConflictError,
    InvariantBrokenError,
    RejectedError,
    UnavailableError,
)
from quorate.kernel.ids import Symbol, TaskId, TraceId
from quorate.kernel.journal import Event
from quorate.kernel.lease import acquired, lease_event
from tests.fakes.clock import FakeClock, settle
from tests.fakes.court import ScriptedCourt
from tests.fakes.journal import KilledError, MemoryJournal
from tests.fakes.work import ScriptedWork

LEASE_SECONDS = 45.0
TASK_ID = TaskId("tsk_1")
LEASE = "task:tsk_1"
SPEC = arena_run_spec((Symbol("AAPL"),), ("bars",))
NEW = Task(
    task_id=TASK_ID,
    type=TaskType.ARENA_RUN,
    subject="run_1",
    trace_id=TraceId("t1"),
    state=TaskState.RECEIVED,
    token=0,
    attempts=1,
)
WAY = (*TO_WORK, *TO_CHECK, *TO_END)
HAPPY = [
    "RECEIVED",
    "VALIDATING_SPEC",
    "SPEC_APPROVED",
    "ROUTING",
    "ROUTED",
    "EXECUTING",
    "EXECUTION_COMPLETE",
    "VERIFYING",
    "VERIFIED",
    "COMPLETED",
]


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def journal(clock):
    return MemoryJournal(clock)


@pytest.fixture
def work(journal):
    return ScriptedWork(journal, TASK_ID)


def arbiter_of(journal, owner="a", court=None):
    return Arbiter(
        journal,
        journal.clock,
        owner=owner,
        lease_seconds=LEASE_SECONDS,
        court=court or ScriptedCourt(),
    )


def failing(error):
    async def fail():
        raise error

    return fail


def last_move(journal):
    return json.loads([row for row in journal.rows if row.type == "task.moved"][-1].payload)


def failure(journal):
    return json.loads(next(row for row in journal.rows if row.type == "work.failed").payload)


def killed_at(journal, state):
    """Make the process die where the task would leave `state`: that move is never committed."""

    def die(events):
        if any(e.type == "task.moved" and e.payload["from"] == state for e in events):
            raise KilledError

    journal.before_commit = die


async def left_behind(journal, state):
    """Leave the task in `state` as a holder that committed every state alone leaves it: one of an older version."""
    now = journal.clock.now()
    lease = acquired(None, name=LEASE, owner="dead", now=now, duration=timedelta(seconds=45))
    task = replace(NEW, token=1, owner="dead")
    rows = [lease_event("acquired", lease), received_event(task, SPEC)]
    for event in WAY[: HAPPY.index(state)]:
        task, move = moved(task, event)
        rows.append(move)
    if HAPPY.index(state) > HAPPY.index("EXECUTING"):
        rows.append(Event(stream="work", type="work.result", payload={}))
    await journal.commit(lambda _tx: rows)
    assert journal.task(TASK_ID).state == state
    return journal.task(TASK_ID)


async def test_a_task_that_goes_well_visits_the_ten_states_in_their_order(journal, work):
    await arbiter_of(journal).carry_out(NEW, SPEC, work)
    assert journal.walked(TASK_ID) == HAPPY


async def test_each_state_is_committed_before_its_work_begins(journal, work):
    await arbiter_of(journal).carry_out(NEW, SPEC, work)
    assert work.calls == [
        ("execute", "EXECUTING"),
        ("violations", "VERIFYING"),
        ("completed", "VERIFYING"),
    ]


async def test_what_belongs_together_is_committed_together(journal, work):
    """The result with the move that it causes, and the end with the release of the lease."""
    batches = []
    journal.before_commit = lambda events: batches.append([event.type for event in events])
    beside = Event(stream="book:replay", type="book.noticed", payload={})
    await arbiter_of(journal).carry_out(NEW, SPEC, work, beside=[beside])
    assert batches == [
        ["book.noticed", "lease.acquired", "task.received", "work.requested", "task.moved"],
        ["work.result", "task.moved"],
        ["work.completed", "court.judged", "lease.released", "task.moved"],
    ]


async def test_a_task_that_was_received_waits_for_whoever_walks_it(journal, work):
    arbiter = arbiter_of(journal)
    held = await arbiter.receive(NEW, SPEC, work)
    assert (held.task.state, held.task.token) == (TaskState.EXECUTING, 1)
    assert journal.types() == ["lease.acquired", "task.received", "work.requested", "task.moved"]
    assert not work.calls
    assert await arbiter.walk(held, SPEC, work) is TaskState.COMPLETED
    assert journal.walked(TASK_ID) == HAPPY


async def test_a_task_beside_which_something_cannot_stand_is_not_received(journal, work):
    step = Event(stream="request:1", type="request.accepted", payload={}, step_key="k")
    await journal.commit(lambda _tx: [step])
    with pytest.raises(ConflictError, match="recorded the step first"):
        await arbiter_of(journal).receive(NEW, SPEC, work, beside=[step])
    assert journal.types() == ["request.accepted"]


async def test_the_first_row_says_what_the_task_is(journal, work):
    await arbiter_of(journal).carry_out(NEW, SPEC, work)
    row = next(row for row in journal.rows if row.type == "task.received")
    assert (row.stream, row.trace_id) == ("task:tsk_1", "t1")
    assert row.facts["spec"] == json.loads(json.dumps(SPEC.payload(), default=str))
    facts = {key: value for key, value in row.facts.items() if key != "spec"}
    assert facts == {
        "taskId": "tsk_1",
        "taskType": "arena_run",
        "subject": "run_1",
        "specHash": SPEC.hash,
        "state": "RECEIVED",
        "owner": "a",
        "token": 1,
        "attempts": 1,
        "worker": "",
        "priority": 5,
    }


async def test_the_lease_is_given_back_at_the_end(journal, work, clock):
    await arbiter_of(journal).carry_out(NEW, SPEC, work)
    assert not journal.lease(LEASE).is_held(clock.now())
    await settle()
    assert clock.sleepers == 0


async def test_a_spec_that_is_refused_ends_the_task_as_rejected_before_any_work(journal, work):
    with pytest.raises(RejectedError, match="the scope names no symbol"):
        await arbiter_of(journal).carry_out(NEW, replace(SPEC, symbols=()), work)
    assert journal.walked(TASK_ID) == ["RECEIVED", "VALIDATING_SPEC", "REJECTED"]
    assert work.calls == []
    assert failure(journal) == {"reason": "spec_refused", "detail": "the scope names no symbol"}


@pytest.mark.parametrize(
    ("error", "reason", "detail"),
    [
        pytest.param(
            InvariantBrokenError("the bars changed", slug="snapshot-changed"),
            "snapshot-changed",
            "the bars changed.",
            id="a failure on purpose keeps its kind",
        ),
        pytest.param(
            UnavailableError("no answer", source="database"),
            "unavailable",
            "no answer.",
            id="a dependency that gave no answer",
        ),
        pytest.param(
            KeyError("oops"), "internal-error", "KeyError: 'oops'", id="a bug is told as one"
        ),
    ],
)
async def test_work_that_fails_ends_the_task_with_the_reason_and_is_raised_again(
    journal, work, error, reason, detail
):
    work.during = failing(error)
    with pytest.raises(type(error)) as raised:
        await arbiter_of(journal).carry_out(NEW, SPEC, work)
    assert raised.value is error
    assert journal.walked(TASK_ID) == [*HAPPY[:6], "FAILED"]
    assert failure(journal) == {"reason": reason, "detail": detail}
    assert last_move(journal)["reason"] == detail
    assert not journal.lease(LEASE).is_held(journal.clock.now())


async def test_a_result_that_breaks_an_invariant_ends_the_task_as_rejected(journal, work):
    work.broken = ["AAPL has 2 decisions instead of one", "IBM has 0 decisions instead of one"]
    with pytest.raises(RejectedError, match="AAPL has 2 decisions"):
        await arbiter_of(journal).carry_out(NEW, SPEC, work)
    assert journal.walked(TASK_ID) == [*HAPPY[:8], "REJECTED"]
    assert failure(journal) == {"reason": "post_check", "detail": "; ".join(work.broken)}
    assert "work.completed" not in journal.types()


@pytest.mark.parametrize("state", HAPPY[:9])
async def test_a_task_left_in_any_state_is_adopted_and_walked_to_its_end(
    journal, work, clock, state
):
    left = await left_behind(journal, TaskState(state))
    assert journal.abandoned() == []
    clock.jump(LEASE_SECONDS)
    assert journal.abandoned() == [left]
    await arbiter_of(journal, owner="b").adopt(left, SPEC, work)
    task = journal.task(TASK_ID)
    assert (task.state, task.token, task.attempts) == (TaskState.COMPLETED, 2, 2)
    assert journal.types("work")[-1] == "work.completed"
    assert journal.types("work").count("work.result") == 1
    assert not journal.lease(LEASE).is_held(clock.now())


async def test_the_next_holder_has_the_next_token(journal, work, clock):
    left = await left_behind(journal, TaskState.EXECUTING)
    clock.jump(LEASE_SECONDS)
    await arbiter_of(journal, owner="b").adopt(left, SPEC, work)
    lease = journal.lease(LEASE)
    assert (lease.owner, lease.token) == ("b", 2)


@pytest.mark.parametrize("state", ["ROUTED", "EXECUTING"])
async def test_a_worker_lost_at_work_is_routed_anew(journal, work, clock, state):
    left = await left_behind(journal, TaskState(state))
    clock.jump(LEASE_SECONDS)
    await arbiter_of(journal, owner="b").adopt(left, SPEC, work)
    walked = journal.walked(TASK_ID)
    assert walked[walked.index(state) :] == [state, "ROUTING", *HAPPY[4:]]


async def test_the_task_of_a_living_holder_cannot_be_adopted(journal, work, clock):
    left = await left_behind(journal, TaskState.EXECUTING)
    clock.jump(LEASE_SECONDS - 0.001)
    with pytest.raises(ConflictError, match="task:tsk_1 is held by dead"):
        await arbiter_of(journal, owner="b").adopt(left, SPEC, work)
    assert journal.task(TASK_ID) == left


async def test_of_two_that_adopt_the_same_task_the_second_is_refused(journal, work, clock):
    left = await left_behind(journal, TaskState.EXECUTING)
    clock.jump(LEASE_SECONDS)
    gate = asyncio.Event()
    work.during = gate.wait
    first = asyncio.create_task(arbiter_of(journal, owner="b").adopt(left, SPEC, work))
    await settle()
    with pytest.raises(ConflictError):
        await arbiter_of(journal, owner="c").adopt(left, SPEC, work)
    gate.set()
    await first
    assert journal.task(TASK_ID).token == 2


async def test_a_holder_that_slept_through_its_lease_cannot_move_its_task_any_more(
    journal, work, clock
):
    """Fencing: it still believes that it holds the task; its token is what betrays it."""
    gate = asyncio.Event()
    work.during = gate.wait
    sleeper = asyncio.create_task(arbiter_of(journal, owner="a").carry_out(NEW, SPEC, work))
    await settle()
    clock.jump(LEASE_SECONDS)
    successor = ScriptedWork(journal, TASK_ID)
    await arbiter_of(journal, owner="b").adopt(journal.task(TASK_ID), SPEC, successor)
    gate.set()
    with pytest.raises(ConflictError, match="no longer EXECUTING in this holder's hands"):
        await sleeper
    assert journal.task(TASK_ID).state == TaskState.COMPLETED
    assert journal.types("work").count("work.result") == 1
    assert journal.types("work").count("work.completed") == 1


async def test_a_sleeper_whose_work_failed_cannot_fail_the_task_of_its_successor(
    journal, work, clock
):
    gate = asyncio.Event()

    async def fail_late():
        await gate.wait()
        raise UnavailableError("no answer", source="model")

    work.during = fail_late
    sleeper = asyncio.create_task(arbiter_of(journal, owner="a").carry_out(NEW, SPEC, work))
    await settle()
    clock.jump(LEASE_SECONDS)
    successor = ScriptedWork(journal, TASK_ID)
    await arbiter_of(journal, owner="b").adopt(journal.task(TASK_ID), SPEC, successor)
    gate.set()
    with pytest.raises(ConflictError):
        await sleeper
    assert journal.task(TASK_ID).state == TaskState.COMPLETED
    assert "work.failed" not in journal.types()


@pytest.mark.parametrize("state", ["ROUTED", "EXECUTING"])
async def test_a_task_whose_third_holder_died_is_failed_and_not_tried_again(
    journal, work, clock, state
):
    await left_behind(journal, TaskState(state))
    killed_at(journal, TaskState.EXECUTING)
    for _ in range(2):
        clock.jump(LEASE_SECONDS)
        killed_at_first_move = journal.before_commit
        journal.before_commit = _past_the_routing(killed_at_first_move)
        with pytest.raises(KilledError):
            await arbiter_of(journal).adopt(journal.task(TASK_ID), SPEC, work)
        journal.before_commit = killed_at_first_move
    executed = len(work.calls)
    journal.before_commit = lambda _events: None
    clock.jump(LEASE_SECONDS)
    assert journal.task(TASK_ID).attempts == 3
    await arbiter_of(journal).adopt(journal.task(TASK_ID), SPEC, work)
    assert journal.task(TASK_ID).state == TaskState.FAILED
    assert failure(journal) == {"reason": "attempts_exhausted", "detail": "3 holders died"}
    assert len(work.calls) == executed
    assert journal.abandoned() == []


def _past_the_routing(die):
    """Let the adopter's own `lease_lost` pass: it dies at its work, as the one before it did."""

    def die_later(events):
        if not any(event.payload.get("event") == "lease_lost" for event in events):
            die(events)

    return die_later


async def test_the_lease_is_renewed_for_as_long_as_the_work_takes(journal, work, clock):
    gate = asyncio.Event()
    work.during = gate.wait
    walk = asyncio.create_task(arbiter_of(journal).carry_out(NEW, SPEC, work))
    for _ in range(10):
        await clock.advance(LEASE_SECONDS)
        assert journal.lease(LEASE).is_held(clock.now())
        assert journal.abandoned() == []
    gate.set()
    await walk
    assert journal.task(TASK_ID).state == TaskState.COMPLETED
    assert journal.types().count("lease.renewed") == 30
    assert journal.lease(LEASE).token == 1


async def test_a_quick_task_renews_nothing(journal, work):
    await arbiter_of(journal).carry_out(NEW, SPEC, work)
    assert "lease.renewed" not in journal.types()


async def test_a_lost_lease_ends_the_renewing_and_not_the_successors_lease(journal, work, clock):
    gate = asyncio.Event()
    work.during = gate.wait
    sleeper = asyncio.create_task(arbiter_of(journal, owner="a").carry_out(NEW, SPEC, work))
    await settle()
    clock.jump(LEASE_SECONDS)
    later = asyncio.Event()
    successor = ScriptedWork(journal, TASK_ID, during=later.wait)
    adoption = asyncio.create_task(
        arbiter_of(journal, owner="b").adopt(journal.task(TASK_ID), SPEC, successor)
    )
    await settle()
    await clock.advance(LEASE_SECONDS)
    assert journal.lease(LEASE).owner == "b"
    assert journal.lease(LEASE).is_held(clock.now())
    gate.set()
    later.set()
    with pytest.raises(ConflictError):
        await sleeper
    await adoption
    assert journal.task(TASK_ID).state == TaskState.COMPLETED


async def test_a_database_that_was_silent_for_one_renewal_does_not_cost_the_lease(
    journal, work, clock
):
    gate, silent = asyncio.Event(), [True]
    work.during = gate.wait

    def once_silent(events):
        if silent and any(event.type == "lease.renewed" for event in events):
            silent.clear()
            raise UnavailableError("the database is busy", source="database")

    journal.before_commit = once_silent
    walk = asyncio.create_task(arbiter_of(journal).carry_out(NEW, SPEC, work))
    for _ in range(6):
        await clock.advance(LEASE_SECONDS / 3)
    held = journal.lease(LEASE).is_held(clock.now())
    gate.set()
    await walk
    assert held
    assert not silent


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(InvariantBrokenError("a row is damaged"), id="on purpose"),
        pytest.param(KeyError("oops"), id="a bug"),
    ],
)
async def test_a_post_check_that_fails_itself_ends_the_task_as_failed(journal, work, error):
    """RELIABILITY 2.1: VERIFYING, error -> FAILED; else the task is adopted and fails again at every start."""

    async def fail():
        raise error

    work.violations = fail
    with pytest.raises(type(error)):
        await arbiter_of(journal).carry_out(NEW, SPEC, work)
    assert journal.task(TASK_ID).state == TaskState.FAILED


async def test_a_task_that_kills_its_holders_at_the_post_check_is_given_up_too(
    journal, work, clock
):
    """RELIABILITY 4.2, invariant 22: at most three recoveries, then a dead letter."""
    await left_behind(journal, TaskState.VERIFYING)
    for _ in range(2):
        clock.jump(LEASE_SECONDS)
        killed_at(journal, TaskState.VERIFYING)
        with pytest.raises(KilledError):
            await arbiter_of(journal).adopt(journal.task(TASK_ID), SPEC, work)
    journal.before_commit = lambda _events: None
    clock.jump(LEASE_SECONDS)
    end = await arbiter_of(journal).adopt(journal.task(TASK_ID), SPEC, work)
    assert end == journal.task(TASK_ID).state == TaskState.FAILED


async def test_a_result_that_the_court_refuses_is_rejected_with_its_verdict(journal, work):
    court = ScriptedCourt(found=["the budget was exceeded"])
    with pytest.raises(RejectedError, match="the budget was exceeded"):
        await arbiter_of(journal, court=court).carry_out(NEW, SPEC, work)
    assert journal.task(TASK_ID).state == TaskState.REJECTED
    assert last_move(journal)["failureSource"] == "rule"
    verdict = next(row for row in journal.rows if row.type == "court.judged")
    assert verdict.facts == {"passed": False}
    assert court.judged == [work.account()]


async def test_a_task_for_others_waits_in_routing_in_nobodys_hands(journal):
    waiting = await arbiter_of(journal).queue(NEW, SPEC, {"ask": "trend"})
    assert (waiting.state, waiting.token) == (TaskState.ROUTING, 0)
    assert journal.walked(TASK_ID) == HAPPY[:4]
    assert journal.rows[0].facts["assignment"] == {"ask": "trend"}
    assert journal.abandoned() == []


async def test_a_spec_that_is_refused_queues_nothing(journal):
    with pytest.raises(RejectedError, match="the scope names no symbol"):
        await arbiter_of(journal).queue(NEW, replace(SPEC, symbols=()), {})
    assert journal.task(TASK_ID).state == TaskState.REJECTED


async def test_of_many_that_reach_for_a_task_one_gets_it(journal):
    waiting = await arbiter_of(journal).queue(NEW, SPEC, {})
    claimers = [arbiter_of(journal, owner=f"hub{number}") for number in range(50)]
    results = []
    for claimer in claimers:
        try:
            results.append(await claimer.take(waiting, worker="w1"))
        except ConflictError:
            continue
    (held,) = results
    assert (held.task.state, held.task.token, held.task.worker) == (TaskState.ROUTED, 1, "w1")
    assert journal.task(TASK_ID) == held.task


async def taken(arbiter):
    held = await arbiter.take(await arbiter.queue(NEW, SPEC, {}), worker="w1")
    return await arbiter.advance(held, TaskEvent.STARTED)


async def test_a_task_given_back_can_be_taken_again_under_the_next_token(journal):
    arbiter = arbiter_of(journal)
    held = await taken(arbiter)
    waiting = await arbiter.give_back(held, "no sign of life")
    assert (waiting.state, waiting.attempts, waiting.worker) == (TaskState.ROUTING, 2, "")
    assert last_move(journal)["failureSource"] == "worker_crash"
    again = await arbiter.take(waiting, worker="w2")
    assert (again.task.token, again.task.worker) == (2, "w2")
    with pytest.raises(ConflictError):
        await arbiter.finish(held, TaskEvent.ERROR, "too late")


async def test_a_task_that_three_workers_lost_has_failed(journal):
    arbiter = arbiter_of(journal)
    held = await taken(arbiter)
    for _ in range(2):
        held = await arbiter.take(await arbiter.give_back(held, "gone"), worker="w")
        held = await arbiter.advance(held, TaskEvent.STARTED)
    ended = await arbiter.give_back(held, "gone")
    assert (ended.state, ended.attempts) == (TaskState.FAILED, 3)


async def test_a_task_put_back_for_later_has_lost_no_attempt(journal, clock):
    arbiter = arbiter_of(journal)
    held = await taken(arbiter)
    later = replace(held.task, not_before=clock.now() + timedelta(seconds=2))
    waiting = await arbiter.give_back(held, "not yet", changed=later)
    assert (waiting.attempts, waiting.not_before) == (1, later.not_before)
    assert journal.task(TASK_ID) == waiting


async def test_a_task_that_nobody_took_can_be_withdrawn(journal):
    arbiter = arbiter_of(journal)
    waiting = await arbiter.queue(NEW, SPEC, {})
    ended = await arbiter.withdraw(waiting, TaskEvent.TTL, reason="nobody came")
    assert ended.state is TaskState.EXPIRED
    with pytest.raises(ConflictError):
        await arbiter.take(waiting)
