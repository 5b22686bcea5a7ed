from decimal import Decimal

import pytest

from quorate.agents.profile import Role
from quorate.kernel.action import DecisionReason, FinalAction
from quorate.kernel.decision import TriggerName
from quorate.kernel.ids import Symbol, decision_id
from quorate.market.regime import Regime
from quorate.market.wyckoff import Phase, VolumeTrend
from tests.unit.arena.casts import (
    ABSTAIN,
    BUY,
    HOLD,
    RUN,
    SELL,
    ballot,
    decided,
    fired,
    risk_manager,
    scene,
    trigger,
    vote,
)


def outcome(votes, at=None):
    decision = decided(votes, at)
    return decision.action.value, decision.reason


@pytest.mark.parametrize(
    ("votes", "at", "expected"),
    [
        pytest.param(ballot(BUY, BUY, HOLD), scene(), ("BUY", "consensus"), id="BUY 2-1"),
        pytest.param(ballot(HOLD, HOLD, BUY), scene(), ("HOLD", "consensus"), id="HOLD 2-1"),
        pytest.param(
            ballot(SELL, SELL), scene(held="1"), ("SELL", "consensus"), id="SELL what is held"
        ),
        pytest.param(
            ballot(SELL, SELL), scene(), ("NO_TRADE", "nothing_to_sell"), id="nothing to sell"
        ),
        pytest.param(
            ballot(BUY, BUY),
            scene(quarantine="BAR_GAP"),
            ("NO_TRADE", "symbol_quarantined"),
            id="quarantined",
        ),
        pytest.param(ballot(), scene(bars=0), ("NO_TRADE", "no_data"), id="no bars"),
        pytest.param(
            ballot(BUY, BUY),
            scene(bars=251),
            ("NO_TRADE", "insufficient_history"),
            id="a bar less than a year",
        ),
        pytest.param(ballot(BUY, BUY), scene(bars=252), ("BUY", "consensus"), id="just a year"),
        pytest.param(
            [vote(ABSTAIN, name="a"), vote(ABSTAIN, name="b"), vote(BUY, 0.99, "c")],
            scene(),
            ("NO_TRADE", "quorum_not_met"),
            id="MO-046 one valid of three",
        ),
        pytest.param([], scene(), ("NO_TRADE", "quorum_not_met"), id="nobody"),
        pytest.param(
            [vote(BUY, 0.9, "a"), vote(BUY, 0.9, "b", Role.BULL)],
            scene(),
            ("NO_TRADE", "quorum_not_met"),
            id="an advocate makes no quorum",
        ),
        pytest.param(
            [*ballot(BUY, BUY), risk_manager(veto=True)],
            scene(),
            ("NO_TRADE", "risk_veto"),
            id="veto on a BUY",
        ),
        pytest.param(
            [*ballot(HOLD, HOLD), risk_manager(veto=True)],
            scene(),
            ("HOLD", "consensus"),
            id="a veto leaves HOLD alone",
        ),
        pytest.param(
            [*ballot(SELL, SELL), risk_manager(veto=True)],
            scene(held="1"),
            ("SELL", "consensus"),
            id="a veto never stops an exit",
        ),
        pytest.param(
            ballot(BUY, SELL, HOLD), scene(), ("NO_TRADE", "no_power_model"), id="MO-045 1-1-1"
        ),
        pytest.param(
            [
                vote(
                    BUY,
                    0.9,
                    name,
                    at=scene(phase=Phase.DISTRIBUTION, volume_trend=VolumeTrend.DECLINING),
                )
                for name in "ab"
            ],
            scene(phase=Phase.DISTRIBUTION, volume_trend=VolumeTrend.DECLINING),
            ("NO_TRADE", "no_power_model"),
            id="MO-043 halved below the limit",
        ),
    ],
)
def test_each_rule_leads_to_its_reason(votes, at, expected):
    assert outcome(votes, at) == expected


