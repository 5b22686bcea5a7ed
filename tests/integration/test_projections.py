"""Projections: folding the journal again gives the state tables, and names every row that differs."""

from __future__ import annotations

import pytest
from sqlalchemy import BigInteger, Boolean, Text, text

from quorate.adapters.sql.kept_answers import Slot
from quorate.adapters.sql.projections import ALL, STATE_TABLES
from tests.integration.facts import (
    agent_answered,
    answer_kept,
    budget_set,
    budget_warned,
    call_settled,
    lease_renewed,
    lease_taken,
    link_issued,
    noted,
    one_of_each,
    price_set,
    profile_archived,
    profile_edited,
    profile_registered,
    profile_switched,
    prompt_added,
    run_completed,
    run_requested,
    series_imported,
    session_closed,
    task_adopted,
    task_moved,
    token_created,
    token_revoked,
)

pytestmark = pytest.mark.integration

TABLES = {table.name: table for table in STATE_TABLES}


@pytest.fixture
async def lived_in(store):
    """Return a store whose rows have come, moved, and been replaced."""
    await store.add(*one_of_each(b"bars"))
    await store.add(
        lease_renewed("task:t1", seconds=90),
        task_moved("t1", "RECEIVED", "VALIDATING_SPEC"),
        lease_taken("task:t1", owner="b", token=2),
        task_adopted("t1", token=2),
        profile_switched("trend", on=False),
        profile_registered("wyckoff", enabled=False),
        profile_switched("wyckoff", on=True),
        profile_edited("wyckoff", version=2, description="slower"),
        profile_edited("wyckoff", version=3, description="slow", enabled=False),
        profile_registered("momentum"),
        profile_archived("momentum"),
        prompt_added(3, "Your seat: judge. Be slower."),
        series_imported("AAPL", b"newer bars", replaces=digest_of(store, "AAPL")),
        series_imported("IBM", b"bars"),
        run_completed("run_1"),
        run_requested("run_2"),
        call_settled("call_1"),
        answer_kept("k2", slot=Slot("000000", "k1"), content=b"newer"),
        answer_kept("k1", slot=Slot("000001", None)),
        budget_set("daily", None, version=2),
        budget_set("run", "0.1"),
        price_set("openrouter/small/model", None, version=2),
        price_set("local/llama", "0.1"),
        budget_warned(percent=100),
        agent_answered("run_2", "news", "!order", latency_ms=None),
        link_issued("l2"),
        session_closed("s1"),
        token_created("tok_2"),
        token_revoked("tok_1"),
    )
    await store.add(noted("another step", step_key="step-2", attachments=(b"evidence",)))
    return store


def digest_of(store, symbol):
    (row,) = [row for row in store.table(TABLES["market_series"]) if row[0] == symbol]
    return row[1]


def problems_after(store, *statements):
    """Return what is wrong once `statements` are carried out, and take them back."""
    found = []

    def look(connection):
        if store.database.is_sqlite:
            connection.exec_driver_sql("BEGIN")
        for statement in statements:
            done = connection.execute(text(statement).bindparams(tenant=store.tenant))
            assert done.rowcount >= 1, statement
        found.extend(store.verified_on(connection).problems)
        if store.database.is_sqlite:
            connection.exec_driver_sql("ROLLBACK")
        connection.rollback()

    store.database.read_now(look)
    return found


async def test_refolding_a_realistic_mix_gives_the_same_tables(lived_in):
    found = lived_in.verified(projections=True)
    assert (found.ok, found.problems, found.rows) == (True, (), len(lived_in.rows()))
    assert {row.type for row in lived_in.rows()} <= {*ALL, "note.made"}


def changed_value(column):
    match column.type:
        case Boolean():
            return f"NOT {column.name}"
        case BigInteger():
            return f"{column.name} + 1"
        case _:
            assert isinstance(column.type, Text)
            return f"coalesce({column.name}, '') || 'x'"


@pytest.mark.parametrize("table", TABLES)
async def test_a_changed_row_is_named_whatever_its_column(lived_in, table):
    columns = [column for column in TABLES[table].columns if not column.primary_key]
    for column in columns if lived_in.database.is_sqlite else columns[-1:]:
        change = f"UPDATE {table} SET {column.name} = {changed_value(column)}"  # noqa: S608  (our own tables)
        problems = problems_after(lived_in, f"{change} WHERE tenant = :tenant")
        rows = [problem for problem in problems if problem.startswith(f"{table} ")]
        assert rows, column.name
        assert all(", by the journal " in problem for problem in rows), problems
    assert lived_in.verified(projections=True).problems == ()


@pytest.mark.parametrize("table", TABLES)
async def test_a_missing_row_is_named(lived_in, table):
    kept = len(lived_in.table(TABLES[table]))
    problems = problems_after(lived_in, f"DELETE FROM {table} WHERE tenant = :tenant")  # noqa: S608
    assert len(problems) == kept > 0
    assert all(
        problem.startswith(f"{table} ") and problem.endswith(" is missing, the journal has it")
        for problem in problems
    )


@pytest.mark.parametrize("table", TABLES)
async def test_a_row_that_the_journal_does_not_know_is_named(lived_in, table):
    key = list(TABLES[table].primary_key)[-1]
    other = f"{key.name} || 'x'" if isinstance(key.type, Text) else f"{key.name} + 1000000"
    columns = [column.name for column in TABLES[table].columns]
    values = ", ".join(other if name == key.name else name for name in columns)
    problems = problems_after(
        lived_in,
        f"INSERT INTO {table} ({', '.join(columns)}) "  # noqa: S608
        f"SELECT {values} FROM {table} WHERE tenant = :tenant",
    )
    assert problems
    assert all(
        problem.startswith(f"{table} ")
        and problem.endswith(" stands there, the journal does not know it")
        for problem in problems
    )


async def test_a_changed_blob_is_named(lived_in):
    other = "CAST('others' AS BLOB)" if lived_in.database.is_sqlite else "'others'::bytea"
    (problem, *more) = problems_after(
        lived_in,
        f"UPDATE blobs SET content = {other} WHERE tenant = :tenant AND length(content) = 8",  # noqa: S608
    )
    assert problem.startswith("blob ")
    assert problem.endswith("its content has another digest")
    assert not more


@pytest.mark.parametrize(
    ("change", "row"),
    [
        pytest.param("type = 'run.completed' WHERE type = 'run.requested'", 8, id="before it was"),
        pytest.param("type = 'lease.acquired' WHERE type = 'note.made'", 9, id="without its facts"),
    ],
)
async def test_a_row_that_cannot_follow_from_those_before_it_is_named(lived_in, change, row):
    """Though its chain may fit: whoever holds the key can write one."""
    problems = problems_after(lived_in, f"UPDATE journal SET {change} AND tenant = :tenant")  # noqa: S608
    found = [problem for problem in problems if "cannot follow from the rows before it" in problem]
    assert found[0].startswith(f"row {row} (")
