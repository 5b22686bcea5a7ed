"""Models over real HTTP: cheap ones in parallel, the expensive one only on a dispute, every cent on record."""

from decimal import Decimal

import pytest

from tests.model_server import ModelServer, Refuse, Rule, Say, Tool, votes

PROFILES = ("cheap_tech_analyst", "cheap_risk_manager", "power_macro_judge")
TECHNICAL, RISK, JUDGE = "Your seat: technical", "Your seat: risk", "Your seat: judge"
KEY = "sk-canary-7f3a90c1d2e4b5a6"


@pytest.fixture(scope="module")
def server():
    with ModelServer() as serving:
        yield serving


@pytest.fixture(scope="module")
def asked(server, tmp_path_factory):
    """Return who runs a command in a home where the three model profiles are on."""
    from tests.e2e.conftest import Home  # noqa: PLC0415  (a conftest is no module of the suite)

    home = Home(tmp_path_factory.mktemp("models"))
    keys = {
        "OPENROUTER_BASE_URL": server.openrouter_url,
        "OPENROUTER_API_KEY": KEY,
        "OPENAI_BASE_URL": server.openai_url,
        "OPENAI_API_KEY": KEY,
    }

    def run(*words):
        return home.run(*words, **keys)

    for name in PROFILES:
        assert run("profiles", "enable", name).code == 0
    run.home = home
    return run


def decided(asked, server, *rules):
    """Script the models, run the arena, and return the decision, the run and the models that were asked."""
    server.script(*rules)
    mark = server.mark()
    done = asked(
        *("run", "AAPL", "--as-of", "2012-06-29", "--json"),
        *("--profiles", "cheap_tech_analyst,cheap_risk_manager"),
    )
    assert done.code == 0, done.err
    run = done.json
    return run["decisions"][0], run, [call.model for call in server.calls(mark)]


def test_an_agreement_spends_nothing_on_power(asked, server):
    made, run, models = decided(
        asked,
        server,
        Rule(contains=TECHNICAL, what=votes("BUY", 0.8)),
        Rule(contains=RISK, what=votes("BUY", 0.7)),
    )
    assert (made["finalAction"], made["reasonCode"], made["escalated"]) == (
        "BUY",
        "consensus",
        False,
    )
    assert sorted(models) == ["gpt-5-mini", "openai/gpt-oss-120b:free"]
    assert Decimal(run["costUsd"]) == sum(Decimal(vote["costUsd"]) for vote in made["votes"])


def test_one_power_call_settles_a_dispute(asked, server):
    made, _, models = decided(
        asked,
        server,
        Rule(contains=TECHNICAL, what=votes("BUY", 0.8)),
        Rule(contains=RISK, what=votes("HOLD", 0.7)),
        Rule(contains=JUDGE, what=votes("BUY", 0.9)),
    )
    assert (made["finalAction"], made["reasonCode"], made["escalated"]) == ("BUY", "panel", True)
    assert (made["confidence"], made["disagreement"]) == (0.9, 0.5)
    assert models.count("anthropic/claude-sonnet-5.5") == 1
    assert "power_macro_judge says BUY 0.90" in made["why"][-1]["text"]


def test_the_judge_may_be_named_beside_the_voters_and_still_waits_for_a_trigger(asked, server):
    server.script(
        Rule(contains=TECHNICAL, what=votes("BUY", 0.8)),
        Rule(contains=RISK, what=votes("BUY", 0.7)),
    )
    mark = server.mark()
    done = asked("run", "AAPL", "--as-of", "2012-06-29", "--json", "--profiles", ",".join(PROFILES))
    assert done.code == 0, done.err
    assert done.json["decisions"][0]["reasonCode"] == "consensus"
    assert len(server.calls(mark)) == 2


