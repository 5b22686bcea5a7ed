"""The outcome link: read back from its row, or as far as a decision's orders tell."""

from decimal import Decimal

import pytest

from quorate.execution import OrderState
from quorate.execution.outcome_link import OutcomeStatus, link_of_orders, read_link
from quorate.kernel.errors import InvariantBrokenError
from quorate.risk import Leg
from tests.fakes.order_book import line, link, resting
from tests.fakes.order_rows import outcome_event


def test_a_link_is_read_back_from_its_row():
    told = outcome_event("win", pnl="18.00", closedAt="2012-08-20").payload
    found = read_link(told, run_id="run_1", seq=7)
    assert (found.status, found.pnl, found.is_closed) == (OutcomeStatus.WIN, Decimal(18), True)
    assert found.as_json() | {"legs": []} == {
        "decisionId": "dec_1",
        "orderIntentId": "a1-x-00",
        "brokerOrderId": "b-1",
        "fillIds": ["x1"],
        "positionSnapshotIds": ["psn_1"],
        "status": "win",
        "pnl": "18",
        "book": "replay",
        "symbol": "AAPL",
        "kind": "entry",
        "reason": None,
        "runId": "run_1",
        "openedAt": "2012-08-09",
        "closedAt": "2012-08-20",
        "legs": [],
    }


def test_what_did_not_happen_is_null():
    told = outcome_event("rejected", orderIntentId="", brokerOrderId="", fillIds=[]).payload
    tree = read_link(told).as_json()
    assert (tree["orderIntentId"], tree["brokerOrderId"], tree["pnl"]) == (None, None, None)


@pytest.mark.parametrize("broken", [{"status": "won"}, {"pnl": "much"}])
def test_a_row_that_is_none_is_an_error(broken):
    with pytest.raises(InvariantBrokenError):
        read_link(outcome_event().payload | broken)


@pytest.mark.parametrize(
    ("state", "filled", "status"),
    [
        (OrderState.FILLED, 10, OutcomeStatus.PENDING),
        (OrderState.WORKING, 0, OutcomeStatus.PENDING),
        (OrderState.SUBMIT_UNKNOWN, 0, OutcomeStatus.PENDING),
        (OrderState.CANCELED, 4, OutcomeStatus.PENDING),
        (OrderState.CANCELED, 0, OutcomeStatus.CANCELLED),
        (OrderState.EXPIRED, 0, OutcomeStatus.CANCELLED),
        (OrderState.REJECTED, 0, OutcomeStatus.REJECTED),
        (OrderState.DENIED, 0, OutcomeStatus.REJECTED),
    ],
)
def test_before_a_mark_the_orders_tell_how_far_it_came(state, filled, status):
    entry = line(state=state, filled=Decimal(filled))
    found = link_of_orders([entry, resting()])
    assert (found.status, found.order_intent_id) == (status, entry.client_order_id)


def test_a_decision_without_an_order_of_its_own_has_no_link():
    assert link_of_orders([]) is None
    assert link_of_orders([resting()]) is None
    assert link_of_orders([line(Leg.EXIT)]).is_sale


def test_what_counts_is_what_closed():
    assert link(OutcomeStatus.BREAKEVEN).is_closed
    assert not link(OutcomeStatus.PENDING).is_closed
