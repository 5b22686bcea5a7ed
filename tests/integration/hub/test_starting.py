"""Starting runs over the API: once however often it is sent, previewed without a trace, waited for or not."""

import asyncio
import json
from datetime import timedelta
from hashlib import sha256

import pytest

from quorate.access import Scope
from quorate.arena.record.listing import RunFilter
from tests.integration.hub.served import problem
from tests.integration.stores import SYSTEM

pytestmark = pytest.mark.asyncio(loop_scope="module")

RUN = "/api/admin/arena/run"
ASKED = {"symbols": ["AAPL"], "asOf": "2012-06-29"}


def key(name):
    return {"Idempotency-Key": name}


async def listed(hub):
    return (await hub.app.list_runs(RunFilter(), 200, None)).items


async def count(hub) -> int:
    return len(await listed(hub))


async def rows(hub) -> int:
    return await hub.app.feed().head()


async def at_rest(hub) -> int:
    """Let the runs that other tests started end; how many rows the journal then has."""
    async with asyncio.timeout(20):
        while any(line.row.status == "running" for line in await listed(hub)):
            await SYSTEM.sleep(0.01)
    return await rows(hub)


async def finished(browser, location):
    async with asyncio.timeout(10):
        while (run := (await browser.get(location)).json())["status"] == "running":
            continue
    return run


async def test_a_run_is_accepted_and_goes_on_by_itself(browser):
    answer = await browser.post(RUN, json=ASKED, headers=key("first"))
    told = answer.json()
    assert answer.status_code == 202
    assert answer.headers["location"] == f"/api/admin/arena/runs/{told['runId']}"
    assert "idempotency-replayed" not in answer.headers
    run = await finished(browser, answer.headers["location"])
    assert (run["status"], run["traceId"]) == ("completed", told["traceId"])
    assert run["triggeredBy"] == "manual"


async def test_the_same_key_gets_the_same_run(hub, browser):
    before = await count(hub)
    first = await browser.post(RUN, json=ASKED, headers=key("again"))
    other = await hub.browser()
    second = await other.post(RUN, json=ASKED, headers=key("again"))
    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json()["runId"] == second.json()["runId"]
    assert second.headers["idempotency-replayed"] == "true"
    assert await count(hub) == before + 1


async def test_a_key_sent_many_times_at_once_starts_one_run(hub, browser):
    before = await count(hub)
    async with asyncio.TaskGroup() as group:
        sent = [
            group.create_task(browser.post(RUN, json=ASKED, headers=key("at once")))
            for _ in range(8)
        ]
    answers = [each.result() for each in sent]
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["runId"] for answer in answers}) == 1
    assert await count(hub) == before + 1


async def test_the_same_key_with_another_body_is_refused(browser):
    await browser.post(RUN, json=ASKED, headers=key("reused"))
    answer = await browser.post(RUN, json={"symbols": ["IBM"]}, headers=key("reused"))
    assert (answer.status_code, problem(answer)["code"]) == (422, "idempotency-reused")


async def test_the_same_key_of_somebody_else_is_another(hub, browser):
    mine = await browser.post(RUN, json=ASKED, headers=key("shared"))
    program = await hub.program(Scope.RUN)
    theirs = await program.post(RUN, json=ASKED, headers=key("shared"))
    assert mine.json()["runId"] != theirs.json()["runId"]


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({}, 400, "idempotency-missing"),
        (key(""), 422, "validation-failed"),
        (key("x" * 201), 422, "validation-failed"),
    ],
)
async def test_a_run_needs_a_key(browser, headers, status, code):
    answer = await browser.post(RUN, json=ASKED, headers=headers)
    assert (answer.status_code, problem(answer)["code"]) == (status, code)


@pytest.mark.parametrize("asked", [{"params": {"dryRun": "1"}}, {"dryRun": True}])
async def test_a_preview_writes_nothing_and_needs_no_key(hub, browser, asked):
    before = await at_rest(hub)
    query = asked.pop("params", {})
    answer = await browser.post(RUN, params=query, json={**ASKED, **asked})
    told = answer.json()
    assert answer.status_code == 200
    assert told["worstCostUsd"] == "0"
    assert (told["symbols"], told["asOf"], told["book"]) == (["AAPL"], "2012-06-29", "replay")
    assert await rows(hub) == before


async def test_who_prefers_to_wait_gets_the_whole_run(browser):
    waiting = {**key("wait"), "Prefer": "wait=20"}
    answer = await browser.post(RUN, json=ASKED, headers=waiting)
    assert answer.status_code == 200
    assert answer.headers["preference-applied"] == "wait=20"
    assert answer.json()["status"] == "completed"
    again = await browser.post(RUN, json=ASKED, headers=waiting)
    assert again.json()["runId"] == answer.json()["runId"]
    assert again.headers["idempotency-replayed"] == "true"


