"""The catalogue: packaged models that have prices, and the user's own words before them."""

from decimal import Decimal

import pytest

from quorate.agents.defaults import MODEL_PROFILES
from quorate.kernel.errors import RejectedError
from quorate.llm.call import ModelId, Usage
from quorate.llm.catalogue import (
    DEFAULT_LADDERS,
    DEFAULT_TIERS,
    Catalogue,
    CataloguePolicy,
    StatedPrice,
    model_id,
)
from quorate.llm.ladder import Preset
from quorate.llm.price_table import PriceTable
from quorate.llm.tier import Tier
from tests.fakes.clock import NOON

FREE = StatedPrice(prompt=Decimal(0), completion=Decimal(0))
BOTH = frozenset({"openai", "openrouter"})
PACKAGED = Catalogue(CataloguePolicy())


def ladder(catalogue, name, tier=Tier.CHEAP, providers=BOTH):
    found = catalogue.ladder(model_id(name), tier=tier, providers=providers)
    return [str(rung.model) for rung in found]


@pytest.mark.parametrize(("name", "tier"), DEFAULT_TIERS.items())
def test_a_packaged_model_has_a_price_that_fits_its_tier(name, tier):
    million = (
        PriceTable()
        .cost(model_id(name), Usage(prompt_tokens=1_000_000, completion_tokens=0), NOON)
        .amount
    )
    assert {
        Tier.FREE: million == 0,
        Tier.CHEAP: 0 < million < 1,
        Tier.POWER: million >= 2,
    }[tier]


@pytest.mark.parametrize(("name", "rungs"), DEFAULT_LADDERS.items())
def test_a_packaged_ladder_has_models_of_the_catalogue(name, rungs):
    assert set(rungs) <= set(DEFAULT_TIERS)
    assert len(set(rungs)) == len(rungs) > 1
    assert {rung.partition("/")[0] for rung in rungs} == {name.partition("/")[0]}


@pytest.mark.parametrize("profile", MODEL_PROFILES, ids=lambda profile: profile.name)
def test_r_086_the_first_profiles_find_a_ladder_with_a_fallback(profile):
    wanted = ModelId(profile.provider, profile.model)
    found = PACKAGED.ladder(wanted, tier=profile.tier, providers=BOTH)
    assert len(found) > 1
    assert {rung.model.provider for rung in found} == {profile.provider}


def test_without_the_power_tier_the_judge_has_no_model():
    for preset in (Preset.FREE_ONLY, Preset.CHEAP_FIRST):
        frugal = Catalogue(CataloguePolicy(preset=preset))
        assert ladder(frugal, "openrouter/powerful", Tier.POWER) == []


def test_free_only_leaves_the_free_models():
    frugal = Catalogue(CataloguePolicy(preset=Preset.FREE_ONLY))
    found = ladder(frugal, "openrouter/free_or_cheap")
    assert found
    assert all(name.endswith(":free") for name in found)


def test_a_profile_may_name_a_model_that_nobody_knows():
    (only,) = PACKAGED.ladder(
        ModelId("ollama", "llama3.2"), tier=Tier.FREE, providers=frozenset({"ollama"})
    )
    assert (str(only.model), only.tier) == ("ollama/llama3.2", Tier.FREE)


def test_the_users_words_stand_before_the_packaged_ones():
    own = Catalogue(
        CataloguePolicy(
            tiers={"ollama/llama3.2": Tier.FREE, "openai/gpt-5-mini": Tier.POWER},
            ladders={"openai/small": ("ollama/llama3.2", "openai/gpt-5-nano")},
        )
    )
    providers = BOTH | {"ollama"}
    assert ladder(own, "openai/small", providers=providers) == [
        "ollama/llama3.2",
        "openai/gpt-5-nano",
    ]
    assert own.tier(model_id("openai/gpt-5-mini")) is Tier.POWER
    assert ladder(own, "openai/gpt-5-mini") == []
    assert {str(rung.model) for rung in own.models} == {*DEFAULT_TIERS, "ollama/llama3.2"}


def test_a_stated_price_is_that_of_the_model():
    price = StatedPrice(prompt=Decimal("0.1"), completion=Decimal("0.2"))
    own = Catalogue(CataloguePolicy(prices={"ollama/llama3.2": price}))
    (rates,) = own.prices.values()
    assert rates.worst(1_000_000, 1_000_000).amount == Decimal("0.3")


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        pytest.param({"tiers": {"gpt": Tier.FREE}}, "provider/model", id="no provider"),
        pytest.param({"prices": {"/gpt": FREE}}, "provider/model", id="an empty provider"),
        pytest.param({"ladders": {"a/b": ()}}, "one model or more", id="an empty ladder"),
        pytest.param({"ladders": {"a/b": ("a/c",)}}, "lacks a/c", id="a rung without a tier"),
        pytest.param(
            {"prices": {"a/b": StatedPrice(prompt=Decimal(-1), completion=Decimal(0))}},
            "not negative",
            id="a price below nothing",
        ),
        pytest.param(
            {"prices": {"a/b": StatedPrice(prompt=Decimal("NaN"), completion=Decimal(0))}},
            "not negative",
            id="a price that is no number",
        ),
    ],
)
def test_what_leads_nowhere_is_refused(changes, rule):
    with pytest.raises(RejectedError, match=rule):
        CataloguePolicy(**changes)


@pytest.mark.parametrize("name", ["", "gpt-5", "/gpt-5", "openai/"])
def test_a_full_name_has_provider_and_model(name):
    with pytest.raises(RejectedError):
        model_id(name)


def test_a_models_own_name_may_hold_slashes():
    assert model_id("openrouter/openai/gpt-5-mini") == ModelId("openrouter", "openai/gpt-5-mini")


def test_a_ladder_is_known_by_its_name():
    own = Catalogue(CataloguePolicy(ladders={"ollama/repair": ("openai/gpt-5-nano",)}))
    asked = ("ollama/repair", "openai/repair", "openai/gpt-5-nano")
    assert [own.knows(model_id(name)) for name in asked] == [True, True, False]
