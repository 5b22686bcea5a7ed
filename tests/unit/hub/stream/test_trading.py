"""Trading as the stream tells it: by which name, and about what."""

from dataclasses import replace

import pytest

from quorate.execution import OrderState
from quorate.hub.stream.envelope import TYPES, event_of
from quorate.risk import TradingState
from tests.unit.hub.stream.feeds import parsed, row

ASKED_FOR = {
    *("order.submitted", "order.updated", "order.filled", "order.rejected"),
    *("outcome.updated", "position.snapshot", "cycle.state"),
    *("safety.halted", "safety.resumed", "audit.violation", "notice", "breaker.state"),
}
"""Source: UI 3."""


def told(kind, **changes):
    (envelope,) = parsed(event_of(row(7, kind, **changes)).message)
    return envelope


def test_every_name_that_pages_were_promised_is_told():
    assert ASKED_FOR <= TYPES


@pytest.mark.parametrize(
    ("kind", "name", "data"),
    [
        (
            "cycle.started",
            "cycle.state",
            {
                "state": "FETCHING_DATA",
                "number": 7,
                "book": "replay",
                "trigger": "replay",
                "session": "2012-06-29",
                "symbols": ["AAPL", "IBM"],
            },
        ),
        (
            "cycle.stepped",
            "cycle.state",
            {
                "state": "ANALYZING_MARKET",
                "from": "FETCHING_DATA",
                "number": 7,
                "book": "replay",
                "step": "DataFetching",
                "success": True,
            },
        ),
        (
            "cycle.ended",
            "cycle.state",
            {
                "state": "WAITING_FOR_NEXT_CYCLE",
                "from": "AUDITING",
                "number": 7,
                "book": "replay",
                "failed": False,
                "auditPassed": False,
                "violations": 1,
            },
        ),
        (
            "cycle.skipped",
            "cycle.state",
            {"state": "skipped", "book": "replay", "reason": "one is running", "skipped": 3},
        ),
        (
            "scheduler.moved",
            "cycle.state",
            {"state": "scheduler running", "nextStartAt": "2026-11-21T12:15:00.000000Z"},
        ),
        (
            "order.intended",
            "order.updated",
            {
                "orderId": "q-1",
                "state": "INITIALIZED",
                "from": None,
                "side": "BUY",
                "leg": "entry",
                "quantity": "3",
            },
        ),
        (
            "order.moved",
            "order.filled",
            {
                "orderId": "q-1",
                "state": "FILLED",
                "from": "WORKING",
                "filled": "3",
                "averagePrice": "583.98",
                "reason": "",
            },
        ),
        ("order.resized", "order.updated", {"orderId": "q-1", "quantity": "6"}),
        (
            "trading.moved",
            "safety.halted",
            {"state": "HALTED", "from": "ACTIVE", "reason": "odd fills", "by": "operator"},
        ),
        (
            "halt.ended",
            "safety.settled",
            {"haltId": "hlt_1", "scope": "cancel", "cancelled": 2, "unconfirmed": 1},
        ),
        ("halt.drilled", "safety.drilled", {"haltId": "hlt_1", "passed": True}),
        (
            "lock.set",
            "breaker.state",
            {
                "name": "COOLDOWN",
                "state": "open",
                "reason": "sold in this session",
                "until": "2012-07-03",
            },
        ),
        (
            "lock.lifted",
            "breaker.state",
            {"name": "NEW_RISK_PAUSED", "state": "closed", "reason": "clear", "until": None},
        ),
        (
            "book.marked",
            "position.snapshot",
            {
                "snapshotId": "psn_1",
                "session": "2012-06-29",
                "cash": "98000.00",
                "equity": "100012.50",
                "positions": 1,
            },
        ),
        ("outcome.moved", "outcome.updated", {"status": "win", "pnl": "12.50", "book": "replay"}),
        (
            "alert.raised",
            "notice",
            {
                "alertId": "alr_1",
                "kind": "cash_gap",
                "severity": "error",
                "text": "the broker has $5.00 more",
            },
        ),
        ("alert.acknowledged", "notice", {"alertId": "alr_1", "acknowledgedBy": "operator"}),
    ],
)
def test_a_row_is_told_with_what_a_page_needs(kind, name, data):
    envelope = told(kind)
    assert (envelope["type"], envelope["data"]) == (name, data)


OWN_NAMES = {
    "SUBMITTED": "order.submitted",
    "FILLED": "order.filled",
    "REJECTED": "order.rejected",
    "DENIED": "order.rejected",
}


@pytest.mark.parametrize("state", sorted(OrderState))
def test_an_order_that_moved_has_the_name_of_its_state(state):
    name = told("order.moved", **{"from": "somewhere", "to": state.value})["type"]
    assert name == OWN_NAMES.get(state, "order.updated")


@pytest.mark.parametrize("state", sorted(OrderState))
def test_an_order_that_changed_where_it_was_is_an_update(state):
    assert (
        told("order.moved", **{"from": state.value, "to": state.value})["type"] == "order.updated"
    )


@pytest.mark.parametrize("state", sorted(TradingState))
def test_whatever_holds_trading_back_is_told_as_halted(state):
    wanted = "safety.resumed" if state is TradingState.ACTIVE else "safety.halted"
    assert told("trading.moved", to=state.value)["type"] == wanted


def test_a_violation_is_told_as_one():
    alert = row(7, "alert.raised")
    violation = replace(alert, payload=alert.payload.replace("cash_gap", "audit_violation"))
    (envelope,) = parsed(event_of(violation).message)
    assert envelope["type"] == "audit.violation"


@pytest.mark.parametrize(
    ("kind", "about"),
    [
        ("cycle.started", (None, "cyc_1", None)),
        ("order.intended", ("AAPL", None, "dec_1")),
        ("outcome.moved", ("AAPL", None, "dec_1")),
        ("alert.raised", (None, "cyc_1", None)),
        ("book.marked", (None, "cyc_1", None)),
        ("lock.set", ("AAPL", None, None)),
        ("lock.lifted", (None, None, None)),
    ],
)
def test_an_event_names_what_it_is_about(kind, about):
    envelope = told(kind)
    assert (envelope["symbol"], envelope["cycleId"], envelope["decisionId"]) == about


def test_who_follows_a_symbol_hears_of_its_cycles_and_marks():
    assert event_of(row(1, "cycle.started")).symbols == {"AAPL", "IBM"}
    assert event_of(row(1, "book.marked")).symbols == {"AAPL"}
