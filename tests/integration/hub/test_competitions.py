"""Competitions over the API: created, started once per key, watched, scored, stopped."""

import asyncio

import pytest

from quorate.access import Scope
from tests.integration.hub.served import problem

pytestmark = pytest.mark.asyncio(loop_scope="module")

BASE = "/api/admin/competitions"
WANTED = {
    "name": "a few days",
    "symbols": ["AAPL", "msft"],
    "profiles": ["trend", "momentum"],
    "from": "2012-03-01",
    "to": "2012-03-08",
    "capitalUsd": "50000",
}


async def created(browser, **changes):
    answer = await browser.post(BASE, json=WANTED | changes)
    assert answer.status_code == 201, answer.text
    return answer


async def finished(browser, name):
    async with asyncio.timeout(30):
        while (shown := (await browser.get(f"{BASE}/{name}")).json())["status"] == "running":
            continue
    return shown


async def test_one_is_created_with_its_terms_and_nothing_played(browser):
    answer = await created(browser)
    shown = answer.json()
    assert answer.headers["location"] == f"{BASE}/{shown['competitionId']}"
    assert (shown["status"], shown["rounds"], shown["sessions"]) == ("created", 0, 6)
    assert (shown["symbols"], shown["profiles"]) == (["AAPL", "MSFT"], ["momentum", "trend"])
    assert (shown["capitalUsd"], shown["maxCostUsd"], shown["asOf"]) == ("50000", None, None)
    assert (shown["terms"]["fill"], shown["terms"]["maxRisk"]) == ("next open", "0.01")
    listed = (await browser.get(BASE)).json()
    assert shown["competitionId"] in [item["competitionId"] for item in listed["items"]]


async def test_started_once_it_goes_on_by_itself_and_is_scored(browser):
    name = (await created(browser)).json()["competitionId"]
    path, key = f"{BASE}/{name}/start", {"Idempotency-Key": "once"}
    first = await browser.post(path, headers=key)
    again = await browser.post(path, headers=key)
    assert (first.status_code, again.status_code) == (202, 202)
    assert (first.json()["applied"], again.json()["applied"]) == (True, False)
    assert again.headers["idempotency-replayed"] == "true"
    shown = await finished(browser, name)
    assert (shown["status"], shown["rounds"], shown["asOf"]) == ("finished", 6, "2012-03-08")
    scores = (await browser.get(f"{BASE}/{name}/scores")).json()
    assert len(scores["sessions"]) == 6
    for score in scores["scores"]:
        assert len(score["equity"]) == 7
        assert score["equity"][0] == "50000"
        assert score["equity"][-1] == score["equityUsd"]


async def test_a_start_without_a_key_is_refused(browser):
    name = (await created(browser)).json()["competitionId"]
    answer = await browser.post(f"{BASE}/{name}/start")
    assert problem(answer)["type"] == "/problems/idempotency-missing"
    assert (await browser.get(f"{BASE}/{name}")).json()["status"] == "created"


async def test_what_is_over_is_neither_started_nor_stopped_again(browser):
    name = (await created(browser)).json()["competitionId"]
    stopped = await browser.post(f"{BASE}/{name}/stop")
    assert (stopped.status_code, stopped.json()["status"]) == (200, "stopped")
    assert not (await browser.post(f"{BASE}/{name}/stop")).json()["applied"]
    answer = await browser.post(f"{BASE}/{name}/start", headers={"Idempotency-Key": "late"})
    assert (answer.status_code, problem(answer)["code"]) == (409, "illegal-transition")


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        pytest.param({"symbols": ["AAPL; DROP"]}, 422, id="no symbol"),
        pytest.param({"symbols": ["NONE"]}, 404, id="no bars"),
        pytest.param({"profiles": ["nobody"]}, 404, id="no profile"),
        pytest.param({"name": ""}, 422, id="no name"),
        pytest.param({"from": "2030-01-01", "to": None}, 422, id="no session"),
        pytest.param({"capitalUsd": "lots"}, 422, id="no amount"),
        pytest.param({"maxCostUsd": -1}, 422, id="below nothing"),
        pytest.param({"mode": "LIVE"}, 422, id="an unknown key"),
        pytest.param({"symbols": ["AAPL"] * 51}, 422, id="too many"),
    ],
)
async def test_what_cannot_be_held_is_refused_and_nothing_is_written(hub, browser, changes, status):
    before = await hub.app.feed().head()
    answer = await browser.post(BASE, json=WANTED | changes)
    assert (answer.status_code, problem(answer)["status"]) == (status, status)
    assert await hub.app.feed().head() == before


async def test_reading_needs_no_more_than_to_read(hub, browser):
    name = (await created(browser)).json()["competitionId"]
    reader = await hub.program(Scope.READ)
    assert (await reader.get(f"{BASE}/{name}/scores")).status_code == 200
    assert (await reader.post(f"{BASE}/{name}/stop")).status_code == 403


@pytest.mark.parametrize("name", ["cmp_NONE", "..%2Fx", "a b"])
async def test_an_unknown_one_is_not_found(browser, name):
    assert (await browser.get(f"{BASE}/{name}")).status_code == 404
