"""The workers' socket over a real connection: who is let in, what it may say, and how a rogue is sent away."""

import asyncio
import json
import shutil
from datetime import timedelta

import pytest
import pytest_asyncio
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from quorate.access import Scope
from quorate.arbiter.service import Arbiter
from quorate.arbiter.spec import analysis_spec
from quorate.arbiter.task import Task, TaskState, TaskType
from quorate.fleet.wire import PATH
from quorate.kernel.canonical import sha256_hex
from quorate.kernel.ids import Symbol
from tests.fakes.court import ScriptedCourt
from tests.integration.hub.served import serving

pytestmark = pytest.mark.asyncio(loop_scope="module")

LONGEST = 15.0


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hub(tmp_path_factory, migrated_file):
    home = tmp_path_factory.mktemp("worker-socket")
    shutil.copy(migrated_file, home / "quorate.db")
    async with serving(home) as served:
        yield served


async def token_of(hub, *scopes):
    secret, _ = await hub.app.create_token("a worker", scopes, timedelta(days=1))
    return str(secret)


def socket_of(hub, token, header="Authorization", **options):
    value = f"Bearer {token}" if header == "Authorization" else token
    return connect(
        f"ws://127.0.0.1:{hub.port}{PATH}",
        additional_headers={header: value},
        proxy=None,
        **options,
    )


def register(name="w1", **capabilities):
    return json.dumps(
        {
            "type": "register",
            "agentId": name,
            "agentType": "test",
            "capabilities": capabilities,
        }
    )


async def said(socket, kind):
    async with asyncio.timeout(LONGEST):
        while True:
            message = json.loads(await socket.recv())
            if message["type"] == kind:
                return message


async def came(socket, name="w1", **capabilities):
    await socket.send(register(name, **capabilities))
    ack = await said(socket, "registration_ack")
    await socket.send(json.dumps({"type": "ready", "epoch": ack["epoch"]}))
    return ack


async def closing_of(socket):
    async with asyncio.timeout(LONGEST):
        try:
            while True:
                await socket.recv()
        except ConnectionClosed:
            return socket.close_code, socket.close_reason


async def queued(hub, kind):
    store = hub.app._store
    arbiter = Arbiter(
        store.journal, store.clock, owner="a-run", lease_seconds=45.0, court=ScriptedCourt()
    )
    task = Task(
        task_id=store.ids.ulid("tsk_"),
        type=kind,
        subject="run_1",
        trace_id=store.ids.trace_id(),
        state=TaskState.RECEIVED,
        token=0,
        attempts=1,
    )
    return await arbiter.queue(task, analysis_spec((Symbol("AAPL"),), ()), {})


async def test_a_worker_comes_in_with_its_token_in_either_header(hub):
    token = await token_of(hub, Scope.WORKER)
    for header in ("Authorization", "X-API-Key"):
        async with socket_of(hub, token, header) as socket:
            ack = await came(socket)
            assert (ack["status"], ack["heartbeatSeconds"]) == ("registered", 15.0)


@pytest.mark.parametrize("token", ["arn_wrong", "", "nonsense"])
async def test_a_wrong_token_is_refused_before_the_socket_is_accepted(hub, token):
    with pytest.raises(InvalidStatus) as refused:
        async with socket_of(hub, token):
            pass
    response = refused.value.response
    assert (response.status_code, response.headers["X-Close-Code"]) == (401, "4401")
    assert json.loads(response.body)["code"] == "UNAUTHENTICATED"


async def test_a_token_of_another_scope_is_refused_before_the_socket_is_accepted(hub):
    token = await token_of(hub, Scope.READ, Scope.RUN, Scope.ADMIN)
    with pytest.raises(InvalidStatus) as refused:
        async with socket_of(hub, token):
            pass
    response = refused.value.response
    assert (response.status_code, response.headers["X-Close-Code"]) == (403, "4403")


async def test_a_socket_that_is_not_there_is_not_found(hub):
    token = await token_of(hub, Scope.WORKER)
    with pytest.raises(InvalidStatus) as refused:
        async with connect(
            f"ws://127.0.0.1:{hub.port}/api/admin/agent/elsewhere",
            additional_headers={"Authorization": f"Bearer {token}"},
            proxy=None,
        ):
            pass
    assert refused.value.response.status_code == 404


