from decimal import Decimal

import pytest

from quorate.arena.policy import ArenaPolicy
from quorate.kernel.errors import RejectedError


def test_the_defaults_are_the_numbers_of_the_seeds():
    policy = ArenaPolicy()
    assert policy.max_disagreement == 0.34
    assert policy.min_confidence == 0.62
    assert policy.high_risk_portfolio_delta_pct == 1.5
    assert policy.max_power_calls_per_day == 25
    assert policy.fallback_factor == 0.8


@pytest.mark.parametrize(
    "broken",
    [
        {"max_disagreement": 1.0},
        {"max_disagreement": float("nan")},
        {"min_confidence": 1.1},
        {"high_risk_portfolio_delta_pct": 0.0},
        {"volatility_percentile": 0.0},
        {"max_power_calls_per_day": -1},
        {"quorum": 1},
        {"min_history_bars": 0},
        {"fallback_factor": 1.2},
        {"entry_pct_equity": Decimal(0)},
    ],
    ids=lambda broken: next(iter(broken)),
)
def test_a_threshold_outside_its_range_is_refused(broken):
    with pytest.raises(RejectedError, match=next(iter(broken))):
        ArenaPolicy(**broken)
