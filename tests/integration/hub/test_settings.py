"""Settings in the hub: keys go in and never out, tests state their cost, presets bind the next run."""

from __future__ import annotations

import pytest
import pytest_asyncio

from quorate.access import Scope
from quorate.bootstrap import open_app
from tests.fakes.homes import settings_of
from tests.integration.hub.served import problem, serving_app
from tests.model_server import ModelServer, Refuse, Rule, votes

pytestmark = pytest.mark.asyncio(loop_scope="module")

KEY = "sk-canary-7f3a90c1d2e4b5a6"
PROVIDERS = "/api/admin/providers"
PRESETS = "/api/admin/arena/router-presets"
SETTINGS = "/admin/settings"
TRIAL = "/admin/arena/profiles/cheap_risk_manager/test"


@pytest.fixture(scope="module")
def models():
    with ModelServer() as serving:
        yield serving


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hub(models, tmp_path_factory):
    """Return a hub of its own, with OpenRouter on the scripted server and no key."""
    home = tmp_path_factory.mktemp("settings-home")
    with pytest.MonkeyPatch.context() as environment:
        for name in ("OPENROUTER_API_KEY", "OPENAI_API_KEY", "OPENAI_BASE_URL"):
            environment.delenv(name, raising=False)
        environment.setenv("OPENROUTER_BASE_URL", models.openrouter_url)
        async with open_app(settings_of(home)) as app, serving_app(app) as served:
            served.home = home
            yield served


@pytest_asyncio.fixture(loop_scope="module")
async def admin(hub):
    return await hub.program(Scope.READ, Scope.RUN, Scope.ADMIN)


@pytest_asyncio.fixture(loop_scope="module")
async def browser(hub):
    return await hub.browser()


async def stored(admin, key=KEY, name="openrouter"):
    answer = await admin.put(f"{PROVIDERS}/{name}/key", json={"key": key})
    assert answer.status_code == 200, answer.text
    return answer


async def test_a_key_goes_in_and_never_out(hub, admin, browser):
    answer = await stored(admin)
    told = answer.json()
    assert (told["provider"]["keySource"], told["provider"]["last4"]) == ("file", "b5a6")
    assert (hub.home / "keys" / "providers.toml").stat().st_mode & 0o077 == 0
    listed = await admin.get(PROVIDERS)
    page = await browser.get(f"{SETTINGS}?tab=providers")
    assert "ends in" in page.text
    for each in (answer, listed, page):
        assert KEY not in each.text


async def test_a_page_that_stores_a_key_leads_on_and_repeats_nothing(hub, browser):
    csrf = browser.headers["X-CSRF-Token"]
    sent = {"csrf": csrf, "key": KEY}
    answer = await browser.post(f"{SETTINGS}/providers/openai/key", data=sent)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{SETTINGS}?stored=openai")
    shown = await browser.get(answer.headers["location"])
    assert "The key of openai is stored." in shown.text
    assert "openai" in hub.app.providers
    refused = await browser.post(
        f"{SETTINGS}/providers/openai/key", data={"csrf": csrf, "key": "two canary words"}
    )
    assert refused.status_code == 409
    assert "is no key" in refused.text
    assert "canary" not in refused.text
    gone = await browser.post(f"{SETTINGS}/providers/openai/remove-key", data={"csrf": csrf})
    assert gone.status_code == 303
    assert "openai" not in hub.app.providers


async def test_what_is_no_key_or_no_provider_is_refused(admin):
    blank = await admin.put(f"{PROVIDERS}/openai/key", json={"key": "a b"})
    assert problem(blank)["status"] == 422
    nobody = await admin.put(f"{PROVIDERS}/nobody/key", json={"key": KEY})
    assert problem(nobody)["status"] == 404
    surplus = await admin.put(f"{PROVIDERS}/openai/key", json={"key": KEY, "more": 1})
    assert problem(surplus)["status"] == 422
    assert KEY not in blank.text + nobody.text + surplus.text


async def test_a_test_needs_a_key_of_its_own_and_is_made_once(admin, models):
    await stored(admin)
    models.script()
    path = f"{PROVIDERS}/openrouter/test"
    assert problem(await admin.post(path, json={}))["type"].endswith("idempotency-missing")
    plan = (await admin.post(path, json={"dryRun": True})).json()
    assert (plan["dryRun"], plan["provider"]) == (True, "openrouter")
    mark, headers = models.mark(), {"Idempotency-Key": "test-1"}
    first = (await admin.post(path, json={}, headers=headers)).json()
    again = (await admin.post(path, json={}, headers=headers)).json()
    assert (first["ok"], first["testId"]) == (True, again["testId"])
    assert len(models.calls(mark)) == 1
    dear = await admin.post(
        path, json={"maxCostUsd": "0.000001"}, headers={"Idempotency-Key": "test-2"}
    )
    assert problem(dear)["type"].endswith("budget-exhausted")
    assert len(models.calls(mark)) == 1


async def test_a_test_without_a_provider_key_is_a_conflict_not_a_signed_out_caller(admin):
    answer = await admin.post(
        f"{PROVIDERS}/openai/test", json={}, headers={"Idempotency-Key": "test-3"}
    )
    assert (problem(answer)["status"], problem(answer)["code"]) == (409, "PROVIDER_MISSING")


