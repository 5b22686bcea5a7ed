"""Tenants: chains that do not know each other, and nothing of one ever shown to the other."""

from __future__ import annotations

from datetime import timedelta

import pytest

from quorate.adapters.sql.books import book_named
from quorate.adapters.sql.chain_table import CHECKPOINTS, JOURNAL
from quorate.adapters.sql.journal import blobs, checkpoint_notes, head_of, public_keys
from quorate.adapters.sql.ledger import BLOBS
from quorate.adapters.sql.profiles import registered_profiles
from quorate.adapters.sql.projections import STATE_TABLES, metadata
from quorate.adapters.sql.run_listing import runs_page
from quorate.adapters.sql.runs import run_ids_like
from quorate.adapters.sql.series import digests_of, stored_series
from quorate.adapters.sql.tasks import abandoned_tasks
from quorate.arbiter.task import TaskType
from quorate.arena.record import RunFilter, RunPosition
from quorate.kernel.ids import BookName, Symbol
from quorate.kernel.stamps import stamp
from tests.fakes.clock import NOON
from tests.integration.facts import noted, one_of_each
from tests.integration.stores import giving, outcomes

pytestmark = pytest.mark.integration

AFTER = stamp(NOON + timedelta(days=1))
AAPL = Symbol("AAPL")

READS = {
    "runs": lambda c, t: list(runs_page(c, t, RunFilter(), 10)),
    "older runs": lambda c, t: list(runs_page(c, t, RunFilter(), 10, RunPosition("9", "run_9"))),
    "run ids": lambda c, t: list(run_ids_like(c, t, "run_")),
    "abandoned tasks": lambda c, t: list(abandoned_tasks(c, t, AFTER, TaskType.ARENA_RUN)),
    "profiles": lambda c, t: list(registered_profiles(c, t)),
    "book": lambda c, t: book_named(c, t, BookName("replay")),
    "digests": digests_of,
    "series": lambda c, t: stored_series(c, t, [AAPL]),
    "notes": lambda c, t: list(checkpoint_notes(c, t)),
    "keys": public_keys,
    "head": head_of,
    "blobs": lambda c, t: dict(blobs(c, t)),
}

LOOKS = {
    "lease": lambda tx: tx.lease("task:t1"),
    "profile names": lambda tx: tx.profile_names(),
    "book": lambda tx: tx.has_book(BookName("replay")),
    "configuration": lambda tx: tx.knows_config("c0"),
    "key": lambda tx: tx.knows_key("k1"),
    "digests": lambda tx: tx.series_digests(),
}


@pytest.fixture
async def full(store):
    """Return a store whose tenant has a row in every table there is."""
    await store.add(*one_of_each())
    store.writer.sign(store.tenant)
    return store


def test_every_table_is_told_apart_by_tenant(full, other_tenant):
    for table in metadata.tables.values():
        assert full.table(table), table.name
        assert full.of(other_tenant).table(table) == [], table.name
    assert {*STATE_TABLES, JOURNAL, CHECKPOINTS, BLOBS} == set(metadata.tables.values())


@pytest.mark.parametrize("name", READS)
def test_a_read_shows_one_tenant_alone(full, other_tenant, name):
    read, database = READS[name], full.database
    assert database.read_now(lambda connection: read(connection, full.tenant))
    assert not database.read_now(lambda connection: read(connection, other_tenant))


@pytest.mark.parametrize("name", LOOKS)
async def test_a_use_case_sees_its_own_tenant_alone(full, other_tenant, name):
    seen = []

    def look(tx):
        seen.append(LOOKS[name](tx))
        return []

    await full.journal.commit(look)
    await full.of(other_tenant).journal.commit(look)
    assert seen[0]
    assert not seen[-1]


async def test_streams_and_steps_are_read_of_one_tenant_alone(full, other_tenant):
    other = full.of(other_tenant)
    await other.add(noted("theirs", step_key="step-1"))
    assert [row.facts["text"] for row in await other.journal.entries("note:a")] == ["theirs"]
    assert [row.facts["text"] for row in await full.journal.entries("note:a")] == ["step"]
    (own,) = (await full.journal.recorded_steps("note:a")).values()
    (theirs,) = (await other.journal.recorded_steps("note:a")).values()
    assert (own.facts["text"], theirs.facts["text"]) == ("step", "theirs")


async def test_the_same_names_are_free_for_another_tenant(full, other_tenant):
    other = full.of(other_tenant)
    assert (await other.add(*one_of_each())).seqs[0] == 1
    assert (
        full.verified(projections=True).problems == other.verified(projections=True).problems == ()
    )


async def test_two_tenants_in_one_burst_have_a_chain_each(store, other_tenant):
    both = (store, store.of(other_tenant))
    results = await outcomes(
        [both[number % 2].journal.commit(giving(noted(number))) for number in range(40)]
    )
    assert [result.seqs for result in results] == [(number // 2 + 1,) for number in range(40)]
    for remainder, one in enumerate(both):
        assert [row.facts["text"] for row in one.rows()] == list(range(remainder, 40, 2))
        assert one.verified().problems == ()


async def test_two_chains_of_the_same_facts_have_other_hashes(store, other_tenant):
    other = store.of(other_tenant)
    await store.add(noted("same"))
    await other.add(noted("same"))
    assert store.rows()[0].hash != other.rows()[0].hash
