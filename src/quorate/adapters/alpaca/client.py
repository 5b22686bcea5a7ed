"""The client: an account at Alpaca as a `Broker`; an order is sent once, whatever becomes of the answer.

approved order -> the broker's words and steps -> one request -> Told | refused | nobody knows | not sent
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from urllib.parse import quote, urlencode

from quorate.adapters.alpaca.budget import RequestBudget, RequestPolicy
from quorate.adapters.alpaca.connection import (
    BROKER,
    Answer,
    Connection,
    ConnectionPolicy,
    LostAnswerError,
    Way,
    open_connection,
)
from quorate.adapters.alpaca.endpoint import AlpacaEndpoint
from quorate.adapters.alpaca.listing import OrderPages
from quorate.adapters.alpaca.pairs import symbol_of
from quorate.adapters.alpaca.questions import SUCCESS, reading, told, told_or_none
from quorate.adapters.alpaca.reading import (
    account_of,
    clock_of,
    instrument_of,
    order_of,
    position_of,
    session_of,
    told_of,
)
from quorate.adapters.alpaca.refusal import is_known_id, outcome_unknown, refused_order
from quorate.adapters.alpaca.request import order_body, replacement_body
from quorate.adapters.alpaca.shapes import (
    AccountShape,
    AssetShape,
    ClockShape,
    OrderShape,
    PositionShape,
    SessionShape,
    Unreadable,
    decoded,
)
from quorate.adapters.alpaca.stream import order_updates
from quorate.execution.broker import (
    BrokerAccount,
    BrokerOrder,
    BrokerPosition,
    BrokerUnavailableError,
    Instrument,
    MarketClock,
    MarketSession,
    OrderRefusedError,
    OrderUpdate,
)
from quorate.execution.client_order_id import ClientOrderId
from quorate.execution.order import Told
from quorate.kernel.errors import InvariantBrokenError
from quorate.kernel.ids import Symbol
from quorate.kernel.ports import Clock
from quorate.resilience.bounding import Boundaries
from quorate.risk import ApprovedOrder, OrderRequest

ORDERS: Final = "/v2/orders"
BY_CLIENT_ID: Final = "/v2/orders:by_client_order_id"
DEFAULT_REQUESTS: Final = RequestPolicy()
DEFAULT_CONNECTION: Final = ConnectionPolicy()


class Alpaca:
    """An account at Alpaca; a `Broker`, whose promises stand there."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._base = connection.endpoint.base_url

    def __repr__(self) -> str:
        """Return which broker it is, without its keys."""
        return f"Alpaca({self._base})"

    @property
    def requests(self) -> int:
        """Return how many requests were sent so far."""
        return self._connection.budget.sent

    @property
    def calls_last_minute(self) -> int:
        """Return how many requests were sent in the last 60 s."""
        return self._connection.budget.last_minute

    async def submit(self, order: ApprovedOrder, client_order_id: ClientOrderId) -> Told:
        """Send the order once; an id that the broker has seen is answered with the order that has it."""
        body = order_body(order.request, client_order_id)
        answer = await self._act("POST", ORDERS, body)
        shape = await self._placed(answer, client_order_id)
        _check_same(shape, order.request)
        return told_of(shape)

    async def find(self, client_order_id: ClientOrderId) -> BrokerOrder | None:
        """Return the order with this id."""
        asked = f"{self._base}{BY_CLIENT_ID}?{urlencode({'client_order_id': client_order_id})}"
        shape = await told_or_none(self._connection, asked, OrderShape)
        if shape is None:
            return None
        if shape.client_order_id != client_order_id:
            raise _another_order(client_order_id)
        with reading():
            return order_of(shape)

    async def cancel(self, broker_order_id: str) -> None:
        """Ask for a cancellation, for which requests are kept in reserve."""
        answer = await self._act("DELETE", _path(broker_order_id), cancels=True)
        if answer.status not in SUCCESS:
            raise refused_order(answer)

    async def replace(
        self, broker_order_id: str, client_order_id: ClientOrderId, *, price: Decimal
    ) -> Told:
        """Ask which of its prices the order has, then change that one."""
        path = _path(broker_order_id)
        present = await told_or_none(self._connection, f"{self._base}{path}", OrderShape)
        if present is None:
            raise OrderRefusedError(
                "the broker does not know the order that is to be replaced",
                effect="nothing was ordered",
            )
        body = replacement_body(present, price, client_order_id)
        answer = await self._act("PATCH", path, body)
        shape = await self._placed(answer, client_order_id)
        if shape.id == broker_order_id:
            raise _another_order(client_order_id)
        return told_of(shape)

    async def orders(
        self, *, after: datetime | None = None, open_only: bool = False
    ) -> Sequence[BrokerOrder]:
        """Return all orders, over as many pages as there are."""
        pages = OrderPages(after=after, open_only=open_only)
        with reading():
            while not pages.is_whole:
                asked = f"{self._base}{ORDERS}?{pages.query}"
                pages.add(await told(self._connection, asked, list[OrderShape]))
            return [order_of(each) for each in pages.orders]

    async def positions(self) -> Sequence[BrokerPosition]:
        """Return what is held."""
        asked = f"{self._base}/v2/positions"
        shapes = await told(self._connection, asked, list[PositionShape])
        with reading():
            return [position_of(each) for each in shapes]

    async def account(self) -> BrokerAccount:
        """Return the account."""
        shape = await told(self._connection, f"{self._base}/v2/account", AccountShape)
        with reading():
            return account_of(shape)

    async def clock(self) -> MarketClock:
        """Return the broker's clock."""
        shape = await told(self._connection, f"{self._base}/v2/clock", ClockShape)
        with reading():
            return clock_of(shape)

    async def instrument(self, symbol: Symbol) -> Instrument | None:
        """Return what the broker says of a symbol."""
        asked = f"{self._base}/v2/assets/{quote(symbol, safe='')}"
        shape = await told_or_none(self._connection, asked, AssetShape)
        if shape is None:
            return None
        with reading():
            return instrument_of(shape)

    async def sessions(self, first: date, last: date) -> Sequence[MarketSession]:
        """Return the sessions of the days from `first` to `last`; raises BrokerUnavailableError."""
        days = urlencode({"start": first.isoformat(), "end": last.isoformat()})
        shapes = await told(
            self._connection, f"{self._base}/v2/calendar?{days}", list[SessionShape]
        )
        with reading():
            return [session_of(each) for each in shapes]

    def updates(self) -> AsyncIterator[OrderUpdate | None]:
        """Yield what the account's stream tells from now on."""
        return order_updates(self._connection)

    async def _act(
        self, method: str, path: str, body: bytes | None = None, *, cancels: bool = False
    ) -> Answer:
        """Send what changes something, once.

        Raises:
            OutcomeUnknownError: no whole answer came.
            BrokerUnavailableError: nothing was sent.
        """
        try:
            return await self._connection.ask(
                method, f"{self._base}{path}", body=body, cancels=cancels
            )
        except LostAnswerError as error:
            cause = error.cause
        raise outcome_unknown(cause)

    async def _placed(self, answer: Answer, client_order_id: ClientOrderId) -> OrderShape:
        """Return the order that the broker has under this id, after it was asked to take one.

        Raises:
            OrderRefusedError: it said no.
            OutcomeUnknownError: it said neither yes nor no.
            InvariantBrokenError: it answered with another order.
        """
        if is_known_id(answer):
            return await self._adopted(client_order_id)
        if answer.status not in SUCCESS:
            raise refused_order(answer)
        shape = _order_in(answer)
        if shape.client_order_id != client_order_id:
            raise _another_order(client_order_id)
        return shape

    async def _adopted(self, client_order_id: ClientOrderId) -> OrderShape:
        """Return the order that has an id which was refused as not unique (BR-001)."""
        asked = f"{self._base}{BY_CLIENT_ID}?{urlencode({'client_order_id': client_order_id})}"
        try:
            shape = await told_or_none(self._connection, asked, OrderShape)
        except BrokerUnavailableError as error:
            cause = error.cause
        else:
            if shape is not None and shape.client_order_id == client_order_id:
                return shape
            cause = "the broker has seen the order's id and shows no order that has it"
        raise outcome_unknown(cause)


