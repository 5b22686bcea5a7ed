"""The command-line twins of the twelve tasks (UI 6), judged by exit code and by `--json`; one home for all."""

from __future__ import annotations

import json
import re

import pytest

from tests.integration.hub.served import free_port
from tests.model_server import ModelServer, Rule, Say, votes

TECHNICAL, RISK, JUDGE = "Your seat: technical", "Your seat: risk", "Your seat: judge"
SEATS = ("cheap_tech_analyst", "cheap_risk_manager")
KEY = "sk-canary-51c0ffee51c0ffee"
DEAR = 1.2
"""What the model server charges for a call: more than the dollar that is allowed a day."""

PRICED = "deepseek/deepseek-v4.1-flash"
BUY = "2012-06-29"
"""A packaged session at which the rule agents agree to buy AAPL."""


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Return a home in which nothing was done yet: the tasks build on each other, as a person's do."""
    from tests.e2e.conftest import Home  # noqa: PLC0415  (a conftest is no module of the suite)

    return Home(tmp_path_factory.mktemp("twelve"))


@pytest.fixture(scope="module")
def decided(home):
    """Return the run of task 2."""
    run = home.run("run", "AAPL", "--as-of", BUY, "--json")
    assert run.code == 0, run.err
    return run.json


def test_1_one_command_reaches_the_hub(home):
    hub = home.start("up", "--port", str(free_port()), "--json")
    launched = json.loads(hub.stdout.readline())["launch"]
    assert launched["signIn"].startswith(launched["url"])
    hub.terminate()
    hub.communicate(timeout=20)
    assert hub.returncode == 0


def test_2_without_any_key_one_decision_is_made(decided):
    assert decided["status"] == "completed"
    assert [each["finalAction"] for each in decided["decisions"]] == ["BUY"]


def test_4_cost_and_duration(home, decided):
    shown = home.run("runs", "show", decided["runId"], "--json")
    assert (shown.code, shown.json["costUsd"]) == (0, "0")
    assert 0 < shown.json["latencyMs"] < 120_000


def test_5_the_prices_are_said_to_be_past_ones(home, decided):
    assert decided["bookMode"] == "REPLAY"
    listed = home.run("data", "list", "--json")
    assert listed.code == 0
    assert max(item["last"] for item in listed.json["items"]) == "2013-03-01"


def test_6_an_agent_is_switched_off_and_the_next_run_lacks_it(home, decided):
    assert "momentum" in decided["profiles"]
    assert home.run("profiles", "disable", "momentum").code == 0
    again = home.run("run", "AAPL", "--as-of", BUY, "--json")
    assert again.code == 0
    assert "momentum" not in again.json["profiles"]
    assert home.run("profiles", "enable", "momentum").code == 0


def test_11_from_an_order_to_its_decision_and_outcome(home):
    walked = home.run("cycle", "once", "--json")
    assert walked.code == 0, walked.err
    filled = [
        item
        for item in home.run("orders", "list", "--json").json["items"]
        if item["status"] == "filled"
    ]
    outcome = home.run("outcomes", "show", filled[0]["decisionId"], "--json")
    assert outcome.code == 0, outcome.err
    assert outcome.json["status"] in {"pending", "win", "loss"}


def test_7_trading_is_stopped_refused_and_resumed(home):
    held = home.run("positions", "list", "--json").json["items"]
    assert home.run("halt", "--reason", "odd fills").code == 0
    refused = home.run("run", "AAPL", "--allow-order", "--json")
    assert refused.code == 6, refused.out
    assert refused.json["error"]["type"] == "trading-halted"
    assert home.run("resume", "--reason", "fills match the tape").code == 0
    assert home.run("positions", "list", "--json").json["items"] == held


def test_8_who_follows_the_results_is_told_where_they_stand(home, decided):
    listed = home.run("results", "--json")
    assert listed.code == 0
    assert listed.json["readAt"]
    assert decided


def test_9_a_limit_of_a_dollar_holds(home):
    with ModelServer() as models:
        models.script(Rule(contains=RISK, what=Say(votes=votes("HOLD", 0.7).votes, cost=DEAR)))
        more = {
            "OPENROUTER_BASE_URL": models.openrouter_url,
            "OPENROUTER_API_KEY": KEY,
        }
        assert home.run("budget", "set", "daily", "1").code == 0
        edited = home.run("profiles", "edit", "cheap_risk_manager", "--model", PRICED, **more)
        assert edited.code == 0, edited.err
        assert home.run("profiles", "enable", "cheap_risk_manager", **more).code == 0
        assert home.run("run", "AAPL", "--as-of", BUY, "--json", **more).code == 0
        asked = len(models.calls())
        assert asked
        over = home.run("run", "AAPL", "--as-of", BUY, "--json", **more)
        assert over.code == 0, over.err
        assert len(models.calls()) == asked
        assert re.search("budget", over.out)


def test_10_the_run_that_escalated_is_found_with_its_trigger_and_its_cost(home):
    with ModelServer() as models:
        models.script(
            Rule(contains=TECHNICAL, what=votes("BUY", 0.8)),
            Rule(contains=RISK, what=votes("HOLD", 0.7)),
            Rule(contains=JUDGE, what=votes("BUY", 0.9)),
        )
        more = {
            "OPENROUTER_BASE_URL": models.openrouter_url,
            "OPENROUTER_API_KEY": KEY,
            "OPENAI_BASE_URL": models.openai_url,
            "OPENAI_API_KEY": KEY,
        }
        assert home.run("budget", "set", "daily", "20").code == 0
        assert home.run("budget", "set", "profile-daily", "20").code == 0
        for name in (*SEATS, "power_macro_judge"):
            assert home.run("profiles", "enable", name, **more).code == 0
        disputed = home.run(
            *("run", "AAPL", "--as-of", BUY, "--json", "--profiles", ",".join(SEATS)), **more
        )
        assert disputed.code == 0, disputed.err
    listed = home.run("runs", "list", "--json").json["items"]
    (found,) = [item["runId"] for item in listed if item["escalated"]]
    (decision,) = home.run("runs", "show", found, "--json").json["decisions"]
    fired = {each["name"]: each for each in decision["triggers"] if each["fired"]}
    assert fired["disagreement"]["value"] > fired["disagreement"]["threshold"]
    calls = home.run("cost", "calls", "--run", found, "--purpose", "panel", "--json")
    assert calls.code == 0
    assert [call["tier"] for call in calls.json["items"]] == ["power"]


def test_3_why_it_chose_that_and_who_disagreed(home):
    (disputed,) = [
        item for item in home.run("runs", "list", "--json").json["items"] if item["escalated"]
    ]
    why = home.run("runs", "why", disputed["runId"], "--json")
    assert why.code == 0
    assert "0.34" in " ".join(each["text"] for each in why.json["decisions"][0]["why"])
    (decision,) = home.run("runs", "show", disputed["runId"], "--json").json["decisions"]
    assert decision["finalAction"] == "BUY"
    assert "cheap_risk_manager" in {
        vote["profile"] for vote in decision["votes"] if vote["action"] == "HOLD"
    }


def test_12_which_agent_would_be_dropped_is_answered_with_its_doubt(home, decided):
    board = home.run("leaderboard", "--window", "90d", "--json")
    assert board.code == 0, board.err
    assert decided
    assert all(item["rankLow"] is None for item in board.json["items"] if item["n"] < 30)
