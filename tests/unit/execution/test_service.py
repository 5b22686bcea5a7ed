"""The life of an approved order: once on its way, never twice, and always protected."""

import asyncio
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from quorate.execution.policy import ExecutionPolicy
from quorate.execution.recorded import OrderFact, TradingStanding
from quorate.execution.sending import Intent
from quorate.execution.service import ExecutionService
from quorate.kernel.errors import UnavailableError
from quorate.kernel.ids import BookName, TraceId
from quorate.risk import Leg, OrderKind, Side, TradingState
from tests.fakes.brokers import FakeBroker, Placed
from tests.fakes.clock import NOON
from tests.fakes.orders import HurriedClock, MemoryOrders, MemoryReader, Rubberstamp
from tests.unit.risk.orders import AAPL, ENTRY

BOOK = BookName("paper")
INTENT = Intent(decided_at=NOON, trace_id=TraceId("t"))
MARKET = replace(ENTRY, kind=OrderKind.MARKET, price=None)
SALE = replace(MARKET, side=Side.SELL, leg=Leg.EXIT, protective_stop=None)


class Desk:
    """A service with all that it stands on."""

    def __init__(self, *script, store=None, broker=None):
        self.store = store or MemoryOrders()
        self.broker = broker or FakeBroker()
        self.broker.script += script
        self.clock = HurriedClock()
        self.service = ExecutionService(
            book=BOOK,
            broker=self.broker,
            journal=self.store,
            orders=MemoryReader(self.store),
            approval=Rubberstamp(),
            clock=self.clock,
            policy=ExecutionPolicy(),
            jitter=lambda: 0.5,
        )

    async def place(self, request=MARKET, intent=INTENT):
        return (await self.service.place(await Rubberstamp().approved(request), intent)).order

    async def heard(self):
        for frame in self.broker.delivered():
            await self.service.hear(frame)

    async def bought(self):
        """Buy 10 and have it filled and protected."""
        order = await self.place()
        self.broker.fill(order.client_order_id, 10, 100)
        await self.heard()
        await self.service.protect(AAPL, INTENT)

    def legs(self):
        return [
            (each.order.request.leg.value, each.order.state.value)
            for each in self.store.by_id.values()
        ]


def run(coroutine):
    return asyncio.run(coroutine)


def test_an_intent_and_its_sending_are_on_record_before_the_broker_hears_of_it():
    desk = Desk()
    rows = []
    submit = desk.broker.submit

    async def seen(order, id_):
        rows.extend(desk.store.types())
        return await submit(order, id_)

    desk.broker.submit = seen
    order = run(desk.place())
    assert rows == [OrderFact.INTENDED, OrderFact.MOVED]
    assert (order.state, len(desk.broker.sent)) == ("WORKING", 1)


@pytest.mark.parametrize(
    ("fate", "sent"),
    [("after", 1), ("before", 2), ("unavailable", 2)],
)
def test_a_lost_answer_is_asked_about_and_the_order_stands_once(fate, sent):
    desk = Desk(fate)
    order = run(desk.place())
    assert order.state == "WORKING"
    assert (len(desk.broker.placed), len(desk.broker.sent)) == (1, sent)
    assert set(desk.broker.sent) == {order.client_order_id}


def test_an_order_that_never_arrives_is_over_when_its_time_is():
    desk = Desk(*["before"] * 100)
    order = run(desk.place())
    assert (order.state, order.reason) == ("REJECTED", "NEVER_ACCEPTED")
    assert desk.broker.placed == {}


def test_a_refusal_is_a_value_and_not_sent_again():
    desk = Desk("refused")
    order = run(desk.place())
    assert (order.state, order.reason) == ("REJECTED", "insufficient buying power")
    assert len(desk.broker.sent) == 1


def test_the_same_order_placed_again_sends_nothing():
    desk = Desk()

    async def twice():
        return await desk.place(), await desk.place()

    first, second = run(twice())
    assert first == second
    assert len(desk.broker.sent) == 1


def left_in_doubt(*script):
    """Return a desk whose process died as its entry, or its last order, was on its way; nothing arrived."""
    desk = Desk(*script)

    async def dies(order, id_):  # noqa: ARG001
        raise asyncio.CancelledError

    desk.submit, desk.broker.submit = desk.broker.submit, dies
    return desk


