"""The kill switch: nothing adds risk after it, whatever the broker does."""

import asyncio
from dataclasses import replace
from decimal import Decimal

import pytest

from quorate.execution.broker import BrokerUnavailableError
from quorate.execution.halting import Halt, HaltFact, HaltScope, KillSwitch, halting
from quorate.execution.recorded import OrderFact
from quorate.kernel.ids import BookName, TraceId
from quorate.risk import Leg, TradingState
from tests.fakes.orders import MemoryReader
from tests.unit.execution.test_service import BOOK, MARKET, Desk
from tests.unit.risk.orders import AAPL


def run(coroutine):
    return asyncio.run(coroutine)


def halt(scope=HaltScope.CANCEL, book=BOOK):
    return Halt(id="hlt_1", book=BookName(book), scope=scope, reason="odd fills", by="operator")


async def halted(desk, scope=HaltScope.CANCEL):
    """Halt the desk's book and carry it out."""
    order = halt(scope)
    await desk.store.commit(lambda tx: halting(tx, order))
    return await carried_out(desk, order)


async def carried_out(desk, order):
    switch = KillSwitch(
        execution=desk.service,
        orders=MemoryReader(desk.store),
        journal=desk.store,
        clock=desk.clock,
        trace_id=TraceId("t"),
    )
    return await switch.carry_out(order)


async def entries(desk, count):
    """Place so many entries that nobody fills."""
    for number in range(count):
        await desk.place(replace(MARKET, decision_id=f"dec_h{number}"))


def test_the_state_is_on_record_before_the_broker_hears_of_anything():
    desk = Desk()
    seen = []
    cancel = desk.broker.cancel

    async def noted(id_):
        seen.append(desk.store.trading(BOOK).state)
        await cancel(id_)

    async def story():
        await entries(desk, 1)
        desk.broker.cancel = noted
        await halted(desk)

    run(story())
    assert seen == [TradingState.HALTED]


def test_entries_are_cancelled_and_stops_stay():
    desk = Desk()

    async def story():
        await desk.bought()
        await entries(desk, 3)
        return await halted(desk)

    report = run(story())
    assert (len(report.cancelled), report.complete) == (3, True)
    states = [(leg, state) for leg, state in desk.legs() if leg != "entry" or state != "FILLED"]
    assert states == [("stop", "WORKING"), *[("entry", "CANCELED")] * 3]
    assert desk.store.types()[-1] == HaltFact.ENDED


def test_the_narrow_scope_cancels_nothing():
    desk = Desk()

    async def story():
        await entries(desk, 2)
        return await halted(desk, HaltScope.NEW)

    report = run(story())
    assert (report.cancelled, report.complete) == ((), True)
    assert desk.broker.cancels == 0
    assert desk.legs() == [("entry", "WORKING")] * 2


def test_every_cancellation_is_under_way_before_the_first_is_answered():
    """A broker that is slow with one order delays no other."""
    desk = Desk()
    waiting, all_asked = [], asyncio.Event()
    cancel = desk.broker.cancel

    async def slow(id_):
        waiting.append(id_)
        if len(waiting) == 5:
            all_asked.set()
        await all_asked.wait()
        await cancel(id_)

    async def story():
        await entries(desk, 5)
        desk.broker.cancel = slow
        async with asyncio.timeout(30):
            return await halted(desk)

    assert len(run(story()).cancelled) == 5


def test_an_unreachable_broker_leaves_trading_halted_and_says_what_is_unconfirmed():
    desk = Desk()

    async def gone(*_args, **_named):
        raise BrokerUnavailableError("no answer in 5 s", source="broker")

    async def story():
        await entries(desk, 2)
        for act in ("cancel", "orders", "find"):
            setattr(desk.broker, act, gone)
        return await halted(desk)

    report = run(story())
    assert not report.complete
    assert [each.cause for each in report.unconfirmed] == ["no answer in 5 s"] * 2
    assert desk.store.trading(BOOK).state is TradingState.HALTED
    last = desk.store.rows[-1]
    assert (last.type, len(last.payload["unconfirmed"])) == (HaltFact.ENDED, 2)


