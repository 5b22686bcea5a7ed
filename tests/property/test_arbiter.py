"""What holds for the task's table and for every way a task can be struck down (RELIABILITY 2.1 and 4.2, 16)."""

import asyncio
import itertools
from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from quorate.arbiter.service import Arbiter
from quorate.arbiter.spec import arena_run_spec
from quorate.arbiter.task import (
    TASK_TABLE,
    TERMINAL,
    Task,
    TaskEvent,
    TaskState,
    TaskType,
)
from quorate.kernel.errors import ConflictError
from quorate.kernel.ids import Symbol, TaskId, TraceId
from tests.fakes.clock import FakeClock
from tests.fakes.court import ScriptedCourt
from tests.fakes.journal import KilledError, MemoryJournal
from tests.fakes.work import ScriptedWork

TASK_ID = TaskId("tsk_1")
SPEC = arena_run_spec((Symbol("AAPL"),), ())
NEW = Task(
    task_id=TASK_ID,
    type=TaskType.ARENA_RUN,
    subject="run_1",
    trace_id=TraceId("t1"),
    state=TaskState.RECEIVED,
    token=0,
    attempts=1,
)


def test_every_target_is_a_state_and_every_event_leads_somewhere():
    targets = {target for moves in TASK_TABLE.moves.values() for target in moves.values()}
    assert targets <= set(TaskState)
    assert {event for moves in TASK_TABLE.moves.values() for event in moves} == set(TaskEvent)


def test_every_state_is_reached_from_the_first():
    reached, new = {TaskState.RECEIVED}, {TaskState.RECEIVED}
    while new:
        new = {target for state in new for target in TASK_TABLE.moves.get(state, {}).values()}
        new -= reached
        reached |= new
    assert reached == set(TaskState)


def test_from_every_state_an_end_can_be_reached():
    ending = set(TERMINAL)
    for _ in TaskState:
        ending |= {s for s, moves in TASK_TABLE.moves.items() if ending & set(moves.values())}
    assert ending == set(TaskState)


@given(st.lists(st.sampled_from(TaskEvent), max_size=30))
def test_events_in_any_order_lead_along_the_table_and_never_out_of_an_end(events):
    state = TaskState.RECEIVED
    for event in events:
        try:
            after = TASK_TABLE.target(state, event)
        except ConflictError:
            continue
        assert state not in TERMINAL
        assert after in TaskState
        state = after


def legal_moves() -> set[tuple[str, str]]:
    return {(s, t) for s, moves in TASK_TABLE.moves.items() for t in moves.values()}


def dying_at(strike: int):
    """A journal's `before_commit` that kills its holder at the commit of this number."""
    commits = itertools.count(1)

    def die(_events):
        if next(commits) == strike:
            raise KilledError

    return die


async def struck_down(strikes: list[int]) -> MemoryJournal:
    """Have one holder after another take the task up; all but the last die, each at its strike."""
    journal = MemoryJournal(FakeClock())
    work = ScriptedWork(journal, TASK_ID)
    for holder, strike in enumerate([*strikes, 0]):
        journal.before_commit = dying_at(strike)
        arbiter = Arbiter(
            journal, journal.clock, owner=f"h{holder}", lease_seconds=45, court=ScriptedCourt()
        )
        with suppress(KilledError):
            if left := journal.abandoned():
                await arbiter.adopt(left[0], SPEC, work)
            elif not journal.rows:
                await arbiter.carry_out(NEW, SPEC, work)
        journal.clock.jump(45)
    return journal


@given(st.lists(st.integers(1, 6), max_size=3))
def test_a_task_struck_down_anywhere_ends_once_and_along_the_table(strikes):
    """Each number is the commit before which a holder dies, so that it is never made."""
    journal = asyncio.run(struck_down(strikes))
    task, walked = journal.task(TASK_ID), journal.walked(TASK_ID)
    assert task.state in TERMINAL
    assert set(itertools.pairwise(walked)) <= legal_moves()
    types = journal.types("work")
    assert types.count("work.completed") == (task.state == TaskState.COMPLETED)
    assert types.count("work.failed") == (task.state == TaskState.FAILED)
    assert types.count("work.result") <= 1
    tokens = [row.facts["token"] for row in journal.rows if row.type == "lease.acquired"]
    assert tokens == list(range(1, len(tokens) + 1))
    assert journal.abandoned() == []
