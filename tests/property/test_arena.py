"""What holds for every vote, every scene and every order of votes (RELIABILITY 4.2, 12 and 17)."""

import json
from dataclasses import replace
from decimal import Decimal
from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quorate.agents.profile import Role
from quorate.arena.consensus import reach_consensus
from quorate.arena.deciding import deliberate
from quorate.arena.escalation import escalation_triggers
from quorate.arena.hidden_hand import hidden_hand_doubt
from quorate.arena.record.answers import read_vote, vote_payload
from quorate.arena.record.decisions import decision_payload, read_decision
from quorate.arena.record.evidence import Evidence
from quorate.arena.record.facts import Cited, Facts
from quorate.arena.record.why import Case, why
from quorate.arena.scene import Scene
from quorate.arena.shadow import draw_shadows
from quorate.arena.voting import is_veto
from quorate.kernel.action import Action, FinalAction
from quorate.kernel.canonical import canonical_json
from quorate.kernel.decision import TriggerName
from quorate.kernel.vote import Sizing, SizingKind, StepKind, Vote
from quorate.market.regime import Regime
from quorate.market.wyckoff import Phase, VolumeTrend
from tests.unit.arena.casts import (
    AAPL,
    BUY,
    HOLD,
    POLICY,
    answer,
    ballot,
    cast,
    decided,
    fired,
    header,
)

SHARES = st.decimals("0.0001", 1, places=4)
SIZES = st.builds(Sizing, kind=st.sampled_from(SizingKind), value=SHARES)
CONFIDENCES = st.floats(0, 1) | st.sampled_from([0.62, 0.6200000000000001, 0.6199999999999999])

SKILLS = st.just(1.0) | st.floats(0.01, 1.99)


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    bars = draw(st.sampled_from([0, 1, 251, 252, 1000]))
    return Scene(
        symbol=AAPL,
        bars=bars,
        close=Decimal("10.00") if bars else None,
        regime=draw(st.sampled_from(Regime)),
        volatility_percentile=draw(st.none() | st.floats(0, 1)),
        phase=draw(st.sampled_from(Phase)),
        volume_trend=draw(st.sampled_from(VolumeTrend)),
        quarantine=draw(st.none() | st.none() | st.just("BAR_GAP")),
        held=draw(st.sampled_from([Decimal(0), Decimal(1), Decimal(10_000)])),
        equity=draw(st.sampled_from([Decimal(0), Decimal(100_000)])),
    )


@st.composite
def rounds(draw: st.DrawFn) -> tuple[Scene, list[Vote]]:
    """A scene and up to eight votes on it, by whoever may speak."""
    scene = draw(scenes())
    votes = [
        replace(
            cast(
                answer(
                    draw(st.sampled_from(Action)),
                    draw(CONFIDENCES),
                    veto=draw(st.booleans()),
                    sizing=draw(st.none() | SIZES),
                ),
                name=f"agent_{number}",
                role=draw(st.sampled_from([Role.TECHNICAL_ANALYST, Role.RISK_MANAGER, Role.BULL])),
                at=scene,
                fallback_used=draw(st.booleans()),
            ),
            skill_weight=draw(SKILLS),
        )
        for number in range(draw(st.integers(0, 8)))
    ]
    return scene, votes


@given(rounds(), st.randoms(use_true_random=False))
def test_the_order_of_the_votes_changes_nothing(drawn, random):
    scene, votes = drawn
    shuffled = random.sample(votes, len(votes))
    assert reach_consensus(shuffled) == reach_consensus(votes)
    assert decided(shuffled, scene) == decided(votes, scene)


@given(rounds())
def test_a_confidence_is_raw_times_the_recorded_factors_each_kind_once(drawn):
    _, votes = drawn
    for vote in votes:
        if vote.confidence is None:
            assert vote.steps == ()
            continue
        raw, *_ = (step.value for step in vote.steps)
        factors = [step.factor for step in vote.steps if step.factor is not None]
        assert [step.kind for step in vote.steps] == list(StepKind)
        assert vote.confidence.value == pytest.approx(raw * prod(factors), abs=1e-12)
        assert 0 <= vote.confidence.value <= raw <= 1


@given(rounds())
def test_a_consensus_is_no_surer_than_its_surest_supporter(drawn):
    consensus = reach_consensus(drawn[1])
    if consensus is not None:
        believed = [vote.confidence.value for vote in consensus.supporters]
        assert min(believed) <= consensus.confidence.value <= max(believed)
        assert 0 <= consensus.disagreement < 1


