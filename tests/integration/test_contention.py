"""A database that others hold or that goes away: waiting, a clear error, and going on."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from contextlib import closing, contextmanager

import pytest

from quorate.adapters.sql.writer import WriterPolicy
from quorate.kernel.errors import UnavailableError
from quorate.kernel.journal import Committed
from tests.integration.conftest import migrated
from tests.integration.facts import noted
from tests.integration.stores import LONGEST, SYSTEM, Ground, giving, in_one_batch, outcomes

pytestmark = [pytest.mark.integration, pytest.mark.fault]


@contextmanager
def held(file, seconds):
    """Hold SQLite's write lock on a connection of another thread for so long."""
    taken, over = threading.Event(), threading.Event()

    def hold():
        with closing(sqlite3.connect(file, isolation_level=None)) as database:
            database.execute("BEGIN IMMEDIATE")
            taken.set()
            over.wait(seconds)
            database.execute("ROLLBACK")

    thread = threading.Thread(target=hold)
    thread.start()
    assert taken.wait(LONGEST)
    try:
        yield
    finally:
        over.set()
        thread.join()


@pytest.mark.parametrize("together", [1, 3], ids=["alone", "three at once"])
async def test_a_commit_waits_for_the_lock_and_succeeds(sqlite_ground, together):
    with sqlite_ground.opened() as store, held(sqlite_ground.file, 1.0):
        began = SYSTEM.monotonic()
        results = await outcomes([store.add(noted(n)) for n in range(together)])
        assert all(isinstance(result, Committed) for result in results)
        assert SYSTEM.monotonic() - began >= 0.9
        assert store.verified().problems == ()


async def test_the_event_loop_goes_on_while_a_commit_waits_for_the_lock(sqlite_ground):
    with sqlite_ground.opened() as store, held(sqlite_ground.file, 0.5):
        waiting = asyncio.ensure_future(store.add(noted("a")))
        turns = 0
        while not waiting.done():
            await SYSTEM.sleep(0.01)
            turns += 1
        assert turns >= 20


async def test_a_lock_held_for_too_long_is_an_error_and_nothing_is_written(sqlite_ground):
    policy = WriterPolicy(lock_seconds=0.3)
    with sqlite_ground.opened(policy=policy) as store:
        await store.add(noted("before"))
        with held(sqlite_ground.file, LONGEST):
            began = SYSTEM.monotonic()
            (refused,) = await outcomes([store.add(noted("a"))])
            assert 0.3 <= SYSTEM.monotonic() - began < 3
        assert isinstance(refused, UnavailableError)
        assert (refused.slug, refused.source) == ("storage-unavailable", "database")
        assert refused.retry_after is not None
        assert (await store.add(noted("after"))).seqs == (2,)
        assert [row.facts["text"] for row in store.rows()] == ["before", "after"]


async def test_reading_needs_no_lock(sqlite_ground):
    with sqlite_ground.opened() as store:
        await store.add(noted("a"))
        with held(sqlite_ground.file, LONGEST):
            assert [row.facts["text"] for row in store.rows()] == ["a"]


async def test_a_head_that_cannot_be_signed_for_the_lock_is_signed_later(sqlite_ground):
    policy = WriterPolicy(checkpoint_rows=10_000, checkpoint_seconds=0.1)
    with sqlite_ground.opened(policy=policy) as store:
        await store.add(noted("a"))
        with held(sqlite_ground.file, 0.4):
            await SYSTEM.sleep(0.35)
        async with asyncio.timeout(5):
            while not store.copies():
                await SYSTEM.sleep(0.02)
        assert store.verified().checkpoint == 1


def disconnected(ground: Ground) -> int:
    """End every other connection to the database and return how many there were."""
    import psycopg  # noqa: PLC0415  (the extra may be absent)

    with psycopg.connect(ground.url, autocommit=True) as server:
        ended = server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return len(ended.fetchall())


