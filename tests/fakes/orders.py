"""Orders in memory: the journal's rows folded as the database does, guards included."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal

from quorate.execution import Execution, Order, OrderState
from quorate.execution.recorded import HeldShares, OrderFact, RecordedOrder, TradingStanding
from quorate.kernel.ids import BookName, DecisionId, Symbol
from quorate.kernel.journal import Committed, Event
from quorate.kernel.stamps import moment_of
from quorate.risk import (
    Leg,
    OrderKind,
    OrderRequest,
    RiskLimits,
    Side,
    TradingState,
    approve,
    assess,
)
from tests.fakes.clock import NOON
from tests.unit.risk.orders import CALM


@dataclass
class HurriedClock:
    """Time that passes only while somebody sleeps, and then at once."""

    time: datetime = NOON

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return (self.time - NOON).total_seconds()

    async def sleep(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


class Rubberstamp:
    """Approves whatever is asked, through the real room, so that only execution is under test."""

    async def approved(self, request):
        calm = replace(
            CALM,
            decision=replace(
                CALM.decision, decision_id=request.decision_id, hash=request.decision_hash
            ),
            account=replace(
                CALM.account,
                held={request.symbol: request.quantity},
                worth={request.symbol: Decimal(1)},
            ),
        )
        return approve(assess(request, calm, RiskLimits()))


@dataclass
class MemoryOrders:
    """The journal, and what a use case reads inside its transaction."""

    rows: list[Event] = field(default_factory=list)
    by_id: dict[str, RecordedOrder] = field(default_factory=dict)
    shares: dict[tuple[str, str], HeldShares] = field(default_factory=dict)
    standings: dict[str, TradingStanding] = field(default_factory=dict)

    async def commit(self, decide) -> Committed:
        for event in decide(self):
            self._project(event)
            self.rows.append(event)
        return Committed()

    async def entries(self, stream):
        return [row for row in self.rows if row.stream == stream]

    def trading(self, book: BookName) -> TradingStanding:
        return self.standings.get(book, TradingStanding())

    def held_shares(self, book: BookName, symbol: Symbol) -> HeldShares:
        return self.shares.get((book, symbol), HeldShares())

    def order(self, id_):
        return self.by_id.get(id_)

    def types(self) -> list[str]:
        return [row.type for row in self.rows]

    def _project(self, event: Event) -> None:
        told = event.payload
        match event.type:
            case OrderFact.INTENDED:
                assert told["clientOrderId"] not in self.by_id
                self.by_id[told["clientOrderId"]] = _intended(event)
            case OrderFact.MOVED:
                known = self.by_id[told["clientOrderId"]]
                assert told["version"] == known.version + 1
                self.by_id[told["clientOrderId"]] = _moved(known, told)
            case OrderFact.RESIZED:
                known = self.by_id[told["clientOrderId"]]
                assert told["version"] == known.version + 1
                price = None if told["price"] is None else Decimal(told["price"])
                request = replace(
                    known.order.request, quantity=Decimal(told["quantity"]), price=price
                )
                order = replace(known.order, request=request)
                self.by_id[told["clientOrderId"]] = replace(
                    known, order=order, version=told["version"]
                )
            case OrderFact.TRADING:
                self.standings[event.book] = TradingStanding(
                    state=TradingState(told["to"]), reason=told["reason"], version=told["version"]
                )
        if "held" in told:
            key = (event.book, told["symbol"])
            assert told["held"]["version"] == self.shares.get(key, HeldShares()).version + 1
            self.shares[key] = HeldShares(
                quantity=Decimal(told["held"]["quantity"]), version=told["held"]["version"]
            )


@dataclass
class MemoryReader:
    """What the database tells beside the writer."""

    store: MemoryOrders

    async def order(self, id_) -> RecordedOrder | None:
        return self.store.by_id.get(id_)

    async def open_orders(self, book: BookName) -> Sequence[RecordedOrder]:
        return [
            each
            for each in self.store.by_id.values()
            if each.book == book and not each.order.is_over
        ]

    async def orders_of(self, book: BookName, symbol: Symbol) -> Sequence[RecordedOrder]:
        return [
            each
            for each in self.store.by_id.values()
            if (each.book, each.order.request.symbol) == (book, symbol)
        ]

    async def held(self, book: BookName) -> Mapping[Symbol, Decimal]:
        return {
            Symbol(symbol): each.quantity
            for (name, symbol), each in self.store.shares.items()
            if name == book and each.quantity
        }


def _intended(event: Event) -> RecordedOrder:
    told, asked = event.payload, event.payload["request"]
    numbers = {
        name: None if asked[key] is None else Decimal(asked[key])
        for name, key in (
            ("quantity", "quantity"),
            ("intended_quantity", "intendedQuantity"),
            ("price", "price"),
            ("protective_stop", "protectiveStop"),
        )
    }
    return RecordedOrder(
        order=Order(
            client_order_id=told["clientOrderId"],
            request=OrderRequest(
                decision_id=DecisionId(asked["decisionId"]),
                decision_hash=asked["decisionHash"],
                symbol=Symbol(asked["symbol"]),
                side=Side(asked["side"]),
                leg=Leg(asked["leg"]),
                kind=OrderKind(asked["kind"]),
                **numbers,
            ),
        ),
        book=event.book,
        trace_id=event.trace_id,
        generation=told["generation"],
        expires_at=moment_of(told["expiresAt"]),
    )


def _moved(known: RecordedOrder, told) -> RecordedOrder:
    new = tuple(
        Execution(id=each["id"], quantity=Decimal(each["quantity"]), price=Decimal(each["price"]))
        for each in told["executions"]
    )
    order = replace(
        known.order,
        state=OrderState(told["to"]),
        before_request=OrderState(told["beforeRequest"]) if told["beforeRequest"] else None,
        broker_order_id=told["brokerOrderId"],
        executions=(*known.order.executions, *new),
        reason=told["reason"],
    )
    return replace(known, order=order, version=told["version"])