def test_a_broker_that_comes_back_confirms_the_cancellations():
    desk = Desk()

    async def story():
        await entries(desk, 1)
        desk.broker.script += ["unavailable"] * 7
        return await halted(desk)

    report = run(story())
    assert (report.complete, len(report.cancelled)) == (True, 1)


def test_a_halt_that_is_ordered_again_finishes_what_was_left():
    desk = Desk()

    async def story():
        await entries(desk, 1)
        desk.broker.script += ["unavailable"] * 100
        first = await halted(desk)
        desk.broker.script.clear()
        return first, await halted(desk)

    first, second = run(story())
    assert (first.complete, second.complete) == (False, True)
    assert [row.type for row in desk.store.rows].count(OrderFact.TRADING) == 1


def test_a_fill_that_overtakes_its_cancellation_is_protected():
    desk = Desk()
    cancel = desk.broker.cancel

    async def late(id_):
        desk.broker.cancel = cancel
        desk.broker.fill(id_.removeprefix("b-"), 10, 100)
        await cancel(id_)

    async def story():
        await entries(desk, 1)
        desk.broker.cancel = late
        return await halted(desk)

    report = run(story())
    assert (len(report.overtaken), report.cancelled, report.complete) == (1, (), True)
    assert desk.legs() == [("entry", "FILLED"), ("stop", "WORKING")]


def test_an_order_in_flight_when_the_halt_comes_is_found_and_cancelled():
    """Its answer was lost: the broker has it, and nobody here knew."""
    desk = Desk()
    submit = desk.broker.submit

    async def dies(order, id_):
        await submit(order, id_)
        raise asyncio.CancelledError

    async def story():
        desk.broker.submit = dies
        with pytest.raises(asyncio.CancelledError):
            await entries(desk, 1)
        desk.broker.submit = submit
        return await halted(desk)

    report = run(story())
    assert (len(report.cancelled), len(desk.broker.sent)) == (1, 1)
    assert desk.legs() == [("entry", "CANCELED")]


def test_an_intent_that_was_not_sent_yet_never_is():
    desk = Desk()

    async def story():
        commit = desk.store.commit
        calls = []

        async def dies(decide):
            calls.append(decide)
            if len(calls) == 2:
                raise asyncio.CancelledError
            return await commit(decide)

        desk.store.commit = dies
        with pytest.raises(asyncio.CancelledError):
            await entries(desk, 1)
        desk.store.commit = commit
        report = await halted(desk)
        return report, await desk.place(replace(MARKET, decision_id="dec_h0"))

    report, order = run(story())
    assert (report.complete, order.state, desk.broker.sent) == (True, "DENIED", [])


def test_flattening_sells_what_is_held_after_its_stop_is_gone():
    desk = Desk()

    async def story():
        await desk.bought()
        await entries(desk, 1)
        return await halted(desk, HaltScope.FLATTEN)

    report = run(story())
    assert (report.closing, report.complete) == ((AAPL,), True)
    assert desk.legs() == [
        ("entry", "FILLED"),
        ("stop", "CANCELED"),
        ("entry", "CANCELED"),
        ("flatten", "WORKING"),
    ]


def test_flattening_twice_sells_once():
    desk = Desk()

    async def story():
        await desk.bought()
        await halted(desk, HaltScope.FLATTEN)
        await halted(desk, HaltScope.FLATTEN)

    run(story())
    sales = [each for each in desk.broker.placed.values() if each.request.leg is Leg.FLATTEN]
    assert [sale.request.quantity for sale in sales] == [Decimal(10)]


def test_a_sale_that_the_broker_refuses_is_told_and_the_position_protected():
    desk = Desk()

    async def story():
        await desk.bought()
        desk.broker.script += ["taken", "refused"]
        return await halted(desk, HaltScope.FLATTEN)

    report = run(story())
    assert [(each.name, each.cause) for each in report.held] == [
        (AAPL, "insufficient buying power")
    ]
    assert desk.legs()[-1] == ("stop", "WORKING")


def test_a_book_without_orders_is_halted_all_the_same():
    desk = Desk()
    report = run(halted(desk, HaltScope.FLATTEN))
    assert report.complete
    assert desk.store.trading(BOOK).state is TradingState.HALTED
