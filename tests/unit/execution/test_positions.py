"""Positions as lists show them: the broker's word beside ours, and what protects them."""

from decimal import Decimal

import pytest

from quorate.execution.broker import BrokerPosition
from quorate.execution.closing import open_sales
from quorate.execution.positions import Positions, Source, own_lines, position_lines
from quorate.risk import Leg
from tests.fakes.order_book import AT, position
from tests.fakes.order_rows import AAPL, BOOK, OrderTold, bought, request

TOLD = BrokerPosition(
    symbol=AAPL,
    quantity=Decimal(10),
    average_price=Decimal("100.10"),
    market_value=Decimal("1020.00"),
)


def stop(quantity="10"):
    return OrderTold(request=request(Leg.STOP, quantity)).sent().works("b-2").recorded


def sale(quantity="10"):
    return OrderTold(request=request(Leg.EXIT, quantity)).sent().works("b-3").recorded


def lines(*orders, told=(TOLD,), ours="10"):
    held = {AAPL: Decimal(ours)} if ours else {}
    return position_lines(told, held, {AAPL: [bought().recorded, *orders]})


def test_a_position_tells_its_worth_its_stop_and_its_decision():
    (line,) = lines(stop())
    assert (line.unrealized, line.stop, line.stopped) == (Decimal("19.00"), 95, 10)
    assert (line.decision_id, line.unprotected, line.differs) == ("dec_1", 0, False)
    assert line.risk_at_stop == Decimal("70.00")
    assert {"symbol", "qty", "avgPrice", "marketValue", "unrealizedPnl"} <= set(line.as_json())


def test_shares_without_a_stop_are_unprotected_unless_they_are_being_sold():
    assert lines()[0].unprotected == 10
    assert lines(stop("4"))[0].unprotected == 6
    assert lines(sale())[0].unprotected == 0


def test_a_stop_is_no_sale_under_way():
    assert open_sales([stop(), sale()]) == [sale()]


def test_what_only_one_of_us_knows_of_differs():
    (foreign,) = position_lines([TOLD], {}, {})
    assert (foreign.differs, foreign.ours, foreign.decision_id) == (True, 0, None)
    (lost,) = lines(told=())
    assert (lost.differs, lost.quantity, lost.market_value) == (True, 0, None)


def test_without_a_broker_our_own_fills_tell_no_prices():
    (line,) = own_lines(lines(stop()))
    assert (line.quantity, line.average_price, line.unrealized, line.change) == (10, *[None] * 3)
    assert own_lines(position_lines([TOLD], {}, {})) == ()


def test_a_price_above_the_stop_only_is_at_risk():
    assert position(market_value=Decimal(900)).risk_at_stop == 0
    assert position(stop=None).risk_at_stop is None


@pytest.mark.parametrize("source", sorted(Source))
def test_who_says_so_is_told(source):
    held = Positions(
        book=BOOK, mode="PAPER", source=source, read_at=AT, as_of=AT, items=(position(),)
    )
    head = held.head_json()
    assert (head["source"], head["isStale"]) == (source.value, source is not Source.BROKER)
    assert held.worth == 1020
