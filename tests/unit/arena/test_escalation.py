from decimal import Decimal

import pytest

from quorate.arena.consensus import reach_consensus
from quorate.arena.escalation import escalation_triggers
from quorate.kernel.decision import TriggerName
from quorate.market.regime import Regime
from tests.unit.arena.casts import BUY, HOLD, POLICY, SELL, ballot, scene


def fired(votes, at=None, share="0.014", *, armed=True):
    triggers = escalation_triggers(
        reach_consensus(votes),
        at or scene(),
        Decimal(share) if share else None,
        POLICY,
        armed=armed,
    )
    assert [trigger.name for trigger in triggers] == list(TriggerName)
    return [trigger.name.value for trigger in triggers if trigger.fired]


@pytest.mark.parametrize(
    ("actions", "escalates"),
    [
        pytest.param([BUY, BUY, HOLD], False, id="3 voters 1 dissent passes"),
        pytest.param([BUY, BUY, BUY, HOLD, HOLD], True, id="3-2 fires"),
        pytest.param([BUY, HOLD], True, id="1-1 fires"),
        pytest.param([BUY, SELL, HOLD], True, id="MO-045 1-1-1 fires"),
    ],
)
def test_disagreement_above_the_limit_fires(actions, escalates):
    assert ("disagreement" in fired(ballot(*actions))) is escalates


@pytest.mark.parametrize(
    ("action", "confidence", "escalates"),
    [
        pytest.param(BUY, 0.62, False, id="a BUY at the limit"),
        pytest.param(BUY, 0.619, True, id="a BUY below"),
        pytest.param(SELL, 0.619, True, id="a SELL below"),
        pytest.param(HOLD, 0.1, False, id="a HOLD takes no courage"),
    ],
)
def test_low_confidence_fires_on_a_trade_only(action, confidence, escalates):
    votes = ballot(action, action, confidence=confidence)
    assert ("low_confidence" in fired(votes)) is escalates


@pytest.mark.parametrize(
    ("regime", "percentile", "escalates"),
    [
        pytest.param(Regime.BULLISH, 0.94, False, id="below the percentile"),
        pytest.param(Regime.BULLISH, 0.95, True, id="at the percentile"),
        pytest.param(Regime.HIGH_VOLATILITY, 0.5, True, id="a jump made the regime"),
        pytest.param(Regime.HIGH_VOLATILITY, None, True, id="regime without percentile"),
        pytest.param(Regime.UNKNOWN, None, False, id="nothing known"),
    ],
)
def test_high_volatility_fires_by_regime_or_percentile(regime, percentile, escalates):
    at = scene(regime=regime, volatility_percentile=percentile)
    assert ("high_volatility" in fired(ballot(BUY, BUY), at)) is escalates


@pytest.mark.parametrize(
    ("share", "escalates"),
    [
        pytest.param("0.014", False, id="the rule risk manager's 1.4 %"),
        pytest.param("0.0149", False, id="just below"),
        pytest.param("0.015", True, id="exactly 1.5 %"),
        pytest.param("1", True, id="all of it"),
    ],
)
def test_a_large_order_fires(share, escalates):
    assert ("portfolio_delta" in fired(ballot(BUY, BUY), share=share)) is escalates


def test_disarmed_triggers_keep_their_values_and_do_not_fire():
    votes = ballot(BUY, SELL, confidence=0.3)
    at = scene(regime=Regime.HIGH_VOLATILITY, volatility_percentile=0.99)
    assert len(fired(votes, at, "0.5")) == 4
    assert fired(votes, at, "0.5", armed=False) == []
    values = [
        trigger.value
        for trigger in escalation_triggers(
            reach_consensus(votes), at, Decimal("0.5"), POLICY, armed=False
        )
    ]
    assert values == [0.5, 0.3, 0.99, 50.0]


def test_without_a_consensus_nothing_is_measured_and_nothing_fires():
    triggers = escalation_triggers(
        None, scene(volatility_percentile=None), None, POLICY, armed=True
    )
    assert [trigger.value for trigger in triggers] == [None] * 4
    assert not any(trigger.fired for trigger in triggers)
