"""Strategies and backtests over the API: read, switched by who has seen them, tried once per key."""

import asyncio

import pytest

from quorate.access import Scope
from tests.integration.hub.served import problem

pytestmark = pytest.mark.asyncio(loop_scope="module")

BASE = "/api/admin/strategies"
TESTS = "/api/admin/backtests"
SPRING = {"strategyId": "default", "from": "2012-03-02", "to": "2012-06-29"}


async def ended(hub, browser, name):
    async with asyncio.timeout(60):
        while (shown := (await browser.get(f"{TESTS}/{name}")).json())["status"] == "running":
            await hub.app.clock.sleep(0.05)
    return shown


async def tried(hub, browser, key):
    answer = await browser.post(TESTS, json=SPRING, headers={"Idempotency-Key": key})
    assert answer.status_code == 202, answer.text
    return answer, await ended(hub, browser, answer.json()["backtestId"])


async def test_a_strategy_has_a_standing_and_an_etag(browser):
    listed = (await browser.get(BASE)).json()
    default = next(item for item in listed["items"] if item["name"] == "default")
    answer = await browser.get(f"{BASE}/default")
    assert answer.json() == default
    assert answer.headers["etag"]
    assert (default["configured"], default["symbols"]) == (True, ["AAPL", "GOOG", "IBM", "MSFT"])
    assert (await browser.get(f"{BASE}/nobody")).status_code == 404


async def test_it_is_switched_with_a_reason_by_who_has_seen_it(browser):
    etag = (await browser.get(f"{BASE}/default")).headers["etag"]
    seen, body = {"If-Match": etag}, {"enabled": True, "reason": "tried it"}
    answer = await browser.patch(f"{BASE}/default", json=body, headers=seen)
    told = answer.json()
    assert (answer.status_code, told["applied"], told["target"]) == (200, True, "default")
    assert (told["strategy"]["enabled"], told["strategy"]["reason"]) == (True, "tried it")
    late = await browser.patch(f"{BASE}/default", json={"enabled": False}, headers=seen)
    assert (late.status_code, problem(late)["type"]) == (412, "/problems/precondition-failed")
    again = await browser.post(f"{BASE}/default/enable", json={})
    assert (again.json()["applied"], again.headers["etag"] == etag) == (False, False)
    off = await browser.post(f"{BASE}/default/disable", json={"reason": "enough"})
    assert (off.json()["applied"], off.json()["strategy"]["enabled"]) == (True, False)
    history = (await browser.get(f"{BASE}/default/history")).json()
    kinds = [(item["kind"], item["reason"]) for item in history["items"]]
    assert kinds[:3] == [("disabled", "enough"), ("enabled", "tried it"), ("recorded", None)]


async def test_what_it_says_is_not_written_with_its_switch(browser):
    answer = await browser.patch(f"{BASE}/default", json={"enabled": True, "symbols": ["IBM"]})
    assert answer.status_code in {400, 422}


async def test_a_strategy_is_written_and_its_next_version_too(hub, browser):
    calm = {"name": "calm", "symbols": ["AAPL", "IBM"], "thresholds": {"min_confidence": 0.7}}
    made = await browser.post(BASE, json={**calm, "maxCostUsd": "0.05"})
    told = made.json()["strategy"]
    assert (made.status_code, made.headers["location"]) == (201, f"{BASE}/calm")
    assert (told["version"], told["enabled"], told["thresholds"]) == (
        *(1, False),
        {"min_confidence": "0.7"},
    )
    same = await browser.post(BASE, json={"name": "calm"})
    assert (same.json()["applied"], same.headers["etag"]) == (False, made.headers["etag"])
    seen = {"If-Match": made.headers["etag"]}
    await browser.post(f"{BASE}/calm/enable", json={"reason": "tried"})
    late = await browser.post(BASE, json={"name": "calm", "symbols": ["IBM"]}, headers=seen)
    assert problem(late)["type"] == "/problems/precondition-failed"
    next_one = (await browser.post(BASE, json={"name": "calm", "symbols": None})).json()["strategy"]
    assert (next_one["version"], next_one["enabled"], next_one["symbols"]) == (2, False, [])
    assert next_one["maxCostUsd"] == "0.05"
    bold = await browser.post(BASE, json={"name": "bold", "basedOn": "calm", "preset": "free_only"})
    assert bold.json()["strategy"]["thresholds"] == {"min_confidence": "0.7"}
    text = (hub.app.home / "quorate.toml").read_text()
    assert "[strategies.calm]" in text
    assert 'preset = "free_only"' in text
    run = await browser.post("/api/admin/arena/run?dryRun=true", json={"strategyId": "bold"})
    assert run.status_code == 422  # it names no symbols, and it is known


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param({"name": "no name"}, 422, id="no name"),
        pytest.param({"name": "x", "basedOn": "nobody"}, 404, id="based on none"),
        pytest.param({"name": "x", "thresholds": {"min_confidence": 7}}, 422, id="out of range"),
        pytest.param({"name": "x", "thresholds": {"nothing": 7}}, 422, id="no threshold"),
        pytest.param({"name": "x", "symbols": ["no symbol"]}, 422, id="no symbol"),
        pytest.param({"name": "x", "says": 1}, 422, id="no field"),
    ],
)
async def test_what_no_start_would_take_is_not_written(hub, browser, body, status):
    file = hub.app.home / "quorate.toml"
    before = file.read_text() if file.exists() else ""
    answer = await browser.post(BASE, json=body)
    assert answer.status_code == status, answer.text
    assert problem(answer)["type"].startswith("/problems/")
    assert (file.read_text() if file.exists() else "") == before


