"""Safety over the API: halt needs one scope and resume another, a key makes a halt one, refusals are problems."""

import asyncio

import pytest

from quorate.access import Scope
from quorate.hub.stream.results import events_of
from tests.integration.hub.served import problem

pytestmark = pytest.mark.asyncio(loop_scope="module")

SAFETY, BREAKERS = "/api/admin/safety", "/api/admin/breakers"
HALT, RESUME, LIMITS = f"{SAFETY}/halt", f"{SAFETY}/resume", f"{SAFETY}/limits"
WISH = {"scope": "cancel", "reason": "odd fills"}


def key(name):
    return {"Idempotency-Key": name}


async def resumed(browser):
    """Leave the home that these tests share as it was."""
    answer = await browser.post(RESUME, json={"reason": "the test is over", "confirm": True})
    assert answer.status_code == 200, answer.text


async def test_what_would_stop_a_trade_is_told(browser):
    told = (await browser.get(SAFETY)).json()
    assert (told["target"], told["state"]) == ("replay", "ACTIVE")
    assert told["book"] == {
        "book": "replay",
        "bookMode": "REPLAY",
        "state": "ACTIVE",
        "reason": None,
        "by": None,
        "since": None,
    }
    assert (told["openEntries"], told["positions"], told["locks"]) == (0, [], [])


async def test_a_halt_holds_when_it_answers_and_a_person_ends_it(browser):
    answer = await browser.post(HALT, json=WISH, headers=key("h1"))
    told = answer.json()
    assert (answer.status_code, told["state"], told["applied"]) == (200, "HALTED", True)
    (book,) = told["books"]
    assert (told["target"], told["complete"], book["scope"]) == ("replay", True, "cancel")
    shown = (await browser.get(SAFETY)).json()
    assert (shown["state"], shown["book"]["reason"], shown["book"]["by"]) == (
        "HALTED",
        "odd fills",
        "operator",
    )
    assert shown["trips"][-1]["title"] == "Halted by operator"
    assert shown["trips"][-1]["evidence"].startswith("journal:")
    back = await browser.post(RESUME, json={"reason": "fills match the tape", "confirm": True})
    assert (back.json()["state"], back.json()["applied"]) == ("ACTIVE", True)
    again = await browser.post(RESUME, json={"reason": "again", "confirm": True})
    assert not again.json()["applied"]


async def test_the_same_key_is_the_same_halt(browser):
    first = await browser.post(HALT, json=WISH, headers=key("h2"))
    again = await browser.post(HALT, json=WISH, headers=key("h2"))
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert again.json()["books"][0]["haltId"] == first.json()["books"][0]["haltId"]
    other = await browser.post(HALT, json=WISH | {"scope": "new"}, headers=key("h2"))
    assert (other.status_code, problem(other)["code"]) == (422, "idempotency-reused")
    await resumed(browser)


async def test_without_a_key_nothing_is_halted(browser):
    answer = await browser.post(HALT, json=WISH)
    assert problem(answer)["type"] == "/problems/idempotency-missing"
    assert (await browser.get(SAFETY)).json()["state"] == "ACTIVE"


@pytest.mark.parametrize(
    ("name", "change", "status"),
    [
        pytest.param("b1", {"reason": ""}, 422, id="no reason"),
        pytest.param("b2", {"reason": "x" * 501}, 422, id="a novel"),
        pytest.param("b3", {"scope": "everything"}, 422, id="no such scope"),
        pytest.param("b4", {"book": "nobody"}, 404, id="no such book"),
        pytest.param("b5", {"book": "../etc"}, 404, id="no book's name"),
        pytest.param("b6", {"flatten": True}, 422, id="an unknown name"),
    ],
)
async def test_what_cannot_be_understood_halts_nothing(browser, name, change, status):
    answer = await browser.post(HALT, json=WISH | change, headers=key(name))
    assert (answer.status_code, problem(answer)["status"]) == (status, status)
    assert (await browser.get(SAFETY)).json()["state"] == "ACTIVE"


async def test_a_watchdog_may_halt_and_nothing_else(hub, browser):
    watchdog = await hub.program(Scope.SAFETY)
    assert (await watchdog.post(HALT, json=WISH, headers=key("w1"))).status_code == 200
    refused = await watchdog.post(RESUME, json={"reason": "me", "confirm": True})
    assert (refused.status_code, problem(refused)["code"]) == (403, "SCOPE")
    shown = (await browser.get(SAFETY)).json()
    assert (shown["state"], shown["book"]["by"]) == ("HALTED", "a program")
    await resumed(browser)


async def test_trading_does_not_go_on_unless_somebody_says_to_have_looked(browser):
    await browser.post(HALT, json=WISH, headers=key("h3"))
    answer = await browser.post(RESUME, json={"reason": "whatever", "confirm": False})
    assert (answer.status_code, problem(answer)["errors"][0]["pointer"]) == (422, "/confirm")
    assert (await browser.get(SAFETY)).json()["state"] == "HALTED"
    await resumed(browser)


async def test_limits_are_shown_and_set_in_the_configuration_alone(browser):
    answer = await browser.get(LIMITS)
    items = {item["key"]: item for item in answer.json()["items"]}
    assert items[None]["limit"] == "0.01"
    assert items["risk.halting_drawdown"]["limit"] == "0.10"
    change = {"limits": {"max_orders_per_day": 100}}
    refused = await browser.put(LIMITS, json=change, headers={"If-Match": answer.headers["etag"]})
    told = problem(refused)
    assert (refused.status_code, told["code"]) == (409, "LIMITS_ARE_CONFIGURED")
    assert "[risk]" in told["detail"]
    stale = await browser.put(LIMITS, json=change, headers={"If-Match": '"other"'})
    assert stale.status_code == 412


async def test_breakers_are_listed_and_one_that_is_closed_stays_so(browser):
    lines = {line["name"]: line for line in (await browser.get(BREAKERS)).json()["items"]}
    assert {"trading", "tasks", "broker", "validator"} <= set(lines)
    for line in lines.values():
        assert (line["state"], line["latched"]) == ("closed", False)
    answer = await browser.post(f"{BREAKERS}/trading/reset", json={"reason": "why not"})
    assert (answer.status_code, answer.json()["applied"]) == (200, False)
    unknown = await browser.post(f"{BREAKERS}/nobody/reset", json={"reason": "why not"})
    assert problem(unknown)["type"] == "/problems/not-found"


async def test_an_open_page_hears_of_a_halt_and_of_its_end(hub, browser):
    head = await hub.app.feed().head()
    await browser.post(HALT, json=WISH, headers=key("h4"))
    await resumed(browser)
    seen = []
    async with (
        asyncio.timeout(30),
        browser.stream("GET", f"/api/admin/stream?after={head}") as answer,
    ):
        async for line in answer.aiter_lines():
            if line.startswith("data:") and '"safety.' in line:
                seen.append(line.split('"type":"')[1].split('"')[0])
            if "safety.resumed" in line:
                break
    rows = await hub.app.feed().rows(head, 100)
    told = [event.type for row in rows for event in events_of(row)]
    assert seen == [kind for kind in told if kind.startswith("safety.")][: len(seen)]
    # Book and home are halted by a row each.
    assert list(dict.fromkeys(seen)) == ["safety.halted", "safety.settled", "safety.resumed"]
