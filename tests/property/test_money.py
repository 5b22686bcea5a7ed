"""Money: whatever is reserved, settled and set in whatever order, no limit is passed and the sums are the calls'."""

from __future__ import annotations

import itertools
import sqlite3
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, select
from sqlalchemy.pool import StaticPool

from quorate.adapters.sql.batch import as_stored
from quorate.adapters.sql.budgets import BUDGET_DAYS
from quorate.adapters.sql.calls import LLM_CALLS
from quorate.adapters.sql.projection import Place
from quorate.adapters.sql.projections import metadata, project
from quorate.adapters.sql.purse import reservation_of, reserved
from quorate.adapters.sql.sqlite_session import SqliteSession
from quorate.adapters.sql.transaction import Transaction
from quorate.kernel.ids import Tenant
from quorate.llm.balance import Balance, as_charged
from quorate.llm.budget import BudgetExhaustedError, BudgetPolicy, CallStatus, Limit, Reservation
from quorate.llm.call_record import settled_event
from quorate.llm.nanos import nanos_of, usd_of
from quorate.llm.tier import Tier
from tests.fakes.money import charge, wanted
from tests.integration.facts import budget_set

POLICY = BudgetPolicy(
    per_day=Decimal("0.10"),
    per_profile_day=Decimal("0.06"),
    per_run=Decimal("0.05"),
    power_calls_per_day=2,
    unpriced_calls_per_day=2,
)
FIRST_DAY = date(2026, 11, 20)
TENANTS = (Tenant(f"t{number}") for number in itertools.count())
ENDS = tuple(status for status in CallStatus if status is not CallStatus.RESERVED)


@pytest.fixture(scope="module")
def connection():
    memory = sqlite3.connect(":memory:", isolation_level=None)
    engine = create_engine("sqlite://", creator=lambda: memory, poolclass=StaticPool)
    metadata.create_all(engine)
    with engine.connect() as reading:
        yield memory, reading
    memory.close()


@dataclass
class Call:
    """A call as the oracle remembers it; amounts are billionths of a dollar."""

    reservation: Reservation
    status: CallStatus = CallStatus.RESERVED
    cost: int | None = None

    @property
    def worst(self):
        worst = self.reservation.request.worst_cost
        return None if worst is None else nanos_of(worst)

    @property
    def counted(self):
        return self.cost if self.cost is not None else self.worst or 0

    @property
    def is_unpriced(self):
        return self.worst is None and self.cost is None


@dataclass
class Till:
    """The tables in memory, written as the writer does, beside an oracle that adds up by hand."""

    memory: sqlite3.Connection
    tenant: Tenant = field(default_factory=lambda: next(TENANTS))
    day: date = FIRST_DAY
    calls: dict[str, Call] = field(default_factory=dict)
    sizes: dict[Limit, int] = field(default_factory=POLICY.sizes)
    versions: int = 0
    seq: int = 0

    def __post_init__(self):
        self.session = SqliteSession(self.memory)

    def write(self, event):
        self.seq += 1
        project(self.session, Place(self.tenant, self.seq, f"ts{self.seq}"), as_stored(event)[0])

    def reserve(self, request):
        tx = Transaction(self.session, self.tenant)
        held = as_charged(request, tx.budgets(request, self.day).charged)
        assert held == self.charged_before(request)
        reservation = reservation_of(held, self.day)
        events, full = self.decided(reservation)
        assert full is self.missing(held)
        for event in events:
            self.write(event)
        if full is None:
            self.calls[request.call_id] = Call(reservation)

    def decided(self, reservation):
        """Return the events of a reservation, or the limit that has no room for it."""
        tx = Transaction(self.session, self.tenant)
        found = tx.budgets(reservation.request, reservation.day)
        try:
            return reserved(tx, reservation, found, POLICY.sizes()), None
        except BudgetExhaustedError as refusal:
            return (), refusal.limit

    def charged_before(self, request):
        """Return a free call with the most that one of its model cost today, any other as it is."""
        today = [c.cost for c in self.calls.values() if c.reservation.day == self.day and c.cost]
        is_free = request.worst_cost is not None and request.worst_cost.amount == 0
        return replace(request, worst_cost=usd_of(max(today))) if is_free and today else request

    def settle(self, call, end):
        before = call.status
        self.write(settled_event(call.reservation, end))
        guessed = before is CallStatus.ABANDONED and end.status is not CallStatus.ABANDONED
        if before is CallStatus.RESERVED or guessed:
            call.status = end.status
            call.cost = None if end.cost is None else nanos_of(end.cost)

    def set_daily(self, usd):
        self.versions += 1
        self.write(budget_set("daily", usd, version=self.versions))
        self.sizes[Limit.DAY] = POLICY.sizes()[Limit.DAY] if usd is None else nanos_of_text(usd)

    def missing(self, request):
        """Return the first limit that has no room, added up by hand."""
        today = [c for c in self.calls.values() if c.reservation.day == self.day]
        in_run = [c for c in self.calls.values() if c.reservation.request.run_id == request.run_id]
        mine = [c for c in today if c.reservation.request.profile == request.profile]
        power = [c for c in today if c.reservation.request.tier is Tier.POWER]
        worst = 1 if request.worst_cost is None else nanos_of(request.worst_cost)
        is_power, is_unpriced = request.tier is Tier.POWER, request.worst_cost is None
        asked = [
            (Limit.UNPRICED_CALLS, sum(c.is_unpriced for c in today), int(is_unpriced)),
            (Limit.POWER_CALLS, len(power), int(is_power)),
            (Limit.RUN, sum(c.counted for c in in_run), worst if request.run_id else 0),
            (Limit.PROFILE_DAY, sum(c.counted for c in mine), worst),
            (Limit.DAY, sum(c.counted for c in today), worst),
        ]
        full = [limit for limit, used, want in asked if want and used + want > self.sizes[limit]]
        return full[0] if full else None


