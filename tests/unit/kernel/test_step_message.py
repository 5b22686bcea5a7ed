"""A step's message has six keys of their types, or is none."""

import pytest

from quorate.kernel.errors import InvariantBrokenError
from quorate.kernel.step_message import ACTION_OF, StepMessage, StepName, read_message

GOOD = {
    "agent": "Execution",
    "action": "execute_trade",
    "timestamp": "2012-06-29T20:00:00.000Z",
    "success": True,
    "data": {"trade_executed": False},
    "error": None,
}


def test_it_reads_back_as_it_was_written():
    message = read_message(GOOD)
    assert message.payload() == GOOD
    assert message == StepMessage(
        agent=StepName.EXECUTION,
        action="execute_trade",
        timestamp="2012-06-29T20:00:00.000Z",
        success=True,
        data={"trade_executed": False},
    )


@pytest.mark.parametrize(
    "change",
    [
        {"agent": "Astrology"},
        {"agent": 7},
        {"action": "fetch_data"},
        {"timestamp": None},
        {"success": "yes"},
        {"data": []},
        {"data": None},
        {"error": 5, "success": False},
        {"error": "it broke"},
        {"success": False},
        {"surplus": 1},
    ],
)
def test_anything_else_is_none(change):
    with pytest.raises(InvariantBrokenError):
        read_message({**GOOD, **change})


@pytest.mark.parametrize("key", GOOD)
def test_each_key_is_needed(key):
    with pytest.raises(InvariantBrokenError, match="six keys"):
        read_message({name: value for name, value in GOOD.items() if name != key})


@pytest.mark.parametrize("tree", [None, [], "text", 5])
def test_a_message_is_an_object(tree):
    with pytest.raises(InvariantBrokenError):
        read_message(tree)


def test_each_of_the_seven_steps_has_its_action():
    assert list(ACTION_OF) == list(StepName)
    assert len(set(ACTION_OF.values())) == 7
