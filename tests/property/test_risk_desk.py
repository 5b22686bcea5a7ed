"""Whatever is asked of a desk in a cycle: all that it approved stays within the limits together, and twice is once."""

import asyncio
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from quorate.cycle.risk_desk.locks import (
    OTHERWISE_LIFTED,
    Losses,
    due_locks,
    guard_events,
    pause_events,
)
from quorate.execution.recorded import TradingStanding
from quorate.kernel.ids import Symbol
from quorate.risk import RiskLimits, TradingState
from quorate.risk.situation import RecentExit
from tests.fakes.desks import BOOK, DeskStage, entry
from tests.unit.cycle.risk_desk.test_locks import DAY, TODAY, after
from tests.unit.risk.orders import AAPL, CALM, IBM

MSFT = Symbol("MSFT")
LIMITS = RiskLimits()
SYMBOLS = [AAPL, IBM, MSFT]
WISHES = st.lists(st.tuples(st.sampled_from(SYMBOLS), st.integers(1, 60)), max_size=25)


@settings(max_examples=60, deadline=None)
@given(WISHES, st.integers(1000, 200_000))
def test_what_a_cycle_approves_stays_within_the_limits_together(wishes, equity):
    """Source: RELIABILITY 4.2, invariant 14; the sums are worked out here anew."""

    async def judged():
        stage = DeskStage()
        stage.broker.is_worth(str(equity))
        stage.keeper.session = None
        names = [f"dec_{number}" for number in range(len(wishes))]
        await stage.opened(*names, market=dict.fromkeys(SYMBOLS, CALM.market))
        orders = [
            entry(name, symbol, str(shares))
            for name, (symbol, shares) in zip(names, wishes, strict=True)
        ]
        found = [await stage.desk.judged(order) for order in orders]
        again = [await stage.desk.judged(order) for order in orders]
        return orders, found, again

    orders, found, again = asyncio.run(judged())
    approved = [o for o, each in zip(orders, found, strict=True) if each.assessment.passes]
    costs = {symbol: Decimal(0) for symbol in SYMBOLS}
    for order in approved:
        costs[order.symbol] += order.quantity * 100
        assert order.quantity * 5 <= Decimal(equity) / 100
    assert all(cost <= Decimal(equity) / 10 for cost in costs.values())
    assert sum(costs.values()) <= min(Decimal(equity), 95_000)
    assert len(approved) <= 5, "an entry and its stop, ten orders a minute"
    repeated = [o for o, each in zip(orders, again, strict=True) if each.assessment.passes]
    assert {o.decision_id for o in approved} <= {o.decision_id for o in repeated}
    assert len(repeated) == len(approved), "asked twice, nothing more comes of it"


LOSSES = st.builds(
    Losses,
    day=st.decimals("-0.05", "0.05", places=3),
    drawdown=st.decimals("0", "0.15", places=3),
)
EXITS = st.lists(
    st.builds(
        RecentExit,
        symbol=st.sampled_from(SYMBOLS),
        sessions_ago=st.integers(0, 25),
        stopped=st.booleans(),
        gain=st.decimals("-0.1", "0.1", places=3),
    ),
    max_size=8,
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(LOSSES, EXITS, st.integers(0, 2)), min_size=1, max_size=12))
def test_guarding_twice_changes_nothing_and_only_a_new_day_makes_a_book_freer(days):
    locks, trading, today = {}, TradingStanding(), TODAY
    for losses, exits, passed in days:
        today += passed * DAY
        due = due_locks(today, losses, exits, {}, LIMITS)
        events = guard_events(BOOK, locks, trading, due, today)
        before, locks = trading.state, after(locks, events)
        for event in events:
            if event.type == "trading.moved":
                told = event.payload
                trading = TradingStanding(
                    state=TradingState(told["to"]), reason=told["reason"], version=told["version"]
                )
        assert guard_events(BOOK, locks, trading, due, today) == []
        if before is TradingState.HALTED:
            assert trading.state is TradingState.HALTED
        wanted = {lock.key for lock in due}
        standing = {key for key, lock in locks.items() if lock.is_set}
        assert wanted <= standing
        assert all(lock.reason for lock in locks.values())


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 2)), min_size=1, max_size=15))
def test_a_pause_is_never_shorter_than_the_rest_of_its_day(days):
    locks, today, paused_on = {}, TODAY, None
    for cause, passed in days:
        today += passed * DAY
        reason, events = pause_events(BOOK, locks, ["a fall"] if cause else [], today)
        locks = after(locks, events)
        paused_on = today if cause else paused_on
        assert bool(reason) == (cause or paused_on == today)
        assert pause_events(BOOK, locks, ["a fall"] if cause else [], today) == (reason, [])
    assert {key.kind for key in locks} <= OTHERWISE_LIFTED
