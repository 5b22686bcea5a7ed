"""The newest task that was lost with its worker, of every holding that ended, on both databases."""

import pytest

from quorate.adapters.sql.fleet import newest_lost
from quorate.fleet.roster import Ended, LostHolding, finished_event

pytestmark = pytest.mark.integration


def newest(store):
    return store.database.read_now(lambda link: newest_lost(link, store.tenant))


async def test_only_what_was_lost_counts_and_of_that_the_newest(store):
    assert newest(store) is None
    for worker, task, ended in (
        ("w-1", "tsk_1", Ended.LOST),
        ("w-2", "tsk_2", Ended.LOST),
        ("w-3", "tsk_3", Ended.DONE),
    ):
        gone = finished_event(worker, task, 7, ended, source="worker_crash")
        await store.journal.commit(lambda _tx, gone=gone: [gone])
    found = newest(store)
    assert found == LostHolding(
        worker="w-2", task_id="tsk_2", token=7, source="worker_crash", at=found.at
    )
    assert found.at
