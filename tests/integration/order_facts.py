"""Events of orders, of what is held by them, of trading states and of simulated accounts."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from quorate.adapters.simulated_broker.account import SimulatedAccount
from quorate.adapters.simulated_broker.record import row_of
from quorate.execution import Execution, Order, OrderEvent, client_order_id, executed, happened
from quorate.execution.recorded import (
    HeldShares,
    RecordedOrder,
    TradingStanding,
    intended,
    moved,
    trading_event,
)
from quorate.kernel.ids import BookName, TraceId
from quorate.kernel.journal import Event
from quorate.risk import TradingState
from tests.fakes.clock import NOON
from tests.unit.risk.orders import ENTRY

BOOK = BookName("replay")
INTENDED = RecordedOrder(
    order=Order(
        client_order_id=client_order_id(ENTRY.decision_id, ENTRY.symbol, ENTRY.side, ENTRY.leg),
        request=ENTRY,
    ),
    book=BOOK,
    trace_id=TraceId("0af7651916cd43dd8448eb211c80319c"),
    generation=0,
    expires_at=NOON + timedelta(seconds=60),
)


def order_events() -> list[Event]:
    """Return an order that was intended, sent and partly filled, a halt, and a simulated account."""
    sent = happened(INTENDED.order, OrderEvent.SEND)
    some = Execution(id="x1", quantity=Decimal(4), price=Decimal("100.10"))
    at_broker = RecordedOrder(
        order=sent.order,
        book=BOOK,
        trace_id=INTENDED.trace_id,
        generation=0,
        expires_at=INTENDED.expires_at,
        version=2,
    )
    halted = trading_event(
        BOOK, TradingStanding(), TradingState.HALTED, reason="drill", by="operator"
    )
    account = SimulatedAccount(session=NOON.date(), cash=Decimal(100_000), version=1)
    return [
        intended(INTENDED),
        *moved(INTENDED, sent, HeldShares()),
        *moved(at_broker, executed(sent.order, some), HeldShares()),
        halted,
        row_of(BOOK, account, ()),
    ]