def test_a_panel_that_is_not_sure_trades_nothing(asked, server):
    made, _, _ = decided(
        asked,
        server,
        Rule(contains=TECHNICAL, what=votes("BUY", 0.8)),
        Rule(contains=RISK, what=votes("HOLD", 0.7)),
        Rule(contains=JUDGE, what=votes("BUY", 0.5)),
    )
    assert (made["finalAction"], made["reasonCode"]) == ("NO_TRADE", "panel_uncertain")
    assert made["escalated"] is True


def test_a_fallback_is_believed_less(asked, server):
    made, _, models = decided(
        asked,
        server,
        Rule(model="gpt-5-mini", what=Refuse(status=500)),
        Rule(contains=TECHNICAL, what=votes("BUY", 0.85)),
        Rule(contains=RISK, what=votes("BUY", 0.9)),
    )
    vote = next(vote for vote in made["votes"] if vote["profile"] == "cheap_tech_analyst")
    assert vote["confidence"] == pytest.approx(0.68, abs=1e-12)
    assert vote["degradedInference"] is True
    assert (vote["originalConfidence"], vote["model"]) == (0.85, "gpt-6-luna")
    assert models.count("gpt-5-mini") == 2


def test_an_answer_that_breaks_the_schema_is_an_abstention(asked, server):
    broken = '{"decisions":[{"symbol":"AAPL","action":"BUY","confidence":"85%","rationale":"x"}]}'
    made, _, models = decided(
        asked,
        server,
        Rule(contains=TECHNICAL, what=Say(content=broken)),
        Rule(contains=RISK, what=votes("BUY", 0.9)),
    )
    vote = next(vote for vote in made["votes"] if vote["profile"] == "cheap_tech_analyst")
    assert (vote["action"], vote["reasonCode"]) == ("ABSTAIN", "CONFIDENCE_NOT_NUMBER")
    assert (made["finalAction"], made["reasonCode"]) == ("NO_TRADE", "quorum_not_met")
    assert len(models) == 2


def test_with_every_model_down_nothing_is_traded_and_the_reason_is_told(asked, server):
    made, _, _ = decided(asked, server, Rule(what=Refuse(status=503)))
    assert (made["finalAction"], made["reasonCode"]) == ("NO_TRADE", "quorum_not_met")
    assert {vote["reasonCode"] for vote in made["votes"]} == {"provider_error"}


def test_what_was_spent_is_what_the_server_charged(asked, server):
    """OpenRouter tells what a call cost, so there the two ledgers must agree to the cent's last digit."""
    told = asked("cost", "--by", "model", "--json").json["items"]
    ours = [item for item in told if item["key"].startswith("openrouter/")]
    charged = sum((call.cost for call in server.calls() if "/" in call.model), Decimal(0))
    assert charged > 0
    assert sum(Decimal(item["costUsd"]) for item in ours) == charged
    assert asked("audit", "verify", "--projections", "--json").json["ok"] is True


def test_a_key_is_found_nowhere(asked):
    files = [path for path in asked.home.path.rglob("*") if path.is_file()]
    assert files
    assert [path.name for path in files if KEY.encode() in path.read_bytes()] == []


def test_a_profile_without_its_provider_stays_off(home):
    refused = home.run("profiles", "enable", "cheap_tech_analyst")
    assert refused.code == 4
    assert "OPENAI_API_KEY" in refused.err


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(Say(content='{"decisions":[\x00'), id="broken JSON with a NUL"),
        pytest.param(
            Say(
                content="\x00 wait", tools=[Tool(name="bars\x00", arguments="{\x00")], tool_rounds=1
            ),
            id="a tool with a NUL",
        ),
    ],
)
def test_words_that_no_database_takes_cost_a_vote_and_not_the_run(asked, server, said):
    made, run, _ = decided(
        asked,
        server,
        Rule(contains=TECHNICAL, what=said),
        Rule(contains=RISK, what=votes("BUY", 0.9)),
    )
    vote = next(vote for vote in made["votes"] if vote["profile"] == "cheap_tech_analyst")
    assert (run["status"], vote["action"]) == ("completed", "ABSTAIN")
