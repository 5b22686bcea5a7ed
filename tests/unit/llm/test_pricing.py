"""What calls cost: exact figures, worst cases, and what is not believed."""

from decimal import Decimal

import pytest

from quorate.kernel.errors import RejectedError
from quorate.llm.call import NO_USAGE, Usage
from quorate.llm.pricing import (
    MOST_COST,
    MOST_TOKENS,
    Rates,
    flat,
    is_believable,
    is_believable_cost,
    worst_of,
)
from tests.unit.llm.calls import usd

PLAIN = Rates(prompt=flat(Decimal(2)), completion=flat(Decimal(10)), version="1")
CACHING = Rates(
    prompt=flat(Decimal(2)),
    completion=flat(Decimal(10)),
    cached=flat(Decimal("0.5")),
    written=flat(Decimal("2.5")),
    per_request=Decimal("0.01"),
    version="1",
)
STEPPED = Rates(
    prompt=((-1, Decimal(1)), (1000, Decimal(3))),
    completion=((-1, Decimal(5)), (1000, Decimal(6))),
    version="1",
)


def usage(prompt, completion, cached=None):
    return Usage(prompt_tokens=prompt, completion_tokens=completion, cached_tokens=cached)


@pytest.mark.parametrize(
    ("rates", "used", "expected"),
    [
        pytest.param(PLAIN, usage(1_000_000, 0), "2", id="a million prompt tokens"),
        pytest.param(PLAIN, usage(1, 1), "0.000012", id="a token each"),
        pytest.param(PLAIN, usage(0, 0), "0", id="nothing"),
        pytest.param(PLAIN, usage(100, 0, 100), "0.0002", id="no price of its own for the cache"),
        pytest.param(CACHING, usage(1000, 100, 400), "0.0124", id="part of it from the cache"),
        pytest.param(STEPPED, usage(1000, 10), "0.00105", id="up to the step"),
        pytest.param(STEPPED, usage(1001, 10), "0.003063", id="past it, all tokens cost more"),
    ],
)
def test_a_usage_has_one_exact_cost(rates, used, expected):
    assert rates.cost(used) == usd(expected)


@pytest.mark.parametrize("used", [NO_USAGE, usage(None, 5), usage(5, None)])
def test_without_both_counts_a_cost_is_not_known(used):
    assert PLAIN.cost(used) is None


def test_the_worst_case_fills_the_prompt_and_the_answer():
    assert PLAIN.worst(1000, 100) == usd("0.003")


def test_the_worst_case_has_the_whole_prompt_written_to_the_cache():
    assert CACHING.worst(1000, 100) == usd("0.0135")


def test_the_worst_case_takes_the_dearest_step_that_the_prompt_can_reach():
    assert STEPPED.worst(1000, 10) == usd("0.00105")
    assert STEPPED.worst(2000, 10) == usd("0.00606")


def test_of_several_prices_the_dearest_counts():
    assert worst_of([PLAIN, CACHING, STEPPED], 1000, 100) == CACHING.worst(1000, 100)


@pytest.mark.parametrize("price", ["-1", "NaN", "Infinity"])
@pytest.mark.parametrize("name", ["prompt", "completion", "cached", "written", "per_request"])
def test_a_price_that_is_none_is_refused(name, price):
    wrong = Decimal(price) if name == "per_request" else flat(Decimal(price))
    with pytest.raises(RejectedError):
        Rates(
            **{"prompt": flat(Decimal(1)), "completion": flat(Decimal(1)), name: wrong}, version="1"
        )


@pytest.mark.parametrize(
    ("used", "believed"),
    [
        pytest.param(NO_USAGE, True, id="nothing told"),
        pytest.param(usage(0, 0, 0), True, id="nothing used"),
        pytest.param(usage(MOST_TOKENS, MOST_TOKENS), True, id="at the limit"),
        pytest.param(usage(MOST_TOKENS + 1, 1), False, id="past it"),
        pytest.param(usage(10**12, 1), False, id="a trillion"),
        pytest.param(usage(-1, 1), False, id="a negative prompt"),
        pytest.param(usage(1, -1), False, id="a negative answer"),
        pytest.param(usage(1, 1, -1), False, id="a negative cache"),
        pytest.param(usage(10, 1, 11), False, id="more cached than sent"),
        pytest.param(usage(None, 1, 5), True, id="cached of we do not know what"),
    ],
)
def test_a_usage_that_cannot_be_is_not_believed(used, believed):
    assert is_believable(used) is believed


def test_a_reported_cost_that_cannot_be_is_not_believed():
    costs = [usd("0"), MOST_COST, usd("100.01"), usd("-0.01"), usd("1000000000000")]
    assert [is_believable_cost(cost) for cost in costs] == [True, True, False, False, False]