@pytest.fixture
def lonely_ground(empty_postgres, tmp_path):
    """Return a ground in a database of its own, so that nobody else loses a connection."""
    return Ground(url=migrated(empty_postgres), tenant="alone", folder=tmp_path)


@pytest.mark.parametrize("together", [1, 5], ids=["alone", "five at once"])
async def test_a_lost_connection_costs_at_most_one_batch(lonely_ground, together):
    with lonely_ground.opened() as store:
        await store.add(noted("before"))
        for _ in range(3):
            rows = len(store.rows())
            assert disconnected(lonely_ground) >= 1
            results = await outcomes([store.add(noted(n)) for n in range(together)])
            lost = [result for result in results if not isinstance(result, Committed)]
            assert all(isinstance(error, UnavailableError) for error in lost)
            assert len(store.rows()) == rows + together - len(lost)
            assert isinstance(await store.add(noted("after")), Committed)
        assert store.verified().problems == ()


POINTS = ("chain_taken", "savepoint_released", "use_cases_decided", "rows_inserted")


@pytest.mark.parametrize("point", [*POINTS, "before_commit", "after_commit"])
async def test_a_connection_lost_at_any_point_leaves_no_half(lonely_ground, point):
    armed = threading.Event()

    def cut(name):
        if name == point and armed.is_set():
            armed.clear()
            assert disconnected(lonely_ground) >= 1

    with lonely_ground.opened(failpoint=cut) as store:
        await store.add(noted("before"))
        armed.set()
        results = await in_one_batch(store.journal, *(giving(noted(n)) for n in range(3)))
        lost = [result for result in results if not isinstance(result, Committed)]
        assert len(lost) in {0, 3}
        assert all(isinstance(error, UnavailableError) for error in lost)
        assert isinstance(await store.add(noted("after")), Committed)
        written = [row.facts["text"] for row in store.rows()]
        assert written == ["before", *([] if lost else [0, 1, 2]), "after"]
        assert store.verified().problems == ()


async def test_a_server_that_is_away_ends_neither_the_writer_nor_the_signing(
    lonely_ground, postgres_url
):
    import psycopg  # noqa: PLC0415  (the extra may be absent)

    def let_in(allowed):
        name = lonely_ground.url.rpartition("/")[2]
        with psycopg.connect(postgres_url, autocommit=True) as server:
            server.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS {allowed}')

    policy = WriterPolicy(checkpoint_rows=10_000, checkpoint_seconds=0.2)
    with lonely_ground.opened(policy=policy) as store:
        await store.add(noted("before"))
        let_in("false")
        try:
            with psycopg.connect(postgres_url, autocommit=True) as server:
                server.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
                    [lonely_ground.url.rpartition("/")[2]],
                )
            (refused,) = await outcomes([store.add(noted("lost"))])
            assert isinstance(refused, UnavailableError)
            await SYSTEM.sleep(0.6)  # the head falls due and cannot be signed
        finally:
            let_in("true")
        assert (await store.add(noted("after"))).seqs == (2,)
        async with asyncio.timeout(5):
            while not store.copies():
                await SYSTEM.sleep(0.02)
        assert store.verified().problems == ()


async def test_a_chain_that_another_holds_for_too_long_is_an_error_on_postgres_too(lonely_ground):
    busy, go_on = threading.Event(), threading.Event()

    def hold(tx):
        tx.lease("book")
        busy.set()
        assert go_on.wait(LONGEST)
        return []

    patient, hasty = WriterPolicy(), WriterPolicy(lock_seconds=0.3)
    with lonely_ground.opened(policy=patient) as one, lonely_ground.opened(policy=hasty) as other:
        holding = asyncio.ensure_future(one.journal.commit(hold))
        assert await asyncio.to_thread(busy.wait, LONGEST)
        waiting = asyncio.ensure_future(other.add(noted("a")))
        _done, late = await asyncio.wait([waiting], timeout=2)
        go_on.set()
        await outcomes([holding])
        (refused,) = await outcomes([waiting])
        assert not late, "it waits for as long as the other holds the chain"
        assert isinstance(refused, UnavailableError)