@asynccontextmanager
async def open_alpaca(
    endpoint: AlpacaEndpoint,
    clock: Clock,
    *,
    requests: RequestPolicy = DEFAULT_REQUESTS,
    connection: ConnectionPolicy = DEFAULT_CONNECTION,
    boundaries: Boundaries | None = None,
) -> AsyncIterator[Alpaca]:
    """Open the account; its connections are closed with the block. Without `boundaries` it has its own."""
    budget = RequestBudget(requests, clock)
    way = Way(BROKER, boundaries or Boundaries(clock.monotonic))
    async with open_connection(endpoint, budget, connection, way) as opened:
        yield Alpaca(opened)


def _path(broker_order_id: str) -> str:
    return f"{ORDERS}/{quote(broker_order_id, safe='')}"


def _order_in(answer: Answer) -> OrderShape:
    """Return the order that a success tells; one that cannot be read is no proof of anything."""
    try:
        shape = decoded(answer.body, OrderShape)
        told_of(shape)
    except Unreadable:
        pass  # its words may quote what was sent
    else:
        return shape
    raise outcome_unknown("the broker's answer to an order cannot be read")


def _check_same(shape: OrderShape, request: OrderRequest) -> None:
    """Refuse to take another order for the one that was sent (BR-012)."""
    same = (
        symbol_of(shape.symbol, shape.asset_class) == request.symbol
        and shape.side == request.side
        and shape.qty in {None, request.quantity}
    )
    if not same:
        raise _another_order(shape.client_order_id or "")


def _another_order(client_order_id: str) -> InvariantBrokenError:
    return InvariantBrokenError(
        f"the broker answered for order {client_order_id} with another one (BROKER_ID_MISMATCH)",
        effect="trading halts",
        fix="look the order up at the broker before you resume",
    )
