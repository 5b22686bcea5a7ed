"""Migrations: to the newest schema wholly or not at all, once, whoever comes and whatever happens."""

from __future__ import annotations

import asyncio
import re
import signal
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, select, text

import quorate.adapters.sql.migrations
from quorate.access import AccessEvent
from quorate.adapters.sql.database import Database, DatabasePolicy
from quorate.adapters.sql.migration import NEWEST, Migrated, migrate, revision_of
from quorate.adapters.sql.projections import STATE_TABLES, metadata
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import Tenant
from tests.fakes.homes import made_home
from tests.integration.children import dies_migrating, ended, migrates
from tests.integration.facts import one_of_each, run_completed, run_requested
from tests.integration.former_homes import at_revision, copied
from tests.integration.stores import Ground

pytestmark = pytest.mark.integration

MIGRATIONS = Path(quorate.adapters.sql.migrations.__file__).parent

MONEY = frozenset({"llm_calls", "budget_days", "budget_limits", "budget_warnings", "model_prices"})
"""Tables of later versions: no home of the first one has a call, a warning or a price in its journal."""

REGISTRY = frozenset({"prompt_versions"})
"""A table of a later version: nobody had written a prompt of their own."""

COMPETITIONS = frozenset({"competitions"})
"""A table of a later version: nobody had competed."""

KEPT_BOOKS = frozenset({"book.marked", "outcome.moved", "votes.resolved"})
"""What only a marked book tells; no book was marked before there were orders."""

ORDERS = frozenset({"orders", "executions", "held_shares", "trading_states", "simulated_accounts"})
"""Tables of a later version: nothing had been ordered."""

RISK = frozenset({"risk_verdicts", "locks"})
"""Tables of a later version: nobody had judged an order."""

CYCLES = frozenset(
    {
        *("cycles", "book_cycles", "cycle_skips", "schedules", "alerts"),
        *("fetched_series", "usage_counters"),
    }
)
"""Tables of a later version: no book had been walked, nothing queued, nothing fetched."""

LAW = frozenset({"verdicts", "verdict_subjects", "waivers"})
"""Tables of a later version: no task was judged, and nothing waived."""

RESULTS = frozenset({"results"})
"""A table of a later version: no run had told its results."""

ARENAS = frozenset({"imported_arenas"})
"""A table of a later version: nobody had imported an arena of others."""

TRADERS = frozenset({"trader_profiles"})
"""A table of a later version: nobody had made a trader."""

STRATEGIES = frozenset({"strategies", "backtests"})
"""Tables of a later version: no strategy was on record, and none was tried out."""

NEWS = frozenset({"news_items", "news_symbols", "kept_answers"})
"""Tables of a later version: neither news nor remembered answers were in its journal."""


ROUTING = frozenset({"agent_standings", "control_switches", "task_overrides"})
"""Tables of a later version: nobody was set aside, no task shut out or overridden; turns come from the journal."""

FLEET = frozenset({"workers", "worker_tasks"})
"""Tables of a later version: no worker had come."""


@contextmanager
def opened(url):
    database = Database(DatabasePolicy(url=url))
    try:
        yield database
    finally:
        database.close()


def tables_of(database):
    return set(database.read_now(lambda connection: inspect(connection).get_table_names()))


def write(database, statement):
    def carry_out(connection):
        connection.execute(text(statement))
        connection.commit()

    database.read_now(carry_out)


def test_the_newest_revision_is_the_newest_file():
    scripts = ScriptDirectory(str(MIGRATIONS))
    assert scripts.get_heads() == [NEWEST]
    assert max(path.name for path in MIGRATIONS.glob("versions/v*.py")).startswith(f"v{NEWEST}")


def test_a_fresh_database_is_brought_to_the_newest_schema(empty_url):
    with opened(empty_url) as database:
        assert revision_of(database) == ""
        assert migrate(database) == Migrated("", NEWEST)
        assert revision_of(database) == NEWEST
        assert tables_of(database) == {*metadata.tables, "alembic_version"}


async def test_migrating_again_changes_nothing(empty_url, tmp_path):
    ground = Ground(url=empty_url, tenant="local", folder=tmp_path)
    with opened(empty_url) as database:
        migrate(database)
        with ground.opened() as store:
            await store.add(*one_of_each())
        assert migrate(database) == Migrated(NEWEST, NEWEST)
        with ground.opened() as store:
            assert len(store.rows()) == len(one_of_each())
            assert store.verified(projections=True).problems == ()


def test_the_tables_are_those_that_the_code_declares(empty_url):
    with opened(empty_url) as database:
        migrate(database)

        def differences(connection):
            return compare_metadata(
                MigrationContext.configure(connection, opts={"compare_type": True}), metadata
            )

        assert database.read_now(differences) == []


SCHEMA = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'",
    "postgresql": """
        SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
        UNION ALL SELECT table_name || '.' || column_name, data_type || is_nullable
        FROM information_schema.columns WHERE table_schema = 'public'""",
}


def schema_of(database):
    """Return every table and index as the database itself describes it; what is meant the same reads the same."""
    query = SCHEMA["sqlite" if database.is_sqlite else "postgresql"]
    rows = database.read_now(lambda connection: connection.execute(text(query)).all())
    return {
        name: re.sub(r'[()"\s]+', " ", str(ddl))
        for name, ddl in rows
        if not name.startswith("alembic_version")
    }


