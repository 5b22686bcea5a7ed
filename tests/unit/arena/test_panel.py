from dataclasses import replace
from decimal import Decimal

import pytest

from quorate.agents.profile import Role
from quorate.arena.panel import NO_PANEL, Hearing, panel_consensus
from quorate.arena.voting import AgentReply, cast_vote
from quorate.kernel.action import DecisionReason
from tests.unit.arena.casts import (
    ABSTAIN,
    BUY,
    HOLD,
    POLICY,
    SELL,
    answer,
    ballot,
    decided,
    profile,
    risk_manager,
    scene,
    vote,
)

SPLIT = ballot(BUY, BUY, HOLD, HOLD)


def judge(action, confidence=0.8, name="judge"):
    given = answer(action, confidence)
    reply = AgentReply(profile=profile(name, Role.JUDGE), answers=(given,), model="power")
    return cast_vote(reply, given, scene(), POLICY, cost=None, panel=True)


def silent(reason, name="judge"):
    given = replace(answer(ABSTAIN), reason=reason)
    reply = AgentReply(profile=profile(name, Role.JUDGE), answers=(given,), model="power")
    return cast_vote(reply, given, scene(), POLICY, cost=None, panel=True)


def heard(*votes):
    return Hearing(votes=votes)


def outcome(votes, hearing, at=None):
    made = decided(votes, at, hearing)
    return made.action.value, made.reason, made.escalated


@pytest.mark.parametrize(
    ("hearing", "expected"),
    [
        pytest.param(heard(judge(BUY)), ("BUY", "panel", True), id="a judge decides"),
        pytest.param(heard(judge(HOLD)), ("HOLD", "panel", True), id="to hold is a ruling too"),
        pytest.param(heard(judge(BUY, 0.62)), ("BUY", "panel", True), id="just sure enough"),
        pytest.param(
            heard(judge(BUY, 0.619)), ("NO_TRADE", "panel_uncertain", True), id="not sure enough"
        ),
        pytest.param(
            heard(judge(BUY), judge(SELL, name="k")),
            ("NO_TRADE", "panel_uncertain", True),
            id="a panel of two in two minds",
        ),
        pytest.param(
            heard(judge(BUY), judge(BUY, name="k"), judge(HOLD, name="l")),
            ("BUY", "panel", True),
            id="two of three",
        ),
        pytest.param(heard(judge(SELL)), ("NO_TRADE", "panel_alone", True), id="nobody alone"),
        pytest.param(heard(judge(ABSTAIN)), ("NO_TRADE", "panel_failed", True), id="no answer"),
        pytest.param(heard(), ("NO_TRADE", "panel_failed", True), id="nobody answered"),
        pytest.param(
            heard(silent("timeout"), silent("timeout", "k")),
            ("NO_TRADE", "no_power_model", True),
            id="MO-045 the panel timed out",
        ),
        pytest.param(
            heard(silent("timeout"), silent("provider_error", "k")),
            ("NO_TRADE", "panel_failed", True),
            id="one late, one broken",
        ),
        pytest.param(NO_PANEL, ("NO_TRADE", "no_power_model", False), id="no power model"),
        pytest.param(
            Hearing(absence=DecisionReason.POWER_CALLS_EXHAUSTED),
            ("NO_TRADE", "power_calls_exhausted", False),
            id="no call left today",
        ),
        pytest.param(
            Hearing(absence=DecisionReason.BUDGET_EXHAUSTED),
            ("NO_TRADE", "budget_exhausted", False),
            id="no money left",
        ),
    ],
)
def test_what_the_panels_word_comes_to_when_the_first_round_is_split(hearing, expected):
    assert outcome(SPLIT, hearing) == expected


def test_a_veto_is_final_for_new_risk_whatever_the_panel_says():
    votes = [*ballot(HOLD, HOLD, BUY, BUY, SELL), risk_manager(veto=True)]
    assert outcome(votes, heard(judge(BUY))) == ("NO_TRADE", "risk_veto", True)


def test_the_panel_cannot_sell_what_is_not_held():
    votes = ballot(SELL, SELL, HOLD, HOLD)
    assert outcome(votes, heard(judge(SELL))) == ("NO_TRADE", "nothing_to_sell", True)
    assert outcome(votes, heard(judge(SELL)), scene(held="3")) == ("SELL", "panel", True)


def test_an_undisputed_first_round_decides_whatever_the_panel_would_say():
    assert outcome(ballot(BUY, BUY, HOLD), heard(judge(SELL))) == ("BUY", "consensus", False)


def test_confidence_is_the_panels_and_disagreement_the_first_rounds():
    made = decided(SPLIT, None, heard(judge(BUY, 0.9)))
    assert made.confidence.value == 0.9
    assert made.disagreement == 0.5


def test_the_size_is_the_smallest_that_anyone_behind_the_ruling_asked_for():
    votes = [*SPLIT, risk_manager(size="0.004")]
    assert decided(votes, None, heard(judge(BUY))).sizing.value == Decimal("0.004")


def test_a_panel_member_never_counts_in_the_first_round():
    assert judge(BUY).is_valid is False
    assert panel_consensus(ballot(BUY, BUY)) is None
    assert panel_consensus([judge(BUY)]).action is BUY


def test_who_abstains_in_the_first_round_is_on_nobodys_side():
    votes = [*ballot(HOLD, SELL), vote(ABSTAIN, name="z")]
    assert outcome(votes, heard(judge(BUY))) == ("NO_TRADE", "panel_alone", True)


def test_a_member_that_voted_first_too_is_not_on_its_own_side():
    split = [*ballot(HOLD, HOLD, HOLD), vote(BUY, name="judge"), vote(SELL, name="z")]
    assert outcome(split, heard(judge(BUY))) == ("NO_TRADE", "panel_alone", True)
    assert outcome([*split, vote(BUY, name="y")], heard(judge(BUY))) == ("BUY", "panel", True)
