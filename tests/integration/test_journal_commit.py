"""Committing: rows without a gap, chained, nothing seen before its time, many use cases at once."""

from __future__ import annotations

import asyncio
import json
import re
import threading
from collections import Counter
from decimal import Decimal

import pytest

from quorate.audit.chain import GENESIS, recomputed_hash
from quorate.kernel.canonical import canonical_json
from quorate.kernel.errors import ConflictError, InvariantBrokenError
from quorate.kernel.ids import BookName
from quorate.kernel.journal import Committed, Event
from quorate.kernel.lease import Lease
from quorate.kernel.stamps import moment_of
from tests.integration.facts import (
    TRACE,
    lease,
    lease_renewed,
    lease_taken,
    noted,
    profile_registered,
    task_moved,
    task_received,
)
from tests.integration.stores import LONGEST, SYSTEM, giving, in_one_batch, outcomes, turn

pytestmark = pytest.mark.integration


async def test_rows_are_gapless_and_chained_from_the_first(store):
    for number in range(5):
        await store.add(noted(number), noted(-number))
    rows = store.rows()
    assert [row.seq for row in rows] == list(range(1, 11))
    assert [row.prev_hash for row in rows] == [GENESIS, *(row.hash for row in rows[:-1])]
    assert all(row.hash == recomputed_hash(row, row.prev_hash) for row in rows)


async def test_a_use_case_learns_the_seqs_of_its_events_in_their_order(store):
    assert await store.add(noted("a"), noted("b")) == Committed(seqs=(1, 2))
    assert await store.add(noted("c")) == Committed(seqs=(3,))
    assert [row.facts["text"] for row in store.rows()] == ["a", "b", "c"]


async def test_a_row_holds_every_field_of_its_event(store):
    event = Event(
        stream="run:r",
        type="run.thought",
        payload={"b": [Decimal("1.15"), 0.1], "a": {"ü": None, "t": True}},
        trace_id=TRACE,
        book=BookName("replay"),
    )
    await store.add(event)
    (row,) = await store.journal.entries("run:r")
    assert (row.tenant, row.stream, row.type) == (store.tenant, "run:r", "run.thought")
    assert (row.trace_id, row.book) == (TRACE, "replay")
    assert row.payload == '{"a":{"t":true,"ü":null},"b":["1.15","0.1"]}'
    assert row.payload == canonical_json(json.loads(row.payload))


async def test_times_are_text_in_utc_to_the_microsecond_and_never_go_back_within_a_batch(store):
    before = SYSTEM.now()
    await in_one_batch(store.journal, *(giving(noted(number)) for number in range(3)))
    stamps = [row.ts for row in store.rows()]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", text) for text in stamps)
    assert before <= moment_of(stamps[0]) <= moment_of(stamps[-1]) <= SYSTEM.now()
    assert stamps == sorted(stamps)


async def test_a_stream_is_read_alone_and_oldest_first(store):
    await store.add(task_received("t1"), task_received("t2"), noted("x"))
    await store.add(task_moved("t1", "RECEIVED", "VALIDATING_SPEC"))
    entries = await store.journal.entries("task:t1")
    assert [(row.seq, row.type) for row in entries] == [(1, "task.received"), (4, "task.moved")]


async def test_a_use_case_without_events_writes_nothing(store):
    assert await store.add() == Committed(seqs=())
    await store.add(noted("a"))
    assert await store.add() == Committed(seqs=())
    first, empty, second = await in_one_batch(
        store.journal, giving(noted("b")), giving(), giving(noted("c"))
    )
    assert (first.seqs, empty.seqs, second.seqs) == ((2,), (), (3,))
    assert store.verified().ok


async def test_nothing_is_visible_before_its_commit(ground, count_rows):
    reached, go_on = threading.Event(), threading.Event()
    armed = threading.Event()

    def stop_before_commit(name):
        if name == "before_commit" and armed.is_set():
            reached.set()
            assert go_on.wait(LONGEST)

    with ground.opened(failpoint=stop_before_commit) as store:
        await store.add(noted("first"))
        armed.set()
        # Two at once go through the writer's thread, so this one stays free to look.
        waiting = [asyncio.ensure_future(store.add(noted(number))) for number in range(2)]
        assert await asyncio.to_thread(reached.wait, LONGEST)
        seen = await asyncio.to_thread(count_rows, ground.url, ground.tenant)
        woken = [task.done() for task in waiting]
        go_on.set()
        armed.clear()
        await outcomes(waiting)
        assert (seen, woken) == (1, [False, False])
        assert len(store.rows()) == 3


async def test_what_was_answered_is_visible_to_every_other_connection(ground, count_rows):
    with ground.opened() as store:
        for expected in range(1, 6):
            await store.add(noted(expected))
            assert count_rows(ground.url, ground.tenant) == expected


async def test_many_use_cases_at_once_land_in_few_transactions_and_each_gets_its_own_result(ground):
    passed: Counter[str] = Counter()

    def count(name):
        passed[name] += 1

    with ground.opened(failpoint=count) as store:
        results = await outcomes([store.add(noted(n), noted(-n)) for n in range(500)])
        assert passed["before_commit"] <= 25
        by_seq = {row.seq: row.facts["text"] for row in store.rows()}
        told = [[by_seq[seq] for seq in result.seqs] for result in results]
        assert told == [[n, -n] for n in range(500)]
        assert sorted(by_seq) == list(range(1, 1001))
        assert store.verified().ok


