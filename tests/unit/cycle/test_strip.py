"""The strip of a cycle: where each of its seven steps stands at every moment."""

from __future__ import annotations

import pytest

from quorate.cycle.record import read_cycle, stream_of
from quorate.cycle.strip import STAGE_OF, StepState, steps_of
from quorate.kernel.step_message import StepName
from tests.fakes.cycles import WORK, Walk, message
from tests.fakes.rows_of_cycles import CycleJournal

D, F, R, W, L = (
    *(StepState.DONE, StepState.FAILED),
    *(StepState.RUNNING, StepState.WAITING, StepState.LEFT_OUT),
)


@pytest.fixture
def journal():
    return CycleJournal()


async def steps(journal, walk):
    entries = await journal.entries(stream_of(walk.facts.cycle_id))
    return steps_of(read_cycle(entries), entries)


def states(found):
    return [step.state for step in found]


async def test_every_step_works_in_a_stage_of_its_own():
    assert len(set(STAGE_OF.values())) == len(StepName) == 7


@pytest.mark.parametrize("said", range(7))
async def test_one_step_works_while_those_before_are_done_and_those_behind_wait(journal, said):
    walk = Walk(journal)
    await walk.begin()
    for step in WORK[:said]:
        await walk.say(message(step))
    assert states(await steps(journal, walk)) == [*[D] * said, R, *[W] * (6 - said)]


async def test_a_whole_cycle_is_done(journal):
    walk = Walk(journal)
    await walk.whole()
    found = await steps(journal, walk)
    assert states(found) == [D] * 7
    assert [step.name for step in found] == list(StepName)
    assert [step.seq for step in found] == [2, 3, 4, 5, 6, 7, 8]


@pytest.mark.parametrize("place", range(6))
async def test_behind_a_failed_step_only_the_auditor_speaks(journal, place):
    walk = Walk(journal)
    await walk.begin()
    for step in WORK[:place]:
        await walk.say(message(step))
    await walk.say(message(WORK[place], error="no bars came"))
    left = [L] * (5 - place)
    assert states(await steps(journal, walk)) == [*[D] * place, F, *left, R]
    await walk.end()
    assert states(await steps(journal, walk)) == [*[D] * place, F, *left, D]


async def test_a_step_tells_how_long_it_worked_and_the_auditor_since_the_row_before(journal):
    walk = Walk(journal)
    await walk.begin()
    for step in WORK:
        await walk.say(message(step), took_ms=250.0)
    journal.clock.jump(3)
    await walk.end()
    found = await steps(journal, walk)
    assert [step.took.total_seconds() for step in found] == [0.25] * 6 + [3.0]


async def test_what_was_not_said_has_no_time(journal):
    walk = Walk(journal)
    await walk.begin()
    assert {(step.at, step.took, step.message) for step in await steps(journal, walk)} == {
        ("", None, None)
    }
