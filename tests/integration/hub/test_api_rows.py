"""Rows of the API that stand by themselves: bundles, ends of runs, the broker, signing in as JSON, tickets, fields."""

import json

import httpx
import pytest
from websockets.asyncio.client import connect

from quorate.access import Scope
from quorate.hub.security.authentication import COOKIE
from tests.integration.hub.served import problem, secret_of

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def first_run(client) -> str:
    return (await client.get("/api/admin/arena/runs")).json()["items"][0]["runId"]


async def test_a_bundle_is_what_the_command_writes_and_verifies_alone(hub, browser, tmp_path):
    run_id = await first_run(browser)
    answer = await browser.get(f"/api/admin/arena/runs/{run_id}/export")
    await hub.app.export_run(run_id, tmp_path / "run.json")
    told, written = answer.json(), json.loads((tmp_path / "run.json").read_text())
    assert told == written
    assert answer.headers["content-disposition"] == f'attachment; filename="quorate-{run_id}.json"'
    hashes = [row["hash"] for row in told["rows"]]
    assert [row["prevHash"] for row in told["rows"]] == [told["prevHash"], *hashes[:-1]]


@pytest.mark.parametrize("part", ["export", "cancel"])
async def test_a_run_that_is_none_has_no_bundle_and_no_end(browser, part):
    ask = browser.get if part == "export" else browser.post
    answer = await ask(f"/api/admin/arena/runs/run_00000000000000000000000000/{part}")
    assert (answer.status_code, problem(answer)["code"]) == (404, "NOT_FOUND")


async def test_a_run_that_is_over_is_not_ended_again(browser):
    run_id = await first_run(browser)
    answer = await browser.post(f"/api/admin/arena/runs/{run_id}/cancel")
    assert (answer.status_code, problem(answer)["code"]) == (409, "conflict")
    assert (await browser.get(f"/api/admin/arena/runs/{run_id}")).json()["status"] == "completed"


async def test_the_broker_tells_whose_keys_it_has_and_never_the_keys(hub):
    browser = await hub.browser()
    before = (await browser.get("/api/admin/broker")).json()
    assert (before["adapter"], before["keySource"]) == ("simulated", "none")
    keys = {"keyId": "PKTESTTESTTESTTEST77", "secretKey": "s" * 40}
    stored = await browser.put("/api/admin/broker/key", json=keys)
    assert stored.json()["applied"] is True
    assert stored.json()["broker"]["last4"] == "ST77"
    assert keys["secretKey"] not in stored.text
    assert keys["keyId"] not in (await browser.get("/api/admin/broker")).text
    removed = (await browser.delete("/api/admin/broker/key")).json()
    assert (removed["applied"], removed["broker"]["keySource"]) == (True, "none")
    again = (await browser.delete("/api/admin/broker/key")).json()
    assert again["applied"] is False


@pytest.mark.parametrize("keys", [{}, {"keyId": "a"}, {"keyId": "", "secretKey": "b"}, None])
async def test_half_a_broker_key_is_refused(hub, keys):
    browser = await hub.browser()
    answer = await browser.put("/api/admin/broker/key", json=keys)
    assert answer.status_code == 422
    problem(answer)


async def test_a_broker_without_keys_cannot_be_tested_and_nobody_is_asked_to_sign_in(browser):
    answer = await browser.post("/api/admin/broker/test")
    assert (answer.status_code, problem(answer)["code"]) == (409, "PROVIDER_MISSING")


async def test_a_link_opens_a_session_once_for_who_reads_json(hub):
    token = secret_of(f"?token={await hub.app.issue_sign_in()}")
    client = hub.client()
    answer = await client.post("/api/admin/auth/login", json={"token": token})
    assert answer.status_code == 200
    told = answer.json()
    assert told["kind"] == "operator"
    assert set(told["scopes"]) == {scope.value for scope in Scope}
    assert token not in answer.text
    secret = answer.cookies[COOKIE]
    client.cookies.set(COOKIE, secret, domain="127.0.0.1")
    assert (await client.get("/api/admin/me")).json()["csrf"] == told["csrf"]
    again = await hub.client().post("/api/admin/auth/login", json={"token": token})
    assert again.status_code == 401
    problem(again)


@pytest.mark.parametrize("body", [{"token": ""}, {"token": "x"}, {"token": "x" * 300}, {}, None])
async def test_a_link_that_is_none_opens_nothing(hub, body):
    answer = await hub.client().post("/api/admin/auth/login", json=body)
    assert answer.status_code in {401, 422}
    problem(answer)
    assert COOKIE not in answer.cookies


