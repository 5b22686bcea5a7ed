"""The leaderboard at the command line: models whose cost a server charged, and what a person may conclude from it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.e2e.conftest import Home
from tests.model_server import ModelServer, Rule, Say, Vote

PROFILES = ("cheap_tech_analyst", "cheap_risk_manager")
TECHNICAL, RISK = "Your seat: technical", "Your seat: risk"
SPAN = ("--symbols", "AAPL", "--from", "2012-01-03", "--to", "2012-02-15")
"""In these sessions AAPL rose steadily."""
CHARGE = Decimal("0.001")
"""What the server names as the price of each of the risk manager's calls."""


def says(action):
    """Return an answer that takes `action` on AAPL for five sessions, at the price that the server names."""
    vote = Vote(symbol="AAPL", action=action, confidence=0.8, more={"timeHorizon": "P5D"})
    return Say(cost=float(CHARGE), votes=[vote])


@pytest.fixture(scope="module")
def server():
    with ModelServer() as serving:
        serving.script(
            Rule(contains=TECHNICAL, what=says("BUY")),
            Rule(contains=RISK, what=says("SELL")),
        )
        yield serving


@pytest.fixture(scope="module")
def home(server, tmp_path_factory):
    """Return who runs a command in a home in which two models spoke about 30 sessions, one for each way."""
    path = Home(tmp_path_factory.mktemp("leaderboard"))
    keys = {
        "OPENROUTER_BASE_URL": server.openrouter_url,
        "OPENROUTER_API_KEY": "sk-canary-1",
        "OPENAI_BASE_URL": server.openai_url,
        "OPENAI_API_KEY": "sk-canary-2",
    }

    def run(*words):
        return path.run(*words, **keys)

    for name in PROFILES:
        assert run("profiles", "enable", name).code == 0
    ended = run("replay", *SPAN, "--quiet")
    assert ended.code == 0, ended.err
    return run


@pytest.fixture(scope="module")
def whole(home):
    """Return every line of the whole record, by name."""
    return lines(home("leaderboard", "--json"))


def lines(ended):
    assert ended.code == 0, ended.err
    return {item["name"]: item for item in ended.json["items"]}


def test_over_90_days_a_program_can_tell_whom_to_drop_and_that_it_is_not_sure(home):
    """The twin of the browser's task: over 90 days, which agent would you drop, and are you sure?"""
    found = lines(home("leaderboard", "--window", "90d", "--json"))
    ours = {name: item for name, item in found.items() if item["kind"] == "agent"}
    assert set(PROFILES) <= set(ours)
    worst = min(ours.values(), key=lambda item: Decimal(item["pnlNetUsd"]))
    assert worst["name"] == "cheap_risk_manager"
    assert (worst["rankLow"], worst["rankHigh"]) == (None, None)
    said = home("leaderboard", "--window", "90d")
    assert "Nothing is separable yet" in said.out
    assert "not ranked (" in said.out


def test_a_model_is_charged_what_the_server_charged(whole):
    right, wrong = (whole[name] for name in PROFILES)
    assert wrong["decisions"] > 20
    assert Decimal(wrong["costUsd"]) == CHARGE * wrong["decisions"]
    assert Decimal(wrong["costPerDecisionUsd"]) == CHARGE
    for item in (right, wrong):
        assert Decimal(item["pnlNetUsd"]) == Decimal(item["pnlUsd"]) - Decimal(item["costUsd"])
    assert right["hits"] == right["n"] > 3
    assert (wrong["hits"], wrong["costNote"]) == (0, "no gain")
    per_100 = 100 * Decimal(right["costUsd"]) / Decimal(right["pnlUsd"])
    assert abs(Decimal(right["costPer100GainedUsd"]) - per_100) < Decimal("0.000001")
    assert Decimal(whole["trend"]["costUsd"]) == 0


def test_baselines_are_in_the_list(whole):
    kinds = {name: item["kind"] for name, item in whole.items()}
    assert {name for name, kind in kinds.items() if kind == "baseline"} >= {
        "buy_and_hold",
        "no_trade",
        "random",
    }


@pytest.mark.parametrize("by", ["model", "prompt", "role"])
def test_the_same_views_are_grouped_otherwise(home, whole, by):
    found = lines(home("leaderboard", "--by", by, "--json")).values()
    shown = [item for item in found if item["kind"] == by]
    assert shown
    assert sum(item["of"] for item in shown) == sum(
        item["of"] for item in whole.values() if item["kind"] == "agent"
    )


def test_who_always_said_the_opposite_never_agreed(home):
    ended = home("leaderboard", "agreement", "--json")
    pairs = {frozenset((item["one"], item["other"])): item for item in ended.json["items"]}
    met = pairs[frozenset(PROFILES)]
    assert (met["alike"], met["n"] > 0) == (0.0, True)


@pytest.mark.parametrize(
    ("words", "code"),
    [(("--window", "8d"), 2), (("--by", "colour"), 2), (("--book", "nobody"), 5)],
)
def test_what_cannot_be_shown_ends_with_its_code(home, words, code):
    ended = home("leaderboard", *words, "--json")
    assert ended.code == code
    assert ended.json["error"]["detail"]
