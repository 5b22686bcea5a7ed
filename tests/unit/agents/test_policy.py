from decimal import Decimal

import pytest

from quorate.agents.policy import AgentsPolicy
from quorate.kernel.errors import RejectedError


def test_the_defaults_are_the_published_numbers() -> None:
    policy = AgentsPolicy()
    assert policy.trend_band == 0.01
    assert (policy.rsi_oversold, policy.rsi_overbought) == (10.0, 90.0)
    assert policy.hold_band == 0.02
    assert policy.entry_pct_equity == Decimal("0.014")
    assert policy.reward_to_risk == Decimal("1.5")


def test_an_entry_stays_below_what_escalates() -> None:
    assert AgentsPolicy().entry_pct_equity < Decimal("0.015")


@pytest.mark.parametrize(
    ("broken", "key"),
    [
        pytest.param({"trend_band": -0.01}, "trend_band", id="a negative band"),
        pytest.param({"trend_band": float("nan")}, "trend_band", id="a band that is no number"),
        pytest.param({"momentum_flat": 0.2}, "momentum_flat", id="flat beyond the threshold"),
        pytest.param({"momentum_threshold": 1.0}, "momentum_threshold", id="doubling as minimum"),
        pytest.param({"rsi_oversold": 95.0}, "rsi_oversold", id="oversold above overbought"),
        pytest.param({"hold_band": 0.0}, "hold_band", id="an empty hold band"),
        pytest.param({"entry_pct_equity": Decimal(0)}, "entry_pct_equity", id="an empty entry"),
        pytest.param({"entry_pct_equity": Decimal("1.1")}, "entry_pct_equity", id="on credit"),
        pytest.param({"stop_atr": Decimal(0)}, "stop_atr", id="a stop at the close"),
        pytest.param({"reward_to_risk": Decimal(0)}, "reward_to_risk", id="no reward"),
        pytest.param({"stop_atr": Decimal("NaN")}, "stop_atr", id="a stop that is no number"),
    ],
)
def test_a_policy_that_contradicts_itself_is_refused_by_key(
    broken: dict[str, float | Decimal], key: str
) -> None:
    with pytest.raises(RejectedError, match=key):
        AgentsPolicy(**broken)