async def test_who_waits_too_short_gets_what_there_is(browser):
    waiting = {**key("no wait"), "Prefer": "respond-async, wait=0"}
    answer = await browser.post(RUN, json={"symbols": ["AAPL"]}, headers=waiting)
    assert answer.status_code in {200, 202}
    assert (await finished(browser, answer.headers["location"]))["status"] == "completed"


@pytest.mark.parametrize(
    ("asked", "status", "code"),
    [
        ({"symbols": ["AAPL"] * 5000}, 422, "TOO_MANY_SYMBOLS"),
        ({"symbols": []}, 422, "validation-failed"),
        ({"symbols": ["AA PL"]}, 422, "validation-failed"),
        ({"symbols": ["NOSUCH"]}, 404, "NOT_FOUND"),
        ({"symbols": "AAPL"}, 422, "validation-failed"),
        ({"symbols": [1]}, 422, "validation-failed"),
        ({}, 422, "validation-failed"),
        ({**ASKED, "asOf": "29.6.2012"}, 422, "validation-failed"),
        ({**ASKED, "asOf": "1999-12-31"}, 422, "validation-failed"),
        ({**ASKED, "mode": "duel"}, 422, "validation-failed"),
        ({**ASKED, "book": "nobody"}, 404, "NOT_FOUND"),
        ({**ASKED, "profiles": ["nobody"]}, 404, "NOT_FOUND"),
        ({**ASKED, "profiles": ["trend"], "profileIds": ["trend"]}, 422, "validation-failed"),
        ({**ASKED, "allowOrders": True}, 422, "validation-failed"),
        ({**ASKED, "allowOrder": True, "asOf": "2012-06-01"}, 422, "validation-failed"),
        ({**ASKED, "allowOrder": True, "mode": "competition"}, 422, "validation-failed"),
        ({**ASKED, "maxCostUsd": "a lot"}, 422, "validation-failed"),
        ({**ASKED, "maxCostUsd": "-1"}, 422, "validation-failed"),
        ({**ASKED, "maxCostUsd": "Infinity"}, 422, "validation-failed"),
        ({**ASKED, "universeId": "all"}, 422, "validation-failed"),
    ],
)
async def test_what_cannot_be_run_starts_nothing(hub, asked, status, code):
    browser = await hub.browser()
    before = await rows(hub)
    answer = await browser.post(
        RUN, json=asked, headers=key(sha256(json.dumps(asked).encode()).hexdigest()[:40])
    )
    assert (answer.status_code, problem(answer)["code"]) == (status, code), answer.text
    assert await rows(hub) == before


async def test_a_limit_that_the_run_cannot_pass_lets_it_start(browser):
    asked = {**ASKED, "maxCostUsd": "0.05", "profileIds": ["trend", "momentum"]}
    assert (await browser.post(RUN, json=asked, headers=key("cheap"))).status_code == 202


async def test_an_order_needs_the_scope_to_trade(hub):
    program = await hub.program(Scope.RUN)
    answer = await program.post(RUN, json={**ASKED, "allowOrder": True}, headers=key("order"))
    assert (answer.status_code, problem(answer)["code"]) == (403, "SCOPE")


async def test_what_a_run_that_may_order_decides_is_carried_out_by_the_hub(hub):
    program = await hub.program(Scope.RUN, Scope.TRADE, Scope.READ)
    asked = {"symbols": ["AAPL", "IBM"], "allowOrder": True, "book": "replay"}
    preview = await program.post(RUN, params={"dryRun": "1"}, json=asked)
    assert preview.json()["asOf"] == (await hub.app.trading.open_book("replay")).session.isoformat()
    answers = [await program.post(RUN, json=asked, headers=key("may order")) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 202]
    (run_id,) = {answer.json()["runId"] for answer in answers}
    async with asyncio.timeout(30):
        item = await hub.app.order_desk.settled("replay", run_id)
    assert (item.task.state.value, item.result["auditPassed"]) == ("COMPLETED", True)
    late = await program.post(RUN, json=asked, headers=key("may order"))
    assert (late.status_code, late.json()["runId"]) == (202, run_id)


async def test_a_key_is_free_again_after_a_day(hub, clock):
    browser = await hub.browser()
    first = await browser.post(RUN, json=ASKED, headers=key("tomorrow"))
    clock.move(seconds=timedelta(days=1).total_seconds())
    browser = await hub.browser()
    second = await browser.post(RUN, json=ASKED, headers=key("tomorrow"))
    assert first.json()["runId"] != second.json()["runId"]


async def test_no_more_than_a_run_a_second_is_started(hub):
    program = await hub.program(Scope.RUN)
    preview = {"params": {"dryRun": "1"}, "json": ASKED}
    codes = [(await program.post(RUN, **preview)).status_code for _ in range(61)]
    assert codes == [200] * 60 + [429]
