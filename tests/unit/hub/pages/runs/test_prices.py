from datetime import date
from decimal import Decimal

from quorate.hub.pages.runs.prices import price, price_table
from quorate.market.history import PriceBar


def bar(day, close, *, sma50=None, sma200=None):
    return PriceBar(
        session=date(2012, 6, day),
        open=close,
        high=close + 1,
        low=close - 1,
        close=close,
        volume=12345.6,
        sma50=sma50,
        sma200=sma200,
    )


def test_the_sentence_says_what_the_chart_shows():
    table = price_table([bar(27, 100.0), bar(28, 90.0), bar(29, 110.0, sma50=105.0, sma200=120.0)])
    assert table.summary == (
        "3 sessions to 2012-06-29: close 110.00, +10.0 % since 2012-06-27, low 89.00 on "
        "2012-06-28, high 111.00 on 2012-06-29; the close is above the 50-session average of "
        "105.00 and below the 200-session average of 120.00."
    )


def test_an_average_that_is_not_known_is_left_out():
    assert "average" not in price_table([bar(29, 100.0)]).summary
    assert price_table([bar(29, 100.0, sma50=90.0)]).averages == (50,)


def test_the_table_holds_what_is_drawn():
    [row] = price_table([bar(29, 1234.5, sma50=1200.0)]).rows
    assert row.session == "2012-06-29"
    assert row.cells == (
        "1,234.50",
        "1,235.50",
        "1,233.50",
        "1,234.50",
        "12,346",
        "1,200.00",
        "",
    )


def test_stop_and_target_stand_only_where_the_decision_set_them():
    both = price_table([bar(29, 100.0)], stop=Decimal("95.10"), target=Decimal("107.5"))
    assert (both.stop, both.target) == ("95.10", "107.5")
    none = price_table([bar(29, 100.0)])
    assert (none.stop, none.target) == ("", "")


def test_a_price_below_a_dollar_keeps_its_hundredths_of_a_cent():
    assert price(0.12345) == "0.1235"
    assert price(None) == ""
