"""Signing in: a link that is good once, a session that ends by idleness, by age and by signing out."""

import re
from datetime import timedelta

import pytest

from quorate.access import SESSION_IDLE, Scope
from quorate.access.grants import LINK_LIFE, SESSION_LIFE
from quorate.hub.security.authentication import COOKIE
from tests.integration.hub.served import problem, secret_of, serving, session_of

WHO = "/api/admin/arena/overview"

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_the_announced_link_signs_in(hub):
    client = hub.client()
    entered = await client.get(hub.link)
    assert (entered.status_code, entered.headers["location"]) == (303, "/admin")
    assert (await client.get(WHO)).status_code == 200


async def test_a_link_is_good_once(hub, link):
    first, second = hub.client(), hub.client()
    assert (await first.get(link)).status_code == 303
    refused = await second.get(link)
    assert refused.status_code == 401
    assert "set-cookie" not in refused.headers
    assert (await second.get(WHO)).status_code == 401
    assert (await first.get(WHO)).status_code == 200


async def test_a_link_expires(hub, link, clock):
    clock.move(seconds=LINK_LIFE.total_seconds())
    refused = await hub.client().get(link)
    assert refused.status_code == 401
    assert "set-cookie" not in refused.headers


async def test_a_made_up_link_signs_nobody_in(hub):
    refused = await hub.client().get("/admin/sign-in?token=made-up")
    assert refused.status_code == 401
    assert (await hub.client().get("/admin/sign-in")).status_code == 200


async def test_the_cookie_is_kept_from_scripts_and_from_other_sites(hub, link):
    cookie = (await hub.client().get(link)).headers["set-cookie"]
    value, *flags = cookie.split("; ")
    assert re.fullmatch(rf"{COOKIE}=[\w-]{{43}}", value)
    assert set(flags) == {"HttpOnly", "SameSite=Strict", "Path=/"}


async def test_the_secret_of_a_session_is_kept_nowhere(hub, link, home):
    client = hub.client()
    await client.get(link)
    written = b"".join(file.read_bytes() for file in home.rglob("*") if file.is_file())
    assert client.cookies[COOKIE].encode() not in written
    assert secret_of(link).encode() not in written
    assert session_of(client).encode() in written


async def test_a_silent_session_ends_for_good(hub, clock):
    client = await hub.browser()
    assert (await client.get(WHO)).status_code == 200
    clock.move(seconds=SESSION_IDLE.total_seconds() - 60)
    assert (await client.get(WHO)).status_code == 200
    clock.move(seconds=SESSION_IDLE.total_seconds())
    assert problem(await client.get(WHO))["type"].endswith("/unauthenticated")
    assert await hub.app.session(client.cookies[COOKIE]) is None


async def test_a_busy_session_ends_by_its_age(hub, clock):
    client = await hub.browser()
    for _ in range(SESSION_LIFE // timedelta(minutes=20) - 1):
        clock.move(minutes=20)
        assert (await client.get(WHO)).status_code == 200
    clock.move(minutes=20)
    assert (await client.get(WHO)).status_code == 401


async def test_signing_out_closes_the_session_on_the_server(hub):
    client = await hub.browser()
    stolen = client.cookies[COOKIE]
    out = await client.post("/api/admin/auth/logout")
    assert out.json() == {"target": "session", "applied": True, "dryRun": False}
    assert "Max-Age=0" in out.headers["set-cookie"]
    client.cookies.set(COOKIE, stolen, domain="127.0.0.1")
    assert (await client.get(WHO)).status_code == 401


async def test_the_page_signs_out_and_shows_how_to_come_back(hub):
    client = await hub.browser()
    out = await client.post(
        "/admin/sign-out",
        data={"csrf": client.headers.pop("X-CSRF-Token")},
    )
    assert (out.status_code, out.headers["location"]) == (303, "/admin/sign-in")
    assert (await client.get("/admin")).headers["location"] == "/admin/sign-in"


async def test_a_restarted_hub_knows_the_session(home):
    async with serving(home) as before:
        client = before.client()
        await client.get(before.link)
        cookie, port = client.cookies[COOKIE], before.port
    async with serving(home, port=port) as after:
        again = after.client(Cookie=f"{COOKIE}={cookie}")
        assert (await again.get(WHO)).status_code == 200


async def test_a_token_acts_until_it_is_revoked(hub):
    operator = await hub.browser()
    made = (
        await operator.post("/api/admin/tokens", json={"name": "report", "scopes": ["read"]})
    ).json()
    program = hub.client(Authorization=f"Bearer {made['secret']}")
    assert (await program.get(WHO)).status_code == 200
    await operator.delete(f"/api/admin/tokens/{made['target']}")
    refused = await program.get(WHO)
    assert problem(refused)["code"] == "UNAUTHENTICATED"
    assert refused.headers["www-authenticate"].startswith("Bearer")


async def test_a_token_expires(hub, clock):
    program = await hub.program(Scope.READ)
    clock.move(days=1)
    assert (await program.get(WHO)).status_code == 401


async def test_a_bad_token_is_not_saved_by_a_good_cookie(hub):
    client = await hub.browser()
    refused = await client.get(WHO, headers={"Authorization": "Bearer arn_unknown"})
    assert refused.status_code == 401


async def test_a_token_has_no_session_to_sign_out_of(hub):
    program = await hub.program(Scope.READ)
    refused = problem(await program.post("/api/admin/auth/logout"))
    assert refused["type"].endswith("/conflict")


@pytest.mark.parametrize("path", ["/admin", "/admin/arena", "/admin/arena/profiles"])
async def test_a_stranger_is_sent_to_the_sign_in_page(hub, path):
    sent = await hub.client().get(path)
    assert (sent.status_code, sent.headers["location"]) == (303, "/admin/sign-in")


async def test_a_part_of_a_page_is_not_replaced_by_the_sign_in_page(hub):
    asked = await hub.client().get("/admin/arena", headers={"HX-Request": "true"})
    assert (asked.status_code, asked.headers["hx-redirect"]) == (401, "/admin/sign-in")
    assert asked.text == ""


@pytest.mark.parametrize("path", ["/", "/dashboard", "/arena"])
async def test_every_other_address_leads_to_the_one_place(hub, path):
    led = await hub.client().get(path)
    assert (led.status_code, led.headers["location"]) == (303, "/admin")