async def test_a_worker_without_the_capability_is_never_given_the_task(hub):
    """WS-003 and WS-007: a capability that is not there, and one whose value is false, are the same."""
    token = await token_of(hub, Scope.WORKER)
    async with socket_of(hub, token) as generic, socket_of(hub, token) as denied:
        await came(generic, "w3", code=True)
        await came(denied, "w7", sovereign_access=False, trading_analysis=True)
        task = await queued(hub, TaskType.TRADING_ANALYSIS)
        await hub.app.fleet.node.sweep()
        line = next(
            row.facts
            for row in reversed(await hub.app._store.journal.entries(f"task:{task.task_id}"))
        )
        assert (line["to"], line["event"]) == ("ROUTING", "no_capable_agent")
        assert line["reason"].startswith("NO_CAPABLE_AGENT")
        for socket in (generic, denied):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.2):
                    await said(socket, "task_assignment")


async def test_the_newest_session_of_a_worker_is_the_only_one(hub):
    """WS-004."""
    token = await token_of(hub, Scope.WORKER)
    async with socket_of(hub, token) as old, socket_of(hub, token) as new:
        first = await came(old, "w4", code=True)
        second = await came(new, "w4", code=True)
        assert second["epoch"] == first["epoch"] + 1
        assert await closing_of(old) == (4409, "SESSION_SUPERSEDED")


async def test_a_frame_of_two_megabytes_closes_the_socket(hub):
    """WS-006."""
    token = await token_of(hub, Scope.WORKER)
    async with socket_of(hub, token) as socket:
        await came(socket, "w6")
        await socket.send("A" * 2_097_152)
        assert (await closing_of(socket))[0] == 1009


async def test_who_says_too_much_is_cut_off(hub):
    token = await token_of(hub, Scope.WORKER)
    async with socket_of(hub, token) as socket:
        ack = await came(socket, "flood")
        beat = {"type": "heartbeat", "agentId": "flood", "epoch": ack["epoch"]}
        beat["timestamp"] = "2026-11-20T12:00:00.000000Z"
        for _ in range(80):
            await socket.send(json.dumps(beat))
        assert await closing_of(socket) == (4429, "RATE_LIMITED")


@pytest.mark.parametrize(
    "frame",
    [
        pytest.param("{", id="no JSON"),
        pytest.param('{"type":"register","agentId":"a","agentId":"b"}', id="a key twice"),
        pytest.param('{"type":"drain"}', id="a hub's message"),
        pytest.param('{"type":"ready","epoch":NaN}', id="not a number"),
        pytest.param(register("w1", llm=1), id="a capability that is no boolean"),
    ],
)
async def test_a_stranger_who_speaks_nonsense_first_is_sent_away(hub, frame):
    token = await token_of(hub, Scope.WORKER)
    async with socket_of(hub, token) as socket:
        await socket.send(frame)
        assert await closing_of(socket) == (4400, "MALFORMED")


async def test_who_speaks_before_registering_is_sent_away(hub):
    token = await token_of(hub, Scope.WORKER)
    async with socket_of(hub, token) as socket:
        await socket.send(json.dumps({"type": "ready", "epoch": 1}))
        assert await closing_of(socket) == (4408, "NOT_REGISTERED")


async def test_the_server_asks_every_20_seconds_whether_a_socket_is_there(hub):
    config = hub.server.config
    assert (config.ws_ping_interval, config.ws_ping_timeout) == (20.0, 20.0)


async def test_a_worker_fetches_bars_by_their_digest(hub):
    program = await hub.program(Scope.WORKER)
    (digest, *_) = [line.digest for line in await hub.app.series_listing()]
    answer = await program.get(f"/api/admin/agent/series/{digest}")
    assert (answer.status_code, sha256_hex(answer.content)) == (200, digest)
    assert (await program.get(f"/api/admin/agent/series/{'0' * 64}")).status_code == 404
    assert (await program.get("/api/admin/agent/series/x")).status_code == 422
    assert (await program.get("/api/admin/orders")).status_code == 403
