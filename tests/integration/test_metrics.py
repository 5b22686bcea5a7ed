"""The figures: at rest they equal the state tables, and nothing of a symbol, an id or a person stands in them."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from prometheus_client.parser import text_string_to_metric_families

from quorate.adapters.sql.database import Database, DatabasePolicy
from quorate.adapters.sql.runs import CONSENSUS, RUNS
from quorate.adapters.sql.tasks import TASKS
from quorate.bootstrap import open_app
from quorate.kernel.errors import UnavailableError
from tests.fakes.homes import made_home, settings_of
from tests.integration.conftest import cleared
from tests.integration.homes import REQUEST

pytestmark = pytest.mark.integration

URLS = {"sqlite": "", "postgres": "postgres"}


@pytest.fixture(params=["sqlite", "postgres"])
def settings(request, tmp_path):
    """Return a home with three runs, on each kind of database."""
    more = {}
    if request.param == "postgres":
        more = {"DATABASE_URL": cleared(request.getfixturevalue("spare_postgres"))}
    made_home(tmp_path, **more)
    return settings_of(tmp_path, **more)


def samples(text):
    """Return every sample by name and labels, and the names of all labels."""
    found = {}
    for family in text_string_to_metric_families(text.decode()):
        for sample in family.samples:
            found[sample.name, frozenset(sample.labels.items())] = sample.value
    return found


def told(found, name):
    return {
        tuple(value for _, value in sorted(labels)): count
        for (each, labels), count in found.items()
        if each == name
    }


def rows(settings, table, *columns):
    database = Database(DatabasePolicy(url=settings.database_url))
    try:
        picked = [table.c[name] for name in sorted(columns)]
        query = table.select().with_only_columns(*picked)
        return database.read_now(
            lambda c: Counter(tuple(v or "" for v in row) for row in c.execute(query))
        )
    finally:
        database.close()


async def test_at_rest_the_figures_equal_the_state_tables(settings):
    async with open_app(settings) as app:
        found = samples(await app.telemetry.metrics())
        head = await app.feed().head()
        assert found["quorate_journal_head", frozenset()] == head
        assert told(found, "quorate_tasks") == rows(settings, TASKS, "type", "state")
        # Labels sort by their own names: action, reason.
        assert told(found, "quorate_decisions_total") == rows(
            settings, CONSENSUS, "final_action", "reason_code"
        )
        assert told(found, "quorate_runs") == rows(settings, RUNS, "status")
        ended = told(found, "quorate_task_seconds_count")
        assert sum(ended.values()) == sum(rows(settings, TASKS, "type").values())
        assert told(found, "quorate_task_seconds_bucket")


async def test_figures_follow_the_journal(settings):
    async with open_app(settings) as app:
        before = samples(await app.telemetry.metrics())
        again = samples(await app.telemetry.metrics())
        await app.run_arena(REQUEST)
        after = samples(await app.telemetry.metrics())
    name = ("quorate_runs", frozenset({("status", "completed")}))
    assert (before[name], again[name], after[name]) == (3, 3, 4)
    commits = ("quorate_journal_commit_seconds_count", frozenset())
    assert after[commits] > before[commits]
    assert after["quorate_process_resident_bytes", frozenset()] > 10_000_000


async def test_no_figure_bears_a_symbol_an_id_or_a_book(settings):
    async with open_app(settings) as app:
        text = await app.telemetry.metrics()
    labels = {key for _, pairs in samples(text) for key, _ in pairs}
    assert labels <= {
        *("type", "state", "status", "stage", "action", "reason", "severity"),
        *("provider", "direction", "queue", "kind", "breaker", "circuit", "component", "le"),
    }
    assert not re.search(rb"AAPL|IBM|run_|tsk_|replay", text)


async def test_a_breaker_that_opens_is_told_everywhere(settings):
    async with open_app(settings) as app:

        async def silent():
            raise UnavailableError("it says nothing", source="webhook")

        for _ in range(3):
            with pytest.raises(UnavailableError):
                await app._store.boundaries.execute("broker", silent)
        found = samples(await app.telemetry.metrics())
        labels = {("kind", "component"), ("breaker", "broker"), ("circuit", "open")}
        assert found["quorate_breaker_state", frozenset(labels)] == 1
        lines = {line.name: line for line in await app.safety.breakers()}
        assert lines["broker"].circuit == "open"
        parts = {each.name: each for each in await app.telemetry.components()}
        assert not parts["broker"].ok
        assert parts["database"].ok
        change = await app.safety.reset_breaker("broker", "the broker is back", "test")
        assert change.applied
        assert change.line.circuit == "closed"


async def test_every_component_is_listed_before_it_is_asked(settings):
    async with open_app(settings) as app:
        names = {each.name for each in await app.telemetry.components()}
        listed = {line.name for line in await app.safety.breakers()}
    assert {"database", "journal-writer", "broker", "market-data", "validator"} <= names
    assert {"trading", "broker", "broker-stream", "market-data", "router", "validator"} <= listed


async def test_a_writer_that_ended_is_named(settings):
    async with open_app(settings) as app:
        app._store.writer._closed = True
        parts = {each.name: each for each in await app.telemetry.components()}
        app._store.writer._closed = False
    assert not parts["journal-writer"].ok
    assert parts["journal-writer"].needed
