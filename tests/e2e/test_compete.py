"""Competitions at the command line: scripted models over real HTTP, a kill in the middle, and one run in that mode."""

import time
from decimal import Decimal

import pytest

from tests.e2e.conftest import Home
from tests.model_server import ModelServer, Rule, Say, Vote

PROFILES = ("cheap_tech_analyst", "cheap_risk_manager")
TECHNICAL, RISK = "Your seat: technical", "Your seat: risk"
SPAN = ("--symbols", "AAPL,GOOG", "--from", "2012-01-03", "--to", "2012-02-15")
"""In these sessions AAPL rose steadily, and GOOG lost 8 % on 2012-01-20 alone."""


def says(wanted, other):
    """Return an answer that buys `wanted` for three sessions, leaves `other` as it is, and is free at OpenRouter."""
    return Say(
        cost=0.0,
        votes=[
            Vote(symbol=wanted, action="BUY", confidence=0.8, more={"timeHorizon": "P3D"}),
            Vote(symbol=other, action="HOLD", confidence=0.8),
        ],
    )


@pytest.fixture(scope="module")
def server():
    with ModelServer() as serving:
        serving.script(
            Rule(contains=TECHNICAL, what=says("AAPL", "GOOG")),
            Rule(contains=RISK, what=says("GOOG", "AAPL")),
        )
        yield serving


@pytest.fixture(scope="module")
def asked(server, tmp_path_factory):
    home = Home(tmp_path_factory.mktemp("compete"))
    keys = {
        "OPENROUTER_BASE_URL": server.openrouter_url,
        "OPENROUTER_API_KEY": "sk-canary-1",
        "OPENAI_BASE_URL": server.openai_url,
        "OPENAI_API_KEY": "sk-canary-2",
    }

    def run(*words):
        return home.run(*words, **keys)

    for name in PROFILES:
        assert run("profiles", "enable", name).code == 0
    return run


def scores(ended):
    assert ended.code == 0, ended.err
    return {score["name"]: score for score in ended.json["scores"]}


def test_the_model_that_is_right_more_often_ends_above_the_other(asked):
    ended = asked("compete", "start", "models", *SPAN, "--profiles", ",".join(PROFILES), "--json")
    found = scores(ended)
    right, wrong = (found[name] for name in PROFILES)
    assert right["winRate"] > wrong["winRate"]
    assert Decimal(right["netPnlUsd"]) > 0 > Decimal(wrong["netPnlUsd"])
    assert [score["name"] for score in ended.json["scores"]][:2] == list(PROFILES)
    assert Decimal(right["llmCostUsd"]) > 0
    assert Decimal(right["pnlUsd"]) - Decimal(right["llmCostUsd"]) == Decimal(right["netPnlUsd"])
    assert ended.json["status"] == "finished"
    assert Decimal(ended.json["countedUsd"]) == sum(
        Decimal(found[name]["llmCostUsd"]) for name in PROFILES
    )


def test_a_competition_spends_no_more_than_it_was_told_to(asked, server):
    mark = server.mark()
    ended = asked(
        *("compete", "start", "thrifty", *SPAN, "--profiles", ",".join(PROFILES)),
        *("--max-cost", "0.000000001", "--json"),
    )
    found = scores(ended)
    refused = found["cheap_tech_analyst"]
    assert (refused["trades"], Decimal(refused["llmCostUsd"])) == (0, 0)
    assert refused["errors"] == ended.json["rounds"] - 1
    assert [
        call for call in server.calls(mark) if "gpt" in call.model and "free" not in call.model
    ] == []


def test_one_run_in_this_mode_prints_a_decision_per_profile(asked):
    done = asked(
        *("run", "AAPL", "GOOG", "--mode", "competition", "--as-of", "2012-01-31"),
        *("--profiles", ",".join(PROFILES), "--json"),
    )
    assert done.code == 0, done.err
    made = {
        (each["symbol"], each["profile"]): each["finalAction"] for each in done.json["decisions"]
    }
    assert made == {
        ("AAPL", "cheap_tech_analyst"): "BUY",
        ("AAPL", "cheap_risk_manager"): "HOLD",
        ("GOOG", "cheap_tech_analyst"): "HOLD",
        ("GOOG", "cheap_risk_manager"): "BUY",
    }
    assert all(each["triggers"] == [] and not each["escalated"] for each in done.json["decisions"])


def test_a_killed_competition_goes_on_where_it_was_and_ends_the_same(tmp_path):
    home, quick = Home(tmp_path), {"QUORATE_JOURNAL__LEASE_SECONDS": "1"}
    terms = ("--symbols", "AAPL,MSFT", "--from", "2012-01-03", "--to", "2012-03-30")
    whole = home.run("compete", "start", "whole", *terms, "--json", **quick)
    process = home.start("compete", "start", "killed", *terms, **quick)
    assert any("rounds: 12 of 62" in line for line in process.stderr)
    process.kill()
    process.communicate()
    left = home.run("compete", "list", "--json", **quick).json["items"][0]
    assert 12 <= left["rounds"] < left["sessions"]
    time.sleep(1.2)  # noqa: TID251  (the lease of the dead process has to run out)
    again = home.run("compete", "start", left["competitionId"], "--json", **quick)
    assert again.code == 0, again.err
    assert again.json["status"] == "finished"
    assert without_intervals(again) == without_intervals(whole)
    assert home.run("audit", "verify", "--projections", **quick).code == 0


def without_intervals(ended):
    """Return the scores without what a competition's own id seeds."""
    seeded = {"returnLow", "returnHigh", "rankBest", "rankWorst"}
    return [
        {key: value for key, value in score.items() if key not in seeded}
        for score in ended.json["scores"]
    ]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("compete", "start", "x"), 2, "no symbol was named"),
        (("compete", "start", "x", "--symbols", "AAPL", "--from", "soon"), 2, "not a date"),
        (("compete", "start", "x", "--symbols", "NONE"), 5, "no bars of NONE"),
        (("compete", "show", "cmp_nobody"), 5, "no competition"),
        (("compete", "stop", "cmp_nobody"), 5, "no competition"),
        (("run", "AAPL", "--mode", "quarrel"), 2, "choose from debate, competition"),
    ],
)
def test_what_cannot_be_done_says_so_in_one_line(asked, words, code, said):
    ended = asked(*words)
    assert ended.code == code
    assert said in ended.err
