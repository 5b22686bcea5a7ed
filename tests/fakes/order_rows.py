"""Orders, comparisons and outcomes as journal rows, made of what execution itself would write."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal

from quorate.execution import (
    Change,
    Execution,
    Order,
    OrderEvent,
    Told,
    client_order_id,
    executed,
    happened,
    told,
)
from quorate.execution.recorded import HeldShares, RecordedOrder, intended, moved
from quorate.kernel.canonical import canonical_json
from quorate.kernel.ids import BookName, DecisionId, Symbol, Tenant, TraceId
from quorate.kernel.journal import Event, JournalEntry
from quorate.kernel.stamps import stamp
from quorate.risk import Leg, OrderKind, OrderRequest, Side
from tests.fakes.clock import NOON

BOOK = BookName("replay")
TRACE = TraceId("0af7651916cd43dd8448eb211c80319c")
AAPL = Symbol("AAPL")


def request(leg: Leg = Leg.ENTRY, quantity: str = "10", **changes) -> OrderRequest:
    """Return an order of AAPL for dec_1: an entry with its stop at 95, or a sale; a stop rests at 95."""
    entry, stop = leg is Leg.ENTRY, leg is Leg.STOP
    usual = {
        "decision_id": DecisionId("dec_1"),
        "decision_hash": "h",
        "symbol": AAPL,
        "side": Side.BUY if entry else Side.SELL,
        "leg": leg,
        "kind": OrderKind.STOP if stop else OrderKind.MARKET,
        "quantity": Decimal(quantity),
        "intended_quantity": Decimal(quantity),
        "price": Decimal("95.00") if stop else None,
        "protective_stop": Decimal("95.00") if entry else None,
    }
    return OrderRequest(**(usual | changes))


@dataclass
class OrderTold:
    """An order that goes on as a test says; `events` are its rows so far."""

    request: OrderRequest = field(default_factory=request)
    book: BookName = BOOK
    generation: int = 0
    trace: TraceId = TRACE
    held: HeldShares = field(default_factory=HeldShares)
    events: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        asked = self.request
        self.recorded = RecordedOrder(
            order=Order(
                client_order_id=client_order_id(
                    asked.decision_id,
                    asked.symbol,
                    asked.side,
                    asked.leg,
                    generation=self.generation,
                ),
                request=asked,
            ),
            book=self.book,
            trace_id=self.trace,
            generation=self.generation,
            expires_at=NOON + timedelta(seconds=60),
        )
        self.events.append(intended(self.recorded))

    @property
    def id(self) -> str:
        return self.recorded.order.client_order_id

    def sent(self) -> OrderTold:
        return self.then(happened(self.recorded.order, OrderEvent.SEND))

    def works(self, broker_id: str = "b-1") -> OrderTold:
        news = Told(status="new", broker_order_id=broker_id, filled=Decimal(0))
        return self.then(told(self.recorded.order, news))

    def fills(self, quantity: str, price: str, id_: str = "x1") -> OrderTold:
        bought = Execution(id=id_, quantity=Decimal(quantity), price=Decimal(price))
        return self.then(executed(self.recorded.order, bought))

    def ends(self, event: OrderEvent, reason: str = "") -> OrderTold:
        return self.then(happened(self.recorded.order, event, reason=reason))

    def then(self, change: Change) -> OrderTold:
        rows = list(moved(self.recorded, change, self.held))
        self.events += rows
        if rows and "held" in rows[0].payload:
            held = rows[0].payload["held"]
            self.held = HeldShares(quantity=Decimal(held["quantity"]), version=held["version"])
        self.recorded = replace(
            self.recorded, order=change.order, version=self.recorded.version + len(rows)
        )
        return self


def bought(price: str = "100.10", **changes) -> OrderTold:
    """Return an entry that was filled whole."""
    order = OrderTold(request=request(**changes)).sent().works()
    return order.fills(str(order.request.quantity), price)


def outcome_event(status: str = "pending", decision: str = "dec_1", **changes) -> Event:
    """Return what a decision came to."""
    payload = {
        "decisionId": decision,
        "book": BOOK,
        "symbol": AAPL,
        "kind": "entry",
        "orderIntentId": "a1-x-00",
        "brokerOrderId": "b-1",
        "fillIds": ["x1"],
        "positionSnapshotIds": ["psn_1"],
        "status": status,
        "pnl": None,
        "openedAt": "2012-08-09",
        "closedAt": "",
        "reason": "",
        "legs": [],
        "version": 1,
    }
    return Event(
        stream=f"outcome:{decision}", type="outcome.moved", book=BOOK, payload=payload | changes
    )


def as_rows(events: Iterable[Event], first: int = 201) -> Sequence[JournalEntry]:
    """Return events as the journal gives them back, from row `first` on, a second apart."""
    return [
        JournalEntry(
            seq=first + place,
            ts=stamp(NOON + timedelta(seconds=place)),
            tenant=Tenant("default"),
            book=event.book,
            trace_id=event.trace_id,
            stream=event.stream,
            type=event.type,
            payload=canonical_json(event.payload),
            prev_hash="",
            hash="",
        )
        for place, event in enumerate(events)
    ]
