"""`quorate providers`: the list, the models, and a test whose cost is stated before it is made."""

from dataclasses import replace

import pytest

from quorate.cli.providers import cost_sentence
from quorate.llm.call import ModelId
from quorate.llm.ladder import Rung
from quorate.llm.probe import ProbePlan
from quorate.llm.tier import Tier
from tests.unit.cli.fake_models import TESTED


@pytest.fixture
def keyed(fake_app):
    fake_app.models.providers.known["openrouter"].key_source = "file"
    return fake_app


def test_what_a_provider_lacks_is_said(quorate):
    listed = quorate("providers")
    assert listed.lines[0].split()[:3] == ["name", "configured", "keySource"]
    assert "openai lacks a key: quorate keys set openai" in listed.err


def test_the_models_tell_price_and_reach(quorate):
    (item,) = quorate("providers", "models", "--json").json["items"]
    assert (item["model"], item["prompt"], item["completion"]) == ("openrouter/small", "0.1", None)
    assert (item["reach"], item["circuit"]) == ("reachable", "closed")


def test_without_a_key_nothing_is_asked(quorate, fake_app):
    refused = quorate("providers", "test", "--yes")
    assert refused.code == 4
    assert "no provider has a key" in refused.err
    assert fake_app.models.probe.asked == []


def test_nothing_is_spent_before_somebody_agrees(quorate, keyed):
    refused = quorate("providers", "test")
    assert refused.code == 2
    assert "at most $0.0001 by stated" in refused.err
    assert keyed.models.probe.asked == []


def test_the_model_that_was_agreed_to_is_the_one_that_is_asked(quorate, keyed):
    done = quorate("providers", "test", "--yes")
    assert (done.code, keyed.models.probe.asked) == (0, [("openrouter", "small")])
    assert done.err.startswith("Testing openrouter")
    assert done.lines[0] == "openrouter: answers"
    assert "  credit   used $0.5, left no limit told" in done.lines
    assert any("$0.00003 (provider); at most $0.0001 was stated" in line for line in done.lines)


def test_keys_test_is_the_same(quorate, keyed):
    assert quorate("keys", "test", "openrouter", "--yes", "--json").json == TESTED
    assert keyed.models.probe.asked == [("openrouter", "small")]


@pytest.mark.parametrize(
    ("code", "ends"), [("CREDENTIALS", 4), ("BUDGET_EXHAUSTED", 6), ("TIMEOUT", 7), ("HTTP_500", 7)]
)
def test_a_provider_that_fails_is_an_exit_code(quorate, keyed, code, ends):
    nothing = {"modelsListed": None, "credit": None, "callIds": [], "listing": "no list"}
    keyed.models.probe.told |= {"ok": False, "code": code, "detail": "it said no", **nothing}
    failed = quorate("providers", "test", "openrouter", "--yes")
    assert failed.code == ends
    assert failed.lines == ["openrouter: does not answer", "  models   not listed: no list"]
    assert "it said no" in failed.err


def test_a_cost_that_nobody_knows_is_said():
    rung = Rung(model=ModelId("ollama", "llama"), tier=Tier.FREE)
    plan = ProbePlan(rung=rung, max_tokens=16, worst_cost=None, price_source="")
    assert "one call of 16 tokens to ollama/llama, at a price nobody knows" in cost_sentence(
        "ollama", plan
    )
    assert "nothing is" in cost_sentence("ollama", None)
    assert "a token to" in cost_sentence("ollama", replace(plan, max_tokens=1))