@given(rounds())
def test_nothing_is_traded_without_quorum_agreement_confidence_and_leave(drawn):
    """Invariant 17: new risk needs all four; an exit needs the first three and a position."""
    scene, votes = drawn
    decision = decided(votes, scene)
    if decision.action not in {FinalAction.BUY, FinalAction.SELL}:
        return
    assert scene.quarantine is None
    assert scene.bars >= POLICY.min_history_bars
    assert sum(vote.is_valid for vote in votes) >= 2
    assert decision.disagreement <= 0.34
    assert decision.confidence.value >= 0.62
    assert decision.sizing is not None
    if decision.action is FinalAction.BUY:
        assert not any(is_veto(vote) for vote in votes)
        assert not fired(decision)
    else:
        assert scene.held > 0


@given(rounds())
def test_a_refusal_moves_nothing_and_has_a_reason(drawn):
    decision = decided(drawn[1], drawn[0])
    if decision.action is FinalAction.NO_TRADE:
        assert decision.reason != "consensus"
        assert (decision.sizing, decision.stop, decision.target, decision.horizon) == (None,) * 4
    else:
        assert decision.reason == "consensus"


@given(rounds())
def test_all_four_triggers_stand_and_none_fires_without_a_value_but_the_regimes(drawn):
    decision = decided(drawn[1], drawn[0])
    assert [trigger.name for trigger in decision.triggers] == list(TriggerName)
    for trigger in decision.triggers:
        assert (
            trigger.value is not None
            or not trigger.fired
            or trigger.name is TriggerName.HIGH_VOLATILITY
        )


@pytest.mark.parametrize(
    ("yes", "no", "escalates"),
    [
        pytest.param(2, 1, False, id="3 voters 1 dissent = 0.333 passes"),
        pytest.param(3, 2, True, id="3-2 = 0.40 fires"),
        pytest.param(1, 1, True, id="1-1 = 0.5 fires"),
    ],
)
@given(confidence=CONFIDENCES)
def test_dissent_escalates_above_a_third(yes, no, escalates, confidence):
    votes = ballot(*[BUY] * yes, *[HOLD] * no, confidence=confidence)
    first, *_ = escalation_triggers(
        reach_consensus(votes), Scene(symbol=AAPL), None, POLICY, armed=True
    )
    assert first.fired is escalates
    assert first.value == no / (yes + no)


@given(st.sampled_from(Phase), st.sampled_from(Action), st.sampled_from(VolumeTrend))
def test_the_hidden_hand_never_boosts_and_never_blocks(phase, action, volume_trend):
    assert 0 < hidden_hand_doubt(phase, action, volume_trend).factor <= 1


@given(rounds())
def test_the_journal_gives_back_what_it_was_given(drawn):
    scene, votes = drawn
    for vote in votes:
        assert read_vote(Facts(json.loads(canonical_json(vote_payload(vote))))) == vote
    decision = decided(votes, scene)
    assert read_decision(Facts(json.loads(canonical_json(decision_payload(decision))))) == decision


@given(rounds())
def test_every_decision_has_two_to_five_sentences_with_rows(drawn):
    scene, votes = drawn
    seen = Evidence(
        symbol=AAPL,
        bars=scene.bars,
        last_session="2012-08-08",
        close="10.00",
        regime_reason="as drawn",
        quarantine=scene.quarantine or "",
        quarantine_detail="as drawn",
    )
    case = Case(
        header=Cited(1, header()),
        evidence=Cited(2, seen),
        votes=tuple(Cited(10 + place, vote) for place, vote in enumerate(votes)),
        decision=Cited(99, decided(votes, scene)),
    )
    sentences = why(case)
    assert 2 <= len(sentences) <= 5
    for text, rows in sentences:
        assert text.endswith(".")
        assert ": ." not in text
        assert "  " not in text
        assert rows


@given(rounds())
def test_shadow_arms_never_trade_without_a_price(drawn):
    scene, votes = drawn
    found = deliberate(scene, votes, POLICY)
    drawn_arms = draw_shadows(found, decided(votes, scene), snapshot_hash="a", debated=True)
    names = [shadow.arm for shadow in drawn_arms]
    assert len(names) == len(set(names))
    if not scene.is_usable:
        assert {shadow.action for shadow in drawn_arms} == {FinalAction.NO_TRADE}
