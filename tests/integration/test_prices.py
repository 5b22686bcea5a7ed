"""Stated prices: a fact of the journal, in force from the next reservation of any process on."""

from __future__ import annotations

from decimal import Decimal

import pytest

from quorate.adapters.sql.purse import SqlPurse
from quorate.agents.defaults import DEFAULT_PROFILES
from quorate.agents.registry import to_payload
from quorate.bootstrap.money import MoneyBook
from quorate.bootstrap.store import opened_store
from quorate.kernel.journal import Event
from quorate.llm.budget import BudgetPolicy
from quorate.llm.call import ModelId, Usage
from quorate.llm.catalogue import StatedPrice
from quorate.llm.price_line import PriceSource
from quorate.llm.price_table import PriceTable
from quorate.llm.told_prices import PricesMovedError
from tests.fakes.clock import FakeClock
from tests.fakes.homes import settings_of
from tests.fakes.money import usd, wanted

pytestmark = pytest.mark.integration

LOCAL = ModelId("ollama", "llama3.3")
KNOWN = ModelId("openai", "gpt-5-mini")
PRICE = StatedPrice(prompt=Decimal("0.10"), completion=Decimal("0.4"))
USAGE = Usage(prompt_tokens=1_000_000, completion_tokens=0, cached_tokens=0)


@pytest.fixture
def store(ground, tmp_path):
    (tmp_path / "home").mkdir()
    settings = settings_of(tmp_path / "home", DATABASE_URL=ground.url)
    with opened_store(settings, tenant=ground.tenant, clock=FakeClock()) as opened:
        yield opened


@pytest.fixture
def money(store):
    return MoneyBook(store, BudgetPolicy())


def priced(amount):
    return StatedPrice(prompt=Decimal(amount), completion=Decimal(0))


def table_of(purse):
    return PriceTable(told=purse.prices)


async def line_of(money, model):
    return {line.model: line for line in await money.prices()}[model]


async def test_a_model_that_nobody_knows_is_unpriced_until_a_price_is_stated(money):
    change = await money.set_price(LOCAL, PRICE)
    assert (change.applied, change.line.source) == (True, PriceSource.COMMAND)
    assert (change.line.prompt, change.line.completion) == (Decimal("0.10"), Decimal("0.4"))
    assert change.line.version == "stated v1"
    assert not (await money.set_price(LOCAL, PRICE)).applied
    back = await money.set_price(LOCAL, None)
    assert (back.applied, back.line.source, back.line.rates) == (True, PriceSource.NOBODY, None)
    assert back.line.changes == 2


async def test_a_price_that_is_given_back_is_the_price_tables_again(money):
    packaged = await line_of(money, KNOWN)
    assert packaged.source is PriceSource.TABLE
    stated = await money.set_price(KNOWN, PRICE)
    assert stated.line.prompt != packaged.prompt
    assert (await money.set_price(KNOWN, None)).line.rates == packaged.rates


async def test_another_process_computes_its_next_worst_case_with_the_new_price(money, store):
    other = SqlPurse(store.journal, store.clock, BudgetPolicy())
    prices = table_of(other)
    assert prices.worst_cost(LOCAL, 1000, 1000) is None
    await money.set_price(LOCAL, PRICE)
    with pytest.raises(PricesMovedError):
        await other.reserve(wanted(None))
    assert prices.worst_cost(LOCAL, 1_000_000, 0) == usd("0.1")
    assert prices.version(LOCAL) == "stated v1"
    assert (await other.reserve(wanted("0.1"))).reserved == usd("0.1")


async def test_nothing_is_set_aside_by_a_worst_case_of_former_prices(money):
    await money.set_price(LOCAL, PRICE)
    with pytest.raises(PricesMovedError):
        await money.purse.reserve(wanted("0.01"))
    assert all(line.used in {0, None} for line in await money.budgets())
    await money.purse.reserve(wanted("0.01"))


async def test_a_price_that_changes_again_is_learned_again_under_its_own_version(money, store):
    prices = table_of(money.purse)
    for version, amount in enumerate(("0.1", "0.2", None, "0.3"), start=1):
        price = None if amount is None else priced(amount)
        await money.set_price(LOCAL, price)
        with pytest.raises(PricesMovedError):
            await money.purse.reserve(wanted("0.001"))
        cost = prices.cost(LOCAL, USAGE, store.clock.now())
        assert cost == (usd(amount) if amount else None)
        assert prices.version(LOCAL) == (f"stated v{version}" if amount else "")


async def test_who_may_ask_a_model_is_named_beside_its_price(money, store):
    models = [profile for profile in DEFAULT_PROFILES if not profile.is_rule_agent]
    await store.journal.commit(
        lambda _tx: [
            Event(stream=f"profile:{p.name}", type="profile.registered", payload=to_payload(p))
            for p in models
        ]
    )
    used = {str(line.model): line.used_by for line in await money.prices() if line.used_by}
    assert "cheap_tech_analyst" in used["openai/gpt-5-mini"]
    assert "power_macro_judge" in used["openrouter/anthropic/claude-sonnet-5.5"]
