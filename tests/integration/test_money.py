"""Money as people meet it: what was spent, what the budgets are, and what dead processes left."""

from __future__ import annotations

import signal
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from quorate.adapters.clock.system import SystemClock
from quorate.adapters.sql.calls import LLM_CALLS
from quorate.bootstrap import open_app
from quorate.bootstrap.money import MoneyBook, own_budgets
from quorate.bootstrap.store import opened_store
from quorate.kernel.errors import RejectedError
from quorate.llm.balance import Balance
from quorate.llm.budget import BudgetPolicy, CallStatus, Limit
from quorate.llm.budget_line import BudgetSource
from quorate.llm.cost import CostAxis, total
from quorate.llm.tier import Tier
from tests.fakes.clock import FakeClock
from tests.fakes.homes import settings_of
from tests.fakes.money import charge, usd, wanted
from tests.integration.children import dies_with_a_call_under_way, ended
from tests.integration.facts import lease_taken, profile_registered, task_received
from tests.integration.stores import outcomes

pytestmark = pytest.mark.integration

CENT = 10_000_000
TODAY = date(2026, 11, 20)


@pytest.fixture
def home(ground, tmp_path):
    """Return the settings of a home, and a tenant of its own."""
    (tmp_path / "home").mkdir()
    return settings_of(tmp_path / "home", DATABASE_URL=ground.url), ground.tenant


class LaterClock(SystemClock):
    """The machine's clock, an hour on."""

    def now(self):
        return super().now() + timedelta(hours=1)


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def store(home, clock):
    settings, tenant = home
    with opened_store(settings, tenant=tenant, clock=clock) as opened:
        yield opened


@pytest.fixture
def money(store):
    return MoneyBook(store, BudgetPolicy())


async def spent(money, worst="0.01", cost="0.002", status=CallStatus.ANSWERED, **about):
    reservation = await money.purse.reserve(wanted(worst, **about))
    await money.purse.settle(reservation, charge(cost, status))
    return reservation


async def found(money, by=CostAxis.MODEL, since=TODAY):
    return {line.key: line for line in await money.cost_summary(by, since)}


async def limits(money):
    return {(line.limit, line.profile): line for line in await money.budgets()}


async def test_nothing_was_spent_in_a_new_home(money):
    assert await money.cost_summary(CostAxis.MODEL, date.min) == []
    assert (await limits(money))[Limit.DAY, ""].used == 0


async def test_a_line_adds_up_what_is_known_and_counts_what_is_not(money):
    await spent(money)
    await spent(money, cost=None, status=CallStatus.FAILED)
    await spent(money, worst=None, cost=None)
    await money.purse.reserve(wanted("0.03"))
    (line,) = (await found(money)).values()
    assert (line.key, line.calls, line.open_calls) == ("openrouter/small/model", 4, 1)
    assert (line.failed, line.unpriced) == (1, 2)
    assert (line.known, line.counted) == (usd("0.002"), usd("0.042"))
    assert (line.prompt_tokens, line.completion_tokens, line.cached_tokens) == (2700, 300, 30)


async def test_unknown_costs_alone_are_no_sum(money):
    await spent(money, worst=None, cost=None)
    assert (await found(money))["openrouter/small/model"].known is None


async def test_answers_from_the_cache_are_no_calls(money, store):
    await spent(money)
    hit = replace(charge("0"), cache_hit=True)
    await store.journal.commit(lambda _tx: [money.purse.recalled(wanted(), hit)])
    (line,) = (await found(money)).values()
    assert (line.calls, line.cache_hits, line.known) == (1, 1, usd("0.002"))


async def test_calls_are_added_up_by_every_axis(money, store):
    await store.journal.commit(lambda _tx: [profile_registered("trend")])
    await spent(money, profile="trend")
    await spent(money, profile="judge", run_id="run_2", tier=Tier.POWER)
    await spent(money, profile="judge", run_id=None)
    keys = {by: set(await found(money, by)) for by in CostAxis}
    assert keys == {
        CostAxis.DAY: {"2026-11-20"},
        CostAxis.MODEL: {"openrouter/small/model"},
        CostAxis.PROFILE: {"judge", "trend"},
        CostAxis.PROVIDER: {"openrouter"},
        CostAxis.PURPOSE: {"answer", "panel"},
        CostAxis.ROLE: {"", "trend"},
        CostAxis.RUN: {"", "run_1", "run_2"},
        CostAxis.SOURCE: {"provider"},
        CostAxis.TIER: {"cheap", "power"},
    }
    sums = {total((await found(money, by)).values()).known for by in CostAxis}
    assert sums == {usd("0.006")}


async def test_only_days_since_the_one_asked_for_are_added_up(money, clock):
    await spent(money)
    clock.time += timedelta(days=1)
    await spent(money)
    assert set(await found(money, CostAxis.DAY)) == {"2026-11-20", "2026-11-21"}
    assert set(await found(money, CostAxis.DAY, TODAY + timedelta(days=1))) == {"2026-11-21"}
    assert await found(money, CostAxis.DAY, TODAY + timedelta(days=2)) == {}


