"""Where a use case is committed: on the caller's thread when alone and the database near, else on the writer's."""

from __future__ import annotations

import threading

import pytest

from quorate.adapters.sql.writer import SLOW_COMMIT_SECONDS, SLOW_PAUSE_SECONDS
from tests.fakes.clock import FakeClock
from tests.integration.facts import noted
from tests.integration.stores import giving, outcomes, turn

pytestmark = pytest.mark.integration

HERE = threading.main_thread().name
WRITER = "journal-writer"


class Threads:
    """A failpoint that notes on which thread each transaction took its chain; it may hold one up."""

    def __init__(self, clock=None):
        self.names = []
        self.clock = clock
        self.delay = 0.0

    def __call__(self, name):
        if name == "chain_taken":
            self.names.append(threading.current_thread().name)
            if self.clock:
                self.clock.jump(self.delay)


async def test_a_lone_use_case_is_committed_on_the_loops_own_thread(sqlite_ground):
    threads = Threads()
    with sqlite_ground.opened(failpoint=threads) as store:
        await store.add(noted("alone"))
        await store.add(noted("alone again"))
    assert threads.names[:2] == [HERE, HERE]


async def test_several_at_once_go_to_the_writers_thread(sqlite_ground):
    threads = Threads()
    with sqlite_ground.opened(failpoint=threads) as store:
        await outcomes([store.journal.commit(giving(noted(n))) for n in range(3)])
    assert threads.names == [WRITER]


async def test_after_a_slow_commit_the_writers_thread_takes_over_for_a_while(sqlite_ground):
    clock = FakeClock()
    threads = Threads(clock)
    with sqlite_ground.opened(failpoint=threads, clock=clock) as store:
        threads.delay = 2 * SLOW_COMMIT_SECONDS
        await store.add(noted("slow"))
        threads.delay = 0.0
        await store.add(noted("on the writer's"))
        clock.jump(2 * SLOW_PAUSE_SECONDS)
        while store.writer._working.locked():  # the writer's thread answers before it lets go
            await turn()
        await store.add(noted("here again"))
    assert threads.names[:3] == [HERE, WRITER, HERE]


async def test_a_server_is_never_waited_for_on_the_loops_thread(postgres_ground):
    threads = Threads()
    with postgres_ground.opened(failpoint=threads) as store:
        await store.add(noted("alone"))
    assert threads.names[0] == WRITER


def test_the_writers_connection_syncs_every_commit(sqlite_ground):
    with sqlite_ground.opened() as store:
        connection = store.database.connect_sqlite(patience=0.0)
        pragmas = [
            connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous")
        ]
        connection.close()
    assert pragmas == ["wal", 2]
