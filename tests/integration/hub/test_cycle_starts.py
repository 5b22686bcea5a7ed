"""Starting cycles over the API: one for each key, one at a time, by the schedule or by hand."""

from __future__ import annotations

import asyncio
import re

import pytest
import pytest_asyncio

from quorate.access import Scope
from quorate.bootstrap import open_app
from tests.fakes.homes import settings_of
from tests.integration.hub.served import problem, serving_app

pytestmark = pytest.mark.asyncio(loop_scope="module")

ONCE = "/api/admin/cycles/once"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hub(tmp_path_factory):
    settings = settings_of(tmp_path_factory.mktemp("starts"))
    async with open_app(settings) as app, serving_app(app) as served:
        yield served


@pytest_asyncio.fixture(loop_scope="module")
async def browser(hub):
    return await hub.browser()


async def once(browser, key):
    return await browser.post(ONCE, json={}, headers={"Idempotency-Key": key})


async def numbers(browser):
    listed = (await browser.get("/api/admin/cycles?book=replay")).json()
    return [each["number"] for each in listed["items"]]


async def none_under_way(browser):
    """Wait until the newest cycle is over: the schedule may have begun one before it was stopped."""
    async with asyncio.timeout(10):
        while (await browser.get("/api/admin/cycles?book=replay")).json()["items"][0][
            "endedAt"
        ] is None:
            pass


async def test_a_cycle_is_walked_and_the_same_key_walks_no_other(browser):
    first = await once(browser, "one-cycle")
    assert first.status_code == 200, first.text
    told = first.json()
    assert (told["book"], told["bookMode"]) == ("replay", "REPLAY")
    assert told["state"] == "WAITING_FOR_NEXT_CYCLE"
    assert first.headers["Location"] == f"/api/admin/cycles/{told['cycleId']}"
    assert "Idempotency-Replayed" not in first.headers
    again = await once(browser, "one-cycle")
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.headers["Location"] == first.headers["Location"]
    assert await numbers(browser) == [1]
    walked = (await browser.get(first.headers["Location"])).json()
    assert len(walked["trace"]) == 7


async def test_another_key_walks_the_next_cycle(browser):
    before = await numbers(browser)
    assert (await once(browser, "another-cycle")).status_code == 200
    assert await numbers(browser) == [before[0] + 1, *before]


async def test_the_same_key_sent_many_times_at_once_walks_one_cycle(browser):
    before = await numbers(browser)
    async with asyncio.TaskGroup() as group:
        asked = [group.create_task(once(browser, "many-at-once")) for _ in range(5)]
    answers = [task.result() for task in asked]
    assert {answer.status_code for answer in answers} <= {200, 409}
    assert 200 in {answer.status_code for answer in answers}
    assert len(await numbers(browser)) == len(before) + 1


async def test_what_is_missing_or_not_allowed_starts_nothing(hub, browser):
    before = await numbers(browser)
    assert problem(await browser.post(ONCE, json={}))["code"] == "idempotency-missing"
    runner = await hub.program(Scope.RUN, Scope.READ)
    refused = await runner.post(ONCE, json={}, headers={"Idempotency-Key": "mine-alone"})
    assert refused.status_code == 403
    assert (
        await browser.post(ONCE, json={"x": 1}, headers={"Idempotency-Key": "odd-body"})
    ).status_code == 422
    assert await numbers(browser) == before


async def test_every_cycle_marks_its_book_and_the_dashboard_draws_the_marks(browser):
    for key in ("marked-first", "marked-next"):
        assert (await once(browser, key)).status_code == 200
    walked = len(await numbers(browser))
    told = (await browser.get("/api/admin/dashboard")).json()
    assert len(told["equity"]) == walked > 1
    assert told["equity"][0]["day"] < told["equity"][-1]["day"]
    assert {point["equity"] for point in told["equity"]}
    page = (await browser.get("/admin")).text
    assert 'id="equity-table"' in page
    assert f"to {told['equity'][-1]['day']} the book went from $100,000.00 to" in page


async def test_the_schedule_is_started_and_stopped(hub):
    trader = await hub.program(Scope.TRADE, Scope.READ)
    started = await trader.post("/api/admin/scheduler/start", json={"everySeconds": 3600})
    assert started.status_code == 200, started.text
    told = started.json()
    assert (told["schedule"], told["everySeconds"]) == ("running", 3600.0)
    assert told["nextStartAt"]
    stopped = (await trader.post("/api/admin/scheduler/stop", json={})).json()
    assert (stopped["schedule"], stopped["nextStartAt"]) == ("stopped", None)
    refused = await trader.post("/api/admin/scheduler/start", json={"everySeconds": 0})
    assert refused.status_code == 422
    reader = await hub.program(Scope.READ)
    assert (await reader.post("/api/admin/scheduler/stop", json={})).status_code == 403


async def test_the_page_starts_one_cycle_however_often_its_form_is_sent(browser):
    await none_under_way(browser)
    before = await numbers(browser)
    page = await browser.get("/admin/cycles")
    assert "Run a cycle of replay" in page.text
    form = {"key": re.search(r'name="key" value="([^"]+)"', page.text)[1]}
    answers = [await browser.post("/admin/cycles/once", data=form) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    assert (await browser.get(answers[0].headers["Location"])).status_code == 200
    assert len(await numbers(browser)) == len(before) + 1
