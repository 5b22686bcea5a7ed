from dataclasses import replace
from decimal import Decimal

import pytest

from quorate.kernel.errors import InvariantBrokenError, RejectedError
from quorate.llm.budget import (
    COUNTED,
    SETTABLE,
    BudgetPolicy,
    CallStatus,
    Limit,
    shown_size,
    size_of,
    sizes_in_force,
)
from quorate.llm.call import Usage
from tests.fakes.money import charge, wanted


def test_the_defaults_are_those_of_the_documents():
    policy = BudgetPolicy()
    assert policy.per_day == Decimal("1.00")
    assert policy.power_calls_per_day == 25
    assert policy.sizes() == {
        Limit.UNPRICED_CALLS: 500,
        Limit.POWER_CALLS: 25,
        Limit.RUN: 500_000_000,
        Limit.PROFILE_DAY: 500_000_000,
        Limit.DAY: 1_000_000_000,
    }


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        pytest.param({"per_day": Decimal(-1)}, "an amount is in", id="a negative amount"),
        pytest.param({"per_run": Decimal("1000000.01")}, "an amount is in", id="an absurd amount"),
        pytest.param({"per_profile_day": Decimal("NaN")}, "an amount is in", id="no number"),
        pytest.param({"power_calls_per_day": -1}, "a number of calls is in", id="negative calls"),
        pytest.param({"unpriced_calls_per_day": 10**9}, "a number of calls", id="absurd calls"),
        pytest.param({"abandoned_after_seconds": 59.0}, "abandoned_after_seconds", id="too soon"),
    ],
)
def test_a_policy_that_could_not_be_held_to_is_refused(change, rule):
    with pytest.raises(RejectedError, match=f"budget policy: {rule}"):
        BudgetPolicy(**change)


def test_a_policy_may_forbid_everything():
    nothing = BudgetPolicy(
        per_day=Decimal(0), per_run=Decimal(0), power_calls_per_day=0, unpriced_calls_per_day=0
    )
    assert nothing.sizes()[Limit.DAY] == 0


def test_a_size_is_dollars_or_calls_as_the_limit_counts():
    assert size_of(Limit.DAY, Decimal("2.00")) == 2_000_000_000
    assert size_of(Limit.POWER_CALLS, Decimal(30)) == 30
    assert shown_size(Limit.DAY, 2_000_000_000) == 2
    assert shown_size(Limit.POWER_CALLS, 30) == 30
    assert all(shown_size(limit, size_of(limit, Decimal(3))) == 3 for limit in SETTABLE)
    assert set(SETTABLE) >= COUNTED


@pytest.mark.parametrize(
    ("limit", "size"),
    [
        pytest.param(Limit.DAY, "-0.01", id="negative"),
        pytest.param(Limit.DAY, "NaN", id="no number"),
        pytest.param(Limit.RUN, "Infinity", id="no end"),
        pytest.param(Limit.DAY, "1000000.01", id="absurd"),
        pytest.param(Limit.POWER_CALLS, "2.5", id="half a call"),
    ],
)
def test_an_impossible_size_is_refused_with_the_way_to_a_possible_one(limit, size):
    with pytest.raises(RejectedError, match=r"is no (whole )?number of") as refusal:
        size_of(limit, Decimal(size))
    assert refusal.value.slug == "validation-failed"
    assert refusal.value.fix.startswith(f"quorate budget set {limit} ")


def test_the_limit_of_one_profile_is_not_set_for_all():
    with pytest.raises(RejectedError, match="belongs to one profile"):
        size_of(Limit.PROFILE_RUN, Decimal(1))


def test_the_nearest_word_on_a_limit_holds():
    configured, told, own = (
        {Limit.DAY: 1, Limit.RUN: 1},
        {Limit.DAY: 2, Limit.RUN: 2},
        {Limit.RUN: 3},
    )
    assert sizes_in_force(configured, told, own) == {Limit.DAY: 2, Limit.RUN: 3}


@pytest.mark.parametrize("cost", ["-0.01", "1000000.01"])
def test_a_cost_that_no_call_has_is_refused(cost):
    with pytest.raises(InvariantBrokenError, match="no call costs"):
        wanted(cost)
    with pytest.raises(InvariantBrokenError, match="no call costs"):
        charge(cost)


@pytest.mark.parametrize("usage", [Usage(prompt_tokens=-1), Usage(completion_tokens=10**12)])
def test_tokens_that_no_call_has_are_refused(usage):
    with pytest.raises(InvariantBrokenError, match="no call has"):
        replace(charge(), usage=usage)


def test_a_call_that_is_under_way_has_no_charge():
    with pytest.raises(InvariantBrokenError, match="only reserved"):
        charge(status=CallStatus.RESERVED)
