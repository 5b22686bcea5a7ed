"""Readings of money against the model server's own ledger: sums, calls, stated prices, warnings, uses of tools."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest

from tests.model_server import ModelServer, Rule, Tool, votes
from tests.model_server.script import Say

PROFILES = ("cheap_tech_analyst", "cheap_risk_manager", "power_macro_judge")
TECHNICAL, RISK, JUDGE = "Your seat: technical", "Your seat: risk", "Your seat: judge"
MODEL = "openai/gpt-5-mini"


@pytest.fixture(scope="module")
def server():
    with ModelServer() as serving:
        yield serving


@pytest.fixture(scope="module")
def asked(server, tmp_path_factory):
    """Return who runs a command in a home where the three model profiles are on."""
    from tests.e2e.conftest import Home  # noqa: PLC0415  (a conftest is no module of the suite)

    home = Home(tmp_path_factory.mktemp("costs"))
    keys = {
        "OPENROUTER_BASE_URL": server.openrouter_url,
        "OPENROUTER_API_KEY": "sk-canary-51c0ffee51c0ffee",
        "OPENAI_BASE_URL": server.openai_url,
        "OPENAI_API_KEY": "sk-canary-51c0ffee51c0ffee",
    }

    def run(*words):
        done = home.run(*words, **keys)
        assert done.code == 0, done.err
        return done.json if "--json" in words else done

    for name in PROFILES:
        run("profiles", "enable", name)
    return run


@pytest.fixture(scope="module")
def spent(asked, server):
    """Return the run that ended with a power call, after its technical analyst had used two tools."""
    bars = Tool(name="bars", arguments='{"symbol":"AAPL","sessions":5}')
    wish = [bars, Tool(name="order", arguments="{}")]
    vote = votes("BUY", 0.8)
    server.script(
        Rule(contains=TECHNICAL, what=Say(votes=vote.votes, tools=wish, tool_rounds=1)),
        Rule(contains=RISK, what=votes("HOLD", 0.7)),
        Rule(contains=JUDGE, what=votes("BUY", 0.9)),
    )
    return again(asked)


def again(asked):
    return asked(
        *("run", "AAPL", "--as-of", "2012-06-29", "--json"),
        *("--profiles", "cheap_tech_analyst,cheap_risk_manager"),
    )


def test_every_axis_adds_up_to_what_the_server_charged(asked, server, spent):
    calls = server.calls()
    charged = sum((call.cost for call in calls if "/" in call.model), Decimal(0))
    by_provider = {
        item["key"]: item for item in asked("cost", "--by", "provider", "--json")["items"]
    }
    assert charged > 0
    assert Decimal(by_provider["openrouter"]["costUsd"]) == charged
    totals = set()
    axes = ("day", "model", "profile", "provider", "purpose", "role", "run", "source", "tier")
    for axis in axes:
        told = asked("cost", "--by", axis, "--json")
        assert sum(item["calls"] for item in told["items"]) == len(calls)
        totals.add(Decimal(told["total"]["costUsd"]))
    assert totals == {Decimal(spent["costUsd"])}


def test_every_call_of_the_server_is_in_the_list_with_its_tokens(asked, server, spent):
    listed = asked("cost", "calls", "--run", spent["runId"], "--limit", "200", "--json")["items"]
    ours = Counter(
        (item["model"], item["promptTokens"], item["completionTokens"]) for item in listed
    )
    theirs = Counter(
        (call.model, call.prompt_tokens, call.completion_tokens) for call in server.calls()
    )
    assert ours == theirs
    assert all(item["status"] == "answered" for item in listed)
    assert asked("cost", "calls", "--purpose", "panel", "--json")["items"][0]["tier"] == "power"


def test_uses_of_tools_are_told_with_their_refusals(asked, server, spent):
    asked_for = sum(call.finish_reason == "tool_calls" for call in server.calls())
    items = {item["name"]: item for item in asked("tools", "--json")["items"]}
    bars = items["bars"]
    assert (bars["callsToday"], bars["refused"], bars["last"]["runId"]) == (
        *(asked_for, 0, spent["runId"]),
    )
    assert bars["last"]["arguments"] == '{"symbol":"AAPL","sessions":5}'
    assert bars["p95Ms"] is not None
    tried = asked("tools", "test", "bars", "AAPL", "--json")
    assert (tried["asOf"], tried["costUsd"], tried["refusal"]) == ("2013-03-01", "0", None)


def test_a_stated_price_holds_for_the_next_call_and_not_for_the_last_one(asked, server, spent):
    assert spent["runId"]
    before = asked("cost", "calls", "--model", MODEL, "--json")["items"]
    assert {item["priceVersion"] for item in before} != {"stated v1"}
    assert asked("prices", "set", MODEL, "1000", "2000", "--json")["applied"]
    asked("budget", "set", "profile-daily", "900")
    asked("budget", "set", "run", "900")
    asked("budget", "set", "daily", "900")
    server.script(
        Rule(contains=TECHNICAL, what=votes("BUY", 0.8)),
        Rule(contains=RISK, what=votes("BUY", 0.7)),
    )
    run = again(asked)
    (call,) = asked("cost", "calls", "--model", MODEL, "--run", run["runId"], "--json")["items"]
    told = call["promptTokens"] * Decimal("0.001") + call["completionTokens"] * Decimal("0.002")
    assert (Decimal(call["costUsd"]), call["priceVersion"]) == (told, "stated v1")
    assert (
        asked("cost", "calls", "--model", MODEL, "--run", spent["runId"], "--json")["items"]
        == before
    )


def test_the_journal_gives_all_of_it_again(asked, spent):
    assert spent["runId"]
    assert asked("audit", "verify", "--projections", "--json")["ok"] is True