async def test_use_cases_are_decided_in_the_order_they_came(store):
    results = await outcomes([store.add(noted(n)) for n in range(100)])
    assert [result.seqs for result in results] == [(n,) for n in range(1, 101)]


@pytest.mark.parametrize("crowd", [0, 12], ids=["alone", "in a crowd"])
async def test_one_row_moves_twice_in_one_batch(store, crowd):
    await store.add(task_received("t"), *(task_received(f"c{n}") for n in range(crowd)))
    results = await in_one_batch(
        store.journal,
        giving(task_moved("t", "RECEIVED", "VALIDATING_SPEC")),
        *(giving(task_moved(f"c{n}", "RECEIVED", "VALIDATING_SPEC")) for n in range(crowd)),
        giving(task_moved("t", "VALIDATING_SPEC", "SPEC_APPROVED")),
    )
    assert all(isinstance(result, Committed) for result in results)
    assert [row.type for row in await store.journal.entries("task:t")] == [
        "task.received",
        "task.moved",
        "task.moved",
    ]
    assert store.verified(projections=True).problems == ()


async def test_one_use_case_may_move_a_row_twice(store):
    await store.add(
        task_received("t"),
        task_moved("t", "RECEIVED", "VALIDATING_SPEC"),
        task_moved("t", "VALIDATING_SPEC", "SPEC_APPROVED"),
    )
    assert store.verified(projections=True).problems == ()


async def test_a_use_case_reads_what_those_before_it_in_the_batch_changed_and_nothing_later(store):
    seen: list[tuple[Lease | None, frozenset[str]]] = []

    def look(tx):
        seen.append((tx.lease("book"), tx.profile_names()))
        return [noted("looked")]

    await in_one_batch(
        store.journal,
        giving(lease_taken("book")),
        giving(profile_registered("trend")),
        look,
        giving(lease_renewed("book", seconds=90)),
        giving(profile_registered("wyckoff")),
    )
    assert seen[-1] == (lease("book"), frozenset({"trend"}))
    assert store.verified(projections=True).problems == ()


async def test_a_use_case_that_reads_first_decides_on_what_is_committed(store):
    def take_unless_held(tx):
        if tx.lease("book") is not None:
            raise ConflictError("held")
        return [lease_taken("book")]

    results = await in_one_batch(store.journal, *[take_unless_held] * 5)
    kinds = [type(result) for result in results]
    assert kinds == [Committed, *[ConflictError] * 4]


async def test_a_caller_that_gave_up_changes_nothing_for_the_others(store):
    waiting = [asyncio.ensure_future(store.add(noted(n))) for n in range(3)]
    await turn()
    waiting[1].cancel()
    kept = await outcomes([waiting[0], waiting[2]])
    assert all(isinstance(result, Committed) for result in kept)
    assert store.verified().ok


async def test_a_use_case_whose_loop_has_ended_does_not_stop_the_writer(store):
    def abandoned():
        async def start_and_leave():
            started.extend(asyncio.ensure_future(store.add(noted(n))) for n in range(2))
            await turn()

        asyncio.run(start_and_leave())

    started: list[asyncio.Future[Committed]] = []
    await asyncio.to_thread(abandoned)
    await store.add(noted("after"))
    assert store.rows()[-1].facts == {"text": "after"}
    assert store.verified().ok


async def test_several_event_loops_may_share_one_writer(store):
    def work(name):
        async def add_all():
            return await outcomes([store.add(noted(f"{name}{n}")) for n in range(20)])

        return asyncio.run(add_all())

    done = await asyncio.gather(*(asyncio.to_thread(work, name) for name in "abc"))  # noqa: TID251  (threads)
    assert sorted(result.seqs for results in done for result in results) == [
        (n,) for n in range(1, 61)
    ]
    assert store.verified().ok


async def test_a_closed_journal_says_so(ground):
    with ground.opened() as store:
        await store.add(noted("a"))
    with pytest.raises(InvariantBrokenError, match="the journal is closed"):
        await store.add(noted("b"))


async def test_closing_commits_what_waits(ground):
    with ground.opened() as store:
        waiting = [asyncio.ensure_future(store.add(noted(n))) for n in range(20)]
        await turn()
    results = await outcomes(waiting)
    assert [result.seqs for result in results] == [(n,) for n in range(1, 21)]


@pytest.mark.parametrize("together", [1, 2], ids=["alone", "with another"])
async def test_what_was_asked_for_in_the_turn_of_closing_still_gets_an_answer(ground, together):
    with ground.opened() as store:
        await store.add(noted("a"))
        waiting = [asyncio.ensure_future(store.add(noted(n))) for n in range(together)]
        await SYSTEM.sleep(0)  # the use cases have come, and are not yet handed on
    try:
        async with asyncio.timeout(0.4):
            await asyncio.wait(waiting)
    except TimeoutError:
        pytest.fail("the caller waits for ever")
    for task in waiting:
        task.exception()