def test_keys_indexes_and_row_layout_are_those_that_the_code_declares(empty_url):
    """What `compare_metadata` is blind to: partial indexes, `WITHOUT ROWID`, primary keys."""
    with opened(empty_url) as database:
        migrate(database)
        migrated = schema_of(database)
        metadata.drop_all(database.engine)
        assert schema_of(database) == {}
        metadata.create_all(database.engine)
        assert migrated == schema_of(database)
    assert len(migrated) >= len(metadata.tables)


def test_four_processes_migrate_at_once(empty_url):
    assert ended(migrates, [(empty_url,)] * 4) == [0] * 4
    with opened(empty_url) as database:
        assert revision_of(database) == NEWEST
        assert tables_of(database) == {*metadata.tables, "alembic_version"}


@pytest.mark.fault
def test_a_migration_killed_between_two_statements_leaves_nothing_and_runs_again(empty_url):
    step = 3 if empty_url.startswith("sqlite") else 7
    for statement in range(1, 400, step):
        (code,) = ended(dies_migrating, [(empty_url, statement)])
        if code == 0:
            break
        assert code == -signal.SIGKILL
        with opened(empty_url) as database:
            assert (revision_of(database), tables_of(database)) == ("", set()), statement
    assert statement > len(metadata.tables)
    with opened(empty_url) as database:
        assert migrate(database) == Migrated(NEWEST, NEWEST)
        assert tables_of(database) == {*metadata.tables, "alembic_version"}


def test_a_database_of_a_newer_version_is_refused_untouched(empty_url):
    with opened(empty_url) as database:
        migrate(database)
        write(database, "UPDATE alembic_version SET version_num = '9999'")
        with pytest.raises(RejectedError, match="is at schema 9999, this version knows") as refusal:
            migrate(database)
        assert refusal.value.slug == "config-refused"
        assert refusal.value.effect == "nothing was changed"
        assert revision_of(database) == "9999"


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory):
    """Return the URL of a database of this version with runs of every kind in it, and the folder of its key."""
    folder = tmp_path_factory.mktemp("lived-in")
    url = f"sqlite:///{folder / 'quorate.db'}"
    made_home(folder, DATABASE_URL=url)
    ground = Ground(url=url, tenant=Tenant("local"), folder=folder)

    async def live():
        with ground.opened() as store:
            await store.add(run_requested("run_going_on"))
            failed = run_completed("run_failed")
            await store.add(run_requested("run_failed"), replace(failed, type="run.failed"))
            later = {*AccessEvent, *KEPT_BOOKS, "work.enqueued", "work.moved"}
            then = [event for event in one_of_each() if event.type not in later]
            await store.of(Tenant("other")).add(*then)

    asyncio.run(live())
    return url


def state_of(database):
    """Return every row of every state table, in the order of its key."""
    return {
        table.name: database.read_now(
            lambda connection, table=table: connection.execute(
                select(table).order_by(*table.primary_key)
            ).all()
        )
        for table in STATE_TABLES
    }


def first_told(database):
    """Return what the rows of the first version tell of its tasks: none was a part of another one, or had a worker."""
    told = ("task_id", "type", "subject", "state", "reason", "owner", "token", "attempts")
    times = ("received_at", "changed_at", "seq", "priority")
    return [
        tuple(getattr(row, name) for name in (*told, *times)) for row in state_of(database)["tasks"]
    ]


@pytest.fixture
def former(lived_in, empty_url):
    """Return the URL of a database with the same rows as the first version left it."""
    with opened(lived_in) as source, opened(empty_url) as target:
        at_revision(target, "0001")
        copied(source, target)
    return empty_url


def without(names, state):
    return {name: rows for name, rows in state.items() if name not in names}


async def test_a_database_of_the_first_version_is_filled_from_its_journal(
    lived_in, former, tmp_path
):
    with opened(lived_in) as source, opened(former) as target:
        assert migrate(target) == Migrated("0001", NEWEST)
        later = (
            MONEY
            | NEWS
            | REGISTRY
            | COMPETITIONS
            | ORDERS
            | RISK
            | STRATEGIES
            | TRADERS
            | ARENAS
            | CYCLES
            | ROUTING
            | RESULTS
            | LAW
            | FLEET
            | {"tasks"}
        )
        assert without(later, state_of(target)) == without(later, state_of(source))
        assert first_told(target) == first_told(source)
        assert {row.voter for row in state_of(target)["ai_arena_agent_decisions"]} == {True, False}
        assert {row.outcome for row in state_of(target)["ai_arena_runs"]} == {
            *("", "traded", "no_trade")
        }
        assert any(row.triggers for row in state_of(target)["ai_arena_consensus"])
        for tenant in ("local", "other"):
            with Ground(url=former, tenant=Tenant(tenant), folder=tmp_path).opened() as store:
                found = store.verified(projections=True).problems
                assert [problem for problem in found if "ai_arena" in problem] == []


@pytest.mark.fault
def test_a_filling_killed_between_two_statements_leaves_the_first_version_as_it_was(former):
    with opened(former) as database:
        before = tables_of(database)
    for statement in (1, 4, 8, 12, 16, 20):
        (code,) = ended(dies_migrating, [(former, statement)])
        assert code == -signal.SIGKILL, statement
        with opened(former) as database:
            assert (revision_of(database), tables_of(database)) == ("0001", before), statement
    with opened(former) as database:
        assert migrate(database) == Migrated("0001", NEWEST)
