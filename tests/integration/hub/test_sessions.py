"""Browser sessions: they are listed, ended from elsewhere, and never left behind by a new sign-in."""

import asyncio
from contextlib import asynccontextmanager

import pytest
import websockets
from structlog.testing import capture_logs
from websockets.protocol import State

from quorate.access import SESSION_IDLE, Scope
from quorate.access.grants import SESSION_LIFE
from quorate.hub.security.authentication import COOKIE
from quorate.hub.stream import Pace
from tests.integration.hub.served import MovableClock, problem, serving, session_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

SESSIONS = "/api/admin/auth/sessions"


async def listed(client):
    return {each["sessionId"]: each for each in (await client.get(SESSIONS)).json()["items"]}


async def test_sessions_are_listed_with_the_one_that_asks(hub):
    one, other = await hub.browser(), await hub.browser()
    found = await listed(one)
    assert found[session_of(one)]["current"]
    assert not found[session_of(other)]["current"]
    assert one.cookies[COOKIE] not in str(found)


async def test_a_session_is_ended_from_another_browser(hub):
    lost, own = await hub.browser(), await hub.browser()
    ended = await own.delete(f"{SESSIONS}/{session_of(lost)}")
    assert ended.json() == {"target": session_of(lost), "applied": True, "dryRun": False}
    assert (await lost.get("/api/admin/me")).status_code == 401
    assert session_of(lost) not in await listed(own)
    again = await own.delete(f"{SESSIONS}/{session_of(lost)}")
    assert problem(again)["code"] == "NOT_FOUND"


async def test_a_silent_session_is_not_listed(hub, clock):
    silent = await hub.browser()
    await silent.get("/api/admin/me")
    clock.move(seconds=SESSION_IDLE.total_seconds())
    assert session_of(silent) not in await listed(await hub.browser())


async def test_a_token_that_may_only_read_sees_no_sessions(hub):
    program = await hub.program(Scope.READ)
    assert problem(await program.get(SESSIONS))["code"] == "SCOPE"


async def test_signing_in_anew_ends_the_session_that_the_browser_had(hub, link):
    browser = await hub.browser()
    former = browser.cookies[COOKIE]
    entered = await browser.get(link)
    assert entered.status_code == 303
    assert browser.cookies[COOKIE] != former
    left_behind = hub.client()
    left_behind.cookies.set(COOKIE, former, domain="127.0.0.1")
    assert (await left_behind.get("/api/admin/me")).status_code == 401
    assert (await browser.get("/api/admin/me")).status_code == 200


async def test_a_bad_link_does_not_end_the_session_that_the_browser_has(hub):
    browser = await hub.browser()
    assert (await browser.get("/admin/sign-in?token=made-up")).status_code == 401
    assert (await browser.get("/api/admin/me")).status_code == 200


async def test_every_attempt_that_fails_is_logged_without_what_was_tried(hub):
    with capture_logs() as logged:
        await hub.client().get("/admin/sign-in?token=made-up-secret")
        await hub.client().post("/api/admin/auth/login", json={"token": "made-up-secret"})
        await hub.client(Authorization="Bearer arn_made-up-secret").get("/api/admin/me")
        await hub.client(**{"X-API-Key": "arn_made-up-secret"}).get("/api/admin/me")
        await hub.client().get("/api/admin/me")
    facts = [each["event"] for each in logged]
    assert facts == ["sign_in_refused"] * 2 + ["token_refused"] * 2
    assert "made-up" not in str(logged)


@asynccontextmanager
async def socket_of(hub, browser):
    """Yield the socket of a browser, behind its greeting."""
    url = f"ws://127.0.0.1:{hub.port}/api/admin/ws"
    headers = {"Cookie": f"{COOKIE}={browser.cookies[COOKIE]}", "Origin": hub.url}
    async with websockets.connect(url, additional_headers=headers, proxy=None) as socket:
        await socket.recv()
        yield socket


async def test_signing_out_closes_the_sockets_of_that_session_alone(hub):
    leaves, stays = await hub.browser(), await hub.browser()
    async with socket_of(hub, leaves) as closed, socket_of(hub, stays) as open_still:
        await leaves.post("/api/admin/auth/logout")
        async with asyncio.timeout(5):
            await closed.wait_closed()
        assert closed.close_code == 1001
        assert open_still.state is State.OPEN


async def test_a_socket_is_closed_when_its_session_grows_too_old(home):
    clock = MovableClock()
    async with (
        serving(home, clock=clock, pace=Pace(beat_seconds=0.05)) as own,
        socket_of(own, await own.browser()) as socket,
    ):
        clock.move(seconds=SESSION_LIFE.total_seconds())
        async with asyncio.timeout(5):
            await socket.wait_closed()
        assert socket.close_code == 1001
