"""The account at the simulated broker: cash, positions and orders as they stand. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from quorate.execution.client_order_id import ClientOrderId
from quorate.execution.order import Execution, Told
from quorate.kernel.ids import Symbol
from quorate.market.session_hours import close_of
from quorate.portfolio.side import Side
from quorate.risk import OrderKind

ZERO: Final = Decimal(0)
OPEN_STATUSES: Final = frozenset({"new", "partially_filled"})


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOrder:
    """An order as this broker has it; `number` counts the account's orders from 1.

    `lasts` is False of an order that ends with the session it was valid in.
    """

    client_order_id: ClientOrderId
    number: int
    submitted: date
    symbol: Symbol
    side: Side
    kind: OrderKind
    lasts: bool
    quantity: Decimal
    price: Decimal | None
    status: str = "new"
    executions: tuple[Execution, ...] = ()
    replaced_by: str = ""

    @property
    def broker_order_id(self) -> str:
        """Return the id that this broker gave it."""
        return f"sim-{self.number:06d}"

    @property
    def submitted_at(self) -> datetime:
        """Return when it came in: at the close of its session, in sequence."""
        return close_of(self.submitted) + timedelta(microseconds=self.number)

    @property
    def is_open(self) -> bool:
        """Return whether it may still fill."""
        return self.status in OPEN_STATUSES

    @property
    def filled(self) -> Decimal:
        """Return the shares filled."""
        return sum((each.quantity for each in self.executions), ZERO)

    @property
    def rest(self) -> Decimal:
        """Return the shares that are still to be filled."""
        return self.quantity - self.filled

    @property
    def told(self) -> Told:
        """Return what the broker says of it."""
        filled = self.filled
        spent = sum((each.quantity * each.price for each in self.executions), ZERO)
        return Told(
            status=self.status,
            broker_order_id=self.broker_order_id,
            filled=filled,
            average_price=spent / filled if filled else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldPosition:
    """Shares of a symbol and what they cost in all, in USD."""

    quantity: Decimal
    cost: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedAccount:
    """All that the next session depends on.

    `is_open` while `session` is being played; `closes` are the last prices, `traded` the shares of each symbol that
    this session's bars gave by now; `version` counts the rows that made it.
    """

    session: date
    cash: Decimal
    is_open: bool = False
    version: int = 0
    orders: Mapping[ClientOrderId, HeldOrder] = field(default_factory=lambda: MappingProxyType({}))
    positions: Mapping[Symbol, HeldPosition] = field(default_factory=lambda: MappingProxyType({}))
    closes: Mapping[Symbol, Decimal] = field(default_factory=lambda: MappingProxyType({}))
    traded: Mapping[Symbol, Decimal] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def open_orders(self) -> list[HeldOrder]:
        """Return the orders that may still fill, oldest first."""
        return [order for order in self.orders.values() if order.is_open]

    @property
    def equity(self) -> Decimal:
        """Return the cash and what the positions are worth at the last prices."""
        return self.cash + sum(
            (each.quantity * self.closes[symbol] for symbol, each in self.positions.items()), ZERO
        )

    @property
    def buying_power(self) -> Decimal:
        """Return the cash that no open buy may need."""
        reserved = (
            order.rest * self.worst_price(order.symbol, order.price)
            for order in self.open_orders
            if order.side is Side.BUY
        )
        return self.cash - sum(reserved, ZERO)

    def worst_price(self, symbol: Symbol, price: Decimal | None) -> Decimal:
        """Return what a share may cost: the limit, else the last price; 0 before the first."""
        return self.closes.get(symbol, ZERO) if price is None else price

    def held(self, symbol: Symbol) -> Decimal:
        """Return the shares held of a symbol."""
        position = self.positions.get(symbol)
        return position.quantity if position else ZERO

    def sellable(self, symbol: Symbol) -> Decimal:
        """Return the shares that no open sale is to sell."""
        promised = (
            order.rest
            for order in self.open_orders
            if (order.symbol, order.side) == (symbol, Side.SELL)
        )
        return self.held(symbol) - sum(promised, ZERO)

    def by_broker_id(self, broker_order_id: str) -> HeldOrder | None:
        """Return the order that this broker gave an id."""
        return next(
            (each for each in self.orders.values() if each.broker_order_id == broker_order_id),
            None,
        )
