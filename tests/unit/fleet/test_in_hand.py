"""What a worker does about an assignment, by what it holds of the task."""

import pytest

from quorate.fleet.in_hand import Take, taken
from quorate.fleet.outcome import Done, Failed, FailedBy
from quorate.fleet.spool import Delivery

DONE = Delivery(task_id="tsk_1", token=2, outcome=Done(result={}))
FAILED = Delivery(task_id="tsk_1", token=2, outcome=Failed(source=FailedBy.RULE, reason="no"))


@pytest.mark.parametrize(
    ("token", "facts", "expected"),
    [
        pytest.param(1, {}, Take.BEGIN, id="new"),
        pytest.param(1, {"has_room": False}, Take.LEAVE, id="no room"),
        pytest.param(2, {"working": 2}, Take.GO_ON, id="again, the same token"),
        pytest.param(3, {"working": 2}, Take.GO_ON, id="again, a newer token"),
        pytest.param(3, {"working": 2, "has_room": False}, Take.GO_ON, id="again, while full"),
        pytest.param(1, {"working": 2}, Take.LEAVE, id="an older token"),
        pytest.param(2, {"undelivered": DONE}, Take.DELIVER, id="done, the same token"),
        pytest.param(3, {"undelivered": DONE}, Take.DELIVER, id="done, a newer token"),
        pytest.param(1, {"undelivered": DONE}, Take.LEAVE, id="done, an older token"),
        pytest.param(2, {"undelivered": FAILED}, Take.DELIVER, id="failed, the same token"),
        pytest.param(3, {"undelivered": FAILED}, Take.BEGIN, id="failed, to be tried again"),
        pytest.param(2, {"finished": 2}, Take.LEAVE, id="a late repetition"),
        pytest.param(3, {"finished": 2}, Take.BEGIN, id="wanted anew"),
    ],
)
def test_a_task_is_done_once_under_the_newest_token(token, facts, expected):
    stand = {"working": None, "undelivered": None, "finished": 0, "has_room": True, **facts}
    assert taken(token, **stand) is expected
