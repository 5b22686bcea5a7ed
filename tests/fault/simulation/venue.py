"""The venue: the broker's side of a simulated world. It makes no mistakes, and its ledger is the oracle."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import Any

from quorate.execution.broker import BrokerOrder, OrderRefusedError, OrderUpdate
from quorate.execution.order import Execution, Told
from quorate.execution.order_table import OrderEvent
from quorate.kernel.ids import Symbol
from quorate.risk import OrderKind, OrderRequest, Side
from tests.fault.simulation.rates import Rates
from tests.fault.simulation.virtual import VirtualClock

ZERO = Decimal(0)
OPEN = ("new", "partially_filled", "pending_cancel")
FIRST_PRICES: Mapping[str, Decimal] = {
    "AAPL": Decimal("100.00"),
    "IBM": Decimal("50.00"),
    "MSFT": Decimal("30.00"),
}


@dataclass
class Standing:
    """An order as the venue has it."""

    number: int
    client_order_id: str
    request: OrderRequest
    at: Any
    status: str = "new"
    fills: list[tuple[str, Decimal, Decimal]] = field(default_factory=list)

    @property
    def broker_order_id(self) -> str:
        return f"v-{self.number}"

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def filled(self) -> Decimal:
        return sum((quantity for _, quantity, _ in self.fills), ZERO)

    @property
    def rest(self) -> Decimal:
        return self.request.quantity - self.filled

    @property
    def told(self) -> Told:
        spent = sum((quantity * price for _, quantity, price in self.fills), ZERO)
        filled = self.filled
        return Told(
            status=self.status,
            broker_order_id=self.broker_order_id,
            filled=filled,
            average_price=spent / filled if filled else None,
        )

    @property
    def shown(self) -> BrokerOrder:
        return BrokerOrder(
            told=self.told,
            client_order_id=self.client_order_id,  # type: ignore[arg-type]
            symbol=self.request.symbol,
            side=self.request.side,
            kind=self.request.kind,
            quantity=self.request.quantity,
            price=self.request.price,
            submitted_at=self.at,
        )


class Venue:
    """An account and a market that walks at random; frames go to whoever listens."""

    def __init__(self, chance: Random, clock: VirtualClock, head: Callable[[], int]) -> None:
        self.chance, self.clock, self._head = chance, clock, head
        self.rates = Rates()
        self.cash = Decimal(100_000)
        self.prices = dict(FIRST_PRICES)
        self.held: dict[str, Decimal] = {}
        self.orders: dict[str, Standing] = {}
        self.ledger: list[dict[str, Any]] = []
        self.listeners: list[Callable[[OrderUpdate], None]] = []

    def write(self, kind: str, **facts: Any) -> None:
        """Write down what happened, with the journal's newest row at that moment."""
        self.ledger.append(
            {"kind": kind, "at": self.clock.loop.time(), "head": self._head(), **facts}
        )

    def take(self, request: OrderRequest, client_order_id: str) -> Standing:
        """Take an order, or refuse it for good."""
        if client_order_id in self.orders:
            raise OrderRefusedError("client_order_id must be unique")
        if request.side is Side.SELL:
            promised = sum(
                (
                    each.rest
                    for each in self.orders.values()
                    if each.is_open
                    and (each.request.symbol, each.request.side) == (request.symbol, Side.SELL)
                ),
                ZERO,
            )
            if request.quantity > self.held.get(request.symbol, ZERO) - promised:
                self.write("refused", id=client_order_id, leg=request.leg.value)
                raise OrderRefusedError("insufficient qty available for order")
        order = Standing(len(self.orders) + 1, client_order_id, request, self.clock.now())
        self.orders[client_order_id] = order
        self.write("accepted", **_facts(order))
        self._tell(order, OrderEvent.NEW)
        return order

    def ask_cancel(self, broker_order_id: str) -> None:
        """Begin a cancellation; the order may still fill until it comes about."""
        order = next(
            (each for each in self.orders.values() if each.broker_order_id == broker_order_id), None
        )
        if order is None or not order.is_open or order.status == "pending_cancel":
            raise OrderRefusedError("the order is not cancelable")
        order.status = "pending_cancel"
        asyncio.get_running_loop().call_later(
            self.chance.choice((0.0, 0.1, 1.0, 5.0)), self._cancelled, order
        )

    def move(self) -> None:
        """Let every price take a step, and fill what may fill."""
        for symbol in sorted(self.prices):
            step = Decimal(self.chance.randint(-200, 200)) / 10_000
            price = max(self.prices[symbol] * (1 + step), Decimal(1)).quantize(Decimal("0.01"))
            self.prices[symbol] = price
        for order in [each for each in self.orders.values() if each.is_open]:
            if self._reaches(order) and self.chance.random() < 0.7:
                self._fill(order)

    def finish_fills(self) -> None:
        """Fill the market orders that are open, as an open market does in time."""
        for order in [each for each in self.orders.values() if each.is_open]:
            while order.is_open and order.request.kind is OrderKind.MARKET:
                self._fill(order)

    def worth(self) -> Decimal:
        return sum((shares * self.prices[symbol] for symbol, shares in self.held.items()), ZERO)

    def _reaches(self, order: Standing) -> bool:
        price, asked = self.prices[order.request.symbol], order.request.price
        match order.request.kind:
            case OrderKind.MARKET:
                return True
            case OrderKind.STOP:
                return asked is not None and price <= asked
            case OrderKind.LIMIT:
                buys = order.request.side is Side.BUY
                return asked is not None and (price <= asked if buys else price >= asked)

    def _fill(self, order: Standing, most: Decimal | None = None) -> None:
        """Fill a slice: a whole number of shares, the rest where it is small enough."""
        parts = self.chance.randint(1, max(self.rates.slices, 1))
        part = max((order.rest / parts).to_integral_value(), Decimal(1))
        quantity = min(part, order.rest, most or order.rest)
        if quantity <= 0:
            return
        price = self.prices[order.request.symbol]
        execution = f"x-{order.number}-{len(order.fills) + 1}"
        order.fills.append((execution, quantity, price))
        way = 1 if order.request.side is Side.BUY else -1
        symbol = order.request.symbol
        self.held[symbol] = self.held.get(symbol, ZERO) + way * quantity
        self.cash -= way * quantity * price
        done = order.rest == 0
        if done:
            order.status = "filled"
        elif order.status == "new":
            order.status = "partially_filled"
        self.write(
            "filled", **_facts(order), execution=execution, part=str(quantity), price=str(price)
        )
        self._tell(
            order,
            OrderEvent.FILL if done else OrderEvent.PARTIAL,
            Execution(id=execution, quantity=quantity, price=price),
        )

    def _cancelled(self, order: Standing) -> None:
        if not order.is_open:
            return
        order.status = "canceled"
        self.write("canceled", **_facts(order))
        self._tell(order, OrderEvent.CANCELED)
        if self.chance.random() < self.rates.late_fills and order.rest > 1:
            self._fill(order, most=order.rest - 1)

    def _tell(self, order: Standing, event: OrderEvent, execution: Execution | None = None) -> None:
        update = OrderUpdate(
            client_order_id=order.client_order_id,  # type: ignore[arg-type]
            event=event,
            word=event.value,
            told=order.told,
            execution=execution,
        )
        for listener in list(self.listeners):
            listener(update)

    def reference(self, symbol: Symbol) -> Decimal:
        return self.prices[symbol]


def _facts(order: Standing) -> dict[str, str]:
    request = order.request
    return {
        "id": order.client_order_id,
        "decision": request.decision_id,
        "symbol": request.symbol,
        "side": request.side.value,
        "leg": request.leg.value,
        "order_kind": request.kind.value,
        "quantity": format(request.quantity, "f"),
    }
