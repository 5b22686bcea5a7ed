"""What orders and closed lots make of the outcomes of decisions."""

from dataclasses import replace
from decimal import Decimal

import pytest

from quorate.cycle.book_keeping.folding import Folded
from quorate.cycle.book_keeping.linking import outcomes_at
from quorate.cycle.book_keeping.outcome import (
    DecisionOrder,
    Fill,
    Linked,
    Refused,
    read_outcome,
)
from quorate.execution.order_table import OrderState
from quorate.kernel.canonical import as_json
from quorate.kernel.errors import InvariantBrokenError
from quorate.kernel.ids import DecisionId
from quorate.portfolio.kept_book import sold
from quorate.portfolio.lot import FillReason
from quorate.risk import Leg
from tests.unit.cycle.book_keeping.test_folding import HELD, SECOND
from tests.unit.cycle.book_keeping.test_standing import MARKED, OPENED, close, mark
from tests.unit.portfolio.test_kept_book import AAPL, sale, trade

BOUGHT = trade()
FILL = Fill(BOUGHT.id, Decimal(10), Decimal(100))


def order(leg=Leg.ENTRY, state=OrderState.FILLED, fills=(FILL,), decision="dec_1", id_="o-dec_1"):
    return DecisionOrder(
        client_order_id=id_,
        decision_id=DecisionId(decision),
        symbol=AAPL,
        leg=leg,
        state=state,
        broker_order_id=f"b-{id_}",
        fills=fills,
    )


def outcome(at, *orders, before=None, folded=None):
    """Return the one outcome that changes."""
    linked = Linked(
        orders={orders[0].decision_id: orders} if orders else {},
        outcomes={before.decision_id: before} if before else {},
    )
    (found,) = outcomes_at(at, linked, folded or Folded(book=at.kept, entered=(BOUGHT,)))
    return found


def closed_by(**parts):
    book, closings = sold(HELD, sale(**parts), SECOND)
    return Folded(book=book, closings=closings)


ENTERED = outcome(MARKED, order())


def test_an_entry_that_filled_pends_while_its_lots_are_held():
    assert (ENTERED.status, ENTERED.pnl, ENTERED.version) == ("pending", None, 1)
    assert (ENTERED.order_intent_id, ENTERED.broker_order_id) == ("o-dec_1", "b-o-dec_1")
    assert ENTERED.fill_ids == (BOUGHT.id,)
    assert ENTERED.position_snapshot_ids == (MARKED.snapshot_id,)
    assert (ENTERED.opened_at, ENTERED.closed_at) == (MARKED.at, "")
    (leg,) = ENTERED.legs
    assert (leg.leg, leg.quantity, leg.price, leg.session) == (Leg.ENTRY, 10, 100, MARKED.session)


def test_an_outcome_that_did_not_change_has_no_new_row():
    linked = Linked(orders={"dec_1": [order()]}, outcomes={"dec_1": ENTERED})
    assert outcomes_at(MARKED, linked, Folded(book=HELD)) == []


@pytest.mark.parametrize(
    ("price", "status", "pnl"),
    [
        pytest.param("110", "win", 100, id="win"),
        pytest.param("90", "loss", -100, id="loss"),
        pytest.param("100", "breakeven", 0, id="breakeven"),
    ],
)
def test_an_entry_is_what_its_lots_came_to(price, status, pnl):
    folded = closed_by(price=price, reason=FillReason.STOP, order="o-stop")
    at = mark(MARKED, close(SECOND, "cyc_2"), folded.book, folded.closings)
    stop = order(Leg.STOP, fills=(Fill(sale().id, Decimal(10), Decimal(price)),), id_="o-stop")
    found = outcome(at, order(), stop, before=ENTERED, folded=folded)
    assert (found.status, found.pnl, found.version) == (status, pnl, 2)
    assert (found.opened_at, found.closed_at) == (MARKED.at, at.at)
    assert found.position_snapshot_ids == (MARKED.snapshot_id, at.snapshot_id)
    assert [leg.leg for leg in found.legs] == [Leg.ENTRY, Leg.STOP]
    assert (found.legs[1].quantity, found.legs[1].pnl) == (10, pnl)


def test_what_another_decision_sold_counts_for_the_entry_and_not_for_the_sale():
    folded = closed_by(decision="dec_9", quantity="10", order="o-dec_9")
    at = mark(MARKED, close(SECOND, "cyc_2"), folded.book, folded.closings)
    fill = Fill(folded.closings[0].trade, Decimal(10), Decimal(110))
    exit_ = order(Leg.EXIT, fills=(fill,), decision="dec_9", id_="o-dec_9")
    linked = Linked(orders={"dec_1": [order()], "dec_9": [exit_]}, outcomes={"dec_1": ENTERED})
    entry, sale_ = outcomes_at(at, linked, folded)
    assert (entry.status, entry.pnl) == ("win", 100)
    assert [(leg.leg, leg.client_order_id) for leg in entry.legs] == [
        (Leg.ENTRY, "o-dec_1"),
        (Leg.EXIT, "o-dec_9"),
    ]
    assert (sale_.is_entry, sale_.status, sale_.pnl) == (False, "breakeven", 0)
    (leg,) = sale_.legs
    assert (leg.quantity, leg.price, leg.pnl) == (10, 110, 100)
    assert sale_.order_intent_id == "o-dec_9"


