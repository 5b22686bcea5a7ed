from datetime import date
from decimal import Decimal

import pytest

from quorate.market import ActionKind
from quorate.market.actions import actions_of, nearest_split
from tests.unit.market.histories import AAPL, FB, GOOG, IBM, MSFT, packaged, raw_bar, weekdays

FIRST, SECOND = weekdays(2)


@pytest.mark.parametrize(
    ("symbol", "count"), [(AAPL, 5), (IBM, 52), (MSFT, 38), (GOOG, 0), (FB, 0)]
)
def test_the_packaged_factors_tell_their_actions(symbol, count):
    assert len(packaged()[symbol].actions) == count


@pytest.mark.parametrize(
    ("symbol", "sessions"),
    [
        (AAPL, [date(2000, 6, 21), date(2005, 2, 28)]),
        (MSFT, [date(2003, 2, 18)]),
        (IBM, []),
    ],
)
def test_the_packaged_splits_are_two_for_one(symbol, sessions):
    splits = [a for a in packaged()[symbol].actions if a.kind is ActionKind.SPLIT]
    assert [action.session for action in splits] == sessions
    assert all((a.numerator, a.denominator, a.ratio) == (2, 1, 2) for a in splits)


def test_microsofts_special_payment_is_a_dividend():
    (action,) = [a for a in packaged()[MSFT].actions if a.session == date(2004, 11, 15)]
    assert action.kind is ActionKind.DIVIDEND
    assert float(action.ratio) == pytest.approx(1.11245, abs=1e-5)


def actions_between(before, row):
    return actions_of([before, row])


@pytest.mark.parametrize(
    ("close", "factors", "kind"),
    [
        pytest.param(50, (0.5, 1), ActionKind.SPLIT, id="2:1, and the price halves"),
        pytest.param(67, (0.6667, 1), ActionKind.SPLIT, id="3:2, and the price shows it"),
        pytest.param(1000, (10, 1), ActionKind.SPLIT, id="1:10 reverse"),
        pytest.param(100, (0.5, 1), ActionKind.DIVIDEND, id="2:1, but the price does not move"),
        pytest.param(97, (0.97, 1), ActionKind.DIVIDEND, id="a payment of 3 %"),
    ],
)
def test_a_factor_change_is_a_split_only_where_the_price_shows_it(close, factors, kind):
    before = raw_bar(FIRST, 100, adj_close=100 * factors[0])
    (action,) = actions_between(before, raw_bar(SECOND, close, adj_close=close * factors[1]))
    assert action.kind is kind
    assert action.session == SECOND


def test_an_adjusted_close_rounded_to_cents_is_no_action():
    assert (
        actions_between(raw_bar(FIRST, 4.5, adj_close=1.51), raw_bar(SECOND, 4.5, adj_close=1.5))
        == ()
    )


def test_dividend_and_split_columns_are_read_where_there_is_no_adjusted_close():
    split, dividend = actions_between(raw_bar(FIRST, 100), raw_bar(SECOND, 49, split=2, dividend=1))
    assert (split.kind, split.ratio) == (ActionKind.SPLIT, 2)
    assert (dividend.kind, dividend.ratio) == (ActionKind.DIVIDEND, Decimal("1.02040816327"))


def test_a_split_that_the_prices_already_contain_is_not_applied_again():
    assert actions_between(raw_bar(FIRST, 100), raw_bar(SECOND, 100, split=2)) == ()


@pytest.mark.parametrize(
    ("ratio", "nearest"),
    [(2.015, 2), (1.5, 1.5), (0.1, 0.1), (1.11245, None), (2.2, None), (0.0, None)],
)
def test_a_split_lies_within_a_percent_of_a_small_ratio(ratio, nearest):
    found = nearest_split(ratio, 0.01)
    assert (found and float(found)) == nearest
