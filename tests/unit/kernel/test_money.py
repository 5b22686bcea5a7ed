from decimal import Decimal

import pytest

from quorate.kernel.errors import InvariantBrokenError
from quorate.kernel.money import Quantity, Usd, total_cost

NOT_EXACT = [
    pytest.param(1.5, id="a float"),
    pytest.param(1, id="an integer"),
    pytest.param("1", id="text"),
    pytest.param(Decimal("NaN"), id="NaN"),
    pytest.param(Decimal("Infinity"), id="infinity"),
]


@pytest.mark.parametrize("kind", [Usd, Quantity])
@pytest.mark.parametrize("value", NOT_EXACT)
def test_only_a_finite_decimal_is_an_amount(kind, value):
    with pytest.raises((InvariantBrokenError, AttributeError)):
        kind(value)


def test_dollars_add_and_subtract_exactly():
    assert Usd(Decimal("0.1")) + Usd(Decimal("0.2")) == Usd(Decimal("0.3"))
    assert Usd(Decimal("0.1")) - Usd(Decimal("0.3")) == Usd(Decimal("-0.2"))


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        pytest.param("100000", "100000", id="whole dollars"),
        pytest.param("1E+5", "100000", id="no exponent"),
        pytest.param("0.000000001", "0.000000001", id="a part of a cent"),
        pytest.param("-2.50", "-2.50", id="a loss with its cents"),
    ],
)
def test_dollars_read_as_a_plain_decimal(amount, text):
    assert str(Usd(Decimal(amount))) == text


def test_a_quantity_is_never_negative():
    assert Quantity(Decimal(0)).amount == 0
    with pytest.raises(InvariantBrokenError):
        Quantity(Decimal("-0.000001"))


@pytest.mark.parametrize(
    ("costs", "total"),
    [
        pytest.param([], "0", id="no call"),
        pytest.param(["0.001", "0.02"], "0.021", id="summed exactly"),
        pytest.param(["0.001", None], None, id="one unknown makes all unknown"),
    ],
)
def test_what_calls_cost_together_is_the_sum_of_each(costs, total):
    known = [Usd(Decimal(cost)) if cost else None for cost in costs]
    assert total_cost(known) == (Usd(Decimal(total)) if total else None)
