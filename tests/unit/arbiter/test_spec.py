from dataclasses import replace
from decimal import Decimal

import pytest

from quorate.arbiter.spec import (
    ARENA_INVARIANTS,
    TIERS,
    QualityGate,
    RiskTier,
    analysis_spec,
    arena_run_spec,
    backtest_spec,
    order_spec,
    signal_spec,
    spec_problems,
)
from quorate.arbiter.task import TaskType
from quorate.kernel.canonical import digest
from quorate.kernel.ids import Symbol

SPEC = arena_run_spec((Symbol("AAPL"), Symbol("IBM")), ("bars", "indicators"))


def test_a_keyless_run_may_analyse_its_symbols_and_spend_nothing():
    assert SPEC.payload() == {
        "id": "",
        "title": "arena run",
        "riskTier": 2,
        "scope": {"symbols": ["AAPL", "IBM"], "tools": ["bars", "indicators"]},
        "budget": {
            "usd": Decimal(0),
            "powerCalls": 0,
            "wallMs": 3_600_000,
            "tokens": None,
            "portfolioDelta": Decimal(0),
        },
        "invariants": list(ARENA_INVARIANTS),
        "acceptance": [],
        "gates": [],
        "waivers": [],
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
        pytest.param(replace(SPEC, max_wall_ms=1), id="the time"),
        pytest.param(replace(SPEC, max_tokens=1), id="the tokens"),
        pytest.param(replace(SPEC, max_portfolio_delta=Decimal(1)), id="the portfolio delta"),
        pytest.param(replace(SPEC, waivers=("WV-0001",)), id="the waivers"),
        pytest.param(replace(SPEC, gates=(QualityGate(name="c", least=Decimal(1)),)), id="gates"),
    ],
)
def test_the_hash_covers_the_whole_spec(other):
    assert SPEC.hash == digest(SPEC.payload())
    assert other.hash != SPEC.hash


def test_the_tiers_are_ordered_by_the_harm_that_a_task_can_do():
    """Source: DESIGN 9."""
    assert [tier.value for tier in (RiskTier.PLACES_ORDERS, RiskTier.ANALYSIS)] == [1, 2]
    assert RiskTier.REPORTING == 3


AAPL = (Symbol("AAPL"),)


@pytest.mark.parametrize(
    ("kind", "spec"),
    [
        pytest.param(TaskType.ARENA_RUN, arena_run_spec(AAPL, ()), id="arena run"),
        pytest.param(TaskType.TRADING_ANALYSIS, analysis_spec(AAPL, ()), id="analysis"),
        pytest.param(TaskType.TRADING_SIGNAL, signal_spec(AAPL), id="signal"),
        pytest.param(TaskType.BACKTEST, backtest_spec(AAPL), id="backtest"),
        pytest.param(
            TaskType.ORDER, order_spec(AAPL, max_portfolio_delta=Decimal("0.1")), id="order"
        ),
    ],
)
def test_every_type_of_task_has_a_spec_of_a_tier_that_fits_it(kind, spec):
    assert spec_problems(spec) == ()
    assert spec.risk_tier in TIERS[kind]
    assert (spec.max_portfolio_delta > 0) == (kind is TaskType.ORDER)
