"""A kept book: lots and ledger by its own executions."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from quorate.kernel.errors import InvariantBrokenError
from quorate.kernel.ids import DecisionId, Symbol
from quorate.market.actions import ActionKind, CorporateAction
from quorate.portfolio.kept_book import (
    Plan,
    Trade,
    acted,
    bought,
    marked_at,
    opened_kept_book,
    shared_out,
    sold,
)
from quorate.portfolio.ledger import Account
from quorate.portfolio.lot import FillReason
from quorate.portfolio.side import Side

AAPL, IBM = Symbol("AAPL"), Symbol("IBM")
FIRST, SECOND = date(2012, 3, 1), date(2012, 3, 2)
OPENED = opened_kept_book(Decimal(10_000))
PLAN = Plan(stop=Decimal(95), target=Decimal(120), horizon=20)


def trade(decision="dec_1", quantity="10", price="100", **parts):
    told = {
        "id": f"x-{decision}-{quantity}",
        "order": f"o-{decision}",
        "decision_id": DecisionId(decision),
        "symbol": AAPL,
        "side": Side.BUY,
        "reason": FillReason.ENTRY,
        "quantity": Decimal(quantity),
        "price": Decimal(price),
    }
    return Trade(**{**told, **parts})


def sale(decision="dec_1", quantity="10", price="110", reason=FillReason.SALE, **parts):
    told = {"id": f"s-{decision}-{quantity}", "side": Side.SELL, "reason": reason}
    return trade(decision, quantity, price, **{**told, **parts})


def test_an_entry_moves_cash_into_a_position():
    book = bought(OPENED, trade(price="100.05", fee=Decimal("0.35")), FIRST, PLAN)
    assert book.cash == Decimal("8999.15")
    assert book.ledger.of(Account.POSITIONS) == Decimal("1000.50")
    assert book.ledger.of(Account.FEES) == Decimal("0.35")
    (lot,) = book.lots
    assert (lot.opened, lot.stop, lot.target, lot.horizon) == (FIRST, 95, 120, 20)
    assert book.equity == Decimal("9999.65")


def test_a_price_that_was_worked_out_of_an_average_costs_what_was_paid():
    noisy = Decimal("33.33499999999999999999999999")
    assert trade(quantity="3", price=str(noisy)).notional == Decimal("100.00")
    assert trade(quantity="1", price="100.125").notional == Decimal("100.12")


def test_a_broker_that_books_fractions_of_a_cent_is_followed():
    told = trade(quantity="0.000123456", price="61234.56", in_cents=False)
    book = bought(OPENED, told, FIRST, PLAN)
    assert book.cash == 10_000 - Decimal("7.5597738394")
    book, (closing,) = sold(book, replace(told, side=Side.SELL), FIRST)
    assert (book.cash, closing.pnl) == (10_000, 0)


def test_a_sale_closes_the_oldest_lots_first():
    book = bought(OPENED, trade("dec_1", "10", "100"), FIRST, PLAN)
    book = bought(book, trade("dec_2", "10", "104"), SECOND, PLAN)
    book, closings = sold(book, sale("dec_9", "15", "110", fee=Decimal("0.30")), SECOND)
    assert [(each.decision_id, each.quantity, each.pnl) for each in closings] == [
        ("dec_1", 10, Decimal("99.80")),
        ("dec_2", 5, Decimal("29.90")),
    ]
    assert [(lot.decision_id, lot.quantity, lot.cost) for lot in book.lots] == [("dec_2", 5, 520)]
    assert book.ledger.of(Account.GAINS) == -130


@pytest.mark.parametrize(
    "reason", [FillReason.STOP, FillReason.TARGET, FillReason.HORIZON], ids=lambda each: each.value
)
def test_an_exit_that_was_set_for_a_decision_closes_its_own_lots_first(reason):
    book = bought(OPENED, trade("dec_1"), FIRST, PLAN)
    book = bought(book, trade("dec_2"), SECOND, PLAN)
    book, closings = sold(book, sale("dec_2", "12", reason=reason), SECOND)
    assert [(each.decision_id, each.quantity) for each in closings] == [("dec_2", 10), ("dec_1", 2)]
    assert [(lot.decision_id, lot.quantity) for lot in book.lots] == [("dec_1", 8)]


def test_two_fills_of_one_decision_are_two_lots_that_close_apart():
    book = bought(OPENED, trade(quantity="4", price="100"), FIRST, PLAN)
    book = bought(book, trade(quantity="6", price="101"), FIRST, PLAN)
    book, closings = sold(book, sale(quantity="5", price="110"), FIRST)
    assert [(each.quantity, each.cost) for each in closings] == [(4, 400), (1, 101)]
    assert [(lot.quantity, lot.cost) for lot in book.lots] == [(5, 505)]


def test_what_is_not_held_cannot_be_sold():
    book = bought(OPENED, trade(), FIRST, PLAN)
    with pytest.raises(InvariantBrokenError, match="1 more than the book holds"):
        sold(book, sale(quantity="11"), SECOND)
    with pytest.raises(InvariantBrokenError):
        sold(book, sale(symbol=IBM), SECOND)


def test_a_rest_of_division_is_no_position():
    third = Decimal(10) / 3
    book = bought(OPENED, trade(quantity=str(third)), FIRST, PLAN)
    book, _ = sold(book, sale(quantity="3.333333333"), SECOND)
    assert book.lots == ()


def test_a_split_changes_shares_and_exits_and_nothing_else():
    book = bought(OPENED, trade(), FIRST, PLAN)
    split = CorporateAction(
        session=SECOND, kind=ActionKind.SPLIT, ratio=Decimal(2), numerator=2, denominator=1
    )
    after = acted(book, AAPL, split)
    (lot,) = after.lots
    assert (lot.quantity, lot.cost, lot.stop, lot.target) == (20, 1000, Decimal("47.5"), 60)
    assert after.price_of(AAPL) == 50
    assert (after.cash, after.equity) == (book.cash, book.equity)
    assert acted(book, IBM, split) == book


def test_a_dividend_is_paid_on_all_shares_and_shared_out_among_the_lots():
    book = bought(OPENED, trade("dec_1", "1", "100"), FIRST, PLAN)
    book = bought(book, trade("dec_2", "2", "100"), FIRST, PLAN)
    dividend = CorporateAction(
        session=SECOND, kind=ActionKind.DIVIDEND, ratio=Decimal(100) / Decimal("99.67")
    )
    after = acted(book, AAPL, dividend)
    assert after.cash == book.cash + Decimal("0.99")
    assert [lot.income for lot in after.lots] == [Decimal("0.33"), Decimal("0.66")]
    _, closings = sold(after, sale("dec_9", "3", "100"), SECOND)
    assert [each.pnl for each in closings] == [Decimal("0.33"), Decimal("0.66")]


def test_cash_below_nothing_is_lent_and_paid_back_first():
    book = bought(OPENED, trade(quantity="110"), FIRST, PLAN)
    assert (book.cash, book.ledger.of(Account.CASH)) == (-1000, 0)
    assert book.ledger.of(Account.OWED) == -1000
    book, _ = sold(book, sale(quantity="20", price="100"), SECOND)
    assert (book.ledger.of(Account.OWED), book.ledger.of(Account.CASH)) == (0, 1000)


def test_a_mark_takes_new_prices_and_keeps_the_last_of_what_has_none():
    book = bought(OPENED, trade(), FIRST, PLAN)
    book = bought(book, trade(symbol=IBM, price="200", quantity="1"), FIRST, PLAN)
    marked = marked_at(book, {AAPL: Decimal(105)}, lambda lot: lot.sessions + 1)
    assert dict(marked.prices) == {AAPL: 105, IBM: 200}
    assert [lot.sessions for lot in marked.lots] == [1, 1]
    assert marked.equity == marked.cash + 1250
    unpriced = replace(book, prices={})
    assert unpriced.price_of(IBM) == 200


def test_parts_of_an_amount_add_up_to_it():
    assert shared_out(Decimal("1.00"), [Decimal(1)] * 3) == [
        Decimal("0.33"),
        Decimal("0.34"),
        Decimal("0.33"),
    ]
