"""A task's row and its path: words, tones, and how much of the way each state took."""

from dataclasses import replace
from datetime import timedelta

import pytest

from quorate.arbiter.record import TaskStep
from quorate.arbiter.task import FailureSource, TaskState, TaskType
from quorate.hub.pages.tasks.rows import TYPES, step_rows, subject_href, task_row
from tests.fakes.clock import NOON
from tests.unit.arbiter.test_record import LINE


def step(state, took):
    return TaskStep(
        state=state, event="e", at="", took=took, reason="", worker="", attempts=1, seq=1
    )


def test_a_task_at_work_says_for_how_long_and_one_that_is_over_does_not():
    now = NOON + timedelta(seconds=400)
    row = task_row(LINE, now, "/admin/tasks")
    assert (row.state, row.tone, row.age.total_seconds()) == ("executing", "brand", 400)
    assert (row.stuck, row.href) == (True, "/admin/tasks/tsk_1")
    over = replace(LINE, state=TaskState.FAILED, failure_source=FailureSource.NETWORK_ERROR)
    ended = task_row(over, now, "/admin/tasks")
    assert (ended.tone, ended.failure, ended.age) == ("loss", "the network", None)


@pytest.mark.parametrize("kind", list(TaskType))
def test_every_type_has_a_name(kind):
    assert TYPES[kind]


def test_a_path_shows_which_state_took_most_of_the_way():
    rows = step_rows(
        [
            step(TaskState.ROUTING, timedelta(seconds=1)),
            step(TaskState.EXECUTING, timedelta(seconds=3)),
            step(TaskState.COMPLETED, None),
        ]
    )
    assert [row.share for row in rows] == [0.25, 0.75, 0.0]
    assert step_rows([step(TaskState.COMPLETED, None)])[0].share == 0.0


def test_what_a_task_is_about_leads_to_its_page():
    run = replace(LINE, type=TaskType.ARENA_RUN, subject="run_1")
    assert subject_href(run) == "/admin/arena/runs/run_1"
    assert subject_href(replace(LINE, subject="ORDER_SUBMIT run_2")) == "/admin/arena/runs/run_2"
    assert subject_href(LINE) == ""
