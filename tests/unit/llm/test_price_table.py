"""The packaged prices: the same figures as the library's own, and worst cases that hold."""

from datetime import UTC, datetime
from decimal import Decimal

import genai_prices
import pytest
from genai_prices.data_snapshot import get_snapshot

from quorate.llm.call import ModelId, Usage
from quorate.llm.price_table import MOST_NAMES, PriceTable
from quorate.llm.pricing import Rates, flat
from tests.unit.llm.calls import usd

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
MINI = ModelId("openrouter", "openai/gpt-5-mini")
USED = Usage(prompt_tokens=1000, completion_tokens=100, cached_tokens=200)
EDITION = f"genai-prices {genai_prices.__version__}"


@pytest.mark.parametrize("provider", ["openrouter", "openai", "anthropic", "deepseek", "google"])
def test_every_price_agrees_with_the_library(provider):
    table, compared = PriceTable(), 0
    for model in {each.id for each in by_id(provider).models if not each.id.startswith("ft:")}:
        ours = table.cost(ModelId(provider, model), USED, AT)
        if ours is not None:
            compared += 1
            assert ours == usd(str(theirs(provider, model))), model
    assert compared > 4


def by_id(provider):
    (found,) = [each for each in get_snapshot().providers if each.id == provider]
    return found


def theirs(provider, model):
    used = genai_prices.Usage(input_tokens=1000, output_tokens=100, cache_read_tokens=200)
    return genai_prices.calc_price(
        used, model, provider_id=provider, genai_request_timestamp=AT
    ).total_price


@pytest.mark.parametrize("provider", ["openrouter", "openai", "deepseek"])
def test_no_call_costs_more_than_its_worst_case(provider):
    table = PriceTable()
    for model in {each.id for each in by_id(provider).models}:
        name = ModelId(provider, model)
        worst = table.worst_cost(name, 300_000, 4000)
        for prompt, cached in ((300_000, 0), (300_000, 300_000), (1, 0)):
            used = Usage(prompt_tokens=prompt, completion_tokens=4000, cached_tokens=cached)
            for hour in (0, 12, 20):
                cost = table.cost(name, used, AT.replace(hour=hour))
                assert (cost is None) == (worst is None)
                assert cost is None or cost <= worst, model


def test_a_price_names_its_edition():
    assert PriceTable().version(MINI) == EDITION


@pytest.mark.parametrize(
    "model",
    [
        pytest.param(ModelId("openrouter", "acme/unheard-of"), id="an unknown model"),
        pytest.param(ModelId("ollama", "llama3.2"), id="a server of the user's own"),
        pytest.param(ModelId("openai-local", "gpt-5-mini"), id="a provider that only sounds alike"),
        pytest.param(ModelId("openrouter", "openrouter/auto"), id="a router"),
        pytest.param(ModelId("openrouter", "openai/gpt-5-mini:nitro"), id="a dearer route"),
    ],
)
def test_what_the_table_does_not_know_has_no_price(model):
    table = PriceTable()
    assert table.worst_cost(model, 1000, 1000) is None
    assert table.cost(model, USED, AT) is None
    assert table.version(model) == ""


def test_a_free_variant_costs_nothing_even_when_it_is_new():
    table, model = PriceTable(), ModelId("openrouter", "acme/unheard-of:free")
    assert table.worst_cost(model, 10**6, 10**6) == table.cost(model, USED, AT) == usd("0")


def test_a_price_that_changes_by_the_hour_is_that_of_the_hour():
    model = ModelId("deepseek", "deepseek-chat")
    costs = {PriceTable().cost(model, USED, AT.replace(hour=hour)) for hour in range(24)}
    assert len(costs) > 1
    assert max(costs) <= PriceTable().worst_cost(model, 1000, 100)


def test_a_stated_price_stands_before_the_table():
    stated = Rates(prompt=flat(Decimal(0)), completion=flat(Decimal(1)), version="stated")
    table = PriceTable(stated={MINI: stated})
    assert table.cost(MINI, USED, AT) == usd("0.0001")
    assert table.version(MINI) == "stated"


def test_names_from_outside_do_not_fill_the_memory():
    table = PriceTable()
    for number in range(MOST_NAMES + 10):
        table.version(ModelId("elsewhere", f"model-{number}"))
    assert len(table._read) <= MOST_NAMES