async def test_the_page_states_the_cost_then_asks_and_shows_what_it_was(admin, browser, models):
    await stored(admin)
    models.script()
    stated = await browser.get(f"{SETTINGS}?test=openrouter")
    assert "at most" in stated.text
    form = {"csrf": browser.headers["X-CSRF-Token"], "once": "one", "model": "openai/gpt-5-mini"}
    mark = models.mark()
    for _ in range(2):
        answered = await browser.post(f"{SETTINGS}/providers/openrouter/test", data=form)
        assert "openrouter answers" in answered.text
    assert len(models.calls(mark)) == 1
    models.script(Rule(what=Refuse(status=500, message="<b>down</b>")))
    form |= {"once": "two"}
    failed = await browser.post(f"{SETTINGS}/providers/openrouter/test", data=form)
    assert "does not answer" in failed.text
    assert "<b>down</b>" not in failed.text


async def test_a_profile_is_tested_by_api_and_page_alike(admin, browser, models):
    await stored(admin)
    models.script(Rule(what=votes("BUY", 0.8)))
    path = "/api/admin/arena/profiles/cheap_risk_manager/test"
    plan = (await admin.post(path, json={"symbol": "IBM", "dryRun": True})).json()
    assert (plan["symbol"], plan["preset"]) == ("IBM", "cheap_and_power")
    headers = {"Idempotency-Key": "trial-1"}
    told = (await admin.post(path, json={"symbol": "IBM"}, headers=headers)).json()
    assert (told["ok"], told["answers"][0]["action"]) == (True, "BUY")
    assert told == (await admin.post(path, json={"symbol": "IBM"}, headers=headers)).json()
    assert "kept below" in (await browser.get(TRIAL)).text
    form = {"csrf": browser.headers["X-CSRF-Token"], "once": "t", "symbol": "AAPL"}
    shown = await browser.post(TRIAL, data=form)
    assert "It answered" in shown.text
    assert "BUY" in shown.text


async def test_a_profile_that_asks_no_model_is_refused(admin, browser):
    answer = await admin.post(
        "/api/admin/arena/profiles/trend/test", json={}, headers={"Idempotency-Key": "trial-2"}
    )
    assert problem(answer)["status"] == 422
    assert "asks no model" in (await browser.get("/admin/arena/profiles/trend/test")).text.lower()
    nobody = await browser.get("/admin/arena/profiles/nobody/test")
    assert nobody.status_code == 404


async def test_a_preset_is_applied_by_whoever_saw_the_last_choice(admin, browser):
    before = await admin.get(f"{PRESETS}/active")
    etag = before.headers["ETag"]
    done = await admin.post(f"{PRESETS}/free_only/apply", headers={"If-Match": etag})
    assert (done.json()["applied"], done.json()["setBy"]) == (True, "applied")
    late = await admin.put(
        f"{PRESETS}/active", json={"preset": "cheap_first"}, headers={"If-Match": etag}
    )
    assert problem(late)["status"] == 412
    shown = await browser.get(f"{SETTINGS}?tab=presets")
    assert "The configuration says" in shown.text
    packaged = await admin.put(f"{PRESETS}/free_only", json={"preset": None})
    assert problem(packaged)["status"] == 409
    back = await admin.put(f"{PRESETS}/active", json={"preset": None})
    assert (back.json()["preset"], back.json()["setBy"]) == ("cheap_and_power", "configuration")
    listed = (await admin.get(PRESETS)).json()["items"]
    assert [each["name"] for each in listed if each["active"]] == ["cheap_and_power"]
    assert problem(await admin.get(f"{PRESETS}/loud"))["status"] == 404


async def test_a_preset_is_applied_from_the_page(browser, hub):
    csrf = browser.headers["X-CSRF-Token"]
    version = (await hub.app.models.presets.in_force()).version
    form = {"csrf": csrf, "version": str(version)}
    answer = await browser.post(f"{SETTINGS}/presets/cheap_first/apply", data=form)
    assert answer.headers["location"] == f"{SETTINGS}?tab=presets&applied=cheap_first"
    assert "Cheap first is in force." in (await browser.get(answer.headers["location"])).text
    late = await browser.post(f"{SETTINGS}/presets/free_only/apply", data=form)
    assert late.status_code == 409
    assert "Another preset was applied" in late.text
    form["version"] = str(version + 1)
    back = await browser.post(f"{SETTINGS}/presets/configured/apply", data=form)
    assert back.status_code == 303


async def test_the_models_are_listed_with_price_and_reach(admin, browser):
    items = {each["model"]: each for each in (await admin.get("/api/admin/models")).json()["items"]}
    one = items["openrouter/google/gemini-2.5-flash-lite"]
    assert (one["promptPriceUsd"], one["reach"]) == ("0.1", "reachable")
    assert items["openai/gpt-5-nano"]["reach"] == "no_provider"
    page = await browser.get(f"{SETTINGS}?tab=models&tier=power")
    assert "openrouter/anthropic/claude-sonnet-5.5" in page.text
    assert "gemini-2.5-flash-lite" not in page.text.split("<tbody>")[1]


async def test_a_hub_whose_file_of_keys_others_can_read_says_so_on_the_page(hub, admin, browser):
    await stored(admin)
    file = hub.home / "keys" / "providers.toml"
    file.chmod(0o644)
    try:
        shown = await browser.get(f"{SETTINGS}?tab=providers")
        assert "The providers could not be read" in shown.text
        assert f"chmod 600 {file}" in shown.text
    finally:
        file.chmod(0o600)
        file.write_bytes(file.read_bytes())


async def test_a_key_is_in_no_row_and_on_no_other_file(hub, admin):
    await stored(admin)
    await hub.app.export_journal(hub.home / "journal.jsonl")
    files = [path for path in hub.home.rglob("*") if path.is_file()]
    assert [path.name for path in files if KEY.encode() in path.read_bytes()] == ["providers.toml"]
