from decimal import Decimal

import pytest

from quorate.arena.policy import ArenaPolicy
from quorate.kernel.errors import RejectedError


def test_the_defaults_are_the_numbers_of_the_seeds():
    policy = ArenaPolicy()
    assert policy.max_disagreement == 0.34
    assert policy.min_confidence == 0.62
    assert policy.high_risk_portfolio_delta_pct == 1.5
    assert policy.fallback_factor == 0.8


@pytest.mark.parametrize(
    "broken",
    [
        {"max_disagreement": 1.0},
        {"max_disagreement": float("nan")},
        {"min_confidence": 1.1},
        {"high_risk_portfolio_delta_pct": 0.0},
        {"volatility_percentile": 0.0},
        {"debate_rounds": 6},
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


def test_thresholds_are_read_as_the_kind_that_each_of_them_is():
    policy = ArenaPolicy().with_thresholds(
        {"min_confidence": "0.7", "quorum": "3", "entry_pct_equity": "0.02"}
    )
    assert (policy.min_confidence, policy.quorum) == (0.7, 3)
    assert policy.entry_pct_equity == Decimal("0.02")
    assert policy.max_disagreement == ArenaPolicy().max_disagreement


@pytest.mark.parametrize(
    ("name", "text", "cause"),
    [
        ("nosuch", "1", "there is no threshold 'nosuch'"),
        ("quorum", "2.5", "no value of quorum"),
        ("quorum", "1", "quorum is 2 or more"),
        ("min_confidence", "nan", "no value of min_confidence"),
        ("min_confidence", "inf", "no value of min_confidence"),
        ("min_confidence", "high", "no value of min_confidence"),
        ("entry_pct_equity", "sNaN", "no value of entry_pct_equity"),
        ("volatility_percentile", "0", "volatility_percentile is in"),
    ],
)
def test_a_threshold_that_no_rule_could_hold_with_is_refused(name, text, cause):
    with pytest.raises(RejectedError, match=cause):
        ArenaPolicy().with_thresholds({name: text})
