"""The check after a run of a competition finds what does not follow from a profile's own vote."""

from dataclasses import replace

import pytest

from quorate.arena.competition.checking import own_violations
from quorate.arena.competition.deciding import decide_alone
from quorate.arena.record import Cited, RecordedRun, RunEnd
from quorate.kernel.confidence import Confidence
from quorate.kernel.ids import DecisionId, ProfileName
from tests.unit.arena.casts import BUY, HOLD, POLICY, RUN, header, scene, vote

NAME = ProfileName("a")


def recorded(decisions, votes):
    head = replace(header("AAPL"), mode="competition", profiles=(NAME,))
    return RecordedRun(
        trace_id="t",
        requested_at="",
        header=Cited(1, head),
        snapshot_hash=None,
        evidence={},
        votes=tuple(Cited(2, each) for each in votes),
        decisions=tuple(Cited(3, each) for each in decisions),
        shadows=(),
        end=RunEnd(),
    )


def made(given):
    return decide_alone(scene(), given, NAME, run_id=RUN, policy=POLICY)


def found(decision, given):
    return " ".join(own_violations(recorded([decision], [given]), POLICY))


def test_what_the_rules_decided_holds():
    for given in (vote(BUY, 0.8), vote(BUY, 0.3), vote(HOLD, 0.5)):
        assert found(made(given), given) == ""


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param({"decision_id": DecisionId("dec_x")}, "foreign id", id="another's id"),
        pytest.param({"escalated": True}, "no panel", id="escalated"),
        pytest.param({"profile": ProfileName("b")}, "nobody asked", id="another's decision"),
    ],
)
def test_a_decision_that_was_changed_is_found(change, said):
    given = vote(BUY, 0.8)
    assert said in found(replace(made(given), **change), given)


def test_an_action_nobody_voted_for_is_found():
    assert "is not what it voted" in found(made(vote(BUY, 0.8)), vote(HOLD, 0.8))


def test_an_action_on_too_little_confidence_is_found():
    bold = made(vote(BUY, 0.8))
    timid = replace(vote(BUY, 0.8), confidence=Confidence(0.4))
    assert "confidence 0.40" in found(bold, timid)


def test_a_missing_decision_is_found():
    run = recorded([], [vote(BUY, 0.8)])
    assert list(own_violations(run, POLICY)) == ["a has 0 decisions on AAPL instead of one"]
