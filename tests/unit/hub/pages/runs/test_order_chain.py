"""From decision to outcome: each hop as far as the orders came."""

from dataclasses import replace
from decimal import Decimal

import pytest

from quorate.bootstrap.ordering import DecisionOrders
from quorate.execution import OrderState
from quorate.execution.outcome_link import OutcomeStatus
from quorate.hub.pages.runs.chain import HopState
from quorate.hub.pages.runs.order_chain import order_hops, order_words
from quorate.risk import Leg
from tests.fakes.order_book import line, link, resting
from tests.unit.arena.casts import BUY, ballot, decided

DECISION = decided(ballot(BUY, BUY))
NOTHING = {"filled": Decimal(0), "average_price": None, "executed": ()}


def chain(*orders, outcome=None):
    hops = order_hops(DECISION, DecisionOrders(orders=orders, outcome=outcome))
    return {hop.name: (hop.value, hop.state) for hop in hops}


def test_a_run_by_itself_sends_nothing():
    assert chain() == {"Order": ("none sent", HopState.NONE)}
    assert order_words(DecisionOrders(orders=(), outcome=None)) == ("no order sent", "")


def test_what_its_cycle_refused_says_why():
    refused = link(OutcomeStatus.REJECTED, order_intent_id="", reason="backtest_gate")
    (hop,) = order_hops(DECISION, DecisionOrders(orders=(), outcome=refused))
    assert (hop.state, hop.note) == (HopState.FAILED, "refused: backtest gate")


def test_before_a_decision_and_where_nothing_can_be_read_there_is_no_hop():
    assert order_hops(None, None) == ()
    assert order_hops(DECISION, None) == ()


def test_an_open_position_waits_for_its_outcome():
    assert chain(line(), resting(), outcome=link(OutcomeStatus.PENDING)) == {
        "Order intent": ("BUY 10 AAPL", HopState.DONE),
        "Broker order": ("filled", HopState.DONE),
        "Fills": ("10 @ 100.10", HopState.DONE),
        "Protective stop": ("resting 95.00", HopState.DONE),
        "Position": ("open", HopState.WAIT),
        "Outcome": ("pending", HopState.WAIT),
    }


def test_a_closed_one_tells_its_exit_and_what_it_came_to():
    released = resting(state=OrderState.CANCELED)
    sale = line(Leg.TARGET, average_price=Decimal("102.00"))
    told = chain(line(), released, sale, outcome=link())
    assert told["Protective stop"] == ("released 95.00", HopState.DONE)
    assert told["Exit: target"] == ("10 @ 102.00", HopState.DONE)
    assert told["Outcome"] == ("win, +$18.00", HopState.DONE)


def test_a_stop_that_was_hit_is_the_exit():
    hit = resting(state=OrderState.FILLED, filled=Decimal(10), average_price=Decimal("94.90"))
    told = chain(line(), hit, outcome=link(OutcomeStatus.LOSS, pnl=Decimal("-52.00")))
    assert told["Protective stop"] == ("hit 95.00", HopState.DONE)
    assert told["Exit: stop"] == ("10 @ 94.90", HopState.DONE)
    assert told["Outcome"] == ("loss, \N{MINUS SIGN}$52.00", HopState.DONE)


def test_a_position_without_a_stop_is_a_failure():
    assert chain(line())["Protective stop"] == ("none", HopState.FAILED)


@pytest.mark.parametrize(
    ("state", "broker", "fills"),
    [
        (OrderState.DENIED, ("never sent", HopState.FAILED), HopState.NONE),
        (OrderState.INITIALIZED, ("never sent", HopState.NOW), HopState.WAIT),
        (OrderState.SUBMIT_UNKNOWN, ("submit unknown", HopState.NOW), HopState.WAIT),
        (OrderState.WORKING, ("working", HopState.DONE), HopState.WAIT),
        (OrderState.REJECTED, ("rejected", HopState.FAILED), HopState.NONE),
    ],
)
def test_an_order_without_fills_says_where_it_is(state, broker, fills):
    told = chain(line(state=state, **NOTHING))
    assert told["Broker order"] == broker
    assert told["Fills"] == ("none", fills)
    assert "Protective stop" not in told


def test_a_sale_that_was_decided_has_no_stop_of_its_own():
    sale = line(Leg.EXIT)
    told = chain(sale, outcome=replace(link(OutcomeStatus.BREAKEVEN), is_sale=True))
    assert list(told) == ["Order intent", "Broker order", "Fills", "Outcome"]
    assert told["Outcome"] == ("breakeven", HopState.DONE)
    assert order_words(DecisionOrders(orders=(sale,), outcome=None)) == ("order filled", "gain")
