"""Strategies: what they stand in for, and what they leave alone."""

from dataclasses import fields, replace
from decimal import Decimal

import pytest

from quorate.arena.policy import ArenaPolicy
from quorate.arena.request import RunRequest
from quorate.arena.strategy import NO_STRATEGY, Strategy, Thresholds, strategy_named
from quorate.kernel.errors import RejectedError
from quorate.kernel.money import Usd
from quorate.llm import GatewayPolicy, Preset
from tests.unit.arena.casts import AAPL, profile

CALM = Strategy(
    symbols=("AAPL", "IBM"),
    profiles=("trend",),
    horizon=5,
    thresholds=Thresholds(min_confidence=0.7, entry_pct_equity=Decimal("0.01")),
    preset=Preset.FREE_ONLY,
    answer_ttl_s=60,
    max_cost=Decimal("0.05"),
)


def test_every_value_of_the_arena_can_be_a_threshold_of_a_strategy():
    assert {each.name for each in fields(Thresholds)} == {each.name for each in fields(ArenaPolicy)}


def test_thresholds_stand_over_the_arenas_and_leave_the_others():
    policy = CALM.thresholds.over(ArenaPolicy(quorum=3))
    assert (policy.min_confidence, policy.quorum) == (0.7, 3)
    assert policy == ArenaPolicy(quorum=3).with_thresholds(CALM.thresholds.texts)


@pytest.mark.parametrize(
    "wrong", [{"quorum": 1}, {"min_confidence": 1.1}, {"debate_rounds": 6}, {"max_disagreement": 1}]
)
def test_a_threshold_that_no_arena_could_have_is_refused(wrong):
    with pytest.raises(RejectedError):
        Thresholds(**wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        {"symbols": ("A A",)},
        {"profiles": ("Trend",)},
        {"horizon": 0},
        {"answer_ttl_s": -1.0},
        {"max_cost": Decimal(0)},
        {"max_cost": Decimal("NaN")},
        {"description": "two\nlines"},
    ],
)
def test_what_no_run_could_be_made_with_is_refused(wrong):
    with pytest.raises(RejectedError):
        Strategy(**wrong)


def test_it_stands_in_for_what_a_request_does_not_name():
    request = CALM.applied(RunRequest(symbols=()))
    assert (request.symbols, request.profiles) == (("AAPL", "IBM"), ("trend",))
    own = RunRequest(symbols=(AAPL,), profiles=("wyckoff",))
    assert CALM.applied(own) == own
    assert NO_STRATEGY.applied(RunRequest(symbols=(AAPL,))) == RunRequest(symbols=(AAPL,))


def test_its_horizon_is_that_of_all_who_are_asked_first():
    asked = (profile("a"), profile("b"))
    assert [each.horizon for each in CALM.cast(asked)] == [5, 5]
    assert NO_STRATEGY.cast(asked) == asked


def test_its_time_to_live_goes_before_the_gateways():
    policy = GatewayPolicy(answer_ttl_s=600)
    assert (CALM.ttl_s(policy), NO_STRATEGY.ttl_s(policy)) == (60, 600)
    assert replace(CALM, answer_ttl_s=0).ttl_s(policy) == 0


def test_its_limit_is_money():
    assert (CALM.limit, NO_STRATEGY.limit) == (Usd(Decimal("0.05")), None)


def test_anything_that_it_says_changes_its_hash():
    others = [
        replace(CALM, description="other"),
        replace(CALM, symbols=("IBM", "AAPL")),
        replace(CALM, thresholds=Thresholds(min_confidence=0.71)),
        replace(CALM, max_cost=None),
    ]
    hashes = {each.hash for each in (CALM, *others)}
    assert len(hashes) == 5
    assert replace(CALM).hash == CALM.hash


def test_a_name_that_nobody_gave_is_not_found():
    assert strategy_named("calm", {"calm": CALM}) is CALM
    assert strategy_named(None, {"calm": CALM}) is NO_STRATEGY
    for known, fix in (({"calm": CALM}, "choose from calm"), ({}, "write [strategies.NAME]")):
        with pytest.raises(RejectedError) as refused:
            strategy_named("clam", known)
        assert (refused.value.slug, fix in refused.value.fix) == ("not-found", True)
