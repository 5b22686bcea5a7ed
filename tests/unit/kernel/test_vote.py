import pytest

from quorate.kernel.vote import StepKind
from tests.unit.arena.casts import ABSTAIN, BUY, HOLD, risk_manager, vote


@pytest.mark.parametrize("action", [BUY, HOLD], ids=["a BUY", "a HOLD"])
def test_a_voters_answer_counts(action):
    assert vote(action).is_valid


def test_an_abstention_does_not_count():
    assert not vote(ABSTAIN).is_valid


@pytest.mark.parametrize("veto", [True, False], ids=["with a veto", "without"])
def test_who_is_no_voter_does_not_count(veto):
    assert not risk_manager(veto=veto).is_valid


def test_the_links_of_the_confidence_chain_stand_in_their_order():
    """Source: DESIGN 6 and 15."""
    assert [kind.value for kind in StepKind] == ["raw", "calibrated", "fallback", "hidden_hand"]
