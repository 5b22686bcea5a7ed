"""The corpus of what brokers do wrong, row by row, through the orders of a book on a real journal."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from quorate.adapters.sql.holdings import TRADING_STATES
from quorate.adapters.sql.orders import SqlOrders
from quorate.execution import Execution, OrderEvent, OrderState
from quorate.execution.acts import failure_of
from quorate.execution.broker import BrokerPosition, OrderRefusedError, OrderUpdate
from quorate.execution.order import Told
from quorate.execution.policy import ExecutionPolicy
from quorate.execution.sending import Intent
from quorate.execution.service import ExecutionService
from quorate.kernel.errors import InvariantBrokenError
from quorate.kernel.ids import BookName, Symbol, TraceId
from quorate.risk import TradingState
from tests.fakes.brokers import FakeBroker
from tests.fakes.clock import NOON
from tests.fakes.orders import HurriedClock, Rubberstamp
from tests.unit.execution.test_service import MARKET

pytestmark = pytest.mark.integration

CORPUS = Path(__file__).parents[1] / "data" / "bad_inputs.jsonl"
ROWS = {
    row["id"]: row
    for row in map(json.loads, CORPUS.read_text().splitlines())
    if row["boundary"] == "broker"
}
BOOK = BookName("paper")
INTENT = Intent(decided_at=NOON, trace_id=TraceId("t"))


class Desk:
    """A book's orders at a broker that does wrong."""

    def __init__(self, store, broker=None):
        self.store = store
        self.broker = broker or FakeBroker()
        self.orders = SqlOrders(store.database, store.tenant)
        self.service = ExecutionService(
            book=BOOK,
            broker=self.broker,
            journal=store.journal,
            orders=self.orders,
            approval=Rubberstamp(),
            clock=HurriedClock(),
            policy=ExecutionPolicy(),
            jitter=lambda: 0.5,
        )

    async def placed(self):
        return await self.service.place(await Rubberstamp().approved(MARKET), INTENT)

    async def heard(self, id_, event, word, filled, execution=None):
        told = Told(
            status=word,
            broker_order_id=f"b-{id_}",
            filled=Decimal(filled),
            average_price=Decimal(100) if Decimal(filled) else None,
        )
        await self.service.hear(
            OrderUpdate(client_order_id=id_, event=event, word=word, told=told, execution=execution)
        )
        return (await self.orders.order(id_)).order

    @property
    def trading(self):
        rows = self.store.table(TRADING_STATES)
        return TradingState(rows[0][1]) if rows else TradingState.ACTIVE


def shares(quantity):
    return Execution(id="e1", quantity=Decimal(quantity), price=Decimal(100))


async def adopted(store):
    """BR-001: accepted, the answer lost; the same id again is "unique", and its order is taken over."""
    desk = Desk(store)
    desk.broker.script = ["after"]
    order = (await desk.placed()).order
    assert order.state is OrderState.WORKING
    again = await desk.placed()
    assert again.order.broker_order_id == order.broker_order_id
    assert len(desk.broker.placed) == 1


async def late_news(store):
    """BR-004: a word that is no end, after the end."""
    desk = Desk(store)
    id_ = (await desk.placed()).order.client_order_id
    filled = await desk.heard(id_, OrderEvent.FILL, "filled", "10", shares("10"))
    after = await desk.heard(id_, OrderEvent.NEW, "new", "0")
    assert (filled.state, after) == (OrderState.FILLED, filled)
    assert len(desk.broker.sent) == 1


async def overfilled(store):
    """BR-007: more than was ordered is booked as it is, and trading halts."""
    desk = Desk(store)
    id_ = (await desk.placed()).order.client_order_id
    order = await desk.heard(id_, OrderEvent.FILL, "filled", "11", shares("11"))
    assert order.filled == Decimal(11)
    assert (await desk.orders.held(BOOK))[MARKET.symbol] == Decimal(11)
    assert desk.trading is TradingState.HALTED


async def unknown_status(store):
    """BR-008: a status that nobody knows ends nothing, kills nothing, and is asked about."""
    desk = Desk(store)
    id_ = (await desk.placed()).order.client_order_id
    order = await desk.heard(id_, None, "held_review_v9", "0")
    assert not order.is_over
    desk.broker.placed[id_].status = "held_review_v9"
    await desk.service.reconcile()
    assert not (await desk.orders.order(id_)).order.is_over
    desk.broker.placed[id_].status = "new"
    await desk.service.reconcile()
    assert (await desk.orders.order(id_)).order.state is OrderState.WORKING
    assert len(desk.broker.sent) == 1


async def external(store):
    """BR-009: a position that nobody ordered is told, nothing is ordered against it, new risk waits."""

    class Strange(FakeBroker):
        async def positions(self):
            price = Decimal(200)
            tsla = BrokerPosition(
                symbol=Symbol("TSLA"), quantity=Decimal(50), average_price=price, market_value=None
            )
            return [tsla]

    desk = Desk(store, Strange())
    found = await desk.service.reconcile()
    assert [(gap.symbol, gap.brokers) for gap in found.gaps] == [("TSLA", Decimal(50))]
    assert desk.trading is TradingState.REDUCING
    assert desk.broker.sent == []


async def wash_trade(store):
    """BR-011: a definite no is no order, and is not tried again."""

    class Refuses(FakeBroker):
        async def submit(self, order, client_order_id):  # noqa: ARG002
            self.sent.append(client_order_id)
            raise OrderRefusedError("403 40310000 potential wash trade detected")

    desk = Desk(store, Refuses())
    order = (await desk.placed()).order
    assert order.state is OrderState.REJECTED
    await desk.placed()
    assert len(desk.broker.sent) == 1
    failure = failure_of(OrderRefusedError(order.reason))
    assert (failure.code, failure.permanent) == (ROWS["BR-011"]["expect"]["code"], True)


async def another_order(store):
    """BR-012: an answer about another order halts trading."""

    class Mistakes(FakeBroker):
        async def submit(self, order, client_order_id):  # noqa: ARG002
            self.sent.append(client_order_id)
            raise InvariantBrokenError("answered with another order (BROKER_ID_MISMATCH)")

    desk = Desk(store, Mistakes())
    with pytest.raises(InvariantBrokenError, match=ROWS["BR-012"]["expect"]["code"]):
        await desk.placed()
    assert desk.trading is TradingState.HALTED
    assert desk.broker.placed == {}


CASES: dict[str, Callable] = {
    "BR-001": adopted,
    "BR-004": late_news,
    "BR-007": overfilled,
    "BR-008": unknown_status,
    "BR-009": external,
    "BR-011": wash_trade,
    "BR-012": another_order,
}


def test_every_row_about_the_broker_has_a_case():
    assert sorted(CASES) == sorted(ROWS)


@pytest.mark.parametrize("row", sorted(CASES))
async def test_a_broker_that_does_wrong_is_survived(store, row):
    await CASES[row](store)
    assert store.verified(projections=True).ok
