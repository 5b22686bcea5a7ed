"""The journal's tail: whoever commits, a follower reads every row once."""

from __future__ import annotations

import asyncio

import pytest

from quorate.adapters.clock.system import SystemClock
from quorate.adapters.sql.database import Database, DatabasePolicy
from quorate.adapters.sql.tail import JournalTail
from tests.integration.children import commits_much, ended
from tests.integration.facts import noted
from tests.integration.stores import LONGEST, SYSTEM

pytestmark = pytest.mark.integration


@pytest.fixture
async def tail(ground):
    database = Database(DatabasePolicy(url=ground.url))
    tail = JournalTail(database, ground.tenant, SYSTEM)
    yield tail
    await tail.close()
    database.close()


@pytest.fixture
def store(ground):
    with ground.opened() as store:
        yield store


class Reader:
    """Someone who follows a tail and keeps what he reads."""

    def __init__(self, tail, after=0):
        self.tail = tail
        self.cursor = after
        self.seqs = []
        self.wakes = 0

    async def read(self, count):
        """Follow until `count` rows were read."""
        async with asyncio.timeout(LONGEST), self.tail.following() as commits:
            async for _ in commits:
                self.wakes += 1
                while rows := await self.tail.rows(self.cursor, 7):
                    self.seqs += [row.seq for row in rows]
                    self.cursor = rows[-1].seq
                if len(self.seqs) >= count:
                    return self.seqs
        raise AssertionError("the tail was closed")


async def started(*readers):
    """Let every reader reach the point where it waits for a commit."""
    while not all(reader.wakes for reader in readers):
        await SYSTEM.sleep(0.001)


async def test_the_head_is_the_newest_row(tail, store):
    assert await tail.head() == 0
    await store.add(noted(1), noted(2))
    assert await tail.head() == 2


async def test_rows_come_by_seq_from_behind_a_place_a_part_at_a_time(tail, store):
    await store.add(*(noted(number) for number in range(5)))
    assert [row.seq for row in await tail.rows(1, 3)] == [2, 3, 4]
    assert [row.seq for row in await tail.rows(4, 3)] == [5]
    assert await tail.rows(5, 3) == []
    assert await tail.rows(0, 5) == store.rows()


async def test_a_follower_is_woken_at_once_to_read_what_is_there(tail, store):
    await store.add(noted(1), noted(2))
    assert await Reader(tail).read(2) == [1, 2]


async def test_a_commit_of_this_process_wakes_a_follower(tail, store):
    reader = Reader(tail)
    reading = asyncio.create_task(reader.read(3))
    await started(reader)
    async with asyncio.timeout(LONGEST):
        for number in range(3):
            await store.add(noted(number))
            while len(reader.seqs) <= number:
                await SYSTEM.sleep(0.001)
    assert await reading == [1, 2, 3]
    assert reader.wakes > 1


async def test_a_commit_of_another_writer_wakes_a_follower(tail, ground, store):
    with ground.opened() as other:
        reader = Reader(tail)
        reading = asyncio.create_task(reader.read(4))
        await started(reader)
        for each in (other, store, other, store):
            await each.add(noted("a"))
            await SYSTEM.sleep(0.005)
        assert await reading == [1, 2, 3, 4]


async def test_rows_of_other_processes_are_all_read_once(tail, ground):
    names, each = ("a", "b"), 60
    readers = [Reader(tail) for _ in range(3)]
    async with asyncio.TaskGroup() as group:
        reading = [group.create_task(reader.read(2 * each * 3)) for reader in readers]
        codes = await asyncio.to_thread(ended, commits_much, [(ground, n, each) for n in names])
    assert codes == [0, 0]
    assert [task.result() for task in reading] == [list(range(1, 2 * each * 3 + 1))] * 3


class Asleep(SystemClock):
    """A clock by which whoever sleeps is never woken: a watch that looks once and then no more."""

    async def sleep(self, seconds):  # noqa: ARG002  (however long)
        await asyncio.Event().wait()


