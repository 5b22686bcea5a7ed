"""The purse: no two calls get the last dollar, every call is settled once, and the journal tells all of it again."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from quorate.adapters.sql.budgets import BUDGET_DAYS, balances_on
from quorate.adapters.sql.calls import LLM_CALLS
from quorate.adapters.sql.open_calls import open_calls
from quorate.adapters.sql.purse import SqlPurse
from quorate.kernel.errors import ConflictError, InvariantBrokenError
from quorate.llm.balance import Balance, together
from quorate.llm.budget import (
    BudgetExhaustedError,
    BudgetPolicy,
    CallStatus,
    Limit,
    Reservation,
)
from quorate.llm.call import ModelId
from quorate.llm.tier import Tier
from tests.fakes.clock import FakeClock
from tests.fakes.money import charge, usd, wanted
from tests.integration.children import dies_with_a_call_under_way, ended, wants_power
from tests.integration.conftest import ALL_KINDS
from tests.integration.facts import budget_set, noted, profile_registered, task_moved
from tests.integration.stores import in_one_batch, outcomes

pytestmark = pytest.mark.integration

CENT = 10_000_000
NOON = FakeClock().now()
POLICY = BudgetPolicy()
ONE_POWER_CALL = BudgetPolicy(power_calls_per_day=1)


@pytest.fixture(scope="module", params=ALL_KINDS)
def kind(request):
    return request.param


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def purse(store, clock):
    return SqlPurse(store.journal, clock, POLICY)


def purse_of(store, clock, **policy):
    return SqlPurse(store.journal, clock, BudgetPolicy(**policy))


def rows(store):
    """Return the call rows by their id."""
    names = [column.name for column in LLM_CALLS.columns][1:]
    calls = [dict(zip(names, row, strict=True)) for row in store.table(LLM_CALLS)]
    return {call["call_id"]: call for call in calls}


def balances(store, day=NOON):
    return store.database.read_now(
        lambda connection: balances_on(connection, store.tenant, day.date())
    )


def day_of(store, day=NOON):
    return together(balances(store, day).values())


def agrees(store):
    """Tell whether the balances are the sums of the call rows, and all tables what the journal says."""
    sums = Counter()
    for call in rows(store).values():
        if not call["cache_hit"]:
            sums[call["day"], call["profile"], "committed"] += call["counted"]
            sums[call["day"], call["profile"], "calls"] += 1
    held = Counter()
    for day, profile, *columns in store.table(BUDGET_DAYS):
        balance = Balance(*columns)
        held[day, profile, "committed"] += balance.committed
        held[day, profile, "calls"] += balance.calls
    assert +held == +sums
    assert store.verified(projections=True).problems == ()
    return True


async def test_money_is_set_aside_before_a_call_and_replaced_by_its_cost(store, purse):
    reservation = await purse.reserve(wanted("0.01"))
    assert (reservation.reserved, reservation.day) == (usd("0.01"), NOON.date())
    assert day_of(store) == Balance(CENT, 0, 1, 0, 0, 1)
    await purse.settle(reservation, charge("0.002"))
    assert day_of(store) == Balance(0, CENT // 5, 1, 0, 0, 0)
    (row,) = rows(store).values()
    assert (row["status"], row["cost"], row["counted"]) == ("answered", CENT // 5, CENT // 5)
    assert (row["prompt_tokens"], row["completion_tokens"]) == (900, 100)
    assert (row["trace_id"], row["run_id"], row["book"]) == (
        *(reservation.request.trace_id, "run_1", "replay"),
    )
    assert agrees(store)


async def test_settling_twice_changes_and_writes_nothing(store, purse):
    reservation = await purse.reserve(wanted())
    await purse.settle(reservation, charge("0.002"))
    before = (store.state(), len(store.rows()))
    await purse.settle(reservation, charge("0.009"))
    assert (store.state(), len(store.rows())) == before


async def test_a_settlement_that_comes_twice_with_other_events_changes_nothing(store, purse):
    reservation = await purse.reserve(wanted())
    await store.add(noted("answer"), purse.settled(reservation, charge("0.002")))
    state = store.state()
    await store.add(noted("answer"), purse.settled(reservation, charge("0.009")))
    assert store.state() == state
    assert agrees(store)


async def test_a_settlement_stands_or_falls_with_what_it_is_committed_with(store, purse):
    reservation = await purse.reserve(wanted())
    settled = purse.settled(reservation, charge("0.002"))
    with pytest.raises(ConflictError):
        await store.add(settled, task_moved("nobody's", "RECEIVED", "ROUTED"))
    assert day_of(store) == Balance(CENT, 0, 1, 0, 0, 1)
    await store.add(settled, noted("answer"))
    assert day_of(store) == Balance(0, CENT // 5, 1, 0, 0, 0)
    assert agrees(store)


async def test_a_call_that_nobody_reserved_cannot_be_settled(store, purse):
    stranger = Reservation(
        id="call_x", request=wanted(call_id="call_x"), reserved=usd("0.01"), day=NOON.date()
    )
    with pytest.raises(ConflictError):
        await purse.settle(stranger, charge())
    assert store.rows() == []


async def test_one_call_is_reserved_once(store, purse):
    await purse.reserve(wanted(call_id="call_1"))
    with pytest.raises(ConflictError):
        await purse.reserve(wanted(call_id="call_1"))
    assert day_of(store).calls == 1


@pytest.mark.parametrize("status", [CallStatus.FAILED, CallStatus.LATE])
async def test_a_cost_that_nobody_knows_counts_with_the_worst_case(store, purse, status):
    reservation = await purse.reserve(wanted("0.01"))
    await purse.settle(reservation, charge(None, status))
    assert day_of(store) == Balance(0, CENT, 1, 0, 0, 0)
    (row,) = rows(store).values()
    assert (row["cost"], row["counted"], row["status"]) == (None, CENT, status)
    assert agrees(store)


async def test_a_late_answer_is_charged(store, purse):
    reservation = await purse.reserve(wanted("0.01"))
    await purse.settle(reservation, charge("0.004", CallStatus.LATE))
    assert day_of(store).spent == 4_000_000


async def test_a_call_that_cost_more_than_its_worst_case_is_charged_in_full(store, clock):
    purse = purse_of(store, clock, per_day=Decimal("0.02"))
    first = await purse.reserve(wanted("0.01"))
    await purse.settle(first, charge("0.05"))
    with pytest.raises(BudgetExhaustedError) as refusal:
        await purse.reserve(wanted("0.000001"))
    assert (refusal.value.limit, refusal.value.left) == (Limit.DAY, 0)
    assert agrees(store)


async def test_unpriced_calls_are_counted_and_never_shown_as_free(store, clock):
    purse = purse_of(store, clock, unpriced_calls_per_day=2)
    unknown, known = [await purse.reserve(wanted(None)) for _ in range(2)]
    with pytest.raises(BudgetExhaustedError, match="has no known price") as refusal:
        await purse.reserve(wanted(None))
    assert refusal.value.limit is Limit.UNPRICED_CALLS
    await purse.settle(unknown, charge(None))
    await purse.settle(known, charge("0.003"))
    assert day_of(store) == Balance(0, 3_000_000, 2, 1, 0, 0)
    assert [row["cost"] for row in rows(store).values()] == [None, 3_000_000]
    await purse.reserve(wanted(None))
    assert agrees(store)


async def test_unpriced_calls_can_be_forbidden(store, clock):
    purse = purse_of(store, clock, unpriced_calls_per_day=0)
    with pytest.raises(BudgetExhaustedError, match="such calls are forbidden"):
        await purse.reserve(wanted(None))
    assert store.rows() == []


async def test_each_profile_each_run_and_the_day_have_a_limit(store, clock):
    purse = purse_of(
        store,
        clock,
        per_day=Decimal("0.04"),
        per_profile_day=Decimal("0.03"),
        per_run=Decimal("0.02"),
    )
    for run in ("run_1", "run_1", "run_2"):
        await purse.reserve(wanted("0.01", profile="a", run_id=run))
    refused = {}
    for about in (("b", "run_1"), ("a", "run_3"), ("b", "run_4"), ("b", "run_4")):
        try:
            await purse.reserve(wanted("0.01", profile=about[0], run_id=about[1]))
        except BudgetExhaustedError as refusal:
            refused[about] = refusal.limit
    assert refused == {
        ("b", "run_1"): Limit.RUN,
        ("a", "run_3"): Limit.PROFILE_DAY,
        ("b", "run_4"): Limit.DAY,
    }
    assert day_of(store).reserved == 4 * CENT
    assert agrees(store)


async def test_a_run_may_be_told_to_stay_below_an_amount_of_its_own(purse):
    await purse.reserve(wanted("0.01", run_limit="0.015"))
    with pytest.raises(BudgetExhaustedError) as refusal:
        await purse.reserve(wanted("0.01", run_limit="0.015"))
    assert (refusal.value.limit, refusal.value.size) == (Limit.RUN, Decimal("0.015"))


async def test_what_a_run_is_told_to_stay_below_never_widens_the_budget_of_a_run(store):
    held = SqlPurse(store.journal, FakeClock(), BudgetPolicy(per_run=Decimal("0.015")))
    await held.reserve(wanted("0.01", run_limit="5"))
    with pytest.raises(BudgetExhaustedError) as refusal:
        await held.reserve(wanted("0.01", run_limit="5"))
    assert (refusal.value.limit, refusal.value.size) == (Limit.RUN, Decimal("0.015"))


async def test_the_budgets_of_a_profile_are_its_own(store, purse):
    registered = profile_registered("trend")
    budgets = {"budgetPerDayUsd": "0.02", "budgetPerRunUsd": "0.01"}
    await store.add(replace(registered, payload={**registered.payload, **budgets}))
    await purse.reserve(wanted("0.01", profile="trend", run_id="run_1"))
    limits = []
    for run in ("run_1", "run_2", "run_3"):
        for worst in ("0.006", "0.004") if run == "run_2" else ("0.01",):
            try:
                await purse.reserve(wanted(worst, profile="trend", run_id=run))
            except BudgetExhaustedError as refusal:
                limits.append((run, refusal.limit))
    assert limits == [("run_1", Limit.PROFILE_RUN), ("run_3", Limit.PROFILE_DAY)]
    assert {row["role"] for row in rows(store).values()} == {"trend"}
    assert agrees(store)


async def test_a_day_ends_at_midnight_utc_and_a_call_stays_in_the_day_that_reserved_it(
    store, clock
):
    purse = purse_of(store, clock, per_day=Decimal("0.01"), power_calls_per_day=1)
    clock.time = datetime(2026, 11, 20, 23, 59, 59, 999_999, tzinfo=UTC)
    before = await purse.reserve(wanted("0.01", tier=Tier.POWER))
    with pytest.raises(BudgetExhaustedError):
        await purse.reserve(wanted("0.01", tier=Tier.POWER))
    clock.time += timedelta(microseconds=1)
    after = await purse.reserve(wanted("0.01", tier=Tier.POWER))
    await purse.settle(before, charge("0.008"))
    assert (before.day.day, after.day.day) == (20, 21)
    assert day_of(store, NOON) == Balance(0, 8_000_000, 1, 0, 1, 0)
    assert day_of(store, clock.time) == Balance(CENT, 0, 1, 0, 1, 1)
    assert agrees(store)


async def test_a_run_that_passes_midnight_keeps_its_limit(store, clock):
    purse = purse_of(store, clock, per_run=Decimal("0.01"))
    await purse.reserve(wanted("0.01"))
    clock.time += timedelta(days=1)
    with pytest.raises(BudgetExhaustedError) as refusal:
        await purse.reserve(wanted("0.01"))
    assert refusal.value.limit is Limit.RUN


async def test_a_clock_in_another_zone_names_the_same_day(store):
    clock = FakeClock(datetime.fromisoformat("2026-11-21T08:00:00+14:00"))
    purse = SqlPurse(store.journal, clock, POLICY)
    assert (await purse.reserve(wanted())).day == NOON.date()


async def test_a_limit_that_is_set_holds_for_the_next_call_and_not_for_those_under_way(
    store, purse
):
    under_way = [await purse.reserve(wanted("0.2", run_id=f"run_{n}")) for n in range(2)]
    await store.add(budget_set("daily", "0.3"))
    with pytest.raises(BudgetExhaustedError) as refusal:
        await purse.reserve(wanted("0.01", run_id="run_9"))
    assert (refusal.value.limit, refusal.value.left) == (Limit.DAY, 0)
    for reservation in under_way:
        await purse.settle(reservation, charge("0.1"))
    await purse.reserve(wanted("0.05", run_id="run_9"))
    await store.add(budget_set("daily", "5", version=2))
    await purse.reserve(wanted("0.2", run_id="run_8"))
    assert agrees(store)


async def test_a_limit_may_be_raised_while_two_hundred_calls_ask(store, clock):
    purse = purse_of(store, clock, power_calls_per_day=1)
    payload = {"limit": "power-calls", "sizeUsd": None, "sizeCalls": 7, "version": 1}
    raised = replace(budget_set("power-calls", None), payload=payload)
    calls = [wanted("0.0001", tier=Tier.POWER) for _ in range(200)]
    results = await outcomes(
        [*(purse.reserve(call) for call in calls), store.add(raised), purse.reserve(wanted("0"))]
    )
    granted = [each for each in results[:200] if isinstance(each, Reservation)]
    assert 1 <= len(granted) <= 7
    assert day_of(store).power_calls == len(granted)
    assert agrees(store)


async def test_of_two_hundred_parallel_calls_one_gets_the_last_power_call(store, clock):
    purse = purse_of(store, clock, power_calls_per_day=25)
    for _ in range(24):
        await purse.reserve(wanted("0.0001", tier=Tier.POWER))
    calls = [wanted("0.0001", tier=Tier.POWER) for _ in range(200)]
    results = await outcomes([purse.reserve(call) for call in calls])
    assert Counter(map(type, results)) == {Reservation: 1, BudgetExhaustedError: 199}
    assert {each.limit for each in results if isinstance(each, BudgetExhaustedError)} == {
        Limit.POWER_CALLS
    }
    assert day_of(store).power_calls == 25
    assert agrees(store)


async def test_of_two_hundred_parallel_calls_as_many_pass_as_there_are_dollars(store, clock):
    purse = purse_of(store, clock, per_day=Decimal("0.055"))
    results = await outcomes([purse.reserve(wanted("0.01", run_id=None)) for _ in range(200)])
    assert Counter(map(type, results)) == {Reservation: 5, BudgetExhaustedError: 195}
    assert day_of(store).reserved == 5 * CENT
    assert agrees(store)


async def test_two_writers_do_not_both_get_the_last_power_call(ground, clock):
    with ground.opened() as one, ground.opened() as other:
        purses = [SqlPurse(each.journal, clock, ONE_POWER_CALL) for each in (one, other)]
        calls = [wanted("0.0001", tier=Tier.POWER) for _ in range(40)]
        results = await outcomes(
            [purses[place % 2].reserve(call) for place, call in enumerate(calls)]
        )
        assert Counter(map(type, results)) == {Reservation: 1, BudgetExhaustedError: 39}
        assert agrees(one)


def test_two_processes_do_not_both_get_the_last_power_call(ground):
    async def use_24():
        with ground.opened() as store:
            purse = SqlPurse(store.journal, store.clock, POLICY)
            for _ in range(24):
                await purse.reserve(wanted("0.0001", tier=Tier.POWER, run_id=None))

    asyncio.run(use_24())
    codes = ended(wants_power, [(ground, "one", 100), (ground, "other", 100)])
    assert sorted(codes) == [0, 1]
    with ground.opened() as store:
        assert sum(row["tier"] == "power" for row in rows(store).values()) == 25
        assert agrees(store)


async def test_five_parallel_calls_are_one_commit(ground, clock):
    commits = []

    def count(name):
        if name == "after_commit":
            commits.append(name)

    with ground.opened(failpoint=count) as store:
        purse = SqlPurse(store.journal, clock, POLICY)
        calls = [wanted("0.001", profile=f"p{n}") for n in range(5)]
        reservations = await outcomes([purse.reserve(call) for call in calls])
        assert len(commits) == 1
        await outcomes([purse.settle(each, charge("0.001")) for each in reservations])
        assert len(commits) == 2
        assert agrees(store)


async def test_a_refused_call_leaves_those_of_its_batch_alone(store, clock):
    purse = purse_of(store, clock, per_day=Decimal("0.02"))
    calls = [wanted(worst, run_id=None) for worst in ("0.01", "0.02", "0.01", "0.01")]
    results = await outcomes([purse.reserve(call) for call in calls])
    assert list(map(type, results)) == [
        *(Reservation, BudgetExhaustedError, Reservation, BudgetExhaustedError)
    ]
    assert agrees(store)


async def test_calls_settled_and_reserved_in_one_batch_see_each_other(store, clock):
    purse = purse_of(store, clock, per_day=Decimal("0.02"))
    first, second = [await purse.reserve(wanted("0.01")) for _ in range(2)]
    cheap = charge("0.001")
    results = await in_one_batch(
        store.journal,
        lambda _tx: [purse.settled(first, cheap)],
        lambda _tx: [purse.settled(second, cheap), noted("answer")],
    )
    assert not [each for each in results if isinstance(each, BaseException)]
    await purse.reserve(wanted("0.018"))
    assert agrees(store)


def test_what_a_dead_process_set_aside_stays_so_and_is_found(ground):
    (code,) = ended(dies_with_a_call_under_way, [(ground, "call_1")])
    assert code == -signal.SIGKILL
    with ground.opened() as store:
        ((left, since),) = store.database.read_now(
            lambda connection: open_calls(connection, store.tenant)
        )
        assert left.request == wanted("0.01", call_id="call_1")
        assert (left.id, left.reserved) == ("call_1", usd("0.01"))
        assert since == rows(store)["call_1"]["reserved_at"]
        assert agrees(store)


async def test_a_guess_gives_way_to_the_truth_and_only_once(store, purse):
    reservation = await purse.reserve(wanted("0.01"))
    await purse.settle(reservation, charge(None, CallStatus.ABANDONED))
    assert day_of(store) == Balance(0, CENT, 1, 0, 0, 0)
    await purse.settle(reservation, charge("0.003", CallStatus.LATE))
    assert day_of(store) == Balance(0, 3_000_000, 1, 0, 0, 0)
    await purse.settle(reservation, charge("0.009"))
    await purse.settle(reservation, charge(None, CallStatus.ABANDONED))
    assert day_of(store) == Balance(0, 3_000_000, 1, 0, 0, 0)
    assert agrees(store)


async def test_an_answer_from_the_cache_is_a_row_that_no_budget_counts(store, purse):
    hit = replace(charge("0"), cache_hit=True)
    await store.add(purse.recalled(wanted(call_id="call_1"), hit, role="judge"))
    (row,) = rows(store).values()
    assert (row["cache_hit"], row["role"], row["status"]) == (True, "judge", "answered")
    assert day_of(store) == Balance()
    assert store.verified(projections=True).problems == ()


async def test_tenants_do_not_share_a_purse(store, clock, other_tenant):
    purses = [
        SqlPurse(each.journal, clock, ONE_POWER_CALL) for each in (store, store.of(other_tenant))
    ]
    for purse in purses:
        await purse.reserve(wanted(tier=Tier.POWER))
        with pytest.raises(BudgetExhaustedError):
            await purse.reserve(wanted(tier=Tier.POWER))


async def test_an_impossible_cost_never_reaches_the_journal(store, purse):
    await purse.reserve(wanted())
    with pytest.raises(InvariantBrokenError):
        charge("-1")
    assert len(store.rows()) == 1


async def test_a_free_model_that_is_charged_for_may_cost_that_much_again(store, clock):
    purse = purse_of(store, clock, per_day=Decimal("0.02"), per_profile_day=Decimal("0.02"))
    first = await purse.reserve(wanted("0"))
    await purse.settle(first, charge("0.006"))
    second = await purse.reserve(wanted("0", profile="another"))
    assert second.reserved == second.request.worst_cost == usd("0.006")
    await purse.settle(second, charge("0.009"))
    with pytest.raises(BudgetExhaustedError, match=r"has \$0.005 left .* may cost \$0.009"):
        await purse.reserve(wanted("0"))
    with pytest.raises(BudgetExhaustedError):
        await purse.require_room_for(wanted("0"))
    again = SqlPurse(store.journal, clock, BudgetPolicy(per_day=Decimal("0.02")))
    with pytest.raises(BudgetExhaustedError, match="the daily budget"):
        await again.reserve(wanted("0"))
    other = replace(wanted("0"), model=ModelId("openrouter", "free/model"))
    assert (await purse.reserve(other)).reserved == usd("0")
    await clock.advance(timedelta(days=1).total_seconds())
    assert (await purse.reserve(wanted("0"))).reserved == usd("0")
    assert agrees(store)


async def test_what_a_free_model_was_charged_counts_where_nobody_knows_a_later_cost(store, purse):
    await purse.settle(await purse.reserve(wanted("0")), charge("0.006"))
    await purse.settle(await purse.reserve(wanted("0")), charge(None, CallStatus.FAILED))
    assert day_of(store).spent == 12_000_000
    assert agrees(store)
