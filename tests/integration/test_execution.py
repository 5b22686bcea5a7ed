"""Orders in the journal and its tables: on both databases, over kills, and with the simulated broker behind them."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest

from quorate.adapters.sql.holdings import HELD_SHARES, TRADING_STATES
from quorate.adapters.sql.orders import EXECUTIONS, ORDERS, SqlOrders
from quorate.execution.policy import ExecutionPolicy
from quorate.execution.sending import Intent
from quorate.execution.service import ExecutionService
from quorate.kernel.errors import UnavailableError
from quorate.kernel.ids import BookName, TraceId
from quorate.risk import Leg, TradingState
from tests.fakes.brokers import FakeBroker
from tests.fakes.clock import NOON
from tests.fakes.exchanges import AAPL, SimulatedStage
from tests.fakes.orders import HurriedClock, Rubberstamp
from tests.unit.execution.test_service import MARKET, SALE

pytestmark = pytest.mark.integration

BOOK = BookName("replay")
INTENT = Intent(decided_at=NOON, trace_id=TraceId("t"))


def service_on(store, broker, clock=None):
    return ExecutionService(
        book=BOOK,
        broker=broker,
        journal=store.journal,
        orders=SqlOrders(store.database, store.tenant),
        approval=Rubberstamp(),
        clock=clock or HurriedClock(),
        policy=ExecutionPolicy(),
        jitter=lambda: 0.5,
    )


async def placed(service, request=MARKET):
    return await service.place(await Rubberstamp().approved(request), INTENT)


def states(store):
    return sorted((row[5], row[6]) for row in store.table(ORDERS))


async def test_an_order_lives_from_intent_to_protected_position(store):
    broker = FakeBroker()
    service = service_on(store, broker)
    order = (await placed(service)).order
    broker.fill(order.client_order_id, 4, "100.10")
    broker.fill(order.client_order_id, 6, "100.20")
    for frame in broker.delivered():
        await service.hear(frame)
    await service.protect(AAPL, INTENT)
    assert states(store) == [("entry", "FILLED"), ("stop", "WORKING")]
    assert [row[2:4] for row in store.table(EXECUTIONS)] == [("4", "100.10"), ("6", "100.20")]
    assert store.table(HELD_SHARES) == [(BOOK, AAPL, "10", 2)]
    read = await SqlOrders(store.database, store.tenant).order(order.client_order_id)
    assert read.order.average_price == Decimal("100.16")
    assert read.order.request == MARKET
    await service.split(AAPL, 2, 1, date(2012, 6, 29))
    assert store.table(HELD_SHARES) == [(BOOK, AAPL, "20", 3)]
    assert store.verified(projections=True).ok


async def test_a_halt_is_durable_and_forbids_new_risk(store):
    broker = FakeBroker()
    service = service_on(store, broker)
    order = (await placed(service)).order
    broker.fill(order.client_order_id, 11, 100)
    for frame in broker.delivered():
        await service.hear(frame)
    assert [row[:2] for row in store.table(TRADING_STATES)] == [(BOOK, TradingState.HALTED)]
    denied = await placed(service_on(store, broker), replace(MARKET, decision_id="dec_2"))
    assert (denied.order.state, denied.order.reason) == ("DENIED", "TRADING_HALTED")
    assert len(broker.sent) == 1
    assert store.verified(projections=True).ok


async def test_two_processes_that_place_the_same_order_place_it_once(store):
    broker = FakeBroker()
    one, two = service_on(store, broker), service_on(store, broker)
    first, second = await asyncio.gather(placed(one), placed(two))  # noqa: TID251
    assert first.order.client_order_id == second.order.client_order_id
    assert len(broker.placed) == len(broker.sent) == 1


class DiesAt:
    """A broker or journal whose user is gone at the n-th thing it does, before or after it was done."""

    def __init__(self, whole, at, *, after):
        self._whole, self._left, self._after = whole, at, after

    def __getattr__(self, name):
        act = getattr(self._whole, name)
        if not asyncio.iscoroutinefunction(act):
            return act

        async def counted(*args, **kwargs):
            self._left -= 1
            if self._left == 0 and not self._after:
                raise asyncio.CancelledError
            done = await act(*args, **kwargs)
            if self._left == 0:
                raise asyncio.CancelledError
            return done

        return counted


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("victim", ["journal", "broker"])
async def test_a_kill_at_any_step_loses_nothing_and_doubles_nothing(ground, victim, after):
    """Every commit and every request of an entry, its fills, its stop and its exit, one after another."""
    with ground.opened() as whole:
        for at in range(1, 40):
            store = whole.of(type(whole.tenant)(f"{whole.tenant}-{victim}-{after}-{at}"))
            broker, clock = FakeBroker(), HurriedClock()
            if not await killed(store, broker, clock, victim=victim, at=at, after=after):
                assert at > 5
                return
            await recovered(store, broker, clock)
            assert store.verified(projections=True).ok
    pytest.fail("the life of an order has no end")


async def killed(store, broker, clock, *, victim, at, after):
    """Return whether the process died on its way."""
    service = service_on(store, broker, clock)
    mortal = DiesAt(getattr(service, f"_{victim}"), at, after=after)
    for part in (service, service._desk):
        setattr(part, f"_{victim}", mortal)
    try:
        order = (await placed(service)).order
        broker.fill(order.client_order_id, 10, 100)
        for frame in broker.delivered():
            await service.hear(frame)
        await service.protect(AAPL, INTENT)
        sale = await service.leave(SALE, INTENT)
        broker.fill(sale.order.client_order_id, 10, 101)
        await service.reconcile()
    except asyncio.CancelledError:
        return True
    return False


async def recovered(store, broker, clock):
    """Start again: compare with the broker, fill what is open, protect what is held."""
    clock.time += timedelta(minutes=5)
    service = service_on(store, broker, clock)
    for _ in range(2):
        found = await service.reconcile()
    assert found.agrees
    await service.protect(AAPL, INTENT)
    ids = [row[0] for row in store.table(ORDERS)]
    assert {*broker.placed} <= {*ids}
    per_leg = [each.request.leg for each in broker.placed.values() if each.is_open or each.fills]
    assert per_leg.count(Leg.ENTRY) <= 1
    assert per_leg.count(Leg.EXIT) <= 1
    held = sum(
        (1 if each.request.leg is Leg.ENTRY else -1) * each.filled
        for each in broker.placed.values()
    )
    covered = sum(
        each.request.quantity - each.filled
        for each in broker.placed.values()
        if each.is_open and each.request.leg is not Leg.ENTRY
    )
    assert covered == held


async def test_the_simulated_broker_and_the_orders_agree_over_sessions(store):
    stage = await SimulatedStage(journal=store.journal).opened()
    await stage.broker.finish()
    service = service_on(store, stage.broker)
    await placed(service)
    await stage.morning(100, 101, 99, 100)
    assert (await service.reconcile()).agrees
    await service.protect(AAPL, INTENT)
    await stage.broker.finish()
    assert states(store) == [("entry", "FILLED"), ("stop", "WORKING")]
    await stage.day(97, 98, 90, 92)
    assert (await service.reconcile()).agrees
    assert states(store) == [("entry", "FILLED"), ("stop", "FILLED")]
    assert [row[2] for row in store.table(HELD_SHARES)] == ["0"]
    spent = sum(
        (-1 if row[0] == first_id(store) else 1) * Decimal(row[2]) * Decimal(row[3])
        for row in store.table(EXECUTIONS)
    )
    cash = (await stage.broker.account()).cash
    assert cash == 100_000 + round(spent, 2)
    assert store.verified(projections=True).ok


def first_id(store):
    return next(row[0] for row in store.table(ORDERS) if row[5] == "entry")


async def test_a_silent_broker_leaves_an_order_in_doubt_and_told(store):
    broker = FakeBroker(Random(3), loss=1.0)  # noqa: S311
    broker.script = ["after"]
    service = service_on(store, broker)
    order = (await placed(service)).order
    assert order.state == "SUBMIT_UNKNOWN"
    with pytest.raises(UnavailableError):
        await service.reconcile()
    broker.loss = 0.0
    assert (await service.reconcile()).agrees
    assert states(store) == [("entry", "WORKING")]
