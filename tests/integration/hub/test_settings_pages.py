"""Settings over a real hub: values in force without secrets, tokens made and taken back, the broker's keys, health."""

from __future__ import annotations

import re

import pytest

from quorate.access import STEP_UP_LIFE, Scope
from tests.integration.hub.served import session_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

SETTINGS = "/admin/settings"
SECRET = re.compile(r"arn_[\w-]{20,}")
BROKER_KEYS = {"key_id": "PKCANARY51C0FFEE77QX", "secret_key": "canarySecret51c0ffee51c0ffee0000zz"}


@pytest.fixture
def csrf(browser):
    return browser.headers["X-CSRF-Token"]


async def made(browser, csrf, name="nightly report", **fields):
    sent = {"csrf": csrf, "name": name, "scope": ["read", "run"], "days": "30", **fields}
    return await browser.post(f"{SETTINGS}/tokens", data=sent)


async def test_every_value_in_force_is_shown_and_the_home_with_it(browser, hub):
    page = (await browser.get(SETTINGS)).text
    shown = hub.app.configuration()
    assert shown.home in page
    assert shown.config_hash in page
    assert {"arena", "risk", "budget"} <= set(shown.sections)
    assert all(f'id="section-{name}"' in page for name in shown.sections)


async def test_a_token_is_shown_once_and_taken_back_with_others(browser, csrf, hub):
    answer = await made(browser, csrf)
    (secret,) = set(SECRET.findall(answer.text))
    assert answer.headers["cache-control"] == "no-store"
    program = hub.client(Authorization=f"Bearer {secret}")
    assert (await program.get("/api/admin/me")).json()["scopes"] == ["read", "run"]
    await made(browser, csrf, name="another one")

    listed = await browser.get(f"{SETTINGS}?tab=tokens")
    assert secret not in listed.text
    ids = re.findall(r'name="token" value="(tok_\w+)"', listed.text)
    gone = await browser.post(f"{SETTINGS}/tokens/revoke", data={"csrf": csrf, "token": ids})
    assert gone.headers["location"] == f"{SETTINGS}?tab=tokens&revoked={len(ids)}"
    assert (await program.get("/api/admin/me")).status_code == 401
    assert "taken back" in (await browser.get(gone.headers["location"])).text


@pytest.mark.parametrize(
    "fields",
    [{"days": "0"}, {"days": "ever"}, {"days": "99999999"}, {"scope": []}, {"scope": ["root"]}],
    ids=str,
)
async def test_a_token_that_cannot_be_is_refused_and_none_is_made(browser, csrf, hub, fields):
    before = await hub.app.tokens()
    answer = await made(browser, csrf, **fields)
    assert answer.status_code == 409
    assert SECRET.search(answer.text) is None
    assert await hub.app.tokens() == before


async def test_who_may_only_read_sees_no_token(hub):
    reader = await hub.program(Scope.READ)
    page = await reader.get(f"{SETTINGS}?tab=tokens")
    assert "The scope admin is missing" in page.text
    assert "tok_" not in page.text


async def test_the_broker_s_keys_go_in_and_never_out(browser, csrf):
    sent = {"csrf": csrf, **BROKER_KEYS}
    stored = await browser.post(f"{SETTINGS}/broker/keys", data=sent)
    assert stored.headers["location"] == f"{SETTINGS}?tab=broker&done=stored"
    page = await browser.get(stored.headers["location"])
    assert "stored in your file" in page.text
    for secret in BROKER_KEYS.values():
        assert secret not in page.text
    gone = await browser.post(f"{SETTINGS}/broker/remove-keys", data={"csrf": csrf})
    assert gone.headers["location"] == f"{SETTINGS}?tab=broker&done=removed"
    refused = await browser.post(f"{SETTINGS}/broker/test", data={"csrf": csrf})
    assert refused.status_code == 409
    assert "keys are not set" in refused.text


@pytest.mark.parametrize(("checks", "verified"), [("", False), ("&checks=all", True)])
async def test_health_tells_the_parts_and_the_checks(browser, checks, verified):
    page = (await browser.get(f"{SETTINGS}?tab=health{checks}")).text
    assert "journal-writer" in page
    assert ("whole and signed" in page) is verified


async def test_the_browsers_that_are_signed_in_are_listed_with_the_one_that_asks(hub):
    own, other = await hub.browser(), await hub.browser()
    page = (await own.get(f"{SETTINGS}?tab=tokens")).text
    assert page.count(">this browser<") == 1
    assert session_of(own)[:12] in page
    assert f'name="session" value="{session_of(own)}"' not in page
    assert f'name="session" value="{session_of(other)}"' in page


async def test_a_browser_is_signed_out_by_its_row(hub):
    lost, own = await hub.browser(), await hub.browser()
    sent = {"session": [session_of(lost)]}
    ended = await own.post(f"{SETTINGS}/sign-ins/close", data=sent)
    assert ended.headers["location"] == f"{SETTINGS}?tab=tokens&signedOut=1"
    assert "1 browser signed out." in (await own.get(ended.headers["location"])).text
    assert (await lost.get("/api/admin/me")).status_code == 401
    again = await own.post(f"{SETTINGS}/sign-ins/close", data=sent)
    assert again.status_code == 409
    assert "There is no such session, or it is over." in again.text


async def test_a_browser_signs_the_others_out(hub):
    own, *others = [await hub.browser() for _ in range(3)]
    ended = await own.post(f"{SETTINGS}/sign-ins/close", data={"act": "others"})
    assert ended.status_code == 303
    assert {(await each.get("/api/admin/me")).status_code for each in others} == {401}
    page = (await own.get(f"{SETTINGS}?tab=tokens")).text
    assert "Sign all others out" not in page
    none = await own.post(f"{SETTINGS}/sign-ins/close", data={"act": "others"})
    assert "No other browser was signed in." in (await own.get(none.headers["location"])).text


async def test_the_journal_is_exported_by_a_fresh_session_alone(hub, clock):
    old = await hub.browser()
    clock.move(seconds=STEP_UP_LIFE.total_seconds() + 1)
    refused = await old.get("/admin/audit/export")
    assert refused.status_code == 403
    assert "quorate up" in refused.text
    assert (await (await hub.browser()).get("/admin/audit/export")).status_code == 200


@pytest.mark.parametrize(
    "act", ["tokens", "tokens/revoke", "sign-ins/close", "broker/keys", "broker/remove-keys"]
)
async def test_without_its_mark_against_forgery_nothing_is_changed(hub, act):
    browser = await hub.browser()
    del browser.headers["X-CSRF-Token"]
    answer = await browser.post(f"{SETTINGS}/{act}", data={"name": "x", "scope": "read"})
    assert answer.status_code == 403
