"""A virtual book: every figure here was added up by hand."""

from decimal import Decimal

import pytest

from quorate.portfolio import (
    Account,
    FillReason,
    PortfolioPolicy,
    Result,
    SessionMarket,
    Side,
    charged,
    opened_book,
    play_session,
    with_orders,
)
from quorate.portfolio.policy import MAX_RISK
from tests.unit.portfolio.markets import (
    AAPL,
    FREE,
    IBM,
    bar,
    day,
    dividend,
    holding,
    market,
    order,
    played,
    seen,
    split,
)


def test_an_entry_fills_at_the_next_open_and_not_at_the_close_it_was_decided_on():
    after = played(with_orders(seen(), [order()]), market(1, (104, 106, 103, 105)))
    (fill,) = after.fills
    assert (fill.session, fill.side, fill.reason) == (day(1), Side.BUY, FillReason.ENTRY)
    assert (fill.price, fill.notional) == (Decimal("104.0000"), Decimal("1040.00"))
    assert after.book.cash == Decimal("98960.00")
    assert after.book.equity == Decimal("100010.00")


def test_slippage_and_fees_are_against_the_book_both_ways():
    dear = PortfolioPolicy(slippage_bps=Decimal(5), fee_per_fill_usd=Decimal(1))
    bought = holding(policy=dear)
    assert bought.fills[0].price == Decimal("100.0500")
    assert bought.book.cash == Decimal("98998.50")
    sold = played(with_orders(bought.book, [order(Side.SELL)]), market(2), policy=dear)
    assert sold.fills[0].price == Decimal("99.9500")
    assert sold.book.cash == Decimal("99997.00")
    assert sold.outcomes[0].pnl == Decimal("-3.00")
    assert sold.outcomes[0].result is Result.LOSS
    assert sold.book.ledger.of(Account.FEES) == 2


@pytest.mark.parametrize(
    ("prices", "reason", "price"),
    [
        pytest.param(
            (100, 112, 89, 105), FillReason.STOP, "90.0000", id="both hit: the stop first"
        ),
        pytest.param((85, 95, 80, 90), FillReason.STOP, "85.0000", id="gap below: at the open"),
        pytest.param(
            (115, 116, 111, 112), FillReason.TARGET, "115.0000", id="gap above: at the open"
        ),
        pytest.param(
            (100, 110, 95, 100), FillReason.TARGET, "110.0000", id="target touched exactly"
        ),
        pytest.param((95, 96, 90, 92), FillReason.STOP, "90.0000", id="stop touched exactly"),
    ],
)
def test_a_protective_exit_fills_where_the_bar_allowed(prices, reason, price):
    held = holding(target="110").book
    after = played(held, market(2, prices))
    (fill,) = after.fills
    assert (fill.reason, fill.price) == (reason, Decimal(price))
    assert after.book.lots == ()


def test_a_bar_between_stop_and_target_leaves_the_lot():
    held = holding(target="110").book
    after = played(held, market(2, (100, 109.99, 90.01, 100)))
    assert after.fills == ()
    assert [lot.sessions for lot in after.book.lots] == [2]


def test_a_lot_is_left_at_the_close_of_the_last_session_of_its_horizon():
    held = holding(horizon=3).book
    waiting = played(held, market(2))
    assert waiting.fills == ()
    after = played(waiting.book, market(3, (100, 104, 99, 103)))
    (outcome,) = after.outcomes
    assert (outcome.reason, outcome.sessions) == (FillReason.HORIZON, 3)
    assert outcome.pnl == Decimal("30.00")


def test_an_entry_may_be_stopped_in_its_own_session():
    after = played(with_orders(seen(), [order()]), market(1, (100, 101, 88, 95)))
    assert [fill.reason for fill in after.fills] == [FillReason.ENTRY, FillReason.STOP]
    assert after.outcomes[0].pnl == Decimal("-100.00")


def test_an_entry_whose_open_lies_below_its_stop_is_refused():
    after = played(with_orders(seen(), [order()]), market(1, (89, 92, 88, 91)))
    assert [refusal.code for refusal in after.refusals] == ["RISK_ZERO_WITH_SIZE"]
    assert after.fills == ()
    assert after.book.cash == Decimal(100000)


def test_an_entry_shrinks_when_the_open_makes_it_too_risky():
    risky = with_orders(seen(), [order(quantity="40", stop="75")])
    after = played(risky, market(1, (124, 125, 123, 124)))
    assert after.fills[0].quantity == 20
    assert after.fills[0].quantity * (124 - 75) <= MAX_RISK * 100000