def nanos_of_text(usd):
    return int(Decimal(usd) * 10**9)


def balances_of(reading, till):
    query = select(BUDGET_DAYS).where(BUDGET_DAYS.c.tenant == till.tenant)
    return {(row[1], row[2]): Balance(*row[3:]) for row in reading.execute(query)}


def sums_of(till):
    """Return what each profile holds on each day, added up by hand."""
    sums = {}
    for call in till.calls.values():
        request = call.reservation.request
        is_open = call.status is CallStatus.RESERVED
        key = (call.reservation.day.isoformat(), request.profile)
        sums.setdefault(key, []).append(
            Balance(
                reserved=call.counted if is_open else 0,
                spent=0 if is_open else call.counted,
                calls=1,
                unpriced=int(call.is_unpriced),
                power_calls=int(request.tier is Tier.POWER),
                open_calls=int(is_open),
            )
        )
    return {key: Balance(*map(sum, zip(*each, strict=True))) for key, each in sums.items()}


amounts = st.sampled_from(["0", "0.000000001", "0.0123456789", "0.02", "0.03"])
reserving = st.tuples(
    st.just("reserve"),
    st.none() | amounts,
    st.sampled_from(["a", "b"]),
    st.sampled_from([None, "run_1", "run_2"]),
    st.sampled_from([Tier.CHEAP, Tier.POWER]),
)
settling = st.tuples(
    st.just("settle"), st.integers(0, 30), st.none() | amounts, st.sampled_from(ENDS)
)
setting = st.tuples(st.just("set"), st.none() | st.sampled_from(["0", "0.03", "0.5"]))
passing = st.tuples(st.just("pass"))
stories = st.lists(
    st.one_of(reserving, reserving, settling, settling, setting, passing), max_size=25
)


def told(till, step):
    match step:
        case "reserve", worst, profile, run_id, tier:
            till.reserve(wanted(worst, profile=profile, run_id=run_id, tier=tier))
        case "settle", place, cost, status if till.calls:
            calls = list(till.calls.values())
            till.settle(calls[place % len(calls)], charge(cost, status))
        case "set", usd:
            till.set_daily(usd)
        case ("pass",):
            till.day += timedelta(days=1)


@given(stories)
def test_every_refusal_is_right_and_every_balance_the_sum_of_its_calls(connection, story):
    memory, reading = connection
    till = Till(memory)
    for step in story:
        told(till, step)
        assert balances_of(reading, till) == sums_of(till)
    query = select(LLM_CALLS.c.call_id, LLM_CALLS.c.counted, LLM_CALLS.c.cost, LLM_CALLS.c.status)
    rows = reading.execute(query.where(LLM_CALLS.c.tenant == till.tenant))
    assert {row.call_id: tuple(row[1:]) for row in rows} == {
        call_id: (call.counted, call.cost, call.status.value)
        for call_id, call in till.calls.items()
    }


@given(stories)
@settings(max_examples=50)
def test_no_limit_is_ever_passed_while_no_call_costs_more_than_its_worst_case(connection, story):
    memory, reading = connection
    till, sizes = Till(memory), POLICY.sizes()
    for step in story:
        match step:
            case "set", _:
                continue
            case "settle", place, cost, status if till.calls:
                call = list(till.calls.values())[place % len(till.calls)]
                capped = None if cost is None or nanos_of_text(cost) > (call.worst or 0) else cost
                told(till, ("settle", place, capped, status))
            case _:
                told(till, step)
        held = balances_of(reading, till)
        for day in {day for day, _ in held}:
            of_day = [balance for (each, _), balance in held.items() if each == day]
            assert sum(balance.committed for balance in of_day) <= sizes[Limit.DAY]
            assert all(balance.committed <= sizes[Limit.PROFILE_DAY] for balance in of_day)
            assert sum(balance.power_calls for balance in of_day) <= sizes[Limit.POWER_CALLS]
        for run_id in ("run_1", "run_2"):
            in_run = [c for c in till.calls.values() if c.reservation.request.run_id == run_id]
            assert sum(call.counted for call in in_run) <= sizes[Limit.RUN]
