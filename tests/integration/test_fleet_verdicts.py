"""A task that workers do stands under the court like any other; a long run holds up no other one's tasks."""

import asyncio
from functools import partial

import pytest

from quorate.adapters.sql.task_queue import waiting_tasks
from quorate.arbiter.task import TaskState
from quorate.kernel.stamps import stamp
from tests.fakes.court import ScriptedCourt
from tests.integration.fleets import LONGEST, grounded

pytestmark = pytest.mark.asyncio


async def kinds(ground, task_id):
    rows = await ground.store.journal.entries(f"verdict:{task_id}")
    return [(row.type, row.facts["passed"]) for row in rows]


@pytest.mark.parametrize(
    ("found", "state", "accepted"),
    [((), TaskState.COMPLETED, True), (("it may not stand",), TaskState.REJECTED, False)],
    ids=["passed", "refused"],
)
async def test_a_task_of_its_own_ends_with_its_verdict_and_as_that_says(
    tmp_path, found, state, accepted
):
    court = ScriptedCourt(found=found)
    async with asyncio.timeout(LONGEST), grounded(tmp_path, court=court) as ground:
        worker = await ground.worker()
        task_id = await ground.queued()
        assert (await worker.do()).accepted is accepted
        assert (await ground.state(task_id)).state is state
        assert await kinds(ground, task_id) == [("court.judged", accepted)]
        (account,) = court.judged
        assert [subject.name for subject in account.subjects] == [task_id]


async def test_a_part_stands_under_the_verdict_on_its_parent(tmp_path):
    court = ScriptedCourt(found=("it would be refused",))
    async with asyncio.timeout(LONGEST), grounded(tmp_path, court=court) as ground:
        worker = await ground.worker()
        task_id = await ground.queued(parent="tsk_parent")
        assert (await worker.do()).accepted
        assert (await ground.state(task_id)).state is TaskState.COMPLETED
        assert court.judged == []


async def test_the_parts_of_a_long_run_hide_no_other_runs(tmp_path):
    async with asyncio.timeout(LONGEST), grounded(tmp_path, served=False) as ground:
        for _ in range(12):
            await ground.queued(parent="tsk_long")
        later = [await ground.queued(parent="tsk_short") for _ in range(3)]
        urgent = await ground.queued(priority=9)
        queue = await ground.store.database.look_up(
            partial(
                waiting_tasks,
                tenant=ground.store.tenant,
                types=["trading_signal"],
                now=stamp(ground.store.clock.now()),
                most=8,
            )
        )
        names = [each.task.task_id for each in queue]
        assert names[0] == urgent
        assert set(later) < set(names)
