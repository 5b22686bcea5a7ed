"""`quorate work`, `quorate run --allow-order` and `quorate data usage`."""

import pytest

from quorate.adapters.sql.usage import UsageLine
from quorate.execution.work_queue import WorkState, WorkType
from quorate.market.fetching import Usage


def test_an_empty_queue_says_so(quorate):
    assert quorate("work").lines == ["The queue is empty."]
    assert quorate("work", "--json").json["items"] == []


@pytest.mark.parametrize(
    ("words", "kind", "payload"),
    [
        (["order-cancel", "a1-0"], WorkType.ORDER_CANCEL, {"clientOrderId": "a1-0"}),
        (["position-close", "aapl"], WorkType.POSITION_CLOSE, {"symbol": "AAPL"}),
        (["order-sync"], WorkType.ORDER_SYNC, {}),
        (
            ["kill-switch", "flatten", "--reason", "enough"],
            WorkType.KILL_SWITCH,
            {"scope": "flatten", "reason": "enough", "by": "command line"},
        ),
        (
            ["KILL_SWITCH", "--reason", "enough"],
            WorkType.KILL_SWITCH,
            {"scope": "cancel", "reason": "enough", "by": "command line"},
        ),
    ],
)
def test_an_act_is_queued_and_says_under_which_id(quorate, fake_app, words, kind, payload):
    added = quorate("work", "add", *words, "--json")
    (item,) = fake_app.work.items
    assert (added.code, added.json["applied"], added.json["target"]) == (0, True, item.work_id)
    assert (item.order.type, item.order.payload) == (kind, payload)


def test_the_same_cancellation_twice_is_one_item(quorate, fake_app):
    quorate("work", "add", "order-cancel", "a1-0")
    again = quorate("work", "add", "order-cancel", "a1-0")
    assert "was queued before" in again.out
    assert len(fake_app.work.items) == 1


@pytest.mark.parametrize(
    "words",
    [
        ["order-cancel"],
        ["position-close"],
        ["kill-switch"],
        ["order-submit"],
        ["dance"],
    ],
)
def test_half_a_wish_queues_nothing(quorate, fake_app, words):
    assert quorate("work", "add", *words).code == 2
    assert fake_app.work.items == []


def test_items_are_listed_page_by_page_and_by_state(quorate):
    for number in range(3):
        quorate("work", "add", "order-cancel", f"a{number}")
    first = quorate("work", "list", "--limit", "2", "--json").json
    assert [item["key"] for item in first["items"]] == ["a2", "a1"]
    rest = quorate("work", "list", "--cursor", first["nextCursor"], "--json").json
    assert [item["key"] for item in rest["items"]] == ["a0"]
    assert quorate("work", "list", "--state", "dead_letter", "--json").json["items"] == []
    assert quorate("work", "list", "--state", "lost").code == 2
    assert quorate("work", "list", "--cursor", "x").code == 2


def test_one_item_is_shown_with_why_it_failed(quorate, fake_app):
    quorate("work", "add", "order-cancel", "a1-0")
    fake_app.work.ends = WorkState.DEAD_LETTER
    ran = quorate("work", "run")
    assert ran.code == 3
    item = fake_app.work.items[0]
    shown = quorate("work", "show", item.work_id)
    assert shown.lines[0] == f"{item.work_id}   ORDER_CANCEL on book paper   DEAD_LETTER"
    assert "  failed     BUYING_POWER: " in shown.out
    assert quorate("work", "show", "wrk_nothing").code == 5


def test_what_is_due_is_done_and_nothing_due_is_said(quorate):
    assert quorate("work", "run").lines == ["Nothing was due."]
    quorate("work", "add", "order-sync")
    ran = quorate("work", "run", "--json")
    assert (ran.code, ran.json["items"][0]["state"]) == (0, "SUCCEEDED")


def test_a_dead_letter_is_tried_again(quorate, fake_app):
    quorate("work", "add", "order-sync")
    work_id = fake_app.work.items[0].work_id
    again = quorate("work", "retry", work_id, "--json")
    assert (again.code, again.json["applied"], again.json["state"]) == (0, True, "PENDING")


def test_a_run_that_may_order_shows_both(quorate, fake_app):
    ran = quorate("run", "AAPL", "--allow-order", "--json")
    assert (ran.code, fake_app.allowed) == (0, True)
    assert (ran.json["runId"], ran.json["work"]["type"]) == ("run_1", "ORDER_SUBMIT")
    shown = quorate("run", "AAPL", "--allow-order").out
    assert "ORDER_SUBMIT on book" in shown
    assert "no order sent" not in shown
    assert "cycle cyc_1" in shown


def test_a_run_whose_order_was_given_up_fails(quorate, fake_app):
    fake_app.work.ends = WorkState.DEAD_LETTER
    assert quorate("run", "AAPL", "--allow-order").code == 1


def test_a_run_orders_nothing_unless_told(quorate, fake_app):
    quorate("run", "AAPL")
    assert fake_app.allowed is False
    assert fake_app.work.items == []


def test_the_use_of_outside_services_is_listed_by_day(quorate, fake_app):
    assert quorate("data", "usage").lines == ["No outside service was asked yet."]
    usage = Usage(requests=12, hits=3, stale=1)
    fake_app.usage = [UsageLine("2026-11-20", "alpaca-data", usage, "2026-11-20T12:00:00Z")]
    (item,) = quorate("data", "usage", "--json").json["items"]
    assert item == {
        "day": "2026-11-20",
        "service": "alpaca-data",
        "requests": 12,
        "hits": 3,
        "stale": 1,
        "unavailable": 0,
        "countedAt": "2026-11-20T12:00:00Z",
    }
