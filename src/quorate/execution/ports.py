"""What execution asks of the world: a broker that takes approved orders and nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from quorate.execution.broker import (
    BrokerAccount,
    BrokerOrder,
    BrokerPosition,
    Instrument,
    MarketClock,
    OrderUpdate,
)
from quorate.execution.client_order_id import ClientOrderId
from quorate.execution.order import Told
from quorate.execution.recorded import HeldShares, RecordedOrder, TradingStanding
from quorate.kernel.ids import BookName, Symbol
from quorate.risk import ApprovedOrder, OrderRequest


class Broker(Protocol):
    """A broker's account: simulated on a book's bars, or a real one over the network.

    Every BrokerUnavailableError may be a KeysRefusedError.

    Every method but `submit` and `replace` may be asked again without harm; both take an id that the broker sees once.
    """

    async def submit(self, order: ApprovedOrder, client_order_id: ClientOrderId) -> Told:
        """Return what the broker says of a new order; it is sent once, and never again by the adapter.

        An id that the broker has seen is answered with the order that has it already (BR-001), never with a second.

        Raises:
            InvariantBrokenError: the broker answers with another order than the one that was sent (BR-012).
            OrderRefusedError: it was refused for good.
            OutcomeUnknownError: a timeout, a 5xx, a 429 after sending, an answer that cannot be read.
            BrokerUnavailableError: nothing was sent.
        """
        ...

    async def find(self, client_order_id: ClientOrderId) -> BrokerOrder | None:
        """Return the order with this id, None when the broker says that there is none.

        Raises:
            BrokerUnavailableError: it says neither.
        """
        ...

    async def cancel(self, broker_order_id: str) -> None:
        """Ask for a cancellation; whether it comes about is told by the order's status later.

        Raises:
            OrderRefusedError: the order cannot be cancelled any more, or is not known.
            OutcomeUnknownError: nobody knows whether it was asked for.
            BrokerUnavailableError: nothing was sent.
        """
        ...

    async def replace(
        self, broker_order_id: str, client_order_id: ClientOrderId, *, price: Decimal
    ) -> Told:
        """Return the order that is to take another's place, at another price; success is no proof.

        Raises:
            OrderRefusedError: it cannot be replaced.
            OutcomeUnknownError: nobody knows whether it was.
            BrokerUnavailableError: nothing was sent.
        """
        ...

    async def orders(
        self, *, after: datetime | None = None, open_only: bool = False
    ) -> Sequence[BrokerOrder]:
        """Return all orders of the account, oldest first, over as many pages as there are.

        Raises:
            BrokerUnavailableError: not all of them could be read.
        """
        ...

    async def positions(self) -> Sequence[BrokerPosition]:
        """Return what is held; raises BrokerUnavailableError."""
        ...

    async def account(self) -> BrokerAccount:
        """Return the account; raises BrokerUnavailableError."""
        ...

    async def clock(self) -> MarketClock:
        """Return whether the market is open; raises BrokerUnavailableError."""
        ...

    async def instrument(self, symbol: Symbol) -> Instrument | None:
        """Return what the broker says of a symbol, None when it does not know it; raises BrokerUnavailableError."""
        ...

    def updates(self) -> AsyncIterator[OrderUpdate | None]:
        """Yield None once the stream listens, then what it tells; it ends when the connection does.

        None says "ask for the truth now": at the start, and where something was told that cannot be read. The caller
        reconciles then, and opens the stream anew after its end.

        Raises:
            BrokerUnavailableError: the stream could not be opened.
        """
        ...


class OrderTransaction(Protocol):
    """What is read of orders inside the writer's transaction."""

    def order(self, client_order_id: ClientOrderId) -> RecordedOrder | None:
        """Return the order with all its executions, None where there is none."""
        ...

    def held_shares(self, book: BookName, symbol: Symbol) -> HeldShares:
        """Return what the book holds of a symbol by its own executions."""
        ...

    def trading(self, book: BookName) -> TradingStanding:
        """Return the book's trading state."""
        ...


class Orders(Protocol):
    """What is read of orders outside of it; raises UnavailableError when the database gives no answer."""

    async def order(self, client_order_id: ClientOrderId) -> RecordedOrder | None:
        """Return the order, None where there is none."""
        ...

    async def open_orders(self, book: BookName) -> Sequence[RecordedOrder]:
        """Return the orders that are not over, oldest first."""
        ...

    async def orders_of(self, book: BookName, symbol: Symbol) -> Sequence[RecordedOrder]:
        """Return every order of a symbol, oldest first."""
        ...

    async def held(self, book: BookName) -> Mapping[Symbol, Decimal]:
        """Return the shares of each symbol that is held, by our own executions."""
        ...


class Approval(Protocol):
    """Who judges the orders that execution itself asks for: protective stops, and exits after their stop is gone."""

    async def approved(self, request: OrderRequest) -> ApprovedOrder:
        """Return the approved order.

        Raises:
            RejectedError: a check denied it.
        """
        ...
