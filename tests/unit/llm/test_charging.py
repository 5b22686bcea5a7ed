"""Charges: the provider's figure, else the table's, else unknown; and nothing absurd is stored."""

import pytest

from quorate.llm.budget import CallStatus, CostSource
from quorate.llm.call import NO_USAGE, ModelId, Usage
from quorate.llm.charging import LONGEST_NAME, Landing, charge_of, reason_for_doubt
from quorate.llm.failover import OTHER_MODEL_SERVED
from tests.fakes.clock import NOON
from tests.fakes.models import reply
from tests.fakes.purse import FlatPrices
from tests.unit.llm.calls import FIRST, a_call, failure, usd

PRICES = FlatPrices(unpriced=frozenset({"second", "third-model"}))


def landed(answer=None, error=None, model=FIRST, **changes):
    facts = {
        "model": model,
        "reply": answer,
        "failure": error,
        "status": CallStatus.ANSWERED if error is None else CallStatus.FAILED,
        "at": NOON,
        "latency_ms": 12.5,
        "fallback_reason": "",
    }
    return Landing(**{**facts, **changes})


def charged(*args, **kwargs):
    return charge_of(landed(*args, **kwargs), a_call(), PRICES)


def cost_of(charge):
    return charge.cost, charge.cost_source, charge.price_version


def test_the_providers_own_figure_comes_first():
    charge = charged(reply(reported_cost=usd("0.5")))
    assert cost_of(charge) == (usd("0.5"), CostSource.PROVIDER, "")


def test_then_the_price_table_over_the_usage():
    assert cost_of(charged(reply())) == (usd("0.0012"), CostSource.PRICE_TABLE, "flat")


@pytest.mark.parametrize(
    "charge",
    [
        pytest.param(charged(reply(usage=NO_USAGE)), id="no usage"),
        pytest.param(charged(reply(usage=Usage(prompt_tokens=1))), id="half a usage"),
        pytest.param(charged(reply(), model=ModelId("acme", "second")), id="no price"),
    ],
)
def test_then_nothing_is_guessed(charge):
    assert cost_of(charge) == (None, CostSource.UNKNOWN, "")


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(reply(usage=Usage(prompt_tokens=-1, completion_tokens=1)), id="negative"),
        pytest.param(reply(usage=Usage(prompt_tokens=10**12, completion_tokens=1)), id="1e12"),
        pytest.param(reply(reported_cost=usd("-0.01")), id="a negative cost"),
        pytest.param(reply(reported_cost=usd("1000000000000")), id="a cost of 1e12"),
    ],
)
def test_row_usage_absurd_the_cost_is_null_and_it_is_noted(answer):
    charge = charged(answer)
    assert cost_of(charge) == (None, CostSource.UNKNOWN, "")
    assert (charge.usage, charge.code) == (NO_USAGE, "USAGE_ABSURD")
    assert charge.status is CallStatus.ANSWERED


def test_row_usage_absent_the_tokens_are_estimated_and_marked_and_the_cost_is_null():
    charge = charged(reply(b"x" * 401, usage=NO_USAGE))
    assert (charge.usage, charge.usage_estimated) == (
        Usage(prompt_tokens=a_call().prompt.estimated_tokens, completion_tokens=101),
        True,
    )
    assert cost_of(charge) == (None, CostSource.UNKNOWN, "")
    assert not charged(reply()).usage_estimated
    assert charged(error=failure("HTTP_503")).usage == NO_USAGE


def test_a_failure_that_nobody_bills_costs_nothing():
    assert cost_of(charged(error=failure("HTTP_503"))) == (usd("0"), CostSource.PROVIDER, "")


@pytest.mark.parametrize("billed", [True, None])
def test_a_failure_that_may_be_billed_costs_nobody_knows_what(billed):
    charge = charged(error=failure("CONNECTION_FAILED", billed=billed))
    assert cost_of(charge) == (None, CostSource.UNKNOWN, "")


def test_a_failure_with_a_bill_is_charged():
    told = charged(error=failure("MALFORMED_RESPONSE", billed=None, reported_cost=usd("0.02")))
    counted = charged(error=failure("TRUNCATED", billed=True, usage=reply().usage))
    assert (told.cost, counted.cost) == (usd("0.02"), usd("0.0012"))
    assert (told.code, counted.code) == ("MALFORMED_RESPONSE", "TRUNCATED")


def test_what_another_model_did_costs_what_that_model_costs():
    charge = charged(reply(model_served="third-model"))
    assert cost_of(charge) == (None, CostSource.UNKNOWN, "")


def test_a_dated_name_costs_what_the_model_costs():
    assert charged(reply(model_served="first-2026-01-01")).cost == usd("0.0012")


def test_a_charge_carries_what_the_call_row_needs():
    charge = charged(reply(model_served="first"), fallback_reason="HTTP_503")
    assert (charge.prompt_hash, charge.template) == (a_call().prompt.hash, "technical_analyst/1")
    assert (charge.model_served, charge.latency_ms) == ("first", 12.5)
    assert (charge.fallback_reason, charge.code) == ("HTTP_503", "")


def test_row_wrong_model_served_is_a_fallback():
    assert reason_for_doubt(landed(reply(model_served="second"))) == OTHER_MODEL_SERVED
    assert reason_for_doubt(landed(reply(model_served="first:free"))) == ""


def test_the_first_reason_for_a_fallback_is_the_one_told():
    doubt = reason_for_doubt(landed(reply(model_served="second"), fallback_reason="HTTP_503"))
    assert doubt == "HTTP_503"


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        pytest.param("gpt\x00-5\n", "gpt-5", id="what cannot be stored or shown"),
        pytest.param("\ud800gpt", "gpt", id="half a character"),
        pytest.param("x" * 10_000, "x" * LONGEST_NAME, id="a name without end"),
        pytest.param("Модель", "Модель", id="another script"),
    ],
)
def test_a_name_from_outside_is_made_fit_to_be_stored(told, kept):
    assert charged(reply(model_served=told)).model_served == kept
    assert charged(error=failure("UNKNOWN", model_served=told)).model_served == kept