async def test_a_backtest_is_started_once_per_key_and_found_when_it_is_over(hub, browser):
    answer, shown = await tried(hub, browser, "spring")
    name = answer.json()["backtestId"]
    assert answer.headers["location"] == f"{TESTS}/{name}"
    again = await browser.post(TESTS, json=SPRING, headers={"Idempotency-Key": "spring"})
    assert (again.json()["backtestId"], again.json()["replayed"]) == (name, True)
    assert again.headers["idempotency-replayed"] == "true"
    result = shown["result"]
    assert (shown["status"], shown["strategy"], result["figures"]["sessions"]) == (
        *("completed", "default", 84),
    )
    assert len(result["curve"]) == 84
    assert result["trades"][0]["exitPrice"] == 526.22
    assert "The gate refuses it" in " ".join(shown["said"])
    listed = (await browser.get(f"{TESTS}?strategy=default&limit=1")).json()
    assert listed["items"][0]["backtestId"] == name
    assert (await browser.get(f"{TESTS}?strategy=nobody")).json()["items"] == []
    strategy = (await browser.get(f"{BASE}/default")).json()
    assert (strategy["gate"], strategy["lastBacktest"]["backtestId"]) == ("refused", name)


async def test_a_list_of_backtests_comes_in_pages(hub, browser):
    await tried(hub, browser, "one")
    await tried(hub, browser, "two")
    first = (await browser.get(f"{TESTS}?limit=1")).json()
    rest = (await browser.get(f"{TESTS}?cursor={first['nextCursor']}")).json()
    shown = [item["backtestId"] for page in (first, rest) for item in page["items"]]
    assert len(shown) == len(set(shown)) >= 2
    assert problem(await browser.get(f"{TESTS}?cursor=bkt_NONE"))["type"].endswith("invalid-cursor")


async def test_what_cannot_be_tried_is_refused(browser):
    missing = await browser.post(TESTS, json=SPRING)
    assert problem(missing)["type"] == "/problems/idempotency-missing"
    for body, status in (
        ({"strategyId": "nobody"}, 404),
        (SPRING | {"from": "2014-01-01", "to": "2014-02-01"}, 422),
        (SPRING | {"horizon": 5}, 422),
    ):
        answer = await browser.post(TESTS, json=body, headers={"Idempotency-Key": f"{body}"[:99]})
        assert answer.status_code == status, answer.text
    used = await browser.post(
        TESTS, json=SPRING | {"to": "2012-06-28"}, headers={"Idempotency-Key": "spring"}
    )
    assert problem(used)["code"] == "idempotency-reused"
    assert (await browser.get(f"{TESTS}/bkt_NONE")).status_code == 404
    assert (await browser.get(f"{TESTS}/a%20b")).status_code == 404


async def test_who_may_read_may_not_switch_or_try(hub):
    reader, runner = await hub.program(Scope.READ), await hub.program(Scope.RUN)
    assert (await reader.get(BASE)).status_code == 200
    assert (await reader.post(TESTS, json=SPRING)).status_code == 403
    assert (await runner.patch(f"{BASE}/default", json={"enabled": True})).status_code == 403
