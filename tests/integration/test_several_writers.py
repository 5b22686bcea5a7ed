"""Several writers of one database, in one process or many: one chain, no gap, nobody fails."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter

import pytest

from quorate.kernel.errors import ConflictError
from quorate.kernel.journal import Committed
from tests.integration.children import commits_much, ended
from tests.integration.conftest import ALL_KINDS
from tests.integration.facts import lease_taken, noted, task_moved, task_received
from tests.integration.stores import LONGEST, giving, outcomes

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module", params=ALL_KINDS)
def kind(request):
    return request.param


async def test_two_writers_in_one_process_interleave(ground):
    with ground.opened() as one, ground.opened() as other:
        for number in range(15):
            first, second = await outcomes([one.add(noted(number)), other.add(noted(-number))])
            assert {first.seqs, second.seqs} == {(2 * number + 1,), (2 * number + 2,)}
        together = [store.add(noted(n)) for n in range(50) for store in (one, other)]
        results = await outcomes(together)
        assert sorted(seq for result in results for seq in result.seqs) == list(range(31, 131))
        assert one.verified().problems == ()


async def test_a_writer_goes_on_from_a_head_that_another_moved(ground):
    with ground.opened() as one, ground.opened() as other:
        assert (await one.add(noted("a"))).seqs == (1,)
        assert (await other.add(noted("b"), noted("c"))).seqs == (2, 3)
        assert (await one.add(noted("d"))).seqs == (4,)
        assert (await one.add(noted("e"))).seqs == (5,)
        assert (await other.add(noted("f"))).seqs == (6,)
        assert other.verified().problems == ()


async def test_one_row_wanted_by_two_writers_goes_to_one(ground):
    with ground.opened() as one, ground.opened() as other:
        for number in range(10):
            task = f"t{number}"
            await one.add(task_received(task))
            move = task_moved(task, "RECEIVED", "VALIDATING_SPEC")
            results = await outcomes([one.add(move, noted("won")), other.add(move, noted("won"))])
            assert Counter(map(type, results)) == {Committed: 1, ConflictError: 1}
        assert one.verified(projections=True).problems == ()


async def test_a_use_case_decides_again_on_what_another_writer_committed(ground):
    def take_unless_held(tx):
        if tx.lease("book") is not None:
            raise ConflictError("held")
        return [lease_taken("book")]

    with ground.opened() as one, ground.opened() as other:
        await one.add(noted("one knows the head"))
        await other.add(lease_taken("book", owner="b"))
        with pytest.raises(ConflictError, match="held"):
            await one.journal.commit(take_unless_held)
        assert one.verified().problems == ()


async def test_a_commit_waits_for_a_transaction_of_another_writer(ground):
    busy, go_on = threading.Event(), threading.Event()

    def hold(tx):
        tx.lease("book")  # also where reads are what takes the chain
        busy.set()
        assert go_on.wait(LONGEST)
        return [noted("held")]

    with ground.opened() as one, ground.opened() as other:
        holding = [asyncio.ensure_future(one.journal.commit(decide)) for decide in (hold, giving())]
        assert await asyncio.to_thread(busy.wait, LONGEST)
        waiting = asyncio.ensure_future(other.add(noted("waited")))
        _done, still = await asyncio.wait([waiting], timeout=0.3)
        assert still
        go_on.set()
        await outcomes([*holding, waiting])
        assert waiting.result().seqs == (2,)
        assert one.verified().problems == ()


def test_writers_in_four_processes_interleave(ground):
    names, each = ("a", "b", "c", "d"), 60
    assert ended(commits_much, [(ground, name, each) for name in names]) == [0] * 4
    with ground.opened() as store:
        assert [row.seq for row in store.rows()] == list(range(1, 4 * each * 3 + 1))
        assert store.verified(projections=True).problems == ()
        moved = [row.facts["taskId"] for row in store.rows() if row.type == "task.moved"]
        assert sorted(moved) == sorted(f"{name}-{n}" for name in names for n in range(each))