def test_a_sale_closes_every_lot_of_its_symbol_and_no_other():
    book = with_orders(seen(), [order(), order(quantity="5")])
    held = played(book, market(1)).book
    held = with_orders(held, [order(Side.SELL, quantity="15")])
    after = played(held, market(2, (102, 103, 101, 102)))
    assert [outcome.pnl for outcome in after.outcomes] == [Decimal("20.00"), Decimal("10.00")]
    assert after.book.cash == Decimal("100030.00")
    assert after.book.quantity_of(AAPL) == 0


def test_a_sale_of_nothing_does_nothing():
    after = played(with_orders(seen(), [order(Side.SELL)]), market(1))
    assert (after.fills, after.book.cash) == ((), Decimal(100000))


def test_an_order_waits_for_a_session_in_which_its_symbol_trades():
    book = with_orders(seen(), [order()])
    elsewhere = SessionMarket(session=day(1), bars={IBM: bar(1, 50, 51, 49, 50)})
    waiting = play_session(book, elsewhere, FREE)
    assert [each.symbol for each in waiting.book.orders] == [AAPL]
    assert played(waiting.book, market(2)).book.quantity_of(AAPL) == 10


def test_a_position_without_a_bar_keeps_its_last_price():
    held = holding().book
    elsewhere = SessionMarket(session=day(2), bars={IBM: bar(2, 50, 51, 49, 50)})
    after = play_session(held, elsewhere, FREE)
    assert after.book.equity == held.equity


def test_a_split_changes_shares_and_exits_and_no_money():
    held = holding(target="130").book
    after = played(held, market(2, (50, 51, 49, 50), actions=[split(2, 2)]))
    (lot,) = after.book.lots
    assert (lot.quantity, lot.stop, lot.target) == (20, Decimal("45.0000"), Decimal("65.0000"))
    assert after.book.equity == held.equity == Decimal(100000)
    assert after.fills == ()


def test_a_split_reaches_an_order_that_waits():
    book = with_orders(seen(), [order()])
    after = played(book, market(1, (50, 51, 49, 50), actions=[split(1, 2)]))
    assert (after.fills[0].quantity, after.fills[0].notional) == (20, Decimal("1000.00"))
    assert after.book.lots[0].stop == Decimal("45.0000")


def test_a_dividend_is_paid_on_what_was_held_before_it_and_belongs_to_the_lot():
    held = holding().book
    # 100 / (100 - 2) = 1.0204...: two dollars a share
    paid = played(held, market(2, (98, 99, 97, 98), actions=[dividend(2, "1.02040816327")]))
    assert paid.book.cash == Decimal("99020.00")
    assert paid.book.ledger.of(Account.DIVIDENDS) == Decimal("-20.00")
    assert paid.book.equity == Decimal(100000)
    sold = played(with_orders(paid.book, [order(Side.SELL)]), market(3, (98, 99, 97, 98)))
    assert sold.outcomes[0].result is Result.BREAKEVEN


def test_a_dividend_pays_nobody_who_buys_on_its_own_session():
    book = with_orders(seen(), [order()])
    after = played(book, market(1, (98, 99, 97, 98), actions=[dividend(1, "1.02040816327")]))
    assert after.book.ledger.of(Account.DIVIDENDS) == 0


def test_model_cost_is_debited_to_the_last_digit():
    after = charged(seen(), Decimal("0.000123"))
    assert after.cash == Decimal("99999.999877")
    assert after.ledger.of(Account.MODEL_COST) == Decimal("0.000123")


def test_cost_that_the_cash_does_not_cover_is_owed_and_cash_stays_above_nothing():
    after = charged(opened_book("trend", Decimal(1000)), Decimal(1500))
    assert (after.cash, after.equity) == (0, Decimal(-500))
    assert after.ledger.of(Account.OWED) == Decimal(-500)


def test_without_limits_an_entry_is_bounded_by_the_cash_alone():
    book = with_orders(seen(), [order(quantity="5000", stop=None)])
    after = play_session(book, market(1, (101, 102, 100, 101)), FREE, limited=False)
    assert after.fills[0].quantity == 990
    assert after.book.cash == Decimal("10.00")


def test_the_arena_sees_the_book_as_it_stands():
    shown = holding().book.as_book("cmp_1")
    assert (shown.cash.amount, shown.quantity_of(AAPL)) == (Decimal("99000.00"), 10)