def test_an_entry_that_was_partly_sold_pends():
    folded = closed_by(quantity="4", order="o-1")
    at = mark(MARKED, close(SECOND, "cyc_2"), folded.book, folded.closings)
    half = outcome(at, order(), before=ENTERED, folded=folded)
    assert (half.status, half.pnl) == ("pending", None)
    book, closings = sold(folded.book, sale(quantity="6", price="90", order="o-2"), SECOND)
    rest = Folded(book=book, closings=closings)
    last = mark(at, close(SECOND, "cyc_3"), book, closings)
    done = outcome(last, order(), before=half, folded=rest)
    assert (done.status, done.pnl) == ("loss", -20)
    assert [leg.pnl for leg in done.legs] == [None, 40, -60]


def test_two_fills_of_one_exit_are_one_leg_at_their_average():
    one, first = sold(HELD, sale(quantity="4", price="110", order="o-1", id="x1"), SECOND)
    two, second = sold(one, sale(quantity="6", price="120", order="o-1", id="x2"), SECOND)
    folded = Folded(book=two, closings=(*first, *second))
    at = mark(MARKED, close(SECOND, "cyc_2"), two, folded.closings)
    done = outcome(at, order(), before=ENTERED, folded=folded)
    assert (done.legs[1].quantity, done.legs[1].price, done.legs[1].fill_ids) == (
        10,
        116,
        ("x1", "x2"),
    )


@pytest.mark.parametrize(
    ("state", "status"),
    [
        pytest.param(OrderState.WORKING, "pending", id="it works"),
        pytest.param(OrderState.SUBMIT_UNKNOWN, "pending", id="nobody knows"),
        pytest.param(OrderState.CANCELED, "cancelled", id="cancelled"),
        pytest.param(OrderState.EXPIRED, "cancelled", id="expired"),
        pytest.param(OrderState.REJECTED, "rejected", id="the broker refused"),
        pytest.param(OrderState.DENIED, "rejected", id="we refused"),
    ],
)
@pytest.mark.parametrize("leg", [Leg.ENTRY, Leg.EXIT], ids=lambda leg: leg.value)
def test_an_order_without_a_fill_ends_as_its_order_did(state, status, leg):
    at = mark(OPENED, close(), OPENED.kept)
    found = outcome(at, order(leg, state, fills=()), folded=Folded(book=OPENED.kept))
    assert (found.status, found.pnl, found.opened_at) == (status, None, "")
    assert bool(found.closed_at) == (status != "pending")
    assert found.position_snapshot_ids == ()


def test_a_late_fill_takes_a_cancelled_entry_up_again():
    at = mark(OPENED, close(), OPENED.kept)
    gone = outcome(at, order(state=OrderState.CANCELED, fills=()), folded=Folded(book=at.kept))
    again = outcome(MARKED, order(state=OrderState.FILLED), before=gone)
    assert (again.status, again.closed_at, again.version) == ("pending", "", 2)


def test_a_fill_that_came_after_the_fold_is_left_to_the_next_mark():
    at = mark(OPENED, close(), OPENED.kept)
    found = outcome(at, order(), folded=Folded(book=OPENED.kept))
    assert (found.status, found.fill_ids, found.legs[0].state) == (
        "pending",
        (),
        OrderState.PARTIALLY_FILLED,
    )


def test_a_decision_that_came_to_no_order_is_rejected():
    refused = Refused(DecisionId("dec_5"), AAPL, is_entry=True, reason="COOLDOWN")
    (found,) = outcomes_at(MARKED, Linked(refused=(refused,)), Folded(book=HELD))
    assert (found.status, found.reason, found.order_intent_id) == ("rejected", "COOLDOWN", "")
    assert found.closed_at == MARKED.at


def test_lots_that_nobody_here_ordered_have_no_outcome():
    folded = closed_by(quantity="10")
    at = mark(MARKED, close(SECOND, "cyc_2"), folded.book, folded.closings)
    assert outcomes_at(at, Linked(), folded) == []


def test_an_outcome_is_read_back_without_loss():
    folded = closed_by(price="110", reason=FillReason.TARGET, order="o-target")
    at = mark(MARKED, close(SECOND, "cyc_2"), folded.book, folded.closings)
    done = outcome(at, order(), before=ENTERED, folded=folded)
    for each in (ENTERED, done):
        assert read_outcome(as_json(each.payload())) == each
    assert done.event().stream == "outcome:dec_1"
    for broken in ({}, {**as_json(done.payload()), "legs": {}}, {**done.payload(), "fillIds": ""}):
        with pytest.raises(InvariantBrokenError):
            read_outcome(broken)


def test_a_replaced_entry_is_the_newest_of_its_orders():
    first = order(state=OrderState.REPLACED, fills=(), id_="o-1")
    found = outcome(MARKED, first, replace(order(), client_order_id="o-2"))
    assert found.order_intent_id == "o-2"
