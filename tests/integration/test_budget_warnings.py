"""Warnings of budgets: said at 80 % and at the end of a limit, once a day, whoever spends."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from quorate.adapters.sql.purse import SqlPurse
from quorate.adapters.sql.warnings import warnings_on
from quorate.llm.budget import BudgetExhaustedError, BudgetPolicy, Limit
from quorate.llm.tier import Tier
from tests.fakes.clock import FakeClock
from tests.fakes.money import charge, wanted
from tests.integration.conftest import ALL_KINDS
from tests.integration.stores import outcomes

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module", params=ALL_KINDS)
def kind(request):
    return request.param


@pytest.fixture
def clock():
    return FakeClock()


def policy(**about):
    """Return limits that nothing here reaches, but for those that are named."""
    amounts = {"per_day": Decimal(10), "per_profile_day": Decimal(10), "per_run": Decimal(10)}
    return BudgetPolicy(**{**amounts, **about})


def said(store, clock):
    found = store.database.read_now(
        lambda connection: warnings_on(connection, store.tenant, clock.now().date())
    )
    return [(each.limit, each.profile, each.percent, each.refused) for each in found]


async def power(purse, **about):
    return await purse.reserve(wanted("0.0001", tier=Tier.POWER, **about))


async def test_nothing_is_said_below_80_percent_and_then_once(store, clock):
    purse = SqlPurse(store.journal, clock, policy(power_calls_per_day=5))
    for _ in range(3):
        await power(purse)
    assert said(store, clock) == []
    await power(purse)
    assert said(store, clock) == [(Limit.POWER_CALLS, "", 80, False)]
    await power(purse)
    assert said(store, clock) == [
        (Limit.POWER_CALLS, "", 80, False),
        (Limit.POWER_CALLS, "", 100, False),
    ]
    with pytest.raises(BudgetExhaustedError):
        await power(purse)
    assert len(said(store, clock)) == 2


async def test_a_refused_call_tells_that_a_limit_of_dollars_has_ended(store, clock):
    purse = SqlPurse(store.journal, clock, policy(per_day=Decimal("0.10")))
    await purse.reserve(wanted("0.07"))
    for _ in range(2):
        with pytest.raises(BudgetExhaustedError):
            await purse.reserve(wanted("0.04"))
    assert said(store, clock) == [(Limit.DAY, "", 100, True)]


async def test_a_limit_that_empties_and_fills_again_is_told_once_a_day(store, clock):
    purse = SqlPurse(store.journal, clock, policy(per_profile_day=Decimal("0.10")))
    for _ in range(2):
        first = await purse.reserve(wanted("0.09", profile="judge"))
        await purse.settle(first, charge("0.001"))
    assert said(store, clock) == [(Limit.PROFILE_DAY, "judge", 80, False)]
    clock.time += timedelta(days=1)
    await purse.reserve(wanted("0.09", profile="judge"))
    assert said(store, clock) == [(Limit.PROFILE_DAY, "judge", 80, False)]


async def test_of_many_calls_at_once_one_tells_it(store, clock):
    purses = [SqlPurse(store.journal, clock, policy(power_calls_per_day=10)) for _ in range(2)]
    calls = [power(purse) for purse in purses for _ in range(10)]
    results = await outcomes(calls)
    assert sum(isinstance(each, BudgetExhaustedError) for each in results) == 10
    assert said(store, clock) == [
        (Limit.POWER_CALLS, "", 80, False),
        (Limit.POWER_CALLS, "", 100, False),
    ]
    rows = [row for row in store.rows() if row.type == "budget.warned"]
    assert len(rows) == 2


async def test_a_limit_that_forbids_by_choice_warns_nobody(store, clock):
    purse = SqlPurse(store.journal, clock, policy(power_calls_per_day=0))
    with pytest.raises(BudgetExhaustedError):
        await power(purse)
    assert said(store, clock) == []
