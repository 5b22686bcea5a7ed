import pytest

from quorate.arbiter.task import (
    MAX_ATTEMPTS,
    TASK_TABLE,
    TERMINAL,
    TaskEvent,
    TaskState,
    lease_name,
)
from quorate.kernel.errors import ConflictError

# RELIABILITY 2.1, by hand: a row per state, a column per event, the state that the event leads to, a dot where it is
# illegal.
#
# The events: validate, spec_ok, spec_bad, route, assigned, no_capable_agent, started, result, lease_lost, verify,
# post_check_ok, violation, persisted_and_outboxed, error, ttl, cancel.
#
# The states: RE ceived, VA lidating spec, AP proved spec, RG routing, RD routed, EX ecuting, DO ne executing,
# CH ecking (VERIFYING), VE rified, CO mpleted; RJ rejected, FA iled, CA ncelled, XP expired.
COLUMNS = "VAL OK BAD RTE ASG NOA STA RES LST VER PCO VIO PER ERR TTL CAN"
GRID = """
RE   VA  .   .   .   .   .   .   .   .   .   .   .   .   .   .   CA
VA   .   AP  RJ  .   .   .   .   .   .   .   .   .   .   FA  .   .
AP   .   .   .   RG  .   .   .   .   .   .   .   .   .   .   XP  CA
RG   .   .   .   .   RD  RG  .   .   .   .   .   .   .   FA  XP  .
RD   .   .   .   .   .   .   EX  .   RG  .   .   .   .   .   XP  CA
EX   .   .   .   .   .   .   .   DO  RG  .   .   .   .   FA  .   CA
DO   .   .   .   .   .   .   .   .   .   CH  .   .   .   .   .   .
CH   .   .   .   .   .   .   .   .   .   .   VE  RJ  .   FA  .   .
VE   .   .   .   .   .   .   .   .   .   .   .   .   CO  .   .   .
CO   .   .   .   .   .   .   .   .   .   .   .   .   .   .   .   .
RJ   .   .   .   .   .   .   .   .   .   .   .   .   .   .   .   .
FA   .   .   .   .   .   .   .   .   .   .   .   .   .   .   .   .
CA   .   .   .   .   .   .   .   .   .   .   .   .   .   .   .   .
XP   .   .   .   .   .   .   .   .   .   .   .   .   .   .   .   .
"""
STATES = {
    "RE": "RECEIVED",
    "VA": "VALIDATING_SPEC",
    "AP": "SPEC_APPROVED",
    "RG": "ROUTING",
    "RD": "ROUTED",
    "EX": "EXECUTING",
    "DO": "EXECUTION_COMPLETE",
    "CH": "VERIFYING",
    "VE": "VERIFIED",
    "CO": "COMPLETED",
    "RJ": "REJECTED",
    "FA": "FAILED",
    "CA": "CANCELLED",
    "XP": "EXPIRED",
}
EVENTS = {
    "VAL": "validate",
    "OK": "spec_ok",
    "BAD": "spec_bad",
    "RTE": "route",
    "ASG": "assigned",
    "NOA": "no_capable_agent",
    "STA": "started",
    "RES": "result",
    "LST": "lease_lost",
    "VER": "verify",
    "PCO": "post_check_ok",
    "VIO": "violation",
    "PER": "persisted_and_outboxed",
    "ERR": "error",
    "TTL": "ttl",
    "CAN": "cancel",
}
ROWS = [line.split() for line in GRID.strip().splitlines()]
PAIRS = [
    pytest.param(
        STATES[state], EVENTS[event], STATES.get(target), id=f"{STATES[state]}-{EVENTS[event]}"
    )
    for state, *targets in ROWS
    for event, target in zip(COLUMNS.split(), targets, strict=True)
]


@pytest.mark.parametrize(("state", "event", "target"), PAIRS)
def test_every_pair_of_state_and_event_is_as_the_published_table_says(state, event, target):
    if target is None:
        with pytest.raises(ConflictError) as illegal:
            TASK_TABLE.target(TaskState(state), TaskEvent(event))
        assert illegal.value.slug == "illegal-transition"
    else:
        assert TASK_TABLE.target(TaskState(state), TaskEvent(event)) == target


def test_the_published_table_knows_every_state_and_every_event():
    assert len(PAIRS) == 14 * 16
    assert {state.value for state in TaskState} == set(STATES.values())
    assert {event.value for event in TaskEvent} == set(EVENTS.values())


def test_five_states_are_final():
    assert {state.value for state in TERMINAL} == {
        "COMPLETED",
        "REJECTED",
        "FAILED",
        "CANCELLED",
        "EXPIRED",
    }


def test_a_task_is_given_up_after_three_holders():
    """Source: RELIABILITY 2.1 and 4.2, invariant 22."""
    assert MAX_ATTEMPTS == 3


def test_a_lease_is_named_for_its_task():
    assert lease_name("tsk_1") == "task:tsk_1"
