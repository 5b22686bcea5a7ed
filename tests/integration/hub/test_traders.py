"""Traders over the API: made, edited by who has seen them, archived, and taken into a competition."""

import pytest

from quorate.access import Scope
from tests.integration.hub.served import problem

pytestmark = pytest.mark.asyncio(loop_scope="module")

TRADERS = "/api/admin/trader-profiles"
COMPETITIONS = "/api/admin/competitions"


async def made(browser, name, **more):
    body = {"name": name, "profiles": ["trend", "momentum"], **more}
    answer = await browser.post(TRADERS, json=body)
    assert answer.status_code == 201, answer.text
    return answer


async def test_one_is_made_with_its_etag_and_read_again(browser):
    answer = await made(browser, "api-duo", maxDrawdown="0.05", entryEquity=0.02)
    body = answer.json()
    assert answer.headers["location"] == f"{TRADERS}/api-duo"
    assert (body["target"], body["applied"], body["dryRun"]) == ("api-duo", True, False)
    assert (body["trader"]["version"], body["trader"]["maxDrawdown"]) == (1, "0.05")
    assert (body["trader"]["entryEquity"], body["trader"]["maxCashShare"]) == ("0.02", None)
    read = await browser.get(answer.headers["location"])
    assert read.headers["etag"] == answer.headers["etag"]
    names = [each["name"] for each in (await browser.get(TRADERS)).json()["items"]]
    assert "api-duo" in names


async def test_who_saw_an_older_state_is_refused(browser):
    seen = (await made(browser, "api-edited")).headers["etag"]
    path = f"{TRADERS}/api-edited"
    after = await browser.patch(path, json={"title": "A"}, headers={"If-Match": seen})
    assert (after.status_code, after.json()["trader"]["version"]) == (200, 2)
    late = await browser.patch(path, json={"title": "B"}, headers={"If-Match": seen})
    assert (late.status_code, problem(late)["code"]) == (412, "precondition-failed")
    gone = await browser.request("DELETE", path, headers={"If-Match": seen})
    assert gone.status_code == 412
    fresh = {"If-Match": after.headers["etag"]}
    assert (await browser.request("DELETE", path, headers=fresh)).json()["trader"]["archived"]
    assert not (await browser.request("DELETE", path)).json()["applied"]
    kinds = [each["kind"] for each in (await browser.get(f"{path}/history")).json()["items"]]
    assert kinds == ["archived", "changed", "created"]
    listed = (await browser.get(TRADERS)).json()["items"]
    assert "api-edited" not in [each["name"] for each in listed]
    every = (await browser.get(f"{TRADERS}?archived=true")).json()["items"]
    assert "api-edited" in [each["name"] for each in every]


async def test_everything_that_is_wrong_is_said_at_its_place(browser):
    body = {"name": "x", "profiles": [], "maxDrawdown": "2", "maxCashShare": "lots"}
    answer = await browser.post(TRADERS, json=body)
    told = problem(answer)
    assert (answer.status_code, told["code"]) == (422, "validation-failed")
    assert {each["pointer"] for each in told["errors"]} == {"/maxCashShare"}
    answer = await browser.post(TRADERS, json={**body, "maxCashShare": "0.5"})
    assert {each["pointer"] for each in problem(answer)["errors"]} == {"/profiles", "/maxDrawdown"}
    unknown = await browser.post(TRADERS, json={"name": "x", "profiles": ["nobody"]})
    assert {each["pointer"] for each in problem(unknown)["errors"]} == {"/profiles"}
    taken = await browser.post(TRADERS, json={"name": "trend", "profiles": ["trend"]})
    assert taken.status_code == 409


async def test_reading_needs_no_more_than_to_read(hub, browser):
    await made(browser, "api-kept")
    reader, path = await hub.program(Scope.READ), f"{TRADERS}/api-kept"
    assert (await reader.get(path)).status_code == 200
    answer = await reader.patch(path, json={"title": "no"})
    assert (answer.status_code, problem(answer)["code"]) == (403, "SCOPE")


async def test_a_competition_of_traders_says_who_decides(browser):
    await made(browser, "api-two", maxOrderEquity="0.01")
    wanted = {
        "name": "traders",
        "symbols": ["AAPL"],
        "traders": ["api-two"],
        "profiles": ["wyckoff"],
        "from": "2012-03-01",
        "to": "2012-03-08",
    }
    answer = await browser.post(COMPETITIONS, json=wanted)
    assert answer.status_code == 201, answer.text
    shown = answer.json()
    assert (shown["bookMode"], shown["profiles"]) == ("REPLAY", ["api-two", "wyckoff"])
    (entrant,) = shown["traders"]
    assert (entrant["profiles"], entrant["version"]) == (["momentum", "trend"], 1)
    assert entrant["terms"]["maxOrderEquity"] == "0.01"
    twice = await browser.post(COMPETITIONS, json=wanted | {"profiles": ["trend"]})
    assert "two books" in problem(twice)["detail"]


async def test_a_paper_one_without_keys_is_refused_with_the_next_act(browser):
    wanted = {"name": "soon", "symbols": ["AAPL"], "mode": "PAPER", "rounds": 3}
    told = problem(await browser.post(COMPETITIONS, json=wanted))
    assert (told["code"], "no keys are set" in told["detail"]) == ("conflict", True)
    odd = await browser.post(COMPETITIONS, json=wanted | {"mode": "LIVE"})
    assert {each["pointer"] for each in problem(odd)["errors"]} == {"/mode"}