def after_the_death_of(desk):
    """Return another process on the same database and broker."""
    desk.broker.submit = desk.submit
    return Desk(store=desk.store, broker=desk.broker)


def test_a_process_that_died_while_sending_never_sends_blindly():
    """While the decision's time runs it is in doubt, and comparing waits for nobody; then it was never accepted."""
    desk = left_in_doubt()
    with pytest.raises(asyncio.CancelledError):
        run(desk.place())
    after = after_the_death_of(desk)
    began = after.clock.monotonic()
    found = run(after.service.reconcile())
    assert list(found.in_doubt) == list(desk.store.by_id)
    assert after.clock.monotonic() == began
    run(after.clock.sleep(ExecutionPolicy().decision_ttl_s))
    assert run(after.service.reconcile()).agrees
    assert after.legs() == [("entry", "REJECTED")]
    assert desk.broker.sent == []


def test_an_entry_that_a_dead_process_left_is_sent_again_at_once_under_its_id():
    desk = left_in_doubt()
    with pytest.raises(asyncio.CancelledError):
        run(desk.place())
    (left,) = desk.store.by_id
    after = after_the_death_of(desk)
    began = after.clock.monotonic()
    order = run(after.place())
    assert (order.client_order_id, order.state) == (left, "WORKING")
    assert list(desk.broker.placed) == [left]
    assert after.clock.monotonic() == began


def test_a_stop_that_a_dead_process_left_protects_at_once_under_its_id():
    """RELIABILITY 1.9: shares do not stand unprotected until nobody doubts any more that the stop never arrived."""
    desk = Desk()

    async def dies_protecting():
        order = await desk.place()
        desk.broker.fill(order.client_order_id, 10, 100)
        submit = desk.broker.submit

        async def dies(order, id_):  # noqa: ARG001
            raise asyncio.CancelledError

        desk.submit, desk.broker.submit = submit, dies
        await desk.heard()
        await desk.service.protect(AAPL, INTENT)

    with pytest.raises(asyncio.CancelledError):
        run(dies_protecting())
    left = list(desk.store.by_id)[-1]
    after = after_the_death_of(desk)
    began = after.clock.monotonic()

    async def story():
        await after.service.reconcile()
        await after.service.protect(AAPL, INTENT)

    run(story())
    assert after.legs() == [("entry", "FILLED"), ("stop", "WORKING")]
    assert list(desk.broker.placed)[-1] == left
    assert after.clock.monotonic() == began


@pytest.mark.parametrize("state", [TradingState.HALTED, TradingState.REDUCING])
def test_new_risk_is_denied_where_trading_stopped_and_an_exit_is_not(state):
    desk = Desk()

    async def story():
        await desk.bought()
        desk.store.standings[BOOK] = TradingStanding(state=state, version=1)
        entry = await desk.place(replace(MARKET, decision_id="dec_2"))
        sale = await desk.service.leave(SALE, INTENT)
        return entry, sale

    entry, sale = run(story())
    assert (entry.state, entry.reason) == ("DENIED", f"TRADING_{state}")
    assert sale.order.state == "WORKING"


def test_an_old_decision_is_denied_before_anything_is_sent():
    desk = Desk()
    desk.clock.time = NOON.replace(hour=13)
    order = run(desk.place())
    assert (order.state, order.reason) == ("DENIED", "EXPIRED")
    assert desk.broker.sent == []


def test_what_is_filled_is_protected_once():
    desk = Desk()

    async def story():
        await desk.bought()
        assert await desk.service.protect(AAPL, INTENT) is None

    run(story())
    assert desk.legs() == [("entry", "FILLED"), ("stop", "WORKING")]
    stop = list(desk.broker.placed.values())[1].request
    assert (stop.kind, stop.price, stop.quantity) == (OrderKind.STOP, Decimal("95.00"), 10)


def test_a_later_slice_gets_a_stop_of_its_own():
    desk = Desk()

    async def story():
        order = await desk.place()
        for _ in range(2):
            desk.broker.fill(order.client_order_id, 5, 100)
            await desk.heard()
            await desk.service.protect(AAPL, INTENT)

    run(story())
    stops = [each.request for each in desk.broker.placed.values() if each.request.leg is Leg.STOP]
    assert [stop.quantity for stop in stops] == [5, 5]


