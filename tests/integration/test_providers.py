"""Providers over real HTTP: keys that come and go, tests at a stated cost, presets that bind the next run."""

from __future__ import annotations

from decimal import Decimal

import pytest

from quorate.arena.acceptance import RequestKey
from quorate.arena.request import RunRequest
from quorate.bootstrap import open_app
from quorate.kernel.errors import ConflictError, RejectedError
from quorate.kernel.ids import ProfileName, Symbol
from quorate.kernel.secret import Secret
from quorate.llm.cost import CostAxis
from quorate.llm.ladder import Preset
from quorate.llm.model_listing import Reach
from quorate.llm.preset import PresetSource
from quorate.llm.provider import ProviderPolicy
from tests.fakes.homes import settings_of
from tests.model_server import (
    ModelServer,
    Refuse,
    Rule,
    Say,
    Script,
    closed_port,
    key_digest,
    votes,
)

pytestmark = pytest.mark.integration

KEY = "sk-canary-7f3a90c1d2e4b5a6"
ANALYST, RISK, JUDGE = "cheap_tech_analyst", "cheap_risk_manager", "power_macro_judge"


@pytest.fixture(scope="module")
def server():
    with ModelServer() as serving:
        yield serving


@pytest.fixture
def settings(tmp_path, ground, server, monkeypatch):
    """Return a home with OpenRouter on the scripted server, no key, and an Ollama beside it."""
    server.script()
    for name in ("OPENROUTER_API_KEY", "OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("OPENROUTER_BASE_URL", raising=False)
    made = settings_of(tmp_path / "home", DATABASE_URL=ground.url)
    policies = {
        "openrouter": {"base_url": server.openrouter_url},
        "ollama": {"base_url": server.openai_url},
    }
    return made.model_copy(update={"providers": providers_of(policies)})


def providers_of(policies):
    return {name: ProviderPolicy(**policy) for name, policy in policies.items()}


@pytest.fixture
async def app(settings, ground):
    async with open_app(settings, tenant=ground.tenant) as opened:
        yield opened


async def keyed(app, name="openrouter"):
    return await app.models.providers.store_key(name, Secret(KEY))


async def test_a_stored_key_is_used_at_once_and_a_removed_one_no_more(app, server):
    await keyed(app)
    mark = server.mark()
    await app.models.probe.test("openrouter")
    (call,) = server.calls(mark)
    assert call.key_sha256 == key_digest(KEY)
    assert (await app.models.providers.remove_key("openrouter")).applied
    await app.models.probe.test("openrouter")
    assert server.calls(mark)[-1].key_sha256 != key_digest(KEY)


async def test_a_key_that_another_process_stores_is_found_by_an_open_home(settings, ground):
    async with (
        open_app(settings, tenant=ground.tenant) as one,
        open_app(settings, tenant=ground.tenant) as other,
    ):
        assert (await keyed(one)).applied
        assert not (await keyed(one)).applied
        assert (await other.models.providers.named("openrouter")).last4 == "b5a6"


async def test_a_provider_that_was_not_there_can_be_asked_once_its_key_is(app):
    assert "openai" not in app.providers
    with pytest.raises(RejectedError, match="no openai key") as caught:
        await app.models.probe.plan("openai")
    assert caught.value.slug == "unauthenticated"
    await keyed(app, "openai")
    assert "openai" in app.providers


async def test_a_test_costs_what_was_stated_at_the_most_and_is_on_record(app, server):
    await keyed(app)
    plan = await app.models.probe.plan("openrouter")
    mark = server.mark()
    told = await app.models.probe.test("openrouter", plan.rung.model.model)
    (call,) = server.calls(mark)
    assert (told["ok"], told["modelsListed"], told["costSource"]) == (True, 3, "provider")
    assert call.body["max_tokens"] == plan.max_tokens
    assert Decimal(told["costUsd"]) == call.cost
    assert Decimal(told["costUsd"]) <= plan.worst_cost.amount
    lines = await app.money.cost_summary(CostAxis.PURPOSE, app.clock.now().date())
    assert [line.key for line in lines] == ["test"]


async def test_a_model_that_is_cut_off_after_its_token_has_answered(app, server):
    await keyed(app)
    server.script(Rule(what=Say(content="ok", finish_reason="length")))
    assert (await app.models.probe.test("openrouter"))["ok"] is True


async def test_a_refused_key_is_told_before_anything_is_paid(app, server):
    await keyed(app)
    server.script(script=Script(accepts=[key_digest("x")]))
    mark = server.mark()
    told = await app.models.probe.test("openrouter")
    assert (told["ok"], told["code"], told["callIds"]) == (False, "CREDENTIALS", [])
    assert server.calls(mark) == []
    assert KEY not in str(told)


async def test_a_server_that_is_not_there_is_said_to_be_unreachable(settings, ground):
    there = providers_of({"ollama": {"base_url": f"http://127.0.0.1:{closed_port()}/v1"}})
    away = settings.model_copy(update={"providers": there})
    async with open_app(away, tenant=ground.tenant) as app:
        told = await app.models.probe.test("ollama")
    assert (told["ok"], told["code"], told["costUsd"]) == (False, "CONNECTION_FAILED", "0")


async def test_a_server_of_ones_own_needs_no_key_and_has_no_price(app, server):
    mark = server.mark()
    told = await app.models.probe.test("ollama", "llama3.3")
    (call,) = server.calls(mark)
    assert call.key_sha256 == ""
    assert (told["ok"], told["costUsd"], told["costSource"]) == (True, None, "unknown")
    assert told["credit"] is None


async def test_a_test_that_is_sent_twice_is_made_once(app, server):
    await keyed(app)
    key = RequestKey(principal="me", key="one", fingerprint="same")
    mark = server.mark()
    first = await app.models.probe.test("openrouter", key=key)
    again = await app.models.probe.test("openrouter", key=key)
    assert (again["testId"], again["costUsd"]) == (first["testId"], first["costUsd"])
    assert len(server.calls(mark)) == 1
    other = RequestKey(principal="me", key="one", fingerprint="another")
    with pytest.raises(RejectedError, match="used for another request"):
        await app.models.probe.test("openrouter", key=other)


async def test_a_profile_is_asked_its_real_prompt_and_no_run_is_made(app, server):
    await keyed(app)
    server.script(Rule(what=votes("BUY", 0.8)))
    plan = await app.models.trials.plan(RISK, "IBM")
    mark = server.mark()
    told = await app.models.trials.test(RISK, "IBM")
    calls = server.calls(mark)
    assert "Your seat: risk manager" in str(calls[0].body["messages"])
    assert "IBM" in str(calls[0].body["messages"])
    assert [(a["symbol"], a["action"]) for a in told["answers"]] == [("IBM", "BUY")]
    assert told["costSource"] == "provider"
    assert Decimal(told["worstCostUsd"]) == plan.limit.amount
    assert set((await app.overview()).runs.values()) == {0}


async def test_what_a_model_does_wrong_is_the_answer_of_a_test(app, server):
    await keyed(app)
    broken = '{"decisions":[{"symbol":"AAPL","action":"BUY","confidence":"85%","rationale":"x"}]}'
    server.script(Rule(what=Say(content=broken)))
    told = await app.models.trials.test(RISK)
    assert (told["ok"], told["failure"]) == (False, "CONFIDENCE_NOT_NUMBER")
    server.script(Rule(what=Refuse(status=500)))
    down = await app.models.trials.test(RISK)
    assert (down["failure"], down["answers"][0]["action"]) == ("provider_error", "ABSTAIN")


async def test_what_cannot_be_asked_is_refused_before_anything_is_written(app):
    with pytest.raises(RejectedError, match="asks no model"):
        await app.models.trials.plan("trend")
    with pytest.raises(RejectedError, match="which has no key") as caught:
        await app.models.trials.plan(ANALYST)
    assert caught.value.slug == "unauthenticated"
    await keyed(app)
    await app.models.presets.apply(Preset.FREE_ONLY)
    with pytest.raises(RejectedError, match="leaves no model of the tier power"):
        await app.models.trials.plan(JUDGE)


async def test_a_preset_binds_the_next_run_of_every_process_and_the_run_proves_it(
    settings, ground, server
):
    async with open_app(settings, tenant=ground.tenant) as app:
        await keyed(app)
        await app.set_profile_enabled(ProfileName(RISK), enabled=True)
        await app.models.presets.apply(Preset.FREE_ONLY)
    server.script(Rule(model="*:free", what=Refuse(status=500)), Rule(what=votes("BUY", 0.8)))
    async with open_app(settings, tenant=ground.tenant) as app:
        mark = server.mark()
        run = await app.run_arena(
            RunRequest(
                symbols=(Symbol("AAPL"),), profiles=(ProfileName(RISK), ProfileName("trend"))
            )
        )
        assert run.header.fact.preset is Preset.FREE_ONLY
        assert all(call.model.endswith(":free") for call in server.calls(mark))
        back = await app.models.presets.apply(None)
        assert back.in_force.source is PresetSource.CONFIGURATION
        mark = server.mark()
        run = await app.run_arena(
            RunRequest(
                symbols=(Symbol("AAPL"),), profiles=(ProfileName(RISK), ProfileName("trend"))
            )
        )
        assert run.header.fact.preset is Preset.CHEAP_AND_POWER
        assert any(not call.model.endswith(":free") for call in server.calls(mark))


async def test_a_choice_on_what_somebody_changed_meanwhile_is_refused(app):
    await app.models.presets.apply(Preset.FREE_ONLY)
    with pytest.raises(ConflictError, match="another preset was applied"):
        await app.models.presets.apply(Preset.CHEAP_FIRST, version=0)
    assert not (await app.models.presets.apply(Preset.FREE_ONLY, version=1)).applied


async def test_a_model_that_failed_too_often_is_shown_as_left_alone(app, server):
    await keyed(app)
    server.script(Rule(what=Refuse(status=500)))
    for _ in range(2):
        await app.models.probe.test("openrouter", "google/gemini-2.5-flash-lite")
    lines = {line.model.model: line for line in await app.models.providers.models()}
    assert lines["google/gemini-2.5-flash-lite"].reach is Reach.LEFT_ALONE
    assert (await app.models.providers.named("openrouter")).left_alone == 1


async def test_a_key_that_would_travel_in_the_open_is_not_stored(settings, ground):
    far = providers_of({"far": {"base_url": "http://models.example/v1"}})
    async with open_app(
        settings.model_copy(update={"providers": far}), tenant=ground.tenant
    ) as app:
        with pytest.raises(RejectedError, match="unencrypted") as caught:
            await keyed(app, "far")
        assert KEY not in str(caught.value)
        assert not (settings.home / "keys" / "providers.toml").exists()


async def test_a_key_stands_in_its_own_file_and_nowhere_else(settings, ground, server, caplog):
    server.script(Rule(what=Refuse(status=500, message=f"bad key {KEY}")))
    async with open_app(settings, tenant=ground.tenant) as app:
        await keyed(app)
        told = [
            await app.models.probe.test("openrouter"),
            await app.models.trials.test(RISK),
            [view.as_json() for view in await app.models.providers.listed()],
            settings.effective(),
        ]
        await app.export_journal(settings.home / "journal.jsonl")
        assert (await app.verify(projections=True, against=None)).ok
    assert KEY not in str(told) + caplog.text
    files = [path for path in settings.home.rglob("*") if path.is_file()]
    holding = [path.name for path in files if KEY.encode() in path.read_bytes()]
    assert holding == ["providers.toml"]


@pytest.mark.parametrize(
    ("strict", "sent"), [(None, False), (False, False), (True, True)], ids=["unsaid", "off", "on"]
)
async def test_a_schema_is_sent_to_those_providers_alone_that_are_to_keep_to_it(
    settings, ground, server, strict, sent
):
    policy = {"base_url": server.openai_url, "strict_schema": strict}
    told = settings.model_copy(update={"providers": providers_of({"ollama": policy})})
    server.script(Rule(what=votes("HOLD", 0.6)))
    async with open_app(told, tenant=ground.tenant) as app:
        asked = {
            "name": "local",
            "role": "technical_analyst",
            "provider": "ollama",
            "model": "llama3.3",
            "tier": "free",
            "toolPolicy": [],
        }
        await app.registry.add(asked)
        mark = server.mark()
        await app.models.trials.test("local")
    (call,) = server.calls(mark)
    assert ("response_format" in call.body) is sent
    if sent:
        assert call.body["response_format"]["json_schema"]["strict"] is True
