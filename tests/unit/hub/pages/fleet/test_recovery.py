"""How a task went on after its worker was lost: only what its rows say."""

from datetime import timedelta

from quorate.arbiter.record import TaskDetails, TaskStep
from quorate.arbiter.task import TaskState
from quorate.fleet.roster import LostHolding
from quorate.hub.pages.fleet.recovery import recovery_of
from quorate.kernel.stamps import stamp
from tests.fakes.clock import NOON
from tests.unit.arbiter.test_record import LINE

LOST = LostHolding(worker="w-1", task_id="tsk_1", token=7, source="worker_crash", at=stamp(NOON))


def step(state, after_s, *, worker="", reason="", attempts=1):
    at = stamp(NOON + timedelta(seconds=after_s))
    return TaskStep(
        state=state,
        event="e",
        at=at,
        took=None,
        reason=reason,
        worker=worker,
        attempts=attempts,
        seq=1,
    )


BEFORE = (
    step(TaskState.ROUTING, -60),
    step(TaskState.ROUTED, -50, worker="w-1"),
    step(TaskState.EXECUTING, -49, worker="w-1"),
)


def told(*after):
    return recovery_of(LOST, TaskDetails(line=LINE, path=(*BEFORE, *after))).steps


def test_a_task_that_nobody_took_yet_waits_again():
    steps = told(step(TaskState.ROUTING, 0))
    assert [each.text for each in steps] == [
        "w-1 was lost with it, token 7",
        "The task waits again",
    ]
    assert steps[0].note == "Source: a worker, not the model."
    assert steps[1].note == "A late answer under token 7 is refused."


def test_the_next_worker_and_the_end_are_told():
    steps = told(
        step(TaskState.ROUTING, 0),
        step(TaskState.ROUTED, 9, worker="w-2", attempts=2),
        step(TaskState.EXECUTING, 9, worker="w-2"),
        step(TaskState.COMPLETED, 20),
    )
    assert [each.text for each in steps[2:]] == ["w-2 took it", "It is completed"]
    assert (steps[2].note, steps[3].tone) == ("Attempt 2.", "gain")


def test_a_task_that_was_given_up_says_why():
    steps = told(step(TaskState.FAILED, 0, reason="lost three times"))
    assert (steps[-1].text, steps[-1].note, steps[-1].tone) == (
        "It is failed",
        "lost three times",
        "loss",
    )
