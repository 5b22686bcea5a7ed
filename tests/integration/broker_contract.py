"""What every broker must do: subclass `BrokerContract` and give it a `stage`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from decimal import Decimal
from typing import Protocol

import pytest

from quorate.execution import STATE_OF_STATUS, OrderEvent, OrderState
from quorate.execution.broker import OrderRefusedError, OrderUpdate
from quorate.execution.client_order_id import ClientOrderId, client_order_id
from quorate.execution.ports import Broker
from quorate.kernel.ids import Symbol
from quorate.risk import ApprovedOrder, Leg, OrderKind, Side
from tests.fakes.approvals import approved

LONGEST_S = 10
UNKNOWN_ID = ClientOrderId("a1-00000000000000000000000000-00")


class Stage(Protocol):
    """A broker and its market: AAPL has traded at 100 USD, 100,000 USD are there, nothing is held or ordered."""

    broker: Broker

    async def trade(self, symbol: str, price: str) -> None:
        """Let the market trade at a price: what rests at the broker and is reached by it is filled."""
        ...


def id_of(order: ApprovedOrder, generation: int = 0) -> ClientOrderId:
    """Return the id of an order as its caller makes it."""
    of = order.request
    return client_order_id(of.decision_id, of.symbol, of.side, of.leg, generation=generation)


async def sent(stage: Stage, order: ApprovedOrder) -> ClientOrderId:
    """Submit an order; return its id."""
    await stage.broker.submit(order, id_of(order))
    return id_of(order)


async def state(stage: Stage, order_id: ClientOrderId) -> OrderState:
    """Return what the broker says of an order."""
    found = await stage.broker.find(order_id)
    assert found is not None
    return STATE_OF_STATUS[found.told.status]


async def bought(stage: Stage, quantity: str = "10", *, decision: str = "dec_0") -> None:
    """Buy shares of AAPL and let the market trade."""
    order_id = await sent(stage, approved(quantity=quantity, decision=decision))
    await stage.trade("AAPL", "100")
    assert await state(stage, order_id) is OrderState.FILLED


async def held(stage: Stage, symbol: str = "AAPL") -> Decimal:
    """Return how much of a symbol the broker holds."""
    found = await stage.broker.positions()
    return sum((each.quantity for each in found if each.symbol == symbol), Decimal(0))


class BrokerContract:
    """The promises of `execution.ports.Broker`, one a test."""

    async def test_an_order_is_found_by_its_id_as_it_was_sent(self, stage):
        order = approved(price="90.50")
        told = await stage.broker.submit(order, id_of(order))
        found = await stage.broker.find(id_of(order))
        assert found is not None
        assert found.told.broker_order_id == told.broker_order_id != ""
        assert (found.client_order_id, found.symbol) == (id_of(order), "AAPL")
        assert (found.side, found.kind) == (Side.BUY, OrderKind.LIMIT)
        assert (found.quantity, found.price) == (Decimal(10), Decimal("90.50"))
        assert found.submitted_at.utcoffset() is not None
        assert STATE_OF_STATUS[found.told.status] in {OrderState.ACCEPTED, OrderState.WORKING}

    async def test_an_id_that_nobody_sent_is_not_found(self, stage):
        assert await stage.broker.find(UNKNOWN_ID) is None

    async def test_the_same_id_twice_is_one_order(self, stage):
        order = approved(price="90")
        first = await stage.broker.submit(order, id_of(order))
        second = await stage.broker.submit(order, id_of(order))
        assert second.broker_order_id == first.broker_order_id
        assert len(await stage.broker.orders()) == 1

    async def test_a_market_order_is_filled_once_the_market_trades(self, stage):
        before = await stage.broker.account()
        await bought(stage)
        (position,) = await stage.broker.positions()
        assert (position.symbol, position.quantity) == ("AAPL", Decimal(10))
        assert Decimal(99) < position.average_price < Decimal(101)
        after = await stage.broker.account()
        assert Decimal(990) < before.cash - after.cash < Decimal(1010)

    async def test_what_is_told_filled_is_what_is_held(self, stage):
        await bought(stage, "7")
        (order,) = await stage.broker.orders()
        assert order.told.filled == await held(stage) == Decimal(7)
        assert order.told.average_price is not None

    async def test_a_limit_order_rests_until_the_price_reaches_it(self, stage):
        order_id = await sent(stage, approved(price="90"))
        await stage.trade("AAPL", "95")
        assert await state(stage, order_id) is OrderState.WORKING
        await stage.trade("AAPL", "89")
        assert await state(stage, order_id) is OrderState.FILLED
        found = await stage.broker.find(order_id)
        assert found is not None
        assert found.told.average_price <= Decimal(90)

    async def test_a_stop_sells_when_the_price_falls_to_it_and_not_before(self, stage):
        await bought(stage)
        order_id = await sent(stage, approved(Leg.STOP, price="90"))
        await stage.trade("AAPL", "91")
        assert await state(stage, order_id) is not OrderState.FILLED
        await stage.trade("AAPL", "89.50")
        assert await state(stage, order_id) is OrderState.FILLED
        assert await held(stage) == 0

    async def test_a_cancelled_order_is_over_and_never_filled(self, stage):
        order = approved(price="90")
        told = await stage.broker.submit(order, id_of(order))
        await stage.broker.cancel(told.broker_order_id)
        assert await state(stage, id_of(order)) is OrderState.CANCELED
        await stage.trade("AAPL", "80")
        assert await held(stage) == 0
        assert await stage.broker.orders(open_only=True) == []

    async def test_what_is_over_cannot_be_cancelled(self, stage):
        order = approved()
        told = await stage.broker.submit(order, id_of(order))
        await stage.trade("AAPL", "100")
        with pytest.raises(OrderRefusedError):
            await stage.broker.cancel(told.broker_order_id)

    async def test_what_does_not_exist_cannot_be_cancelled_or_replaced(self, stage):
        nowhere = "00000000-0000-4000-8000-000000000000"
        with pytest.raises(OrderRefusedError):
            await stage.broker.cancel(nowhere)
        with pytest.raises(OrderRefusedError):
            await stage.broker.replace(nowhere, UNKNOWN_ID, price=Decimal(90))

    async def test_a_replacement_is_another_order_in_the_place_of_the_first(self, stage):
        order = approved(price="90")
        first = await stage.broker.submit(order, id_of(order))
        second = await stage.broker.replace(
            first.broker_order_id, id_of(order, 1), price=Decimal("91.50")
        )
        assert second.broker_order_id != first.broker_order_id
        old, new = await stage.broker.find(id_of(order)), await stage.broker.find(id_of(order, 1))
        assert old is not None
        assert new is not None
        assert (old.told.status, old.replaced_by) == ("replaced", second.broker_order_id)
        assert (new.price, new.quantity) == (Decimal("91.50"), Decimal(10))
        assert [each.client_order_id for each in await stage.broker.orders(open_only=True)] == [
            id_of(order, 1)
        ]

    async def test_a_stop_is_replaced_at_another_price(self, stage):
        await bought(stage)
        order = approved(Leg.STOP, price="90")
        told = await stage.broker.submit(order, id_of(order))
        await stage.broker.replace(told.broker_order_id, id_of(order, 1), price=Decimal(95))
        await stage.trade("AAPL", "94")
        assert await state(stage, id_of(order, 1)) is OrderState.FILLED
        assert await held(stage) == 0

    async def test_orders_are_told_oldest_first_and_from_a_moment_on(self, stage):
        for number in range(3):
            await sent(stage, approved(price=f"8{number}", decision=f"dec_{number}"))
        orders = await stage.broker.orders()
        assert [each.price for each in orders] == [Decimal(80), Decimal(81), Decimal(82)]
        later = await stage.broker.orders(after=orders[0].submitted_at)
        assert orders[-1] in later
        assert len(later) <= len(orders)

    async def test_only_open_orders_are_told_where_only_they_are_wanted(self, stage):
        await bought(stage)
        resting = await sent(stage, approved(price="80"))
        assert [each.client_order_id for each in await stage.broker.orders(open_only=True)] == [
            resting
        ]
        assert len(await stage.broker.orders()) == 2

    async def test_more_than_the_money_buys_is_refused_and_does_not_exist(self, stage):
        order = approved(quantity="5000", price="100")
        with pytest.raises(OrderRefusedError):
            await stage.broker.submit(order, id_of(order))
        assert await stage.broker.find(id_of(order)) is None

    async def test_more_than_is_held_cannot_be_sold(self, stage):
        await bought(stage)
        order = approved(Leg.EXIT, "11")
        with pytest.raises(OrderRefusedError):
            await stage.broker.submit(order, id_of(order))
        assert await held(stage) == Decimal(10)

    async def test_the_account_tells_its_money(self, stage):
        account = await stage.broker.account()
        assert account.cash == account.equity == Decimal(100_000)
        assert account.buying_power >= account.cash
        assert account.account_id
        assert not account.blocked

    async def test_the_clock_tells_what_comes_next(self, stage):
        clock = await stage.broker.clock()
        assert clock.now < clock.next_open
        assert clock.now < clock.next_close
        assert clock.now.utcoffset() is not None

    async def test_an_instrument_tells_its_steps(self, stage):
        found = await stage.broker.instrument(Symbol("AAPL"))
        assert found is not None
        assert found.symbol == "AAPL"
        assert found.tradable
        assert found.quantity_step > 0
        assert found.price_step == Decimal("0.01")

    async def test_an_instrument_that_nobody_knows_is_none(self, stage):
        assert await stage.broker.instrument(Symbol("NOPE")) is None

    async def test_the_stream_says_when_it_listens_and_then_what_happens(self, stage):
        order = approved()
        async with aclosing(stage.broker.updates()) as updates:
            assert await soon(updates) is None
            await stage.broker.submit(order, id_of(order))
            await stage.trade("AAPL", "100")
            told = [await soon(updates)]
            while told[-1] is None or told[-1].event is not OrderEvent.FILL:
                told.append(await soon(updates))
        news = [each for each in told if each is not None]
        assert {each.client_order_id for each in news} == {id_of(order)}
        executions = {each.execution.id: each.execution for each in news if each.execution}
        assert sum(each.quantity for each in executions.values()) == Decimal(10)
        assert news[-1].told.filled == Decimal(10)


async def soon(updates: AsyncIterator[OrderUpdate | None]) -> OrderUpdate | None:
    """Return the next update, which must come."""
    async with asyncio.timeout(LONGEST_S):
        return await anext(updates)
