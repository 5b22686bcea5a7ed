"""`quorate tasks`, `quorate run --allow-order` and `quorate data usage`."""

import pytest

from quorate.adapters.sql.usage import UsageLine
from quorate.arbiter.task import TaskState
from quorate.execution.acts import ActType
from quorate.market.fetching import Usage


def test_that_there_is_no_task_is_said(quorate):
    assert quorate("tasks").lines == ["No tasks."]
    assert quorate("tasks", "--json").json["items"] == []


@pytest.mark.parametrize(
    ("words", "kind", "payload"),
    [
        (["order-cancel", "a1-0"], ActType.ORDER_CANCEL, {"clientOrderId": "a1-0"}),
        (["position-close", "aapl"], ActType.POSITION_CLOSE, {"symbol": "AAPL"}),
        (["order-sync"], ActType.ORDER_SYNC, {}),
        (
            ["kill-switch", "flatten", "--reason", "enough"],
            ActType.KILL_SWITCH,
            {"scope": "flatten", "reason": "enough", "by": "command line"},
        ),
        (
            ["KILL_SWITCH", "--reason", "enough"],
            ActType.KILL_SWITCH,
            {"scope": "cancel", "reason": "enough", "by": "command line"},
        ),
    ],
)
def test_an_act_is_queued_and_says_under_which_id(quorate, fake_app, words, kind, payload):
    added = quorate("tasks", "add", *words, "--json")
    (item,) = fake_app.order_desk.items
    assert (added.code, added.json["applied"], added.json["target"]) == (0, True, item.task_id)
    assert (item.act.type, item.act.payload) == (kind, payload)


def test_the_same_cancellation_twice_is_one_item(quorate, fake_app):
    quorate("tasks", "add", "order-cancel", "a1-0")
    again = quorate("tasks", "add", "order-cancel", "a1-0")
    assert "was queued before" in again.out
    assert len(fake_app.order_desk.items) == 1


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
    assert quorate("tasks", "add", *words).code == 2
    assert fake_app.order_desk.items == []


def test_tasks_are_listed_page_by_page_and_by_state(quorate):
    for number in range(3):
        quorate("tasks", "add", "order-cancel", f"a{number}")
    first = quorate("tasks", "list", "--limit", "2", "--json").json
    assert [item["subject"] for item in first["items"]] == ["ORDER_CANCEL a2", "ORDER_CANCEL a1"]
    assert set(first["items"][0]) >= {
        *("taskId", "type", "state", "worker", "attempts", "failureSource")
    }
    rest = quorate("tasks", "list", "--cursor", first["nextCursor"], "--json").json
    assert [item["subject"] for item in rest["items"]] == ["ORDER_CANCEL a0"]
    assert quorate("tasks", "list", "--state", "failed", "--json").json["items"] == []
    assert len(quorate("tasks", "list", "--type", "order", "--json").json["items"]) == 3
    assert quorate("tasks", "list", "--state", "lost").code == 2
    assert quorate("tasks", "list", "--type", "dance").code == 2
    assert quorate("tasks", "list", "--cursor", "x").code == 2


def test_one_task_is_shown_with_its_path_and_why_it_failed(quorate, fake_app):
    quorate("tasks", "add", "order-cancel", "a1-0")
    fake_app.order_desk.ends = TaskState.FAILED
    ran = quorate("tasks", "run")
    assert ran.code == 3
    item = fake_app.order_desk.items[0]
    shown = quorate("tasks", "show", item.task_id[:-2])
    assert shown.lines[0] == f"{item.task_id}   order   FAILED"
    assert "  why       BUYING_POWER: the broker refused the order" in shown.lines
    assert "  source    rule" in shown.lines
    assert "  path" in shown.lines
    told = quorate("tasks", "show", item.task_id, "--json").json
    assert (told["failureSource"], told["path"][0]["evidence"]) == ("rule", "journal:1")
    assert quorate("tasks", "show", "tsk_nothing").code == 5


def test_what_is_due_is_done_and_nothing_due_is_said(quorate):
    assert quorate("tasks", "run").lines == ["Nothing was due."]
    quorate("tasks", "add", "order-sync")
    ran = quorate("tasks", "run", "--json")
    assert (ran.code, ran.json["items"][0]["state"]) == (0, "COMPLETED")


def test_what_was_given_up_is_tried_again_as_a_new_task(quorate, fake_app):
    quorate("tasks", "add", "order-sync")
    fake_app.order_desk.ends = TaskState.FAILED
    quorate("tasks", "run")
    task_id = fake_app.order_desk.items[0].task_id
    again = quorate("tasks", "retry", task_id, "--json")
    assert (again.code, again.json["applied"], again.json["state"]) == (0, True, "ROUTING")
    assert (again.json["target"], again.json["taskId"] != task_id) == (task_id, True)


def test_a_task_is_stopped_once_and_not_when_it_is_over(quorate, fake_app):
    quorate("tasks", "add", "order-sync")
    task_id = fake_app.order_desk.items[0].task_id
    stopped = quorate("tasks", "cancel", task_id, "--reason", "not needed", "--json")
    assert (stopped.code, stopped.json["state"]) == (0, "CANCELLED")
    assert stopped.json["reason"] == "not needed"
    quorate("tasks", "run")
    assert quorate("tasks", "cancel", task_id).code == quorate("tasks", "retry", task_id).code != 0


def test_a_run_that_may_order_shows_both(quorate, fake_app):
    ran = quorate("run", "AAPL", "--allow-order", "--json")
    assert (ran.code, fake_app.allowed) == (0, True)
    assert (ran.json["runId"], ran.json["task"]["act"]) == ("run_1", "ORDER_SUBMIT")
    shown = quorate("run", "AAPL", "--allow-order").out
    assert "ORDER_SUBMIT on book" in shown
    assert "no order sent" not in shown
    assert "cycle cyc_1" in shown


def test_a_run_whose_order_was_given_up_fails(quorate, fake_app):
    fake_app.order_desk.ends = TaskState.FAILED
    assert quorate("run", "AAPL", "--allow-order").code == 1


def test_a_run_orders_nothing_unless_told(quorate, fake_app):
    quorate("run", "AAPL")
    assert fake_app.allowed is False
    assert fake_app.order_desk.items == []


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