async def test_a_commit_through_a_journal_that_is_heard_waits_for_no_watch(sqlite_ground):
    """The watch looks every 4 ms, and later on a machine that has much to do."""
    database = Database(DatabasePolicy(url=sqlite_ground.url))
    tail = JournalTail(database, sqlite_ground.tenant, Asleep())
    with sqlite_ground.opened() as store:
        journal = store.journal
        journal.heard_by(tail.wake)
        async with asyncio.timeout(LONGEST), tail.following() as commits:
            await anext(commits)
            for number in range(1, 4):
                await SYSTEM.sleep(0.01)
                await journal.commit(lambda _tx, number=number: [noted(number)])
                await anext(commits)
                assert await tail.head() == number
    await tail.close()
    database.close()


async def test_several_commits_may_come_as_one_wake_up(tail, store):
    async with asyncio.timeout(LONGEST), tail.following() as commits:
        await anext(commits)
        await asyncio.to_thread(lambda: None)
        for number in range(20):
            await store.add(noted(number))
        await SYSTEM.sleep(0.1)
        await anext(commits)
        assert len(await tail.rows(0, 100)) == 20


async def test_the_watch_runs_only_while_somebody_follows(tail, store):
    async with tail.following() as one:
        await anext(one)
        async with tail.following() as other:
            await anext(other)
            assert tail._watch is not None
        await store.add(noted(1))
        async with asyncio.timeout(LONGEST):
            await anext(one)
    assert tail._watch is None
    assert await Reader(tail).read(1) == [1]


async def test_a_closed_tail_lets_its_followers_go(tail):
    async def follow():
        async with tail.following() as commits:
            return [wake async for wake in commits]

    following = [asyncio.create_task(follow()) for _ in range(2)]
    await SYSTEM.sleep(0.05)
    await tail.close()
    async with asyncio.timeout(LONGEST):
        assert all([await each for each in following])


async def test_nothing_of_another_tenant_is_read(tail, store, other_tenant):
    await store.of(other_tenant).add(noted("theirs"))
    await store.add(noted("ours"))
    (row,) = await tail.rows(0, 10)
    assert row.facts == {"text": "ours"}


async def test_a_listener_that_was_cut_off_listens_again_and_misses_nothing(
    postgres_ground, migrated_postgres
):
    import psycopg  # noqa: PLC0415  (the extra may be absent)

    database = Database(DatabasePolicy(url=migrated_postgres))
    tail = JournalTail(database, postgres_ground.tenant, SYSTEM)
    with postgres_ground.opened() as store:
        reader = Reader(tail)
        reading = asyncio.create_task(reader.read(3))
        await started(reader)
        await store.add(noted(1))
        while reader.cursor < 1:
            await SYSTEM.sleep(0.005)
        with psycopg.connect(migrated_postgres, autocommit=True) as server:
            cut = server.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE query LIKE 'LISTEN %' AND datname = current_database()"
            ).fetchall()
        assert cut == [(True,)]
        await store.add(noted(2))
        await store.add(noted(3))
        assert await reading == [1, 2, 3]
    await tail.close()
    database.close()


async def test_a_database_that_cannot_be_watched_is_tried_again(sqlite_ground, tmp_path):
    """As when the file is on a volume that comes back."""
    elsewhere = tmp_path / "away"
    sqlite_ground.file.rename(elsewhere)
    sqlite_ground.file.mkdir()
    database = Database(DatabasePolicy(url=sqlite_ground.url))
    tail = JournalTail(database, sqlite_ground.tenant, SYSTEM)
    async with asyncio.timeout(LONGEST), tail.following() as commits:
        await anext(commits)
        await SYSTEM.sleep(0.05)
        sqlite_ground.file.rmdir()
        elsewhere.rename(sqlite_ground.file)
        await anext(commits)
        assert await tail.head() == 0
    await tail.close()
    database.close()
