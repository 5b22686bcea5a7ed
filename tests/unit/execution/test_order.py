"""An order as it stands, whatever arrives in whatever sequence."""

from dataclasses import replace
from decimal import Decimal

import pytest

from quorate.execution import (
    Alert,
    Execution,
    Order,
    OrderEvent,
    OrderState,
    Told,
    client_order_id,
    executed,
    happened,
    proven_absent,
    told,
)
from quorate.kernel.errors import ConflictError
from tests.unit.risk.orders import ENTRY

NEW = Order(
    client_order_id=client_order_id(ENTRY.decision_id, ENTRY.symbol, ENTRY.side, ENTRY.leg),
    request=ENTRY,
)
SENT = happened(NEW, OrderEvent.SEND).order
WORKING = replace(SENT, state=OrderState.WORKING, broker_order_id="b1")


def shares(id_, quantity, price="100"):
    return Execution(id=id_, quantity=Decimal(quantity), price=Decimal(price))


def status(word, filled="0", price=None):
    return Told(
        status=word,
        broker_order_id="b1",
        filled=Decimal(filled),
        average_price=Decimal(price) if price else None,
    )


def state(change):
    return change.order.state.value


def test_two_slices_fill_an_order():
    half = executed(WORKING, shares("x1", 4, "100.00"))
    assert (state(half), half.order.filled) == ("PARTIALLY_FILLED", 4)
    whole = executed(half.order, shares("x2", 6, "101.00"))
    assert (state(whole), whole.order.average_price) == ("FILLED", Decimal("100.6"))
    assert whole.order.is_over
    assert whole.alerts == ()


def test_a_repeated_execution_changes_nothing():
    half = executed(WORKING, shares("x1", 4)).order
    assert executed(half, shares("x1", 4)).order == half


def test_more_than_was_ordered_halts():
    change = executed(WORKING, shares("x1", 11))
    assert change.alerts == (Alert.OVERFILL,)
    assert change.halts


@pytest.mark.parametrize("over", ["FILLED", "REJECTED", "DENIED", "INITIALIZED"])
def test_an_execution_that_cannot_be_halts(over):
    change = executed(replace(WORKING, state=OrderState(over)), shares("x9", 1))
    assert Alert.IMPOSSIBLE_EXECUTION in change.alerts
    assert change.halts
    assert (state(change), change.order.filled) == (over, 1)


def test_a_fill_that_overtakes_the_cancellation_counts():
    gone = replace(WORKING, state=OrderState.CANCELED)
    part = executed(gone, shares("x1", 4))
    assert (state(part), part.alerts, part.halts) == (
        "CANCELED",
        (Alert.LATE_EXECUTION,),
        False,
    )
    whole = executed(gone, shares("x1", 10))
    assert (state(whole), whole.alerts) == ("FILLED", (Alert.LATE_EXECUTION,))


@pytest.mark.parametrize("ended", ["EXPIRED", "REPLACED"])
def test_a_late_execution_is_booked_and_the_end_stays(ended):
    change = executed(replace(WORKING, state=OrderState(ended)), shares("x1", 10))
    assert (state(change), change.order.filled) == (ended, 10)
    assert change.alerts == (Alert.LATE_EXECUTION,)


def test_a_refused_cancellation_leads_back():
    half = executed(WORKING, shares("x1", 4)).order
    asked = happened(half, OrderEvent.CANCEL_REQUESTED).order
    assert asked.state is OrderState.PENDING_CANCEL
    assert state(happened(asked, OrderEvent.CANCEL_REJECTED)) == "PARTIALLY_FILLED"


def test_a_refused_cancellation_that_nobody_remembers_leads_to_working():
    lost = replace(WORKING, state=OrderState.PENDING_CANCEL)
    assert state(happened(lost, OrderEvent.CANCEL_REJECTED)) == "WORKING"


def test_a_cancellation_is_never_resolved_by_waiting():
    asked = happened(WORKING, OrderEvent.CANCEL_REQUESTED).order
    assert state(happened(asked, OrderEvent.AMBIGUOUS)) == "PENDING_CANCEL"
    assert state(told(asked, status("new"))) == "PENDING_CANCEL"
    assert state(told(asked, status("canceled"))) == "CANCELED"


def test_an_order_that_the_broker_does_not_know_goes_out_again_while_there_is_time():
    unknown = happened(SENT, OrderEvent.AMBIGUOUS).order
    again = proven_absent(unknown, in_time=True)
    assert state(again) == "SUBMITTED"
    assert again.order.client_order_id == SENT.client_order_id
    over = proven_absent(unknown, in_time=False)
    assert (state(over), over.order.reason) == ("REJECTED", "NEVER_ACCEPTED")


def test_only_an_order_in_doubt_can_be_proven_absent():
    with pytest.raises(ConflictError):
        proven_absent(WORKING, in_time=True)


def test_an_answer_that_was_lost_is_found_out():
    unknown = happened(SENT, OrderEvent.AMBIGUOUS).order
    change = told(unknown, status("partially_filled", "4", "99.50"))
    assert (state(change), change.order.filled) == ("PARTIALLY_FILLED", 4)
    assert change.order.average_price == Decimal("99.5")
    assert change.order.broker_order_id == "b1"


def test_what_the_stream_lost_the_status_makes_up_for():
    half = executed(WORKING, shares("x1", 4, "100")).order
    change = told(half, status("filled", "10", "100.6"))
    assert state(change) == "FILLED"
    assert [each.quantity for each in change.order.executions] == [4, 6]
    assert change.order.average_price == Decimal("100.6")


def test_a_status_that_is_older_than_what_is_known_moves_nothing_back():
    half = executed(WORKING, shares("x1", 4)).order
    for word in ("new", "accepted", "pending_new"):
        assert told(half, status(word, "4")).order.state is OrderState.PARTIALLY_FILLED
    filled = executed(WORKING, shares("x1", 10)).order
    assert state(told(filled, status("new", "10"))) == "FILLED"


def test_fewer_filled_shares_than_before_are_an_alert_and_no_step_back():
    half = executed(WORKING, shares("x1", 4)).order
    change = told(half, status("partially_filled", "3"))
    assert (change.order.filled, change.alerts) == (4, (Alert.QUANTITY_FELL,))


def test_a_word_that_nobody_knows_keeps_the_state_and_is_told():
    change = told(WORKING, status("pondering"))
    assert (state(change), change.alerts) == ("WORKING", (Alert.UNKNOWN_STATUS,))


def test_filled_is_believed_only_with_its_shares():
    assert state(told(WORKING, status("filled", "4", "100"))) == "PARTIALLY_FILLED"


def test_nobody_can_tell_of_an_order_that_was_never_sent():
    with pytest.raises(ConflictError):
        told(NEW, status("new"))


def test_what_the_table_forbids_is_a_conflict_and_changes_nothing():
    with pytest.raises(ConflictError, match="does not allow 'send'"):
        happened(WORKING, OrderEvent.SEND)


def test_a_denial_keeps_its_reason():
    denied = happened(NEW, OrderEvent.DENY, reason="TRADING_HALTED").order
    assert (denied.state, denied.reason) == (OrderState.DENIED, "TRADING_HALTED")


def test_nothing_has_an_average_price_before_it_fills():
    assert NEW.average_price is None
