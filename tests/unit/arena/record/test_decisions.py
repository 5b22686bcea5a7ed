import pytest

from quorate.arena.deciding import deliberate
from quorate.arena.record.decisions import (
    decision_payload,
    read_decision,
    read_shadows,
    shadows_payload,
)
from quorate.arena.shadow import draw_shadows
from tests.unit.arena.casts import BUY, HOLD, POLICY, SELL, ballot, decided, risk_manager, scene
from tests.unit.arena.record.test_answers import stored


@pytest.mark.parametrize(
    "decision",
    [
        pytest.param(decided([*ballot(BUY, BUY, HOLD), risk_manager()]), id="BUY"),
        pytest.param(decided(ballot(SELL, SELL), scene(held="0.5")), id="SELL"),
        pytest.param(decided([], scene(bars=0, volatility_percentile=None)), id="no data"),
    ],
)
def test_a_decision_reads_back_as_it_was(decision):
    assert read_decision(stored(decision_payload(decision))) == decision


def test_shadows_read_back_as_they_were():
    votes = ballot(BUY, SELL)
    found = deliberate(scene(), votes, POLICY)
    drawn = draw_shadows(found, decided(votes), snapshot_hash="a", debated=True)
    assert read_shadows(stored(shadows_payload(drawn))) == drawn