async def test_budgets_show_what_is_used_today(money, clock):
    await spent(money)
    await money.purse.reserve(wanted("0.01", tier=Tier.POWER))
    lines = await limits(money)
    assert lines[Limit.DAY, ""].today == Balance(CENT, CENT // 5, 2, 0, 1, 1)
    assert lines[Limit.POWER_CALLS, ""].left == 24
    assert lines[Limit.PROFILE_DAY, "analyst"].used == CENT + CENT // 5
    clock.time += timedelta(days=1)
    assert (await limits(money))[Limit.DAY, ""].used == 0


async def test_a_limit_is_set_once_and_given_back(money):
    first = await money.set_budget(Limit.DAY, Decimal("2.00"))
    again = await money.set_budget(Limit.DAY, Decimal(2))
    assert (first.applied, again.applied) == (True, False)
    assert (again.line.size, again.line.source) == (200 * CENT, BudgetSource.COMMAND)
    back = await money.set_budget(Limit.DAY, None)
    assert (back.applied, back.line.size) == (True, 100 * CENT)
    assert back.line.source is BudgetSource.CONFIGURATION
    assert not (await money.set_budget(Limit.DAY, None)).applied
    await money.set_budget(Limit.POWER_CALLS, Decimal(3))
    assert (await limits(money))[Limit.POWER_CALLS, ""].left == 3


async def test_an_impossible_limit_is_refused_and_nothing_is_written(money, store):
    for limit, amount in ((Limit.DAY, "-1"), (Limit.PROFILE_RUN, "1"), (Limit.POWER_CALLS, "1.5")):
        with pytest.raises(RejectedError):
            await money.set_budget(limit, Decimal(amount))
    assert await store.journal.entries("budget:daily") == []


async def test_of_limits_set_at_once_each_is_one_event(money, store):
    changes = await outcomes(
        [money.set_budget(Limit.DAY, Decimal(amount)) for amount in (2, 3, 2, 3)]
    )
    versions = [each.facts["version"] for each in await store.journal.entries("budget:daily")]
    assert versions == list(range(1, sum(change.applied for change in changes) + 1))


async def test_a_profile_with_budgets_of_its_own_is_listed(money, store):
    registered = profile_registered("trend")
    budgets = {"budgetPerDayUsd": "0.02", "budgetPerRunUsd": "0.01"}
    with_budgets = replace(registered, payload={**registered.payload, **budgets})
    await store.journal.commit(lambda _tx: [with_budgets])
    lines = await limits(money)
    assert lines[Limit.PROFILE_DAY, "trend"].size == 2 * CENT
    assert lines[Limit.PROFILE_RUN, "trend"].size == CENT
    assert lines[Limit.PROFILE_DAY, "trend"].source is BudgetSource.PROFILE


def test_profiles_without_budgets_have_none():
    assert own_budgets([]) == {}


async def statuses(store):
    query = LLM_CALLS.select().where(LLM_CALLS.c.tenant == store.tenant)
    return await store.database.read(
        lambda connection: {
            row.call_id: (row.status, row.counted) for row in connection.execute(query)
        }
    )


async def test_a_call_that_nobody_settled_for_too_long_is_charged_with_its_worst_case(
    money, store, clock
):
    await money.purse.reserve(wanted("0.01", call_id="old"))
    clock.time += timedelta(seconds=599)
    await money.purse.reserve(wanted("0.02", call_id="young"))
    assert await money.recover() == []
    clock.time += timedelta(seconds=1)
    assert await money.recover() == [
        "1 model call left by a process that ended: counted with the worst case, $0.01"
    ]
    assert await statuses(store) == {"old": ("abandoned", CENT), "young": ("reserved", 2 * CENT)}
    assert await money.recover() == []


async def test_the_calls_of_a_run_that_lost_its_holder_are_charged_at_once(money, store, clock):
    lost, alive = task_received("t1"), task_received("t2")
    await store.journal.commit(lambda _tx: [lost, lease_taken("task:t1", seconds=45)])
    await store.journal.commit(lambda _tx: [alive, lease_taken("task:t2", seconds=90)])
    for task in ("t1", "t2"):
        for number in range(2):
            await money.purse.reserve(
                wanted("0.01", call_id=f"{task}-{number}", run_id=f"run_of_{task}")
            )
    clock.time += timedelta(seconds=46)
    (said,) = await money.recover()
    assert said.startswith("2 model calls left by a process that ended")
    assert {call: status for call, (status, _) in (await statuses(store)).items()} == {
        "t1-0": "abandoned",
        "t1-1": "abandoned",
        "t2-0": "reserved",
        "t2-1": "reserved",
    }


async def test_two_processes_that_recover_at_once_charge_once(home, money, clock):
    settings, tenant = home
    await money.purse.reserve(wanted("0.01"))
    clock.time += timedelta(hours=1)
    with opened_store(settings, tenant=tenant, clock=clock) as second:
        other = MoneyBook(second, BudgetPolicy())
        said = await outcomes([each.recover() for each in (money, other, money)])
    assert sum(map(len, said)) == 1
    assert (await limits(money))[Limit.DAY, ""].today == Balance(0, CENT, 1, 0, 0, 0)


async def test_opening_a_home_charges_what_a_killed_process_left(home, ground):
    (code,) = ended(dies_with_a_call_under_way, [(ground, "call_1")])
    assert code == -signal.SIGKILL
    settings, tenant = home
    async with open_app(settings, tenant=tenant) as app:
        assert app.started == (), "its process may still live"
    async with open_app(settings, tenant=tenant, clock=LaterClock()) as app:
        (said,) = app.started
        assert said.startswith("1 model call left by a process that ended")
        assert (await app.verify(projections=True, against=None)).problems == ()
    async with open_app(settings, tenant=tenant, clock=LaterClock()) as app:
        assert app.started == ()
