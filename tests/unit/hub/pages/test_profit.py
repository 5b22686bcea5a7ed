"""A book's profit after model cost, beside buy and hold of its symbols over the same marks."""

from decimal import Decimal

import pytest

from quorate.hub.pages.profit import buy_and_hold, profit_of, signed
from quorate.kernel.ids import Symbol
from tests.unit.hub.pages.test_equity import points

AAPL, FB = Symbol("AAPL"), Symbol("FB")
CLOSES = {
    AAPL: {"2012-06-01": 10.0, "2012-06-02": 11.0, "2012-06-03": 12.0},
    FB: {"2012-06-01": 40.0, "2012-06-03": 20.0},
}


def test_equal_parts_are_held_and_a_day_without_a_price_keeps_the_one_before():
    days = ("2012-06-01", "2012-06-02", "2012-06-03")
    worth, symbols = buy_and_hold(days, Decimal(1000), CLOSES)
    assert symbols == (AAPL, FB)
    assert [float(each) for each in worth] == pytest.approx([1000, 1050, 850])


def test_a_symbol_without_a_price_on_the_first_day_is_left_out():
    late = {AAPL: CLOSES[AAPL], FB: {"2012-06-03": 20.0}}
    worth, symbols = buy_and_hold(("2012-06-01", "2012-06-03"), Decimal(1000), late)
    assert (symbols, float(worth[-1])) == ((AAPL,), pytest.approx(1200))
    assert buy_and_hold(("2012-06-01",), Decimal(1000), {FB: {}}) == ([], ())


def test_model_cost_is_taken_off_the_end_and_buy_and_hold_stands_beside():
    profit = profit_of("replay", points(1000, 1020, 1100), Decimal(1000), Decimal(40), CLOSES)
    assert (profit.before, profit.cost) == ("+$100.00", "$40.00")
    assert profit.after == "+$60.00 (+6.00 %)"
    assert profit.held.endswith("(-15.00 %)".replace("-", "\N{MINUS SIGN}"))
    assert (profit.ahead, profit.is_ahead) == ("+$210.00", True)
    assert "replay after model cost: +$60.00 (+6.00 %); buy and hold: " in profit.summary
    assert [row.day for row in profit.rows] == ["2012-06-03", "2012-06-02", "2012-06-01"]
    assert len(profit.line.split()) == len(profit.held_line.split()) == 3


def test_without_prices_there_is_nothing_to_compare_with():
    profit = profit_of("replay", points(1000, 990), Decimal(1000), Decimal(0), {})
    assert (profit.held, profit.held_line, profit.ahead) == ("", "", "")
    assert profit.rows[0].held == "unknown"
    assert not profit.is_up


def test_a_point_is_no_line():
    assert profit_of("replay", points(1000), Decimal(1000), Decimal(0), {}) is None


def test_an_amount_has_its_sign():
    assert (signed(Decimal("1.005")), signed(Decimal(-2))) == ("+$1.00", "\N{MINUS SIGN}$2.00")