async def ticket_of(client: httpx.AsyncClient) -> str:
    answer = await client.post("/api/admin/auth/stream-ticket")
    assert answer.status_code == 201
    return answer.json()["ticket"]


async def test_a_ticket_opens_a_stream_once_and_nothing_else(hub):
    program = await hub.program(Scope.READ)
    ticket, stranger = await ticket_of(program), hub.client()
    assert (await stranger.get(f"/api/admin/arena/runs?ticket={ticket}")).status_code == 401
    async with stranger.stream("GET", f"/api/admin/stream?ticket={ticket}") as answer:
        assert answer.status_code == 200
        assert "hello" in await anext(answer.aiter_text())
    assert (await stranger.get(f"/api/admin/stream?ticket={ticket}")).status_code == 401


async def test_a_ticket_opens_a_socket(hub):
    ticket = await ticket_of(await hub.program(Scope.READ))
    address = f"ws://127.0.0.1:{hub.port}/api/admin/ws?ticket={ticket}"
    async with connect(address, proxy=None) as socket:
        assert json.loads(await socket.recv())["type"] == "hello"


async def test_a_ticket_is_no_more_than_who_made_it(hub, clock):
    late = await ticket_of(await hub.program(Scope.READ))
    none = await ticket_of(await hub.program(Scope.READ))
    clock.move(seconds=31)
    assert (await hub.client().get(f"/api/admin/stream?ticket={late}")).status_code == 401
    wrong = none[:-1] + ("A" if none[-1] != "A" else "B")
    assert (await hub.client().get(f"/api/admin/stream?ticket={wrong}")).status_code == 401
    assert (
        await (await hub.program(Scope.RUN)).post("/api/admin/auth/stream-ticket")
    ).status_code == 403


async def test_a_reader_names_the_fields_of_a_list(browser):
    whole = (await browser.get("/api/admin/arena/runs")).json()
    part = (await browser.get("/api/admin/arena/runs?fields=runId,status")).json()
    assert part["items"] == [
        {"runId": each["runId"], "status": each["status"]} for each in whole["items"]
    ]
    assert set(part) == set(whole)


@pytest.mark.parametrize("fields", ["", ",", "runId,", "colour", "runId;DROP", "runId,colour", "é"])
async def test_a_field_that_no_item_has_is_refused(browser, fields):
    answer = await browser.get("/api/admin/arena/runs", params={"fields": fields})
    told = problem(answer)
    assert (answer.status_code, told["errors"][0]["pointer"]) == (422, "?fields")


async def test_what_is_no_list_is_answered_whole(browser):
    run_id = await first_run(browser)
    whole = (await browser.get(f"/api/admin/arena/runs/{run_id}")).json()
    assert (await browser.get(f"/api/admin/arena/runs/{run_id}?fields=runId")).json() == whole
    missing = await browser.get("/api/admin/arena/runs/run_NONE?fields=runId")
    assert (missing.status_code, problem(missing)["code"]) == (404, "NOT_FOUND")


async def test_the_reference_shows_every_operation_of_the_description(browser):
    described = (await browser.get("/api/openapi.json")).json()["paths"]
    page = (await browser.get("/api/docs")).text
    for path, methods in described.items():
        for method in methods:
            assert f'<b class="hub-t">{method.upper()}</b> <code>{path}</code>' in page


async def test_each_operation_names_the_scope_of_its_route(browser):
    told = (await browser.get("/api/openapi.json")).json()["paths"]
    assert told["/api/admin/arena/run"]["post"]["security"] == [{"session": []}, {"token": ["run"]}]
    assert told["/api/admin/safety/halt"]["post"]["security"][1] == {"token": ["safety"]}
    assert told["/api/admin/health"]["get"]["security"] == []


@pytest.mark.parametrize(
    "path",
    [
        *("debate", "audit/events", "audit/events?type=run.*", "verdicts", "orders", "outcomes"),
        *("tasks", "tasks?type=arena_run", "cycles", "cost/calls", "backtests", "competitions"),
    ],
)
async def test_a_list_is_counted_for_who_asks(browser, path):
    base = "/api/debate/sessions" if path == "debate" else f"/api/admin/{path}"
    joined = "&" if "?" in path else "?"
    whole = (await browser.get(f"{base}{joined}limit=200")).json()
    counted = (await browser.get(f"{base}{joined}limit=1&count=1")).json()
    assert whole["total"] is None
    assert len(counted["items"]) <= 1
    if whole["nextCursor"] is None:
        assert counted["total"] in {len(whole["items"]), len(whole["items"]) + 1}
    else:
        assert counted["total"] > len(whole["items"])
