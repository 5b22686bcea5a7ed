"""Tasks over the API and as pages: what happened to each, acts on orders asked for once, tried again, stopped."""

from __future__ import annotations

import asyncio

import pytest
import pytest_asyncio

from quorate.access import Scope
from quorate.arena.request import RunRequest
from quorate.bootstrap import open_app
from quorate.kernel.ids import BookName, Symbol
from tests.fakes.homes import settings_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

BASE = "/api/admin/tasks"
LIST = "/admin/tasks"
REPLAY = BookName("replay")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Return a home with a run, and an act on orders that was given up."""
    path = tmp_path_factory.mktemp("tasks-hub")

    async def work():
        async with open_app(settings_of(path)) as app:
            await app.run_arena(RunRequest(symbols=(Symbol("AAPL"),), book=REPLAY))
            await app.order_desk.enqueue(
                _cancel, REPLAY, "a1-nothing", {"clientOrderId": "a1-nothing"}
            )
            await app.order_desk.run_due()

    from quorate.execution.acts import ActType  # noqa: PLC0415

    _cancel = ActType.ORDER_CANCEL
    asyncio.run(work())
    return path


def key(name):
    return {"Idempotency-Key": name}


@pytest_asyncio.fixture(loop_scope="module")
async def listed(browser):
    return (await browser.get(f"{BASE}?limit=200")).json()


async def test_tasks_are_listed_with_how_many_there_are(listed):
    items = listed["items"]
    first = {"taskId", "type", "state", "worker", "attempts", "failureSource"}
    assert all(first <= set(item) for item in items)
    kinds = {item["type"] for item in items}
    assert {"arena_run", "trading_analysis", "order"} <= kinds
    assert {"type": "arena_run", "state": "COMPLETED", "count": 1} in listed["counts"]
    failed = [item for item in items if item["state"] == "FAILED"]
    assert [(item["subject"], item["failureSource"]) for item in failed] == [
        ("ORDER_CANCEL a1-nothing", "rule")
    ]


async def test_a_page_leads_to_the_next_and_only_under_its_own_filter(browser, listed):
    first = (await browser.get(f"{BASE}?limit=2")).json()
    rest = (await browser.get(f"{BASE}?limit=200&cursor={first['nextCursor']}")).json()
    ids = [item["taskId"] for item in listed["items"]]
    assert [item["taskId"] for item in (*first["items"], *rest["items"])] == ids
    other = await browser.get(f"{BASE}?state=FAILED&cursor={first['nextCursor']}")
    assert other.status_code in {400, 422}
    assert (await browser.get(f"{BASE}?state=LOST")).status_code == 422


async def test_a_task_tells_each_state_and_its_parts(browser, listed):
    (run,) = [item for item in listed["items"] if item["type"] == "arena_run"]
    told = (await browser.get(f"{BASE}/{run['taskId'][:-4]}")).json()
    states = [step["state"] for step in told["path"]]
    assert (states[0], states[-1]) == ("RECEIVED", "COMPLETED")
    assert [state for state in states if state == "EXECUTING"] == ["EXECUTING"]
    assert told["path"][-1]["ms"] is None
    assert all(step["ms"] is not None for step in told["path"][:-1])
    assert {child["parent"] for child in told["children"]} == {run["taskId"]}
    assert told["lease"]["token"] == 1
    assert (await browser.get(f"{BASE}/tsk_nothing")).status_code == 404


async def test_an_act_is_asked_for_once_per_key_and_done(hub):
    program = await hub.program(Scope.TRADE, Scope.READ)
    asked = {"act": "ORDER_SYNC", "book": "replay"}
    first = await program.post(BASE, json=asked, headers=key("sync-1"))
    assert (first.status_code, first.json()["replayed"]) == (202, False)
    again = await program.post(BASE, json=asked, headers=key("sync-1"))
    assert (again.json()["taskId"], again.json()["replayed"]) == (first.json()["taskId"], True)
    assert again.headers["Idempotency-Replayed"] == "true"
    async with asyncio.timeout(30):
        while True:
            told = (await program.get(f"{BASE}/{first.json()['taskId']}")).json()
            if told["state"] == "COMPLETED":
                break
            await asyncio.sleep(0.1)  # noqa: TID251
    assert "at" in told["result"]
    for wrong in ({"act": "DANCE"}, {"act": "ORDER_SUBMIT"}, {"act": "ORDER_CANCEL"}):
        refused = await program.post(BASE, json=wrong, headers=key("wrong"))
        assert refused.status_code == 422, wrong
    assert (await program.post(BASE, json=asked)).status_code in {400, 422, 428}
    reader = await hub.program(Scope.READ)
    assert (await reader.post(BASE, json=asked, headers=key("r"))).status_code == 403


async def test_what_was_given_up_is_tried_again_once(hub, listed):
    program = await hub.program(Scope.TRADE, Scope.READ)
    (failed,) = [item for item in listed["items"] if item["state"] == "FAILED"]
    url = f"{BASE}/{failed['taskId']}/retry"
    again = (await program.post(url, headers=key("again"))).json()
    assert (again["target"], again["applied"]) == (failed["taskId"], True)
    assert again["task"]["taskId"] != failed["taskId"]
    twice = await program.post(url, headers=key("again"))
    assert twice.headers["Idempotency-Replayed"] == "true"
    assert twice.json()["task"]["taskId"] == again["task"]["taskId"]
    assert (await program.post(url, headers=key("another"))).status_code == 409
    told = (await program.get(f"{BASE}/{again['task']['taskId']}")).json()
    assert told["retryOf"] == failed["taskId"]
    before = (await program.get(f"{BASE}/{failed['taskId']}")).json()
    assert before["retriedBy"] == told["taskId"]


async def test_what_is_over_is_not_stopped(hub, listed):
    program = await hub.program(Scope.TRADE, Scope.READ)
    (run,) = [item for item in listed["items"] if item["type"] == "arena_run"]
    url = f"{BASE}/{run['taskId']}/cancel"
    refused = await program.post(url, json={}, headers=key("stop"))
    assert refused.status_code == 409
    assert (
        await program.post(f"{BASE}/tsk_no/cancel", json={}, headers=key("n"))
    ).status_code == 404


async def test_the_page_counts_the_states_and_lists_the_tasks(browser):
    page = (await browser.get(LIST)).text
    assert "Arena run" in page
    assert ">Completed" in page
    assert "Stuck 0" in page
    failed = (await browser.get(f"{LIST}?state=FAILED")).text
    assert "ORDER_CANCEL a1-nothing" in failed
    assert "AAPL" not in failed.split("<main")[-1]
    nothing = (await browser.get(f"{LIST}?type=backtest")).text
    assert "No tasks match" in nothing


async def test_the_page_of_a_task_shows_its_path_and_its_parts(browser, listed):
    (run,) = [item for item in listed["items"] if item["type"] == "arena_run"]
    page = (await browser.get(f"{LIST}/{run['taskId']}")).text
    assert "Path through the states" in page
    assert "spec approved" in page
    assert 'id="parts-title"' in page
    assert "Try again" not in page
    assert f'href="/admin/arena/runs/{run["subject"]}"' in page
    assert (await browser.get(f"{LIST}/tsk_nothing")).status_code == 404


async def test_while_no_task_is_taken_only_what_takes_risk_away_is(hub, listed):
    """FM-TAW-010: 503 {reason, retry_after, open_reason} on submit; who cancels, sells or halts is heard."""
    trader, coordination = await hub.program(Scope.TRADE), hub.app.coordination
    run = next(item for item in listed["items"] if item["type"] == "arena_run")
    await coordination.shut(["tsk_1"])
    try:
        for path, name in ((BASE, "shut-1"), (f"{BASE}/{run['taskId']}/retry", "shut-2")):
            body = {"act": "ORDER_SYNC"} if path == BASE else None
            answer = await trader.post(path, json=body, headers=key(name))
            told = answer.json()
            assert (answer.status_code, told["reason"], told["retry_after"]) == (
                503,
                "circuit_open",
                30,
            )
            assert (answer.headers["retry-after"], "tsk_1" in told["open_reason"]) == ("30", True)
        act = {"act": "ORDER_CANCEL", "about": "a1-other", "book": REPLAY}
        assert (await trader.post(BASE, json=act, headers=key("shut-3"))).status_code == 202
    finally:
        await coordination.resume(reason="the test is over", by="test")
    answer = await trader.post(BASE, json={"act": "ORDER_SYNC"}, headers=key("shut-1"))
    assert answer.status_code == 202
