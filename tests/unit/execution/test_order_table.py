"""All 340 pairs of an order's state and an event, each held against the table as it is written for people."""

from pathlib import Path

import pytest

from quorate.execution import (
    ORDER_TABLE,
    STATE_OF_STATUS,
    TERMINAL,
    Effect,
    OrderEvent,
    OrderState,
    table_page,
)

WORKING_LIKE = {
    "partial": "PARTIALLY_FILLED",
    "fill": "FILLED",
    "canceled": "CANCELED",
    "replaced": "REPLACED",
    "expired": "EXPIRED",
    "rejected": "REJECTED",
    "done_for_day/calculated": "DORMANT",
    "suspended": "SUSPENDED",
    "stopped": "STOPPED",
}
SENT = {**WORKING_LIKE, "found": "by status", "accepted/new": "by status"}
CANCELLABLE = {"cancel_req": "PENDING_CANCEL", "found": "by status"}
WAITING = {
    "found": "by status",
    "partial": "keep",
    "fill": "FILLED",
    "canceled": "CANCELED",
    "replaced": "REPLACED",
    "expired": "EXPIRED",
    "rejected": "REJECTED",
    "done_for_day/calculated": "keep",
    "suspended": "keep",
    "stopped": "keep",
}
IMPOSSIBLE = {"partial": "halt", "fill": "halt"}

MOVES = {
    "INITIALIZED": {"deny": "DENIED", "send": "SUBMITTED", "ttl": "DENIED", **IMPOSSIBLE},
    "SUBMITTED": {**SENT, "ambiguous": "SUBMIT_UNKNOWN"},
    "SUBMIT_UNKNOWN": {**SENT, "ttl": "keep", "proven_absent": "send again"},
    "ACCEPTED": {**SENT, **CANCELLABLE},
    "WORKING": {**WORKING_LIKE, **CANCELLABLE, "replace_req": "PENDING_REPLACE"},
    "PARTIALLY_FILLED": {
        **WORKING_LIKE,
        **CANCELLABLE,
        "replace_req": "PENDING_REPLACE",
        "partial": "keep",
        "rejected": "illegal",
    },
    "STOPPED": {
        "found": "by status",
        "partial": "keep",
        "fill": "FILLED",
        "canceled": "CANCELED",
        "rejected": "REJECTED",
        "expired": "EXPIRED",
        "done_for_day/calculated": "keep",
    },
    "SUSPENDED": {**SENT, **CANCELLABLE, "suspended": "nothing"},
    "DORMANT": {**SENT, **CANCELLABLE, "done_for_day/calculated": "keep", "rejected": "illegal"},
    "PENDING_CANCEL": {**WAITING, "cancel_rejected": "back"},
    "PENDING_REPLACE": {**WAITING, "replace_rejected": "back"},
    "CANCELED": {"partial": "late execution", "fill": "late fill"},
    "EXPIRED": {"partial": "late execution", "fill": "late execution"},
    "REPLACED": {"partial": "late execution", "fill": "late execution"},
    "FILLED": IMPOSSIBLE,
    "REJECTED": IMPOSSIBLE,
    "DENIED": IMPOSSIBLE,
}
"""What counts; every other pair is old news or illegal, and never moves anything."""


@pytest.mark.parametrize("state", OrderState)
@pytest.mark.parametrize("event", OrderEvent)
def test_each_pair(state, event):
    move = ORDER_TABLE[state, event]
    said = move.target.value if move.target else move.effect.value
    wanted = MOVES[state].get(event.value)
    assert said == wanted if wanted else said in {"nothing", "illegal"}
    assert (move.target is not None) == (move.effect is Effect.MOVE)


def test_there_are_340_of_them():
    assert len(ORDER_TABLE) == 17 * 20 == len(OrderState) * len(OrderEvent)


@pytest.mark.parametrize("state", sorted(TERMINAL))
def test_nothing_leads_out_of_an_end(state):
    effects = {ORDER_TABLE[state, event].effect for event in OrderEvent}
    assert effects <= {
        *(Effect.NOTHING, Effect.ILLEGAL, Effect.LATE, Effect.LATE_FILL, Effect.HALT)
    }


@pytest.mark.parametrize("state", sorted(set(OrderState) - {OrderState.INITIALIZED}))
@pytest.mark.parametrize("event", [OrderEvent.SEND, OrderEvent.DENY, OrderEvent.TTL])
def test_what_was_sent_is_not_sent_or_denied_again(state, event):
    move = ORDER_TABLE[state, event]
    assert move.effect in {Effect.ILLEGAL, Effect.NOTHING, Effect.KEEP}


def test_every_order_that_may_fill_can_be_cancelled_or_says_why_not():
    asks = {
        state: ORDER_TABLE[state, OrderEvent.CANCEL_REQUESTED].effect
        for state in set(OrderState) - TERMINAL
    }
    refusing = {state for state, effect in asks.items() if effect is Effect.ILLEGAL}
    assert refusing == {"INITIALIZED", "SUBMITTED", "SUBMIT_UNKNOWN", "STOPPED", "PENDING_REPLACE"}


def test_all_18_words_of_the_broker_have_a_state():
    assert len(STATE_OF_STATUS) == 18
    assert {status for status, state in STATE_OF_STATUS.items() if state in TERMINAL} == {
        *("filled", "canceled", "expired", "replaced", "rejected")
    }


def test_the_page_shows_the_table_of_the_code():
    page = Path("docs/concepts/orders.md").read_text()
    shown = page.partition("<!-- order table -->")[2].partition("<!-- /order table -->")[0]
    assert shown.strip() == table_page()
