"""Which positions have to be left."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from quorate.cycle.book_keeping.exits import lots_due
from quorate.kernel.ids import Symbol
from quorate.market.bar import Bar
from quorate.risk import Leg
from tests.unit.cycle.book_keeping.test_folding import FIRST, HELD, SECOND
from tests.unit.portfolio.test_kept_book import AAPL

LOT = replace(HELD.lots[0], target=Decimal(110), horizon=5, sessions=2)


def bar(high, session=SECOND):
    price = Decimal(100)
    return {AAPL: Bar(session, price, Decimal(high), price, price, Decimal(1))}


def legs(lots, bars, session=SECOND):
    return [(each.decision_id, each.leg, each.quantity) for each in lots_due(lots, bars, session)]


def test_a_target_is_due_at_its_price_and_not_below():
    assert legs([LOT], bar("109.99")) == []
    assert legs([LOT], bar("110")) == [("dec_1", Leg.TARGET, 10)]
    assert legs([LOT], bar("111")) == [("dec_1", Leg.TARGET, 10)]


def test_a_horizon_is_due_when_it_is_full():
    assert legs([replace(LOT, sessions=4)], {}) == []
    assert legs([replace(LOT, sessions=5)], {}) == [("dec_1", Leg.HORIZON, 10)]
    assert legs([replace(LOT, sessions=9)], bar(110)) == [("dec_1", Leg.TARGET, 10)]


def test_a_lot_without_exits_stays():
    assert legs([replace(LOT, target=None, horizon=None, sessions=99)], bar(500)) == []


def test_a_bar_of_before_the_entry_or_after_the_session_says_nothing():
    assert legs([LOT], bar(500, session=date(2012, 2, 29))) == []
    assert legs([LOT], bar(500, session=date(2012, 3, 9))) == []
    assert legs([LOT], bar(500, session=FIRST)) == [("dec_1", Leg.TARGET, 10)]


def test_lots_of_a_decision_are_left_together():
    other = replace(LOT, decision_id="dec_2", symbol=Symbol("IBM"), sessions=5)
    lots = [LOT, other, replace(LOT, quantity=Decimal(3))]
    assert legs(lots, bar(110)) == [("dec_1", Leg.TARGET, 13), ("dec_2", Leg.HORIZON, 10)]
