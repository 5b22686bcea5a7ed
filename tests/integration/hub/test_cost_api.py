"""Money and tools over the API: the figures of a hand ledger, limits and prices under If-Match, and a free try."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import pytest_asyncio

from quorate.access import Scope
from quorate.adapters.clock.system import SystemClock
from quorate.llm.budget import CallStatus
from quorate.llm.call import ModelId
from quorate.llm.tier import Tier
from tests.fakes.money import charge, wanted
from tests.integration.facts import agent_answered
from tests.integration.hub.served import problem

pytestmark = pytest.mark.asyncio(loop_scope="module")

LEDGER = (
    ("call_0001", "small/model", "analyst", Tier.CHEAP, "0.002", CallStatus.ANSWERED),
    ("call_0002", "small/model", "analyst", Tier.CHEAP, "0.003", CallStatus.FAILED),
    ("call_0003", "big/model", "judge", Tier.POWER, "0.0205", CallStatus.ANSWERED),
    ("call_0004", "local/model", "analyst", Tier.FREE, None, CallStatus.ANSWERED),
    ("call_0005", "small/model", "analyst", Tier.CHEAP, "0.001", CallStatus.LATE),
)
"""Calls, each with its model, profile, tier, cost and end: what every figure here is added up from by hand."""


@pytest_asyncio.fixture(scope="module", loop_scope="module", autouse=True)
async def ledger(hub):
    purse = hub.app.money.purse
    for call_id, model, profile, tier, cost, status in LEDGER:
        worst = None if cost is None else "0.03"
        request = wanted(worst, call_id=call_id, profile=profile, tier=tier, run_id="run_1")
        request = replace(request, model=ModelId("openrouter", model))
        reservation = await purse.reserve(request)
        await purse.settle(reservation, charge(cost, status))


@pytest_asyncio.fixture(loop_scope="module")
async def reader(hub):
    return await hub.program(Scope.READ)


@pytest_asyncio.fixture(loop_scope="module")
async def admin(hub):
    return await hub.program(Scope.ADMIN, Scope.READ)


def today():
    return SystemClock().now().date()


async def tree(client, path, **params):
    answer = await client.get(f"/api/admin{path}", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_summary_is_the_hand_ledger_added_up(reader):
    found = await tree(reader, "/cost/summary", groupBy="model")
    items = {item["key"]: item for item in found["items"]}
    assert {key: (item["calls"], item["costUsd"]) for key, item in items.items()} == {
        "openrouter/small/model": (3, "0.006"),
        "openrouter/big/model": (1, "0.0205"),
        "openrouter/local/model": (1, None),
    }
    total = found["total"]
    assert (total["calls"], total["costUsd"], total["unpriced"]) == (5, "0.0265", 1)
    assert (total["wastedUsd"], total["wastedCalls"], total["failed"]) == ("0.004", 2, 2)
    assert found["powerCalls"] == {"used": 1, "limit": 25, "left": 24}
    assert (found["cachedShare"], found["forecast"]["month"]["usd"]) == (0.0, None)
    assert "no forecast before" in found["forecast"]["month"]["method"]


@pytest.mark.parametrize(
    ("axis", "keys"),
    [
        ("tier", {"cheap", "free", "power"}),
        ("profile", {"analyst", "judge"}),
        ("provider", {"openrouter"}),
        ("purpose", {"answer", "panel"}),
        ("source", {"provider", "unknown"}),
        ("run", {"run_1"}),
        ("day", {today().isoformat()}),
    ],
)
async def test_a_summary_is_made_along_every_axis(reader, axis, keys):
    found = await tree(reader, "/cost/summary", groupBy=axis)
    assert ({item["key"] for item in found["items"]}, found["groupBy"]) == (keys, axis)
    assert found["total"]["costUsd"] == "0.0265"


async def test_only_the_days_that_are_asked_for_are_added_up(reader):
    yesterday = (today() - timedelta(days=1)).isoformat()
    found = await tree(reader, "/cost/summary", since="2026-01-01", until=yesterday)
    assert (found["items"], found["total"]["costUsd"]) == ([], "0")


async def test_calls_come_newest_first_and_in_pages(reader):
    first = await tree(reader, "/cost/calls", limit=2)
    assert [item["callId"] for item in first["items"]] == ["call_0005", "call_0004"]
    rest = await tree(reader, "/cost/calls", limit=10, cursor=first["nextCursor"])
    assert [item["callId"] for item in rest["items"]] == ["call_0003", "call_0002", "call_0001"]
    assert rest["nextCursor"] is None
    assert (first["items"][1]["costUsd"], first["items"][1]["costSource"]) == (None, "unknown")


@pytest.mark.parametrize(
    ("params", "ids"),
    [
        ({"unpriced": "true"}, ["0004"]),
        ({"model": "openrouter/big/model"}, ["0003"]),
        ({"profile": "judge"}, ["0003"]),
        ({"status": "late"}, ["0005"]),
        ({"purpose": "panel"}, ["0003"]),
        ({"run": "run_1", "status": "failed"}, ["0002"]),
        ({"until": "2020-01-01"}, []),
    ],
)
async def test_calls_are_found_by_every_filter(reader, params, ids):
    found = await tree(reader, "/cost/calls", **params)
    assert [item["callId"][-4:] for item in found["items"]] == ids


async def test_a_cursor_of_another_list_is_refused(reader):
    first = await tree(reader, "/cost/calls", limit=2)
    answer = await reader.get(
        "/api/admin/cost/calls", params={"profile": "judge", "cursor": first["nextCursor"]}
    )
    assert (answer.status_code, problem(answer)["code"]) == (400, "invalid-cursor")


@pytest.mark.parametrize(
    "params", [{"groupBy": "colour"}, {"since": "soon"}, {"until": "2026-13-01"}]
)
async def test_a_summary_of_nothing_known_is_refused(reader, params):
    answer = await reader.get("/api/admin/cost/summary", params=params)
    assert (answer.status_code, problem(answer)["code"]) == (422, "validation-failed")


async def test_a_model_that_is_none_is_refused(reader):
    answer = await reader.get("/api/admin/cost/calls", params={"model": "nameless"})
    assert answer.status_code == 422


async def test_limits_are_set_all_or_none_under_the_etag_that_was_read(admin):
    read = await admin.get("/api/admin/budgets")
    etag = read.headers["etag"]
    both = {"limits": {"daily": "2.50", "power-calls": "10"}}
    done = await admin.put("/api/admin/budgets", json=both, headers={"If-Match": etag})
    assert done.status_code == 200, done.text
    assert (done.json()["applied"], set(done.json()["changed"])) == (True, {"daily", "power-calls"})
    items = {item["budget"]: item for item in done.json()["items"] if item["profile"] is None}
    assert (items["daily"]["limitUsd"], items["daily"]["source"]) == ("2.5", "command")
    late = await admin.put("/api/admin/budgets", json=both, headers={"If-Match": etag})
    assert (late.status_code, problem(late)["code"]) == (412, "precondition-failed")
    wrong = {"limits": {"daily": "3", "run": "-1"}}
    refused = await admin.put("/api/admin/budgets", json=wrong)
    assert refused.status_code == 422
    assert (await admin.get("/api/admin/budgets")).headers["etag"] == done.headers["etag"]
    again = await admin.put("/api/admin/budgets", json=both)
    assert (again.json()["applied"], again.json()["changed"]) == (False, [])
    back = await admin.put(
        "/api/admin/budgets", json={"limits": {"daily": None, "power-calls": None}}
    )
    assert back.headers["etag"] == etag


@pytest.mark.parametrize(
    "body",
    [
        {"limits": {}},
        {"limits": {"hourly": "1"}},
        {"limits": {"profile-run": "1"}},
        {"limits": {"daily": "much"}},
        {"limits": {"daily": 2}},
        {"limits": {"power-calls": "1.5"}},
        {"limits": {"daily": "NaN"}},
        {"limit": {"daily": "1"}},
    ],
)
async def test_a_limit_that_is_none_is_refused_and_nothing_changes(admin, body):
    before = (await admin.get("/api/admin/budgets")).headers["etag"]
    answer = await admin.put("/api/admin/budgets", json=body)
    assert answer.status_code in {400, 422}, answer.text
    assert (await admin.get("/api/admin/budgets")).headers["etag"] == before


async def test_a_price_is_stated_and_given_back(admin, reader):
    etag = (await reader.get("/api/admin/prices")).headers["etag"]
    stated = {
        "model": "ollama/llama3.3",
        "promptUsdPerMillion": "0.10",
        "completionUsdPerMillion": "0.4",
    }
    done = await admin.put("/api/admin/prices", json=stated, headers={"If-Match": etag})
    assert done.status_code == 200, done.text
    price = done.json()["price"]
    assert (price["promptUsdPerMillion"], price["source"]) == ("0.1", "command")
    assert (price["priceVersion"], done.json()["applied"]) == ("stated v1", True)
    late = await admin.put("/api/admin/prices", json=stated, headers={"If-Match": etag})
    assert late.status_code == 412
    listed = {item["model"]: item for item in (await tree(reader, "/prices"))["items"]}
    assert listed["openai/gpt-5-mini"]["source"] == "genai-prices"
    assert listed["ollama/llama3.3"]["completionUsdPerMillion"] == "0.4"
    none = {**stated, "promptUsdPerMillion": None, "completionUsdPerMillion": None}
    back = await admin.put("/api/admin/prices", json=none)
    assert (back.json()["price"]["source"], back.json()["applied"]) == ("unpriced", True)


@pytest.mark.parametrize(
    "changes",
    [
        {"model": "nameless"},
        {"promptUsdPerMillion": "-1"},
        {"promptUsdPerMillion": "cheap"},
        {"completionUsdPerMillion": None},
        {"completionUsdPerMillion": "Infinity"},
    ],
)
async def test_what_no_model_costs_is_refused(admin, reader, changes):
    stated = {"model": "a/b", "promptUsdPerMillion": "1", "completionUsdPerMillion": "1"}
    answer = await admin.put("/api/admin/prices", json={**stated, **changes})
    assert (answer.status_code, problem(answer)["code"]) == (422, "validation-failed")
    listed = {item["model"] for item in (await tree(reader, "/prices"))["items"]}
    assert "a/b" not in listed


async def test_tools_tell_their_use_and_who_may(hub, reader):
    await hub.app._store.journal.commit(
        lambda _tx: [agent_answered("run_9", "bars", "bars", "!order", latency_ms="2.5")]
    )
    items = {item["name"]: item for item in (await tree(reader, "/tools"))["items"]}
    bars = items["bars"]
    assert (bars["callsToday"], bars["calls"], bars["refused"], bars["errorRate"]) == (2, 2, 0, 0.0)
    assert (bars["p50Ms"], bars["p95Ms"], bars["costUsd"]) == (2.5, 2.5, "0")
    assert (bars["last"]["runId"], bars["last"]["result"]) == ("run_9", "AAPL: 584.00")
    assert items["news"]["errorRate"] is None
    assert "cheap_tech_analyst" in bars["allowedProfiles"]


async def test_a_tool_is_tried_on_the_newest_session_and_nothing_is_written(hub):
    runner = await hub.program(Scope.RUN)
    head = await hub.app.feed().head()
    answer = await runner.post("/api/admin/tools/quotes/test", json={"symbol": "aapl"})
    assert answer.status_code == 200, answer.text
    tried = answer.json()
    assert (tried["symbol"], tried["asOf"], tried["refusal"]) == ("AAPL", "2013-03-01", None)
    assert tried["result"].startswith("AAPL: last close")
    assert (tried["dryRun"], tried["costUsd"]) == (True, "0")
    assert await hub.app.feed().head() == head
    for name, symbol, status in (
        ("order", "AAPL", 404),
        ("quotes", "NONE", 404),
        ("bars", "?", 422),
    ):
        refused = await runner.post(f"/api/admin/tools/{name}/test", json={"symbol": symbol})
        assert refused.status_code == status, refused.text
