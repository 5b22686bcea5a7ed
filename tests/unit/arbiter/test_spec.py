from dataclasses import replace
from decimal import Decimal

import pytest

from quorate.arbiter.spec import ARENA_INVARIANTS, RiskTier, arena_run_spec, spec_problems
from quorate.kernel.canonical import digest
from quorate.kernel.ids import Symbol

SPEC = arena_run_spec((Symbol("AAPL"), Symbol("IBM")), ("bars", "indicators"))


def test_a_keyless_run_may_analyse_its_symbols_and_spend_nothing():
    assert SPEC.payload() == {
        "riskTier": 2,
        "scope": {"symbols": ["AAPL", "IBM"], "tools": ["bars", "indicators"]},
        "budget": {"usd": Decimal(0), "powerCalls": 0},
        "invariants": list(ARENA_INVARIANTS),
    }
    assert spec_problems(SPEC) == ()


@pytest.mark.parametrize(
    ("spec", "problem"),
    [
        pytest.param(replace(SPEC, symbols=()), "the scope names no symbol", id="no symbol"),
        pytest.param(replace(SPEC, invariants=()), "no invariant is stated", id="no invariant"),
        pytest.param(
            replace(SPEC, max_cost_usd=Decimal("-0.01")),
            "a budget is negative",
            id="dollars below 0",
        ),
        pytest.param(
            replace(SPEC, max_power_calls=-1), "a budget is negative", id="power calls below 0"
        ),
    ],
)
def test_a_spec_that_could_not_be_held_is_refused_with_its_reason(spec, problem):
    (said,) = spec_problems(spec)
    assert said.startswith(problem)


def test_all_that_is_wrong_is_said_at_once():
    bad = replace(SPEC, symbols=(), invariants=(), max_power_calls=-1)
    assert len(spec_problems(bad)) == 3


def test_a_spec_without_tools_is_a_smaller_mandate_and_no_problem():
    assert spec_problems(replace(SPEC, tools=())) == ()


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(replace(SPEC, risk_tier=RiskTier.PLACES_ORDERS), id="the tier"),
        pytest.param(replace(SPEC, symbols=(Symbol("AAPL"),)), id="the symbols"),
        pytest.param(replace(SPEC, tools=("bars",)), id="the tools"),
        pytest.param(replace(SPEC, max_cost_usd=Decimal(1)), id="the dollars"),
        pytest.param(replace(SPEC, max_power_calls=1), id="the power calls"),
        pytest.param(replace(SPEC, invariants=ARENA_INVARIANTS[:1]), id="the invariants"),
    ],
)
def test_the_hash_covers_the_whole_spec(other):
    assert SPEC.hash == digest(SPEC.payload())
    assert other.hash != SPEC.hash


def test_the_tiers_are_ordered_by_the_harm_that_a_task_can_do():
    """Source: DESIGN 9."""
    assert [tier.value for tier in (RiskTier.PLACES_ORDERS, RiskTier.ANALYSIS)] == [1, 2]
    assert RiskTier.REPORTING == 3
