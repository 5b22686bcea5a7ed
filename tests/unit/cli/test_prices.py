from decimal import Decimal

import pytest

from quorate.llm.call import ModelId

LOCAL = ModelId("ollama", "llama3.3")


def test_a_price_is_set_once_and_then_is_so_already(quorate, fake_app):
    first = quorate("prices", "set", "ollama/llama3.3", "0.10", "$0.4", "--json").json
    assert (first["target"], first["applied"], first["dryRun"]) == ("ollama/llama3.3", True, False)
    assert (first["promptUsdPerMillion"], first["completionUsdPerMillion"]) == ("0.1", "0.4")
    assert (first["source"], first["priceVersion"]) == ("command", "stated v1")
    assert not quorate("prices", "set", "ollama/llama3.3", "0.1", "0.4", "--json").json["applied"]
    assert fake_app.money.prices_told[LOCAL].prompt == Decimal("0.1")


def test_a_price_that_is_given_back_leaves_the_model_unpriced_and_not_free(quorate):
    quorate("prices", "set", "ollama/llama3.3", "0.1", "0.4")
    assert quorate("prices", "unset", "ollama/llama3.3").lines == [
        "ollama/llama3.3 is unpriced: its calls are counted, never called free."
    ]
    (item,) = quorate("prices", "--json").json["items"]
    assert (item["promptUsdPerMillion"], item["source"]) == (None, "unpriced")
    assert "unpriced" in quorate("prices").lines[1]


def test_the_list_names_who_may_ask_a_model(quorate):
    quorate("prices", "set", "ollama/llama3.3", "0.1", "0.4")
    listed = quorate("prices", "list", "--json").json
    assert set(listed) == {"readAt", "items", "nextCursor"}
    assert listed["items"][0]["usedBy"] == ["analyst"]
    assert quorate("prices").lines[1].split()[:4] == ["ollama/llama3.3", "cheap", "$0.1", "$0.4"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(("llama", "1", "2"), "is no model", id="no provider"),
        pytest.param(("a b/c", "1", "2"), "in one word", id="a blank"),
        pytest.param(("a/b", "free", "2"), "'free' is no price", id="no number"),
        pytest.param(("a/b", "NaN", "2"), "is no number of USD", id="not a number"),
        pytest.param(("a/b", "1", "10001"), "completion price 10001", id="too much"),
        pytest.param(("a/b", "0.0000000001", "1"), "prompt price", id="too fine"),
    ],
)
def test_what_no_model_costs_is_refused_and_nothing_is_set(quorate, fake_app, words, said):
    shown = quorate("prices", "set", *words)
    assert shown.code == 2
    assert said in shown.err
    assert fake_app.money.prices_told == {}


def test_no_model_costs_less_than_nothing(quorate):
    assert quorate("prices", "set", "a/b", "--", "-1", "2").code == 2
