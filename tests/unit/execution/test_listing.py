"""Orders as lists show them: one view each, names that scripts rely on, exact numbers."""

from decimal import Decimal

import pytest

from quorate.execution import ORDER_TABLE, OrderEvent, OrderState
from quorate.execution.listing import (
    CANCELLABLE,
    STATES_OF,
    OrderView,
    exact,
    order_kind_words,
)
from quorate.execution.order_table import Effect
from quorate.risk import Leg, OrderKind
from tests.fakes.order_book import line, protection, resting


def test_every_state_is_in_exactly_one_view_beside_all():
    apart = [view for view in OrderView if view is not OrderView.ALL]
    for state in sorted(OrderState):
        assert sum(state in STATES_OF[view] for view in apart) == 1, state
    assert STATES_OF[OrderView.ALL] == frozenset(OrderState)


@pytest.mark.parametrize("state", sorted(OrderState))
def test_what_may_be_cancelled_is_what_the_table_lets_a_person_cancel(state):
    move = ORDER_TABLE[state, OrderEvent.CANCEL_REQUESTED]
    asked = move.effect is Effect.MOVE
    assert (state in CANCELLABLE) == (asked or state is OrderState.INITIALIZED)


def test_a_protective_stop_is_not_cancelled_by_hand():
    assert not resting().can_be_cancelled
    assert line(state=OrderState.WORKING).can_be_cancelled
    assert not line().can_be_cancelled


def test_the_names_that_scripts_rely_on():
    tree = line(stop=protection()).as_json()
    assert {
        *("orderId", "clientOrderId", "decisionId", "traceId", "symbol", "side", "qty"),
        *("filledQty", "avgPrice", "status", "submittedAt"),
    } <= set(tree)
    assert (tree["side"], tree["qty"], tree["avgPrice"]) == ("BUY", "10", "100.1")
    assert tree["protectiveStop"]["price"] == "95"
    assert tree["orderId"] == tree["clientOrderId"]


@pytest.mark.parametrize("state", [OrderState.INITIALIZED, OrderState.DENIED])
def test_what_never_left_this_machine_was_never_submitted(state):
    told = line(state=state, filled=Decimal(0), average_price=None).as_json()
    assert (told["submittedAt"], told["avgPrice"]) == (None, None)
    assert told["status"] == state.value.lower()


def test_an_order_that_nobody_knows_of_is_in_doubt():
    assert line(state=OrderState.SUBMIT_UNKNOWN).in_doubt
    assert not line().in_doubt


@pytest.mark.parametrize(
    ("number", "text"),
    [("18", "18"), ("0.250", "0.25"), ("584.50", "584.5"), ("100", "100"), ("0", "0")],
)
def test_numbers_are_exact_and_short(number, text):
    assert exact(Decimal(number)) == text


def test_a_kind_is_told_with_its_price():
    assert order_kind_words(OrderKind.MARKET, None) == "market"
    assert order_kind_words(OrderKind.STOP, Decimal("95.00")) == "stop 95"
    assert line(Leg.EXIT).request.reduce_only