@pytest.mark.parametrize(
    ("votes", "at", "names"),
    [
        pytest.param(ballot(BUY, BUY, BUY, HOLD, HOLD), scene(), {"disagreement"}, id="3-2"),
        pytest.param(ballot(BUY, HOLD), scene(), {"disagreement"}, id="1-1, so HOLD is disputed"),
        pytest.param(
            ballot(BUY, BUY, confidence=0.6), scene(), {"low_confidence"}, id="low confidence"
        ),
        pytest.param(
            ballot(BUY, BUY),
            scene(regime=Regime.HIGH_VOLATILITY, volatility_percentile=0.97),
            {"high_volatility"},
            id="high volatility",
        ),
        pytest.param(
            [*ballot(BUY, BUY), risk_manager(size="0.02")],
            scene(),
            {"portfolio_delta"},
            id="2 % of equity",
        ),
        pytest.param(
            ballot(SELL, BUY, SELL, BUY), scene(), {"disagreement"}, id="disputed SELL of nothing"
        ),
    ],
)
def test_a_fired_trigger_without_a_panel_is_no_trade(votes, at, names):
    decision = decided(votes, at)
    assert {name.value for name in fired(decision)} == names
    assert decision.action is FinalAction.NO_TRADE
    assert decision.reason == DecisionReason.NO_POWER_MODEL
    assert decision.escalated is False
    assert decision.sizing is None


STORM = scene(regime=Regime.HIGH_VOLATILITY, volatility_percentile=0.99)


@pytest.mark.parametrize(
    "votes",
    [
        pytest.param(ballot(HOLD, HOLD, BUY, confidence=0.1), id="undisputed HOLD"),
        pytest.param(
            [*ballot(BUY, BUY, HOLD, HOLD, BUY), risk_manager(veto=True)],
            id="vetoed BUY, disputed too",
        ),
        pytest.param(ballot(SELL, SELL, confidence=0.1), id="undisputed SELL of nothing"),
        pytest.param(ballot(BUY), id="no quorum"),
    ],
)
def test_no_trigger_fires_where_there_is_nothing_to_escalate(votes):
    assert fired(decided(votes, STORM)) == set()


@pytest.mark.parametrize(
    ("confidence", "dissent", "expected"),
    [
        pytest.param(0.7, [], "SELL", id="volatility and size do not stop it"),
        pytest.param(0.6, [], "NO_TRADE", id="but low confidence does"),
        pytest.param(0.7, [HOLD, HOLD], "NO_TRADE", id="and dispute does"),
    ],
)
def test_an_exit_needs_a_consensus_and_no_panel(confidence, dissent, expected):
    storm = scene(regime=Regime.HIGH_VOLATILITY, volatility_percentile=0.99, held="100")
    decision = decided(ballot(SELL, SELL, SELL, *dissent, confidence=confidence), storm)
    assert {TriggerName.HIGH_VOLATILITY, TriggerName.PORTFOLIO_DELTA} <= fired(decision)
    assert decision.action == expected


def test_a_buy_carries_size_exits_and_horizon():
    decision = decided([*ballot(BUY, BUY, HOLD), risk_manager()])
    assert decision.sizing is not None
    assert decision.sizing.value == Decimal("0.014")
    assert (decision.stop, decision.target) == (Decimal("600.01"), Decimal("649.64"))
    assert decision.horizon == 20
    assert trigger(decision, TriggerName.PORTFOLIO_DELTA).value == 1.4


def test_a_refused_buy_carries_none():
    decision = decided([*ballot(BUY, BUY), risk_manager(veto=True)])
    assert (decision.sizing, decision.stop, decision.target, decision.horizon) == (None,) * 4


def test_without_valid_votes_confidence_and_disagreement_are_unknown():
    decision = decided([risk_manager()])
    assert (decision.confidence, decision.disagreement) == (None, None)


def test_the_decision_repeats_the_scene_and_has_the_id_of_run_and_symbol():
    decision = decided(ballot(HOLD, HOLD))
    assert decision.decision_id == decision_id(RUN, Symbol("AAPL"))
    assert decision.regime == "bullish"
    assert decision.wyckoff_phase == "markup"
    assert decision.volume_trend == "neutral"
