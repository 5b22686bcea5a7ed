"""What a provider says that a call used, taken as it stands."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quorate.adapters.openai_compatible.usage import cost_told, number, usage_told
from quorate.kernel.money import Usd
from quorate.llm.call import NO_USAGE, Usage


def test_tokens_are_counted_by_kind():
    told = {
        "prompt_tokens": 7,
        "completion_tokens": 2,
        "prompt_tokens_details": {"cached_tokens": 5},
    }
    assert usage_told(told) == Usage(prompt_tokens=7, completion_tokens=2, cached_tokens=5)


@pytest.mark.parametrize("told", [None, [], "a", 5, {}, {"other": 1}])
def test_a_usage_that_says_nothing_is_none(told):
    assert usage_told(told) == NO_USAGE
    assert cost_told(told) is None


@pytest.mark.parametrize(
    ("count", "read"),
    [
        pytest.param(-5, -5, id="negative"),
        pytest.param(10**12, 10**12, id="absurd"),
        pytest.param(Decimal("1E+12"), 10**12, id="with an exponent"),
        pytest.param(Decimal("7.0"), 7, id="whole, with a point"),
        pytest.param(Decimal("7.5"), None, id="half a token"),
        pytest.param(Decimal("1E+999999999"), None, id="too long to write out"),
        pytest.param(10**18, None, id="too large for a database"),
        pytest.param(-(10**18), None, id="too small for a database"),
        pytest.param(True, None, id="a truth"),
        pytest.param("7", None, id="a text"),
    ],
)
def test_a_count_is_read_as_it_stands_or_not_at_all(count, read):
    assert usage_told({"prompt_tokens": count, "completion_tokens": 1}).prompt_tokens == read


@pytest.mark.parametrize(
    ("cost", "read"),
    [
        pytest.param(Decimal("0.00014"), "0.00014", id="exact"),
        pytest.param(0, "0", id="nothing"),
        pytest.param(-1, "-1", id="negative"),
        pytest.param(Decimal("1E+12"), "1000000000000", id="absurd"),
        pytest.param(Decimal("1E+999999999"), None, id="too long to write out"),
        pytest.param(Decimal("1E-999999999"), None, id="too small to write out"),
        pytest.param(True, None, id="a truth"),
        pytest.param("0.5", None, id="a text"),
    ],
)
def test_a_cost_is_read_as_it_stands_or_not_at_all(cost, read):
    told = cost_told({"cost": cost})
    assert (str(told) if told else told) == read


def test_the_fee_on_a_key_of_ones_own_comes_on_top_of_the_hosts_bill():
    details = {"upstream_inference_cost": Decimal("0.20")}
    usage = {"cost": Decimal("0.01"), "is_byok": True, "cost_details": details}
    assert cost_told(usage) == Usd(Decimal("0.21"))
    assert cost_told({**usage, "is_byok": False}) == Usd(Decimal("0.01"))
    assert cost_told({**usage, "cost_details": None}) == Usd(Decimal("0.01"))


@pytest.mark.parametrize("text", ["1e99999999999999999999", "-1e-99999999999999999999"])
def test_a_number_that_no_decimal_can_hold_is_none(text):
    assert number(text) is None


@settings(max_examples=50, deadline=None)
@given(cost=st.decimals(allow_nan=True, allow_infinity=True) | st.integers())
def test_a_cost_can_be_written_out(cost):
    told = cost_told({"cost": cost})
    assert told is None or len(str(told)) < 500
