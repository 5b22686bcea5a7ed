from dataclasses import replace

import pytest

from quorate.agents.profile import Role
from quorate.arena.consensus import mean_confidence, reach_consensus
from quorate.kernel.errors import InvariantBrokenError
from tests.unit.arena.casts import ABSTAIN, BUY, HOLD, SELL, ballot, risk_manager, vote


@pytest.mark.parametrize(
    ("actions", "winner", "disagreement"),
    [
        pytest.param([BUY, BUY, HOLD], BUY, 1 / 3, id="2-1 dissents by a third"),
        pytest.param([SELL, SELL, SELL, BUY, HOLD], SELL, 0.4, id="3-1-1"),
        pytest.param([BUY, BUY, BUY, HOLD, HOLD], BUY, 0.4, id="3-2"),
        pytest.param([BUY, HOLD], HOLD, 0.5, id="1-1"),
        pytest.param([HOLD, HOLD, HOLD], HOLD, 0.0, id="all agree"),
        pytest.param([BUY, SELL, HOLD], HOLD, 2 / 3, id="MO-045 everyone differs"),
        pytest.param([BUY], BUY, 0.0, id="one alone agrees with itself"),
        pytest.param([BUY, ABSTAIN, ABSTAIN], BUY, 0.0, id="abstentions are not dissent"),
    ],
)
def test_disagreement_is_what_the_plurality_lacks(actions, winner, disagreement):
    consensus = reach_consensus(ballot(*actions))
    assert consensus is not None
    assert consensus.action is winner
    assert consensus.disagreement == pytest.approx(disagreement, abs=1e-15)


def test_without_a_valid_vote_there_is_no_consensus():
    assert reach_consensus([]) is None
    assert reach_consensus([vote(ABSTAIN), risk_manager(), vote(BUY, role=Role.BULL)]) is None


def test_equal_camps_are_told_apart_by_their_confidences():
    consensus = reach_consensus([vote(HOLD, 0.6, "a"), vote(BUY, 0.61, "b")])
    assert consensus is not None
    assert consensus.action is BUY


@pytest.mark.parametrize(
    ("pair", "winner"),
    [
        pytest.param((BUY, SELL), SELL, id="leave before enter"),
        pytest.param((BUY, HOLD), HOLD, id="hold before enter"),
        pytest.param((SELL, HOLD), HOLD, id="hold before leave"),
    ],
)
def test_a_perfect_tie_goes_to_caution(pair, winner):
    for actions in (pair, pair[::-1]):
        consensus = reach_consensus(ballot(*actions))
        assert consensus is not None
        assert consensus.action is winner


def test_confidence_is_the_mean_of_the_supporters_alone():
    votes = [vote(BUY, 0.6, "b"), vote(BUY, 0.8, "a"), vote(HOLD, 0.1, "c")]
    consensus = reach_consensus(votes)
    assert consensus is not None
    assert consensus.confidence.value == pytest.approx(0.7)
    assert [supporter.profile for supporter in consensus.supporters] == ["a", "b"]
    assert consensus.voters == 3


@pytest.mark.parametrize("voters", range(1, 10))
def test_equal_confidences_keep_their_value_to_the_last_bit(voters):
    assert mean_confidence(ballot(*[BUY] * voters, confidence=0.62)).value == 0.62


def weighing(weight, *of):
    return replace(vote(*of), skill_weight=weight)


def test_a_tie_goes_to_those_who_were_right_more_often():
    surer, better = weighing(0.9, BUY, 0.7, "a"), weighing(1.2, SELL, 0.6, "b")
    for votes in ([surer, better], [better, surer]):
        assert reach_consensus(votes).action is SELL
    assert reach_consensus([surer, replace(better, skill_weight=1.0)]).action is BUY


def test_skill_outweighs_no_majority():
    """The plurality is counted in votes, and so is the disagreement."""
    votes = [vote(HOLD, 0.5, "a"), vote(HOLD, 0.5, "b"), weighing(1.9, BUY, 1.0, "c")]
    consensus = reach_consensus(votes)
    assert (consensus.action, consensus.disagreement) == (HOLD, pytest.approx(1 / 3))


def test_confidence_is_weighed_by_skill():
    consensus = reach_consensus([weighing(1.5, BUY, 0.8, "a"), weighing(0.5, BUY, 0.4, "b")])
    assert consensus.confidence.value == pytest.approx((1.5 * 0.8 + 0.5 * 0.4) / 2)


def test_a_valid_vote_without_confidence_is_a_bug():
    with pytest.raises(InvariantBrokenError, match="without confidence"):
        reach_consensus([replace(vote(BUY), confidence=None)])
