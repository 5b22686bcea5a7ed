"""The stages of a cycle: all pairs, and the moves that must never be."""

import pytest

from quorate.cycle import AT_REST, CYCLE_TABLE, CycleEvent, CycleStage
from quorate.kernel.errors import ConflictError

WORK = (
    "FETCHING_DATA",
    "ANALYZING_MARKET",
    "BACKTESTING",
    "RISK_ASSESSMENT",
    "EXECUTING",
    "MONITORING",
)
MOVES = {
    ("IDLE", "start"): "FETCHING_DATA",
    ("FETCHING_DATA", "step_done"): "ANALYZING_MARKET",
    ("ANALYZING_MARKET", "step_done"): "BACKTESTING",
    ("BACKTESTING", "step_done"): "RISK_ASSESSMENT",
    ("RISK_ASSESSMENT", "step_done"): "EXECUTING",
    ("EXECUTING", "step_done"): "MONITORING",
    ("MONITORING", "step_done"): "AUDITING",
    **{(stage, "step_failed"): "FAILED" for stage in (*WORK, "AUDITING")},
    ("AUDITING", "audited"): "WAITING_FOR_NEXT_CYCLE",
    ("FAILED", "audited"): "WAITING_FOR_NEXT_CYCLE",
    ("WAITING_FOR_NEXT_CYCLE", "ready"): "IDLE",
}


@pytest.mark.parametrize("stage", CycleStage)
@pytest.mark.parametrize("event", CycleEvent)
def test_each_pair(stage, event):
    wanted = MOVES.get((stage.value, event.value))
    if wanted is None:
        with pytest.raises(ConflictError):
            CYCLE_TABLE.target(stage, event)
    else:
        assert CYCLE_TABLE.target(stage, event) == wanted


def ways_to(stage):
    return {start for start, moves in CYCLE_TABLE.moves.items() if stage in set(moves.values())}


def test_nothing_is_executed_but_after_the_risk_was_assessed():
    assert ways_to(CycleStage.EXECUTING) == {CycleStage.RISK_ASSESSMENT}


def test_there_is_no_way_back_from_execution_to_risk():
    assert ways_to(CycleStage.RISK_ASSESSMENT) == {CycleStage.BACKTESTING}


def test_waiting_lasts_until_somebody_is_ready_for_the_next_cycle():
    """The origin's (f): its `finally` left WAITING at once, so nothing kept two cycles apart."""
    assert set(CYCLE_TABLE.moves[CycleStage.WAITING_FOR_NEXT_CYCLE]) == {CycleEvent.READY}


def test_a_cycle_begins_only_at_rest():
    starting = {stage for stage in CycleStage if CycleEvent.START in CYCLE_TABLE.moves[stage]}
    assert starting == {CycleStage.IDLE}
    assert starting < AT_REST
