from decimal import Decimal

import pytest

from quorate.arena.imported.source import Line, moment_in, number_in, ticker_in


@pytest.mark.parametrize(
    ("value", "number"),
    [
        pytest.param("271.5979", "271.5979", id="a text of bars"),
        pytest.param(7, "7", id="whole shares"),
        pytest.param(Decimal("9999.999999999998"), "10000", id="noise of binary fractions"),
        pytest.param(Decimal("-0.5"), "-0.5", id="below nothing"),
        pytest.param(True, None, id="a truth"),
        pytest.param("NaN", None, id="no number"),
        pytest.param("Infinity", None, id="no end"),
        pytest.param("1e999999999999", None, id="too large to be read"),
        pytest.param(10**12, None, id="no account holds it"),
        pytest.param("soon", None, id="words"),
        pytest.param(None, None, id="nothing"),
        pytest.param([1], None, id="a list"),
    ],
)
def test_a_number_is_finite_and_read_to_eight_places(value, number):
    assert number_in(value) == (None if number is None else Decimal(number))


def test_a_negative_zero_is_nothing():
    assert str(number_in(Decimal("-0.000000001"))) == "0E-8"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("2025-10-01 10:00:00", "2025-10-01 10:00:00"),
        ("2025-10-01", "2025-10-01"),
        ("2025-10-01T10:00:00Z", None),
        ("10:00", None),
        (20251001, None),
    ],
)
def test_a_moment_is_of_the_markets_own_clock(value, shown):
    moment = moment_in(value)
    assert (None if moment is None else str(moment)) == shown


def test_a_symbol_of_any_market_is_one():
    assert [ticker_in(each) for each in ("600519.SH", "BTC-USDT", "aapl", "", 7)] == [
        *("600519.SH", "BTC-USDT", "AAPL"),
        *(None, None),
    ]


def test_a_refusal_names_the_place_and_that_nothing_was_written():
    refusal = Line("positions/x/position.jsonl", 7, {}).refused("it is odd", "mend it")
    assert str(refusal) == (
        "positions/x/position.jsonl line 7: it is odd. Nothing was written. Fix: mend it"
    )
