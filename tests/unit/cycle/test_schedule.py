"""The schedule: the first cycle at once, then at its own times; what was missed is not made up."""

from datetime import timedelta

import pytest

from quorate.cycle.schedule import Schedule, ScheduleState, gone_on, started, stopped
from quorate.kernel.ids import BookName
from quorate.kernel.stamps import moment_of
from tests.fakes.clock import NOON

BOOK = BookName("paper")


def at(minutes):
    return NOON + timedelta(minutes=minutes)


def running(due=NOON):
    return Schedule(state=ScheduleState.RUNNING, next_start_at=due, every_s=900.0, version=1)


def test_a_schedule_that_is_started_is_due_at_once():
    told = started(BOOK, Schedule(), 900.0, NOON).payload
    assert (told["state"], moment_of(told["nextStartAt"]), told["version"]) == ("running", NOON, 1)


@pytest.mark.parametrize(
    ("minutes", "following"),
    [(0, 15), (1, 15), (14.99, 15), (15, 30), (16, 30), (600, 615)],
)
def test_the_next_start_is_the_schedules_first_to_come(minutes, following):
    told = gone_on(BOOK, running(), at(minutes)).payload
    assert moment_of(told["nextStartAt"]) == at(following)


@pytest.mark.parametrize(("minutes", "due"), [(-1, False), (0, True), (1, True)])
def test_a_cycle_is_due_from_its_time_on(minutes, due):
    assert running().is_due(at(minutes)) is due


def test_a_stopped_schedule_is_never_due():
    told = stopped(BOOK, running()).payload
    assert (told["state"], told["nextStartAt"]) == ("stopped", None)
    assert Schedule().is_due(at(10_000)) is False
