"""The venue: an account, its orders and a market whose prices the test tells. What happens is written to the ledger."""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from tests.broker_server.ledger import Ledger
from tests.broker_server.orders import Order, order_json

ZERO = Decimal(0)
NANO = Decimal("0.000000001")
MARKET_BUY_ROOM = Decimal("1.05")
"""A market buy is valued above the price. Source: RELIABILITY 2.0 (collar)."""

Emit = Callable[[dict[str, object]], None]


class RefusedError(Exception):
    """What the broker says no to: an HTTP status and the body that comes with it."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.body = status, {"code": code, "message": message}


@dataclass
class Holding:
    qty: Decimal = ZERO
    cost: Decimal = ZERO


@dataclass
class Venue:
    """Everything that the scripted broker knows.

    Args:
        instant: whether an order that can be filled is filled when it is placed; else at the next trade.
        slices: into how many random parts a fill is cut.
    """

    ledger: Ledger
    emit: Emit
    cash: Decimal = Decimal(100_000)
    is_open: bool = True
    instant: bool = True
    slices: int = 1
    random: random.Random = field(default_factory=lambda: random.Random(1))  # noqa: S311
    prices: dict[str, Decimal] = field(default_factory=dict)
    held: dict[str, Holding] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)
    last_ns: int = 0

    def moment(self) -> int:
        """Return nanoseconds since 1970 that only rise."""
        self.last_ns = max(self.last_ns + 1, time.time_ns())
        return self.last_ns

    def by_client_id(self, client_order_id: str) -> Order | None:
        return next((o for o in self.orders.values() if o.client_order_id == client_order_id), None)

    def open_orders(self, symbol: str | None = None) -> list[Order]:
        return [o for o in self.orders.values() if o.is_open and symbol in {None, o.symbol}]

    def place(self, asked: Mapping[str, object]) -> Order:
        """Take an order, or raise RefusedError."""
        order = self._read(asked)
        self._check(order)
        self.orders[order.id] = order
        self._note("accepted", order, qty=f"{order.qty:f}")
        self.tell("new" if self.is_open else "accepted", order)
        if self.instant and order.symbol in self.prices:
            self._match(order, self.prices[order.symbol])
        return order

    def cancel(self, order_id: str) -> None:
        """Ask for a cancellation, which comes about at once."""
        order = self._known(order_id)
        if not order.is_open or order.status in {"pending_cancel", "pending_replace"}:
            raise RefusedError(422, 42210000, f'order is already in "{order.status}" state')
        self.end(order, "canceled", "canceled_at")

    def end(self, order: Order, status: str, field_name: str) -> None:
        order.status = status
        order.ended[field_name] = self.moment()
        self._note(status, order)
        self.tell(status, order)

    def replace(self, order_id: str, asked: Mapping[str, object]) -> Order:
        """Put another order in an order's place."""
        old = self._known(order_id)
        if old.status not in {"new", "accepted", "partially_filled"}:
            raise RefusedError(422, 42210000, f'order is in "{old.status}" state')
        new = self._read({**_asked_again(old), **asked})
        self._check_new_id(new.client_order_id)
        new.replaces, old.replaced_by = old.id, new.id
        self.orders[new.id] = new
        self._note("accepted", new, qty=f"{new.qty:f}")
        self.end(old, "replaced", "replaced_at")
        self.tell("new", new)
        return new

    def trade(self, symbol: str, price: Decimal) -> None:
        """Let the market trade at a price; open orders that it reaches are filled."""
        self.prices[symbol] = price
        for order in self.open_orders(symbol):
            self._match(order, price)

    def fill(self, order: Order, qty: Decimal, price: Decimal) -> None:
        """Fill an order, whatever its state: a late fill after its cancellation too."""
        order.filled += qty
        order.spent += qty * price
        done = order.filled >= order.qty
        late = not order.is_open
        if done:
            order.status = "filled"
            order.ended["filled_at"] = self.moment()
        elif not late:
            order.status = "partially_filled"
        self._settle(order, qty, price)
        execution = str(uuid.UUID(int=self.random.getrandbits(128)))
        self._note("filled", order, qty=f"{qty:f}", price=f"{price:f}", execution_id=execution)
        self.tell(
            "fill" if done else "partial_fill",
            order,
            execution_id=execution,
            qty=f"{qty:f}",
            price=f"{price:f}",
            position_qty=f"{self._holding(order.symbol).qty:f}",
        )

    def tell(self, event: str, order: Order, **more: object) -> None:
        self.emit({"event": event, **more, "order": order_json(order)})

    def buying_power(self) -> Decimal:
        """Return the cash that open buys have not reserved."""
        return self.cash - sum((self._reserved(o) for o in self.open_orders()), ZERO)

    def worth(self) -> Decimal:
        return sum((h.qty * self.prices.get(s, ZERO) for s, h in self.held.items()), ZERO)

    def _match(self, order: Order, price: Decimal) -> None:
        if not (self.is_open or order.is_crypto) or order.status not in {
            *("new", "accepted", "partially_filled")
        }:
            return
        if order.type.startswith("stop") and not order.triggered:
            assert order.stop_price is not None
            order.triggered = (
                price <= order.stop_price if order.side == "sell" else price >= order.stop_price
            )
            if not order.triggered:
                return
        if order.limit_price is not None and not _reaches(order, price):
            return
        for part in self._parts(order):
            self.fill(order, part, price)

    def _parts(self, order: Order) -> Iterator[Decimal]:
        """Yield what is left of an order in random slices, whole shares where it is in whole shares."""
        step = NANO if order.rest % 1 else Decimal(1)
        rest = order.rest
        for left in range(self.slices - 1, 0, -1):
            most = rest - step * left
            if most <= 0:
                break
            part = max((most * Decimal(str(self.random.random()))).quantize(step), step)
            yield min(part, most)
            rest -= min(part, most)
        yield rest

    def _settle(self, order: Order, qty: Decimal, price: Decimal) -> None:
        holding = self._holding(order.symbol)
        if order.side == "buy":
            holding.qty, holding.cost = holding.qty + qty, holding.cost + qty * price
            self.cash -= qty * price
        else:
            average = holding.cost / holding.qty if holding.qty else ZERO
            holding.qty, holding.cost = holding.qty - qty, holding.cost - qty * average
            self.cash += qty * price

    def _holding(self, symbol: str) -> Holding:
        return self.held.setdefault(symbol, Holding())

    def _known(self, order_id: str) -> Order:
        if order_id not in self.orders:
            raise RefusedError(404, 40410000, f"order not found for {order_id}")
        return self.orders[order_id]

    def _read(self, asked: Mapping[str, object]) -> Order:
        try:
            return Order(
                id=str(uuid.UUID(int=self.random.getrandbits(128))),
                client_order_id=str(asked.get("client_order_id") or uuid.uuid4()),  # noqa: TID251
                symbol=str(asked["symbol"]),
                side=str(asked["side"]),
                type=str(asked["type"]),
                time_in_force=str(asked["time_in_force"]),
                qty=Decimal(str(asked["qty"])),
                asset_id=asset_id(str(asked["symbol"])),
                submitted_ns=self.moment(),
                limit_price=_number(asked.get("limit_price")),
                stop_price=_number(asked.get("stop_price")),
                status="new" if self.is_open else "accepted",
            )
        except (KeyError, ArithmeticError) as error:
            raise RefusedError(422, 40010001, f"request body format is invalid: {error}") from error

    def _check(self, order: Order) -> None:
        self._check_new_id(order.client_order_id)
        self._check_form(order)
        for other in self.open_orders(order.symbol):
            if other.side != order.side:
                raise RefusedError(
                    403, 40310000, "potential wash trade detected. use complex orders"
                )
        if order.side == "sell":
            free = self._holding(order.symbol).qty - sum(
                (o.rest for o in self.open_orders(order.symbol) if o.side == "sell"), ZERO
            )
            if order.qty > free:
                said = f"insufficient qty available for order (requested: {order.qty}, available: {free})"
                raise RefusedError(403, 40310000, said)
        elif self._reserved(order) > self.buying_power():
            raise RefusedError(403, 40310000, "insufficient buying power")

    def _check_form(self, order: Order) -> None:
        for price in (order.limit_price, order.stop_price):
            step = (
                NANO
                if order.is_crypto
                else Decimal("0.01")
                if price and price >= 1
                else Decimal("0.0001")
            )
            if price is not None and price % step:
                said = f"invalid limit_price {price}. sub-penny increment does not fulfill minimum pricing criteria"
                raise RefusedError(422, 42210000, said)
        if order.qty <= 0 or order.qty % NANO:
            raise RefusedError(422, 40010001, "qty must be > 0 with at most 9 decimals")
        if order.qty % 1 and not order.is_crypto and order.time_in_force != "day":
            raise RefusedError(422, 42210000, "fractional orders must be DAY orders")
        if order.is_crypto and order.type == "stop":
            raise RefusedError(422, 40010001, "invalid order type for crypto order")
        if order.is_crypto and order.time_in_force not in {"gtc", "ioc"}:
            raise RefusedError(422, 42210000, "invalid crypto time_in_force")
        if len(order.client_order_id) > 48:
            raise RefusedError(422, 40010001, "client_order_id must be no more than 48 characters")

    def _check_new_id(self, client_order_id: str) -> None:
        if self.by_client_id(client_order_id) is not None:
            raise RefusedError(422, 40010001, "client_order_id must be unique")

    def _reserved(self, order: Order) -> Decimal:
        if order.side == "sell":
            return ZERO
        price = order.limit_price or self.prices.get(order.symbol, ZERO) * MARKET_BUY_ROOM
        return order.rest * price

    def _note(self, kind: str, order: Order, **more: str) -> None:
        self.ledger.write(
            kind,
            order_id=order.id,
            client_order_id=order.client_order_id,
            symbol=order.symbol,
            side=order.side,
            **more,
        )


def asset_id(symbol: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, symbol))


def _asked_again(order: Order) -> dict[str, object]:
    asked: dict[str, object] = {
        name: getattr(order, name)
        for name in ("symbol", "side", "type", "time_in_force", "limit_price", "stop_price")
    }
    return {**asked, "qty": order.rest}


def _reaches(order: Order, price: Decimal) -> bool:
    assert order.limit_price is not None
    return price <= order.limit_price if order.side == "buy" else price >= order.limit_price


def _number(value: object) -> Decimal | None:
    return None if value is None else Decimal(str(value))
