"""The sale that closes a position: bound to its entry, once however often it is asked for."""

from dataclasses import replace
from decimal import Decimal

import pytest

from quorate.execution import Execution, Order, OrderState, client_order_id
from quorate.execution.closing import closing_request, is_closing
from quorate.execution.recorded import RecordedOrder
from quorate.kernel.ids import BookName, TraceId
from quorate.risk import Leg, OrderKind, Side
from tests.fakes.clock import NOON
from tests.unit.risk.orders import AAPL, ENTRY

MARKET = replace(ENTRY, kind=OrderKind.MARKET, price=None)
SOLD = replace(MARKET, side=Side.SELL, leg=Leg.FLATTEN, protective_stop=None)


def recorded(request=MARKET, state=OrderState.FILLED, generation=0, filled=10):
    fills = (Execution(id="x", quantity=Decimal(filled), price=Decimal(100)),) if filled else ()
    id_ = client_order_id(
        request.decision_id, request.symbol, request.side, request.leg, generation=generation
    )
    return RecordedOrder(
        order=Order(client_order_id=id_, request=request, state=state, executions=fills),
        book=BookName("paper"),
        trace_id=TraceId("t"),
        generation=generation,
        expires_at=NOON,
    )


def test_all_that_is_held_is_sold_for_the_decision_that_opened_it():
    later = recorded(replace(MARKET, decision_id="dec_2", decision_hash="h2"))
    request, generation = closing_request(AAPL, Decimal(20), [recorded(), later])
    assert (request.leg, request.side, request.kind) == (Leg.FLATTEN, Side.SELL, OrderKind.MARKET)
    assert (request.decision_id, request.decision_hash) == ("dec_2", "h2")
    assert (request.quantity, request.intended_quantity, generation) == (20, 20, 0)


@pytest.mark.parametrize(
    ("state", "generation"),
    [
        pytest.param(OrderState.WORKING, 1, id="under way: the same again"),
        pytest.param(OrderState.SUBMIT_UNKNOWN, 1, id="in doubt: the same again"),
        pytest.param(OrderState.CANCELED, 2, id="over: another one"),
    ],
)
def test_a_sale_under_way_is_not_sent_twice(state, generation):
    sales = [recorded(SOLD, OrderState.REJECTED, 0, filled=0), recorded(SOLD, state, 1, filled=0)]
    _, found = closing_request(AAPL, Decimal(10), [recorded(), *sales])
    assert found == generation


def test_nothing_is_sold_that_is_not_held_or_that_nobody_here_bought():
    assert closing_request(AAPL, Decimal(0), [recorded()]) is None
    assert closing_request(AAPL, Decimal(10), []) is None
    assert closing_request(AAPL, Decimal(10), [recorded(filled=0)]) is None


@pytest.mark.parametrize(
    ("state", "leg", "held", "closing"),
    [
        pytest.param(OrderState.WORKING, Leg.FLATTEN, 10, True, id="all of it"),
        pytest.param(OrderState.SUBMIT_UNKNOWN, Leg.EXIT, 10, True, id="perhaps: not twice"),
        pytest.param(OrderState.WORKING, Leg.FLATTEN, 11, False, id="a part of it"),
        pytest.param(OrderState.INITIALIZED, Leg.FLATTEN, 10, False, id="never sent"),
        pytest.param(OrderState.CANCELED, Leg.FLATTEN, 10, False, id="over"),
        pytest.param(
            OrderState.WORKING, Leg.STOP, 10, False, id="a stop protects, it does not close"
        ),
    ],
)
def test_a_position_is_being_closed_when_sales_that_were_sent_cover_it(state, leg, held, closing):
    kind = OrderKind.STOP if leg is Leg.STOP else OrderKind.MARKET
    price = Decimal(95) if leg is Leg.STOP else None
    sale = recorded(replace(SOLD, leg=leg, kind=kind, price=price), state, filled=0)
    assert is_closing(Decimal(held), [recorded(), sale]) is closing
