import pytest

from quorate.llm.budget import MOST
from quorate.llm.nanos import dollars, exact, nanos_of, usd_of
from tests.fakes.money import usd


@pytest.mark.parametrize(
    ("amount", "nanos"),
    [
        pytest.param("0", 0, id="nothing"),
        pytest.param("2.00", 2_000_000_000, id="whole dollars"),
        pytest.param("0.000000001", 1, id="the smallest"),
        pytest.param("0.0000000001", 1, id="less than the smallest is rounded up"),
        pytest.param("0.0000123456789", 12_346, id="a provider's many digits are rounded up"),
        pytest.param("1E+2", 100_000_000_000, id="an exponent"),
        pytest.param(str(MOST), 10**15, id="the most"),
    ],
)
def test_amounts_are_counted_in_billionths_rounded_up(amount, nanos):
    assert nanos_of(usd(amount)) == nanos
    assert nanos_of(usd_of(nanos)) == nanos


@pytest.mark.parametrize(
    ("nanos", "shown"),
    [
        pytest.param(0, "$0.00", id="nothing"),
        pytest.param(500_000_000, "$0.50", id="cents at least"),
        pytest.param(18_700_000, "$0.0187", id="more where there is more"),
        pytest.param(100_000_000_000, "$100.00", id="whole dollars"),
        pytest.param(1, "$0.000000001", id="the smallest"),
    ],
)
def test_dollars_are_shown_with_cents_at_least(nanos, shown):
    assert dollars(nanos) == shown


def test_an_exact_amount_keeps_its_digits_and_an_unknown_one_is_null():
    assert (exact(1), exact(0), exact(None)) == ("0.000000001", "0", None)
