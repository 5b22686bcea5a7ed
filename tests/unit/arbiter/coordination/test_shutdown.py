import pytest

from quorate.arbiter.coordination import (
    Act,
    ComponentHealth,
    Switch,
    override_event,
    switched_event,
)
from quorate.arbiter.coordination.shutdown import (
    INTAKE,
    LEARNED,
    OPEN,
    ROLLED_BACK,
    ROUTING,
    SHUT,
)
from quorate.kernel.errors import RejectedError


def test_a_switch_is_turned_with_a_reason_and_counts_up():
    shut = switched_event(INTAKE, SHUT, Switch(), reason=" no verdict ", by="audit")
    assert (shut.type, shut.payload["reason"], shut.payload["version"]) == (
        "control.shut",
        "no verdict",
        1,
    )
    back = switched_event(INTAKE, OPEN, Switch(SHUT, version=1), reason="mended", by="me")
    assert (back.type, back.payload["version"]) == ("control.resumed", 2)


@pytest.mark.parametrize(
    ("name", "state", "before"),
    [
        (INTAKE, OPEN, Switch()),
        (ROUTING, LEARNED, Switch()),
        (INTAKE, SHUT, Switch(SHUT)),
        (ROUTING, ROLLED_BACK, Switch(ROLLED_BACK)),
    ],
)
def test_a_switch_that_stands_so_is_left_alone(name, state, before):
    assert switched_event(name, state, before, reason="", by="me") is None


def test_no_reason_no_turn():
    with pytest.raises(RejectedError, match="reason"):
        switched_event(ROUTING, ROLLED_BACK, Switch(), reason=" ", by="me")


@pytest.mark.parametrize(
    ("said", "who"), [("too short", "me"), ("x" * 1001, "me"), ("long enough", "")]
)
def test_an_override_without_a_justification_or_an_approver_is_refused(said, who):
    with pytest.raises(RejectedError):
        override_event("ovr_1", "tsk_1", Act.RETRY, justification=said, approver=who)


def test_three_failures_in_a_row_ask_for_recovery_and_an_answer_forgets_them():
    health = ComponentHealth(name="database")
    wants = []
    for _ in range(6):
        health = health.failed("t", "silent", 1.0)
        wants.append(health.wants_recovery)
    assert wants == [False, False, True, False, False, True]
    assert health.answered("t", 1.0).failures == 0
