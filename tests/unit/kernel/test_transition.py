from enum import StrEnum

import pytest

from quorate.kernel.errors import ConflictError
from quorate.kernel.transition import TransitionTable


class Lamp(StrEnum):
    OFF = "OFF"
    ON = "ON"
    BROKEN = "BROKEN"


class Push(StrEnum):
    SWITCH = "switch"
    DROP = "drop"


TABLE = TransitionTable(
    name="lamp",
    moves={
        Lamp.OFF: {Push.SWITCH: Lamp.ON, Push.DROP: Lamp.BROKEN},
        Lamp.ON: {Push.SWITCH: Lamp.OFF},
        Lamp.BROKEN: {},
    },
)


def test_a_listed_move_leads_to_its_target():
    assert TABLE.target(Lamp.OFF, Push.SWITCH) is Lamp.ON
    assert TABLE.target(Lamp.ON, Push.SWITCH) is Lamp.OFF


@pytest.mark.parametrize(
    ("state", "event"),
    [
        pytest.param(Lamp.ON, Push.DROP, id="an event that this state does not list"),
        pytest.param(Lamp.BROKEN, Push.SWITCH, id="a state that lists none"),
    ],
)
def test_what_is_not_listed_is_illegal(state, event):
    with pytest.raises(
        ConflictError, match=f"a lamp in state {state} does not allow '{event}'"
    ) as no:
        TABLE.target(state, event)
    assert no.value.slug == "illegal-transition"


def test_a_state_without_a_way_out_is_terminal():
    assert TABLE.is_terminal(Lamp.BROKEN)
    assert not TABLE.is_terminal(Lamp.ON)
    assert TransitionTable(name="stone", moves={}).is_terminal(Lamp.ON)
