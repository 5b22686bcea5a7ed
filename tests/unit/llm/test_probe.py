"""A probe: which model it asks, for how many tokens, and what it may cost."""

from decimal import Decimal

import pytest

from quorate.llm.call import ModelId
from quorate.llm.catalogue import Catalogue, CataloguePolicy, StatedPrice
from quorate.llm.gateway import GatewayPolicy
from quorate.llm.ladder import Rung
from quorate.llm.price_table import PriceTable
from quorate.llm.probe import ONE_TOKEN, OPENAI_TOKENS, PROMPT, probe_plan, probe_rung, probe_tokens
from quorate.llm.tier import Tier

EVERY = frozenset(Tier)
CATALOGUE = Catalogue(
    CataloguePolicy(
        tiers={"mine/dear": Tier.CHEAP, "mine/small": Tier.CHEAP, "mine/huge": Tier.POWER},
        prices={
            "mine/dear": StatedPrice(prompt=Decimal(5), completion=Decimal(5)),
            "mine/small": StatedPrice(prompt=Decimal(1), completion=Decimal(2)),
        },
    )
)
PRICES = PriceTable(stated=CATALOGUE.prices)


def chosen(offered=(), tiers=EVERY, provider="mine", *, local=False):
    return probe_rung(CATALOGUE, provider, offered=offered, tiers=tiers, prices=PRICES, local=local)


def test_the_cheapest_model_that_is_known_is_asked():
    assert chosen() == Rung(model=ModelId("mine", "small"), tier=Tier.CHEAP)


def test_what_the_provider_does_not_offer_is_not_asked():
    assert chosen(offered=("dear", "huge")).model.model == "dear"


def test_a_power_model_is_never_asked_unasked():
    assert chosen(offered=("huge",)) is None


def test_a_stranger_of_ones_own_server_is_free_and_another_cheap():
    assert chosen(("llama",), provider="ollama", local=True).tier is Tier.FREE
    assert chosen(("llama",), provider="far").tier is Tier.CHEAP
    assert chosen(("llama",), frozenset({Tier.FREE}), "far") is None
    assert chosen((), provider="far") is None


@pytest.mark.parametrize(
    ("model", "tokens"),
    [
        (ModelId("openai", "gpt-5-nano"), OPENAI_TOKENS),
        (ModelId("openrouter", "openai/gpt-5-mini"), OPENAI_TOKENS),
        (ModelId("openrouter", "google/gemini-2.5-flash-lite"), ONE_TOKEN),
        (ModelId("ollama", "llama3.3"), ONE_TOKEN),
    ],
)
def test_a_probe_lets_a_model_say_as_little_as_it_can(model, tokens):
    assert probe_tokens(model) == tokens


def test_the_stated_cost_counts_every_try():
    plan = probe_plan(chosen(), PRICES, GatewayPolicy(retries=2, rate_limit_tries=1))
    once = (Decimal(PROMPT.most_tokens) * 1 + 2) / 1_000_000
    assert plan.worst_cost.amount == 3 * once
    assert (plan.max_tokens, plan.price_source) == (1, "stated")


def test_without_a_price_no_cost_is_stated():
    stranger = Rung(model=ModelId("ollama", "llama"), tier=Tier.FREE)
    assert probe_plan(stranger, PRICES, GatewayPolicy()).worst_cost is None
