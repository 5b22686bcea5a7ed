"""What the seeded simulation found wrong in the service, each kept as the symptom that a person would have seen."""

from dataclasses import replace
from decimal import Decimal

import pytest

from quorate.execution.broker import price_in_steps
from quorate.execution.recorded import intended
from quorate.kernel.ids import DecisionId
from quorate.risk import Leg
from tests.fakes.clock import NOON
from tests.unit.execution.test_service import INTENT, MARKET, SALE, Desk, run
from tests.unit.risk.orders import AAPL


def stops(desk):
    return [
        (each.order.state.value, each.order.request.quantity, each.generation)
        for each in desk.store.by_id.values()
        if each.order.request.leg is Leg.STOP
    ]


def test_a_fill_told_after_the_cancellation_and_lost_on_the_way_is_found_by_reconciling():
    async def lived(desk):
        order = await desk.place()
        await desk.service.cancel(order.client_order_id)
        desk.broker.fill(order.client_order_id, 4, 100)
        desk.broker.placed[order.client_order_id].status = "canceled"
        desk.broker.frames.clear()
        found = await desk.service.reconcile()
        await desk.service.protect(AAPL, INTENT)
        return found

    desk = Desk()
    assert run(lived(desk)).agrees
    assert stops(desk) == [("WORKING", Decimal(4), 0)]


def test_what_another_sale_is_selling_is_not_sold_a_second_time():
    async def lived(desk):
        await desk.bought()
        first = await desk.service.leave(replace(SALE, quantity=Decimal(7)), INTENT)
        other = replace(SALE, decision_id=DecisionId("dec_2"))
        second = await desk.service.leave(other, INTENT)
        third = await desk.service.leave(replace(other, decision_id=DecisionId("dec_3")), INTENT)
        return first.order.request.quantity, second.order.request.quantity, third

    assert run(lived(Desk())) == (7, 3, None)


def test_the_same_sale_asked_for_twice_is_one():
    async def lived(desk):
        await desk.bought()
        return [await desk.service.leave(SALE, INTENT) for _ in range(2)]

    first, second = run(lived(Desk()))
    assert first.order.client_order_id == second.order.client_order_id


def test_a_sale_that_left_is_not_judged_a_second_time():
    """A process died between its sale and the step's message: asked for again, the sale was its own duplicate."""

    async def lived(desk):
        await desk.bought()
        first = await desk.service.leave(SALE, INTENT)

        async def approved(request):
            raise AssertionError(f"{request.leg} was judged again")

        desk.service._approval.approved = approved
        return first, await desk.service.leave(SALE, INTENT)

    first, second = run(lived(Desk()))
    assert first == second


def test_a_stop_that_was_intended_and_never_left_protects_nothing():
    """A process died, or the disk was full, between the stop's intent and its sending."""

    async def lived(desk):
        await desk.bought()
        stop = next(
            each for each in desk.store.by_id.values() if each.order.request.leg is Leg.STOP
        )
        left = Desk()
        await left.place()
        left.broker.fill(next(iter(left.broker.placed)), 10, 100)
        await left.heard()
        never_sent = replace(
            stop, order=replace(stop.order, state="INITIALIZED", broker_order_id=""), version=1
        )
        await left.store.commit(lambda _tx: [intended(never_sent)])
        await left.service.protect(AAPL, INTENT)
        return left

    assert stops(run(lived(Desk()))) == [("DENIED", Decimal(10), 0), ("WORKING", Decimal(10), 1)]


@pytest.mark.parametrize(
    ("price", "moved"),
    [("65.1150", "65.12"), ("65.12", "65.12"), ("0.43215", "0.4322"), ("1.001", "1.01")],
)
def test_a_price_that_a_split_moved_is_one_that_a_broker_takes(price, moved):
    assert price_in_steps(Decimal(price)) == Decimal(moved)


def test_an_entry_that_waited_over_a_split_is_protected_at_a_price_in_steps():
    async def lived(desk):
        await desk.place(replace(MARKET, protective_stop=Decimal("95.23")))
        await desk.service.split(AAPL, 2, 1, NOON.date())
        return desk.store.rows[-1].payload

    resized = run(lived(Desk()))
    assert (resized["quantity"], resized["protectiveStop"]) == ("20", "47.62")
