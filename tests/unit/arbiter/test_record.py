"""A task as it is told: its path from its rows, what is stuck, what can be stopped and tried again."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from quorate.arbiter.record import TaskLine, cancelling, read_path
from quorate.arbiter.task import FailureSource, TaskState, TaskType
from quorate.kernel.canonical import canonical_json
from quorate.kernel.ids import TaskId, Tenant, TraceId
from quorate.kernel.journal import JournalEntry
from quorate.kernel.stamps import stamp
from tests.fakes.clock import NOON

LINE = TaskLine(
    task_id=TaskId("tsk_1"),
    type=TaskType.ORDER,
    subject="ORDER_SYNC s",
    state=TaskState.EXECUTING,
    reason="",
    failure_source=FailureSource.NONE,
    worker="me",
    owner="me",
    attempts=1,
    priority=5,
    trace_id=TraceId("t"),
    received_at=stamp(NOON),
    changed_at=stamp(NOON),
    not_before="",
    expires_at="",
    seq=1,
)


def row(seq, kind, after_s, **payload):
    return JournalEntry(
        seq=seq,
        ts=stamp(NOON + timedelta(seconds=after_s)),
        tenant=Tenant("local"),
        book="",
        trace_id=TraceId("t"),
        stream="task:tsk_1",
        type=kind,
        payload=canonical_json(json.loads(json.dumps(payload))),
        prev_hash="",
        hash="",
    )


def moved(seq, after_s, *path, **told):
    steps = [{"event": event, "to": to} for event, to in path]
    last = steps[-1]
    facts = {**last, "path": steps} if len(steps) > 1 else last
    return row(seq, "task.moved", after_s, **facts, **{"reason": "", "worker": "w", **told})


def test_a_path_tells_every_state_that_shares_a_commit_and_how_long_each_took():
    rows = [
        row(1, "task.received", 0, state="RECEIVED", owner="me", worker=""),
        moved(2, 0, ("validate", "VALIDATING_SPEC"), ("spec_ok", "SPEC_APPROVED")),
        moved(3, 2, ("route", "ROUTING"), attempts=1),
        moved(4, 5, ("assigned", "ROUTED")),
        row(5, "task.adopted", 9, owner="other", attempts=2),
    ]
    path = read_path(rows, NOON + timedelta(seconds=10))
    assert [(step.state, step.took.total_seconds()) for step in path] == [
        (TaskState.RECEIVED, 0),
        (TaskState.VALIDATING_SPEC, 0),
        (TaskState.SPEC_APPROVED, 2),
        (TaskState.ROUTING, 3),
        (TaskState.ROUTED, 4),
        (TaskState.ROUTED, 1),
    ]
    assert (path[-1].event, path[-1].worker, path[-1].attempts) == ("adopted", "other", 2)
    assert [step.seq for step in path] == [1, 2, 2, 3, 4, 5]


def test_the_last_state_of_a_task_that_is_over_takes_no_time():
    rows = [
        row(1, "task.received", 0, state="RECEIVED", owner="me"),
        moved(2, 1, ("cancel", "CANCELLED"), reason="a mistake"),
    ]
    path = read_path(rows, NOON + timedelta(days=1))
    assert (path[-1].took, path[-1].reason) == (None, "a mistake")
    assert path[-1].as_json()["ms"] is None


def test_rows_of_the_former_queue_are_a_path_too():
    rows = [
        row(1, "work.enqueued", 0, workId="wrk_1"),
        row(2, "work.moved", 1, to="RUNNING", attempts=1),
        row(3, "work.moved", 2, to="DEAD_LETTER", attempts=1, reason="no"),
    ]
    path = read_path(rows, NOON)
    assert [step.state for step in path] == ["ROUTING", "ROUTING", "FAILED"]
    assert path[-1].event == "dead_letter"


def test_what_stood_for_more_than_five_minutes_is_stuck_unless_it_was_told_to_wait():
    late = NOON + timedelta(seconds=300)
    assert not LINE.is_stuck(late)
    assert LINE.is_stuck(late + timedelta(milliseconds=1))
    waits = replace(LINE, state=TaskState.ROUTING, not_before=stamp(late))
    assert not waits.is_stuck(late + timedelta(seconds=1))
    over = replace(LINE, state=TaskState.FAILED)
    assert not over.is_stuck(late + timedelta(days=1))


@pytest.mark.parametrize("state", list(TaskState))
def test_a_task_is_tried_again_only_where_it_ended_without_a_result(state):
    line = replace(LINE, state=state)
    wanted = state in {
        TaskState.FAILED,
        TaskState.REJECTED,
        TaskState.CANCELLED,
        TaskState.EXPIRED,
    }
    assert line.can_be_retried is wanted
    assert not replace(line, parent=TaskId("tsk_0")).can_be_retried
    assert not replace(line, type=TaskType.TRADING_ANALYSIS).can_be_retried


def test_the_table_says_where_a_task_may_be_stopped():
    assert {state for state in TaskState if cancelling(state)} == {
        TaskState.RECEIVED,
        TaskState.SPEC_APPROVED,
        TaskState.ROUTED,
        TaskState.EXECUTING,
    }


def test_a_line_is_told_with_the_names_of_the_interface():
    told = LINE.as_json()
    assert (told["taskId"], told["worker"], told["failureSource"]) == ("tsk_1", "me", None)
    assert {"type", "state", "attempts", "notBefore", "expiresAt", "parent"} <= set(told)
