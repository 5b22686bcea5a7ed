"""The page of agents and fleet over a real hub: workers that come, hold a task, are drained, set aside and restored."""

import asyncio
import json
from datetime import timedelta

import pytest
import pytest_asyncio
from websockets.asyncio.client import connect

from quorate.access import Scope
from quorate.arbiter.service import Arbiter
from quorate.arbiter.spec import analysis_spec
from quorate.arbiter.task import Task, TaskState, TaskType
from quorate.fleet.roster import Ended, finished_event
from quorate.fleet.wire import PATH
from quorate.kernel.ids import Symbol
from tests.fakes.court import ScriptedCourt

pytestmark = pytest.mark.asyncio(loop_scope="module")

LIST = "/admin/fleet"
NAME = "Analyst.01"
LONGEST = 15.0


async def page(browser, path=LIST, **headers):
    """Return what stands in the main part of a page."""
    answer = await browser.get(path, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.text.split("<main")[-1]


async def act(browser, path, **fields):
    form = {"csrf": browser.headers["X-CSRF-Token"], **fields}
    return await browser.post(f"{LIST}/{path}", data=form, follow_redirects=False)


async def said(socket, kind):
    async with asyncio.timeout(LONGEST):
        while True:
            message = json.loads(await socket.recv())
            if message["type"] == kind:
                return message


async def once_there(browser, text):
    """Return the page once it says a text."""
    async with asyncio.timeout(LONGEST):
        while True:
            shown = await page(browser)
            if text in shown:
                return shown
            await asyncio.sleep(0.1)  # noqa: TID251


async def queued(app, subject="run_1"):
    """Leave an analysis that waits for a worker."""
    store = app._store
    arbiter = Arbiter(
        store.journal, store.clock, owner="a-run", lease_seconds=45.0, court=ScriptedCourt()
    )
    task = Task(
        task_id=store.ids.ulid("tsk_"),
        type=TaskType.TRADING_ANALYSIS,
        subject=subject,
        trace_id=store.ids.trace_id(),
        state=TaskState.RECEIVED,
        token=0,
        attempts=1,
    )
    return await arbiter.queue(task, analysis_spec((Symbol("AAPL"),), ()), {})


@pytest_asyncio.fixture(loop_scope="module")
async def worker(hub):
    """Return the socket of a worker that is ready."""
    secret, _ = await hub.app.create_token("a worker", [Scope.WORKER], timedelta(days=1))
    url = f"ws://127.0.0.1:{hub.port}{PATH}"
    async with connect(
        url, additional_headers={"Authorization": f"Bearer {secret}"}, proxy=None
    ) as socket:
        told = {"type": "register", "agentId": NAME, "agentType": "test"}
        able = {"sovereign_access": True, "trading_analysis": True}
        await socket.send(json.dumps({**told, "capabilities": able}))
        ack = await said(socket, "registration_ack")
        await socket.send(json.dumps({"type": "ready", "epoch": ack["epoch"]}))
        await hub.app.fleet.node.sweep()
        yield socket, ack["epoch"]


async def test_without_a_worker_the_page_says_who_does_the_work_and_how_to_add_one(hub, browser):
    shown = await page(browser)
    assert "No worker is connected" in shown
    command = f"quorate worker --hub {hub.url} --capabilities llm,trading_analysis"
    assert f'data-copy="{command}"' in shown
    assert "quorate tokens create lab --scope worker" in shown
    assert "No task was lost with a worker" in shown
    assert "No worker holds a task" in shown


async def test_the_arms_of_the_router_are_drawn_and_told(browser):
    shown = await page(browser)
    assert 'aria-label="mean reward none yet, 95 percent interval 0.00 to 1.00"' in shown
    assert "Show as table" in shown
    other = await page(browser, f"{LIST}?type=backtest")
    assert "Nobody is chosen for backtest" in other


async def test_an_address_with_empty_fields_is_led_to_the_short_one(browser):
    answer = await browser.get(f"{LIST}?type=&view=busy", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{LIST}?view=busy")


async def test_a_worker_is_drained_and_takes_that_back_and_is_set_aside_and_restored(
    browser, worker
):
    assert worker
    assert NAME in await page(browser)
    drained = await act(browser, f"workers/{NAME}/drain", view="all")
    assert (drained.status_code, drained.headers["location"]) == (303, LIST)
    assert f"Stop drain of {NAME}" in await page(browser, f"{LIST}?view=draining")
    assert "No worker is busy" in await page(browser, f"{LIST}?view=busy")
    await act(browser, f"workers/{NAME}/stop-drain")
    aside = await act(browser, f"workers/{NAME}/quarantine", reason="it lies", view="quarantined")
    assert aside.headers["location"] == f"{LIST}?view=quarantined"
    shown = await page(browser, f"{LIST}?view=quarantined")
    assert "it lies (by" in shown
    whole = (await browser.get(LIST)).text
    assert "1 worker set aside or lost" in whole.split("<main")[0]
    await act(browser, f"workers/{NAME}/restore")
    assert "set aside or lost" not in (await browser.get(LIST)).text.split("<main")[0]


async def test_what_a_worker_holds_stands_with_its_token_and_what_is_left(hub, browser, worker):
    socket, epoch = worker
    task = await queued(hub.app)
    await hub.app.fleet.node.sweep()
    given = await said(socket, "task_assignment")
    accepted = {"type": "task_accepted", "taskId": task.task_id, "token": given["token"]}
    await socket.send(json.dumps({**accepted, "epoch": epoch}))
    shown = await once_there(browser, ", executing")
    assert f"token {given['token']}" in shown
    assert f'href="/admin/tasks/{task.task_id}"' in shown
    assert "s left" in shown


async def test_the_newest_task_that_was_lost_is_told_with_its_way(hub, browser):
    task = await queued(hub.app, "run_2")
    lost = finished_event(NAME, task.task_id, 7, Ended.LOST, source="worker_crash")
    await hub.app._store.journal.commit(lambda _tx: [lost])
    found = await hub.app.fleet.last_lost()
    assert (found.worker, found.task_id, found.token) == (NAME, task.task_id, 7)
    shown = await page(browser)
    assert f"{NAME} was lost with it, token 7" in shown
    assert "Source: a worker, not the model." in shown


async def test_an_agent_is_set_aside_with_a_reason_and_asked_again(browser):
    await act(browser, "agents/trend/quarantine", reason="it lies", view="idle")
    assert "it lies, by" in await page(browser)
    restored = await act(browser, "agents/trend/restore")
    assert restored.status_code == 303
    assert 'aria-label="Restore trend"' not in await page(browser)


async def test_what_is_not_there_is_refused_and_said(browser):
    assert (await act(browser, f"workers/{NAME}/dance")).status_code == 404
    nobody = await act(browser, "workers/nobody/drain")
    assert nobody.status_code == 409
    assert "There is no worker" in nobody.text
    assert (await act(browser, "agents/nobody/drain")).status_code == 409


async def test_the_api_knows_a_worker_by_the_name_that_its_machine_has(hub, worker):
    assert worker
    program = await hub.program(Scope.ADMIN)
    url = f"/api/admin/agents/{NAME}"
    drained = await program.post(f"{url}/drain", json={"reason": "night"})
    assert (drained.status_code, drained.json()["kind"]) == (200, "worker")
    assert (await program.post(f"{url}/restore", json={"reason": "day"})).json()["applied"]


async def test_a_reader_may_look_and_not_act(hub):
    reader = await hub.program(Scope.READ)
    assert (await reader.get(LIST)).status_code == 200
    assert (await reader.post(f"{LIST}/workers/{NAME}/drain")).status_code == 403


async def test_the_overview_shows_profit_breakers_and_workers(browser, worker):
    assert worker
    shown = await page(browser, "/admin/arena")
    assert "Profit after model cost" in shown
    assert "all closed" in shown
    assert NAME in shown