def test_an_exit_cancels_the_stop_confirms_it_and_sells_what_is_left():
    desk = Desk()

    async def story():
        await desk.bought()
        return await desk.service.leave(replace(SALE, quantity=Decimal(99)), INTENT)

    sale = run(story())
    assert desk.legs() == [("entry", "FILLED"), ("stop", "CANCELED"), ("exit", "WORKING")]
    assert sale.order.request.quantity == 10


def test_an_exit_whose_stop_was_faster_has_nothing_to_sell():
    desk = Desk()

    async def story():
        await desk.bought()
        stop = list(desk.broker.placed)[1]
        desk.broker.fill(stop, 10, 95)
        return await desk.service.leave(SALE, INTENT)

    assert run(story()) is None
    assert desk.legs() == [("entry", "FILLED"), ("stop", "FILLED")]


def test_a_cancellation_that_nobody_confirms_sells_nothing():
    desk = Desk()

    async def story():
        await desk.bought()
        desk.broker.script += ["before"] * 5
        with pytest.raises(UnavailableError, match="was not confirmed"):
            await desk.service.leave(SALE, INTENT)

    run(story())
    assert desk.legs() == [("entry", "FILLED"), ("stop", "PENDING_CANCEL")]
    assert desk.broker.cancels == 5


def test_a_sale_that_is_refused_leaves_the_position_protected():
    desk = Desk()

    async def story():
        await desk.bought()
        desk.broker.script += ["taken", "refused"]
        return await desk.service.leave(SALE, INTENT)

    assert run(story()).order.state == "REJECTED"
    assert desk.legs()[-1] == ("stop", "WORKING")


def test_reconciling_makes_up_lost_fills_and_agrees():
    desk = Desk()

    async def story():
        order = await desk.place()
        desk.broker.fill(order.client_order_id, 4, 100)
        desk.broker.fill(order.client_order_id, 6, 101)
        desk.broker.delivered()
        return await desk.service.reconcile()

    assert run(story()).agrees
    assert desk.store.shares[BOOK, AAPL].quantity == 10
    (order,) = (each.order for each in desk.store.by_id.values())
    assert order.average_price == Decimal("100.6")


def test_a_position_that_nobody_ordered_keeps_new_risk_away():
    desk = Desk()

    async def story():
        order = await desk.place()
        desk.broker.fill(order.client_order_id, 10, 100)
        await desk.heard()
        desk.broker.placed["foreign"] = Placed("foreign", MARKET, "filled", [(10, 100)])
        return await desk.service.reconcile()

    found = run(story())
    assert [(gap.symbol, gap.ours, gap.brokers) for gap in found.gaps] == [(AAPL, 10, 20)]
    assert desk.store.trading(BOOK).state is TradingState.REDUCING


def test_an_order_that_nobody_here_placed_is_told():
    desk = Desk()
    run(desk.place())
    desk.broker.placed["foreign"] = Placed("foreign", MARKET)
    found = run(desk.service.reconcile())
    assert [each.client_order_id for each in found.external] == ["foreign"]


def test_an_order_that_the_broker_took_when_it_was_over_here_is_withdrawn():
    desk = Desk(*["before"] * 100)
    order = run(desk.place())
    desk.broker.script.clear()
    late = Placed(order.client_order_id, order.request)
    desk.broker.placed[order.client_order_id] = late
    found = run(desk.service.reconcile())
    assert [each.client_order_id for each in found.external] == [order.client_order_id]
    assert late.status == "canceled"


def test_more_filled_than_ordered_halts_trading():
    desk = Desk()

    async def story():
        order = await desk.place()
        desk.broker.fill(order.client_order_id, 11, 100)
        await desk.heard()

    run(story())
    assert desk.store.trading(BOOK).state is TradingState.HALTED


def test_a_split_changes_what_is_held_and_the_stop_that_rests():
    desk = Desk()

    async def story():
        await desk.bought()
        await desk.service.split(AAPL, 2, 1, date(2012, 6, 29))

    run(story())
    stop = next(
        each.order.request
        for each in desk.store.by_id.values()
        if each.order.request.leg is Leg.STOP
    )
    assert (stop.quantity, stop.price) == (20, Decimal("47.5"))
    assert desk.store.shares[BOOK, AAPL].quantity == 20
