"""`quorate strategies`, and a run that follows one."""

from decimal import Decimal

import pytest

from quorate.arena.strategy import Strategy, Thresholds
from quorate.llm import Preset

CALM = Strategy(
    description="Little dissent.",
    symbols=("AAPL", "IBM"),
    thresholds=Thresholds(min_confidence=0.7),
    preset=Preset.FREE_ONLY,
    max_cost=Decimal("0.05"),
)


@pytest.fixture
def quorate(quorate, fake_app):
    fake_app.strategies = {"calm": CALM, "bold": Strategy()}
    return quorate


def test_the_strategies_are_listed_by_name(quorate):
    listed = quorate("strategies", "--json").json
    assert [item["name"] for item in listed["items"]] == ["bold", "calm"]
    calm = listed["items"][1]
    assert (calm["symbols"], calm["maxCostUsd"]) == (["AAPL", "IBM"], "0.05")
    assert (calm["thresholds"], calm["preset"]) == ({"min_confidence": "0.7"}, "free_only")
    assert listed["nextCursor"] is None


def test_the_list_comes_in_pages(quorate):
    first = quorate("strategies", "list", "--limit", 1, "--json").json
    rest = quorate("strategies", "list", "--cursor", first["nextCursor"], "--json").json
    assert [item["name"] for item in rest["items"]] == ["calm"]


def test_without_any_nothing_is_listed(quorate, fake_app):
    fake_app.strategies = {}
    assert quorate("strategies").lines == ["Nothing here yet."]


def test_a_strategy_is_shown_with_what_it_leaves_to_the_configuration(quorate):
    shown = dict(line.split(maxsplit=1) for line in quorate("strategies", "show", "calm").lines)
    assert shown["symbols"] == "AAPL IBM"
    assert shown["thresholds"] == "min_confidence=0.7"
    assert shown["profiles"] == "as the configuration says"
    assert shown["hash"] == CALM.hash


def test_a_strategy_that_is_not_there_is_not_found(quorate):
    shown = quorate("strategies", "show", "clam")
    assert shown.code == 5
    assert "choose from bold, calm" in shown.err


def test_a_run_follows_a_strategy_that_names_the_symbols(quorate, fake_app):
    assert quorate("run", "--strategy", "calm").code == 0
    (request,) = fake_app.requests
    assert (request.strategy, request.symbols) == ("calm", ())


def test_a_run_without_symbol_and_strategy_asks_for_one_of_them(quorate, fake_app):
    shown = quorate("run")
    assert (shown.code, fake_app.requests) == (2, [])
    assert "--strategy" in shown.err
