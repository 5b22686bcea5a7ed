from decimal import Decimal

import pytest

from quorate.agents.profile import Role
from quorate.arena.record.shown import discount_flags
from quorate.arena.voting import AgentReply, cast_votes, cost_share, is_veto
from quorate.kernel.calibration import CalibrationCurve
from quorate.kernel.ids import Symbol
from quorate.kernel.money import Usd
from quorate.market.wyckoff import Phase, VolumeTrend
from tests.unit.arena.casts import (
    ABSTAIN,
    BUY,
    HOLD,
    POLICY,
    answer,
    cast,
    profile,
    risk_manager,
    scene,
    vote,
)


def test_fallback_reduces_confidence():
    """FM-TAW-006, one of the three tests the seeds name (R-056)."""
    cast = vote(HOLD, 0.85, fallback_used=True)
    assert cast.confidence is not None
    assert cast.confidence.value == pytest.approx(0.68)
    flags = discount_flags(cast)
    assert flags["degradedInference"] is True
    assert flags["originalConfidence"] == 0.85
    assert flags["degradationReason"] == "fallback_model_used"


def test_hidden_hand_flags_distribution_buy():
    """FM-TAW-012, one of the three tests the seeds name (R-056)."""
    trap = scene(phase=Phase.DISTRIBUTION, volume_trend=VolumeTrend.DECLINING)
    cast = vote(BUY, 0.9, at=trap)
    assert cast.confidence is not None
    assert cast.confidence.value == pytest.approx(0.45)
    flags = discount_flags(cast)
    assert flags["hiddenHandWarning"] is not None
    assert flags["phaseSignalConflict"] is True


def test_an_abstention_has_neither_confidence_nor_chain():
    cast = vote(ABSTAIN)
    assert cast.confidence is None
    assert cast.steps == ()
    assert not cast.is_valid


def test_the_answers_own_confidence_stays_beside_the_final_one():
    given = answer(BUY, 0.9)
    assert cast(given, fallback_used=True).answer == given


@pytest.mark.parametrize(
    ("role", "votes"),
    [
        pytest.param(Role.BULL, False, id="bull argues"),
        pytest.param(Role.BEAR, False, id="bear argues"),
        pytest.param(Role.JUDGE, False, id="judge"),
        pytest.param(Role.RISK_MANAGER, True, id="a model as risk manager"),
        pytest.param(Role.TECHNICAL_ANALYST, True, id="analyst"),
    ],
)
def test_advocates_and_judge_do_not_vote(role, votes):
    assert vote(BUY, role=role).is_valid is votes


def test_only_a_risk_managers_veto_counts_and_it_needs_no_vote():
    assert is_veto(risk_manager(veto=True))
    assert not is_veto(risk_manager())
    assert is_veto(cast(answer(HOLD, veto=True), role=Role.RISK_MANAGER))
    assert not is_veto(cast(answer(HOLD, veto=True), role=Role.BEAR))


def test_one_call_for_several_symbols_is_one_vote_each_and_its_cost_is_split():
    answers = tuple(
        type(given)(symbol=Symbol(symbol), action=given.action, confidence=given.confidence)
        for symbol, given in (("AAPL", answer(BUY)), ("IBM", answer(HOLD)))
    )
    reply = AgentReply(
        profile=profile("a"), answers=answers, model="small", cost=Usd(Decimal("0.003"))
    )
    votes = cast_votes(reply, {Symbol("AAPL"): scene(), Symbol("IBM"): scene()}, POLICY)
    assert [cast.answer.symbol for cast in votes] == ["AAPL", "IBM"]
    assert [cast.cost for cast in votes] == [Usd(Decimal("0.0015"))] * 2


def test_only_the_answers_of_whom_a_curve_is_about_go_through_it():
    curves = {"a": CalibrationCurve(outcomes=30, knots=((0.0, 0.25), (1.0, 0.25)), right=30)}
    scenes = {Symbol("AAPL"): scene()}
    mine, other = (
        cast_votes(
            AgentReply(profile=profile(name), answers=(answer(BUY),), model="small"),
            scenes,
            POLICY,
            curves=curves,
        )[0]
        for name in ("a", "b")
    )
    assert [step.value for step in mine.steps] == [mine.steps[0].value, 0.25, 0.25, 0.25]
    assert other.steps[1].value == other.steps[0].value != 0.25
    assert (mine.skill_weight, other.skill_weight) == (curves["a"].skill_weight, 1)


def test_what_a_fallback_model_said_does_not_weigh_what_the_agent_is_worth():
    curves = {"a": CalibrationCurve(outcomes=30, knots=((0.5, 0.5),), right=30)}
    reply = AgentReply(
        profile=profile("a"), answers=(answer(BUY),), model="other", fallback_used=True
    )
    (cast,) = cast_votes(reply, {Symbol("AAPL"): scene()}, POLICY, curves=curves)
    assert cast.skill_weight == 1


@pytest.mark.parametrize(
    ("cost", "answers", "share"),
    [
        pytest.param(None, 3, None, id="unknown stays unknown"),
        pytest.param("0.01", 1, "0.01", id="one answer bears it all"),
        pytest.param("0.01", 0, "0.01", id="no answer"),
        pytest.param("0.01", 3, "0.003333333", id="a third"),
    ],
)
def test_a_vote_bears_its_part_of_the_call(cost, answers, share):
    part = cost_share(Usd(Decimal(cost)) if cost else None, answers)
    assert part == (Usd(Decimal(share)) if share else None)
