"""The list of calls and the use of tools: what is found, in which order, and with how many rows looked at."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import text

from quorate.adapters.sql.call_listing import calls_page, calls_query
from quorate.adapters.sql.calls import LLM_CALLS
from quorate.adapters.sql.costs import cost_by_day, spent_in
from quorate.adapters.sql.purse import SqlPurse
from quorate.adapters.sql.tool_listing import LONGEST, last_uses, tool_counts
from quorate.kernel.ids import BookName
from quorate.llm.budget import BudgetPolicy, CallStatus
from quorate.llm.call import ModelId
from quorate.llm.call_listing import CallFilter
from quorate.llm.cost import CostAxis
from quorate.llm.tier import Tier
from tests.fakes.clock import FakeClock
from tests.fakes.money import charge, wanted
from tests.integration.facts import agent_answered, run_requested

pytestmark = pytest.mark.integration

MANY = 100_000


@pytest.fixture
def purse(store):
    return SqlPurse(store.journal, FakeClock(), BudgetPolicy())


async def spent(purse, cost="0.002", status=CallStatus.ANSWERED, **about):
    worst = None if cost is None else "0.01"
    reservation = await purse.reserve(wanted(worst, **about))
    await purse.settle(reservation, charge(cost, status))
    return reservation.id


def listed(store, limit=10, after=None, **filters):
    wanted_calls = CallFilter(**filters)
    page = store.database.read_now(
        lambda connection: calls_page(connection, store.tenant, wanted_calls, limit, after)
    )
    return [line.call_id for line in page.items], page.next_after


async def test_calls_come_newest_first_and_no_call_twice(store, purse):
    made = [await spent(purse) for _ in range(5)]
    first, after = listed(store, limit=2)
    second, further = listed(store, limit=2, after=after)
    last, end = listed(store, limit=2, after=further)
    assert first + second + last == sorted(made, reverse=True)
    assert end is None


async def test_a_call_under_way_is_listed_and_not_unpriced(store, purse):
    unknown = await spent(purse, cost=None)
    under_way = (await purse.reserve(wanted("0.01"))).id
    assert listed(store, unpriced=True)[0] == [unknown]
    assert listed(store, unpriced=False)[0] == [under_way]
    assert listed(store, status=CallStatus.RESERVED)[0] == [under_way]


async def test_a_book_has_spent_what_the_budgets_counted_for_it(store, purse):
    await spent(purse)
    await spent(purse)
    await purse.reserve(wanted("0.01"))

    def counted(book):
        return store.database.read_now(lambda link: spent_in(link, store.tenant, BookName(book)))

    assert str(counted("replay")) == "0.014"
    assert counted("another").amount == 0


async def test_filters_are_met_together(store, purse):
    await spent(purse, profile="judge", tier=Tier.POWER, run_id="run_2")
    late = await spent(purse, profile="judge", run_id="run_2", status=CallStatus.LATE)
    await spent(purse, profile="analyst", run_id="run_2", status=CallStatus.LATE)
    found = listed(store, profile="judge", run_id="run_2", status=CallStatus.LATE)
    assert found == ([late], None)
    assert listed(store, model="openrouter/small/model", since=date(2026, 11, 20))[1] is None
    assert listed(store, until=date(2026, 11, 19)) == ([], None)


async def test_the_tenants_do_not_see_each_other(store, purse):
    await spent(purse)
    other = store.of("another")
    assert listed(other) == ([], None)


async def test_a_day_is_split_by_tier(store, purse):
    await spent(purse, cost="0.002")
    await spent(purse, cost="0.005", tier=Tier.POWER)
    found = store.database.read_now(
        lambda connection: cost_by_day(connection, store.tenant, CostAxis.TIER, date(2026, 11, 1))
    )
    assert {
        day: [(line.key, str(line.known)) for line in lines] for day, lines in found.items()
    } == {"2026-11-20": [("cheap", "0.002"), ("power", "0.005")]}


def fill(store, call_id):
    """Copy a call as often as a busy year has calls, straight into the table: what is tested is how they are read."""
    names = [column.name for column in LLM_CALLS.columns]
    number = "printf('%09d', i)" if store.database.is_sqlite else "lpad(i::text, 9, '0')"
    columns = ", ".join(f"'call_' || {number}" if name == "call_id" else name for name in names)

    def work(connection):
        connection.execute(
            text(
                f"INSERT INTO llm_calls ({', '.join(names)}) WITH RECURSIVE n(i) AS "  # noqa: S608
                f"(SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {MANY}) "
                f"SELECT {columns} FROM llm_calls, n WHERE tenant = :tenant AND call_id = :call"
            ),
            {"tenant": store.tenant, "call": call_id},
        )
        connection.commit()

    store.database.read_now(work)


async def test_a_page_of_a_hundred_thousand_calls_is_one_walk_along_the_key(store, purse):
    fill(store, await spent(purse))
    plan = store.database.read_now(lambda connection: planned(connection, store, CallFilter()))
    assert "SORT" not in plan.upper()
    assert "TEMP B-TREE" not in plan.upper()
    assert "SEQ SCAN" not in plan.upper()
    assert "call_id<?" in plan if store.database.is_sqlite else "llm_calls_pkey" in plan
    ids, after = listed(store, limit=3, after="call_000050000")
    assert ids == ["call_000049999", "call_000049998", "call_000049997"]
    assert after == ids[-1]


def planned(connection, store, wanted_calls):
    """Return how the database goes about a page in the middle of the list."""
    if not store.database.is_sqlite:
        connection.execute(text("ANALYZE llm_calls"))
    query = calls_query(store.tenant, wanted_calls, 25, "call_000050000")
    compiled = query.compile(connection, compile_kwargs={"literal_binds": True})
    word = "EXPLAIN QUERY PLAN" if store.database.is_sqlite else "EXPLAIN"
    rows = connection.exec_driver_sql(f"{word} {compiled}".replace("%", "%%")).all()
    return "\n".join(str(row) for row in rows)


async def test_uses_of_tools_are_counted_by_tool_and_day(store):
    await store.add(run_requested("run_1"))
    await store.add(agent_answered("run_1", "bars", "bars", "!bars", "news", latency_ms="2.0"))
    await store.add(agent_answered("run_1", "bars", latency_ms="8.0"))
    await store.add(agent_answered("run_1", "bars", latency_ms=None))
    today = date.fromisoformat(store.rows()[0].ts[:10])
    counts = store.database.read_now(
        lambda connection: tool_counts(connection, store.tenant, today)
    )
    bars = counts["bars"]
    assert (bars.calls, bars.refused, bars.by_day) == (5, 1, {today.isoformat(): 5})
    assert (bars.p50_ms, bars.p95_ms) == (2.0, 8.0)
    assert (counts["news"].calls, set(counts)) == (1, {"bars", "news"})
    later = today.replace(year=today.year + 1)
    assert store.database.read_now(lambda c: tool_counts(c, store.tenant, later)) == {}


async def test_the_newest_uses_are_read_from_the_journal_masked_and_cut(store):
    event = agent_answered("run_1", "bars", "!bars")
    (first, second) = event.payload["call"]["toolUses"]
    first["arguments"] = '{"symbol":"AAPL","key":"sk-secret"}'
    first["result"] = "x" * (LONGEST + 1)
    await store.add(event)
    uses = store.database.read_now(
        lambda connection: last_uses(
            connection, store.tenant, "bars", 5, lambda text: text.replace("sk-secret", "***")
        )
    )
    assert [use.refusal for use in uses] == [second["refusal"], ""]
    assert uses[1].arguments == '{"symbol":"AAPL","key":"***"}'
    assert uses[1].result.endswith(f"({LONGEST + 1} characters)")
    assert (uses[0].latency_ms, uses[0].profile, uses[0].run_id) == (1.25, "analyst", "run_1")


async def test_another_model_of_the_same_name_at_another_provider_is_another(store, purse):
    request = replace(wanted("0.01"), model=ModelId("openai", "small/model"))
    reservation = await purse.reserve(request)
    assert listed(store, model="openai/small/model")[0] == [reservation.id]
    assert listed(store, model="openrouter/small/model")[0] == []
