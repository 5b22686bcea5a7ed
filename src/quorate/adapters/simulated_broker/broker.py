"""The simulated broker: takes approved orders, fills them when its book's sessions are played, and forgets nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Final, TypeVar

from quorate.adapters.simulated_broker.account import HeldOrder, SimulatedAccount
from quorate.adapters.simulated_broker.exchange import (
    FillCosts,
    Tick,
    Traded,
    begun,
    ended,
    opening,
    quantity_step,
    traded,
    with_orders,
)
from quorate.adapters.simulated_broker.record import account_of, row_of, stream_of
from quorate.execution.broker import (
    BrokerAccount,
    BrokerOrder,
    BrokerPosition,
    BrokerUnavailableError,
    Instrument,
    MarketClock,
    OrderRefusedError,
    OrderUpdate,
)
from quorate.execution.client_order_id import ClientOrderId
from quorate.execution.order import Told
from quorate.execution.order_table import OrderEvent
from quorate.kernel.errors import ConflictError
from quorate.kernel.ids import BookName, Symbol
from quorate.kernel.ports import Journal
from quorate.market.asset_kind import is_pair
from quorate.market.bar import Bar
from quorate.market.session_hours import close_of, open_of
from quorate.portfolio import PortfolioPolicy, SessionMarket, Side
from quorate.risk import ApprovedOrder, OrderKind, OrderRequest

Tx = TypeVar("Tx")

PAIR_PRICE_STEP: Final = Decimal("0.0001")
"""The step of a pair's price, which is that of the fills: pairs of less than a cent are too coarse for it. Ours."""

Change = Callable[[SimulatedAccount], Traded]


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedMarket:
    """What is traded and when: the sessions of the book's bars in order, and its symbols."""

    sessions: Sequence[date]
    symbols: frozenset[Symbol]


class SimulatedBroker:
    """A REPLAY book's account; see the execution room's port for what it promises.

    Every change is a row in the book's journal before anybody is told of it; a process that starts again reads them. Of
    two processes that move the same account one is refused and reads again.
    """

    def __init__(
        self,
        book: BookName,
        journal: Journal[Tx],
        market: SimulatedMarket,
        policy: PortfolioPolicy,
        first: SimulatedAccount,
    ) -> None:
        """Take what the account stands on; `first` is it before its first row, and `load` reads the rows."""
        self._book = book
        self._journal = journal
        self._market = market
        self._costs = FillCosts(slippage_bps=policy.slippage_bps, fee_usd=policy.fee_per_fill_usd)
        self._first = first
        self._account = first
        self._bars: Mapping[Symbol, Bar] = {}
        self._listeners: set[asyncio.Queue[OrderUpdate | None]] = set()

    @property
    def session(self) -> date:
        """Return the session that the account stands in, or at the close of."""
        return self._account.session

    async def load(self) -> None:
        """Read the account from the journal."""
        rows = await self._journal.entries(stream_of(self._book))
        self._account = account_of(rows, self._first)

    async def begin(self, market: SessionMarket) -> None:
        """Play a session's beginning: corporate actions, then what fills at the open, as one change.

        Between it and `finish` the entries that were filled can get their stops.
        """
        await self._changed(lambda account: _opened(account, market, self._costs))
        self._bars = market.bars

    async def trade(self, bars: Mapping[Symbol, Bar]) -> None:
        """Play a piece of the session: every open order meets its symbol's bar."""
        await self._changed(lambda account: traded(account, bars, self._costs))

    async def finish(self) -> None:
        """Play the rest of the session that was begun, to its close: one change, for nobody acts in between."""
        bars = self._bars
        await self._changed(lambda account: _closed(account, bars, self._costs))
        self._bars = {}

    async def submit(self, order: ApprovedOrder, client_order_id: ClientOrderId) -> Told:
        """Return what is said of a new order; an id that is known is answered with its order."""
        known = self._account.orders.get(client_order_id)
        if known is None:
            await self._changed(lambda account: _accepted(account, order.request, client_order_id))
            known = self._account.orders[client_order_id]
        return known.told

    async def find(self, client_order_id: ClientOrderId) -> BrokerOrder | None:
        """Return the order with this id, None where there is none."""
        found = self._account.orders.get(client_order_id)
        return None if found is None else self._shown(found)

    async def cancel(self, broker_order_id: str) -> None:
        """Cancel at once; refused where the order is over or not known."""
        await self._changed(lambda account: _cancelled(account, broker_order_id))

    async def replace(
        self, broker_order_id: str, client_order_id: ClientOrderId, *, price: Decimal
    ) -> Told:
        """Return the order that took another's place with its rest, at another price."""
        await self._changed(
            lambda account: _replaced(account, broker_order_id, client_order_id, price)
        )
        return self._account.orders[client_order_id].told

    async def orders(
        self, *, after: datetime | None = None, open_only: bool = False
    ) -> Sequence[BrokerOrder]:
        """Return the orders, oldest first."""
        return [
            self._shown(order)
            for order in sorted(self._account.orders.values(), key=lambda order: order.number)
            if (order.is_open or not open_only) and (after is None or order.submitted_at > after)
        ]

    async def positions(self) -> Sequence[BrokerPosition]:
        """Return what is held."""
        return [
            BrokerPosition(
                symbol=symbol,
                quantity=held.quantity,
                average_price=held.cost / held.quantity,
                market_value=held.quantity * self._account.closes[symbol],
            )
            for symbol, held in sorted(self._account.positions.items())
        ]

    async def account(self) -> BrokerAccount:
        """Return the account at the last prices."""
        return BrokerAccount(
            account_id=f"simulated-{self._book}",
            cash=self._account.cash,
            equity=self._account.equity,
            buying_power=self._account.buying_power,
            day_trades=None,
            blocked=False,
        )

    async def clock(self) -> MarketClock:
        """Return the book's time: the close of its session, or its open while the session is being played.

        Raises:
            BrokerUnavailableError: no session comes after this one.
        """
        session, is_open = self._account.session, self._account.is_open
        later = [each for each in self._market.sessions if each > session]
        if not later:
            raise BrokerUnavailableError(f"no bars after {session}", source="simulated broker")
        return MarketClock(
            now=open_of(session) if is_open else close_of(session),
            is_open=is_open,
            next_open=open_of(later[0]),
            next_close=close_of(session if is_open else later[0]),
        )

    async def instrument(self, symbol: Symbol) -> Instrument | None:
        """Return a stock in whole shares or a pair in fractions, None for a symbol that the book has no bars of."""
        if symbol not in self._market.symbols:
            return None
        return Instrument(
            symbol=symbol,
            tradable=True,
            fractionable=is_pair(symbol),
            around_the_clock=is_pair(symbol),
            quantity_step=quantity_step(symbol),
            price_step=PAIR_PRICE_STEP if is_pair(symbol) else Decimal("0.01"),
        )

    async def updates(self) -> AsyncIterator[OrderUpdate | None]:
        """Yield None, then what happens to the orders from now on; nothing is lost here."""
        listener: asyncio.Queue[OrderUpdate | None] = asyncio.Queue()
        self._listeners.add(listener)
        try:
            yield None
            while True:
                yield await listener.get()
        finally:
            self._listeners.discard(listener)

    async def _changed(self, change: Change) -> None:
        """Make a change durable, then true here, then told; a change that another process forestalled is made anew."""
        try:
            await self._commit(change)
        except ConflictError:
            await self.load()
            await self._commit(change)

    async def _commit(self, change: Change) -> None:
        after, ticks = change(self._account)
        if after == self._account:
            return
        numbered = replace(after, version=self._account.version + 1)
        row = row_of(self._book, numbered, _differing(self._account, numbered))
        await self._journal.commit(lambda _tx: [row])
        self._account = numbered
        for tick in ticks:
            for listener in self._listeners:
                listener.put_nowait(_update(tick))

    def _shown(self, order: HeldOrder) -> BrokerOrder:
        return BrokerOrder(
            told=order.told,
            client_order_id=order.client_order_id,
            symbol=order.symbol,
            side=order.side,
            kind=order.kind,
            quantity=order.quantity,
            price=order.price,
            submitted_at=order.submitted_at,
            replaced_by=order.replaced_by,
        )


def _opened(account: SimulatedAccount, market: SessionMarket, costs: FillCosts) -> Traded:
    """Return the account after a session's beginning: nobody acts between its actions and its open."""
    return traded(begun(account, market), opening(market.bars), costs)


def _closed(account: SimulatedAccount, bars: Mapping[Symbol, Bar], costs: FillCosts) -> Traded:
    """Return the account after the rest of a session and its close."""
    rest = traded(account, bars, costs)
    over = ended(rest.account, bars)
    return Traded(over.account, (*rest.ticks, *over.ticks))


def _accepted(
    account: SimulatedAccount, request: OrderRequest, client_order_id: ClientOrderId
) -> Traded:
    if client_order_id in account.orders:
        return Traded(account)
    _require_means(account, request)
    order = HeldOrder(
        client_order_id=client_order_id,
        number=len(account.orders) + 1,
        submitted=account.session,
        symbol=request.symbol,
        side=request.side,
        kind=request.kind,
        lasts=request.reduce_only,
        quantity=request.quantity,
        price=request.price,
    )
    return Traded(with_orders(account, [order]), (Tick(order, OrderEvent.NEW),))


def _require_means(account: SimulatedAccount, request: OrderRequest) -> None:
    """Refuse what the money does not buy, and a sale of more than is held and not being sold already."""
    if request.side is Side.SELL:
        if request.quantity > account.sellable(request.symbol):
            raise OrderRefusedError(f"insufficient shares of {request.symbol}")
        return
    worst = account.worst_price(request.symbol, request.price)
    if not worst:
        raise OrderRefusedError(f"{request.symbol} has not traded yet")
    if request.quantity * worst > account.buying_power:
        raise OrderRefusedError("insufficient buying power")


def _cancelled(account: SimulatedAccount, broker_order_id: str) -> Traded:
    over = replace(_open(account, broker_order_id), status="canceled")
    return Traded(with_orders(account, [over]), (Tick(over, OrderEvent.CANCELED),))


def _replaced(
    account: SimulatedAccount, broker_order_id: str, client_order_id: ClientOrderId, price: Decimal
) -> Traded:
    before = _open(account, broker_order_id)
    if client_order_id in account.orders or before.kind is OrderKind.MARKET:
        raise OrderRefusedError("the order cannot be replaced")
    new = replace(
        before,
        client_order_id=client_order_id,
        number=len(account.orders) + 1,
        submitted=account.session,
        quantity=before.rest,
        price=price,
        status="new",
        executions=(),
    )
    old = replace(before, status="replaced", replaced_by=new.broker_order_id)
    return Traded(
        with_orders(account, [old, new]),
        (Tick(old, OrderEvent.REPLACED), Tick(new, OrderEvent.NEW)),
    )


def _open(account: SimulatedAccount, broker_order_id: str) -> HeldOrder:
    found = account.by_broker_id(broker_order_id)
    if found is None or not found.is_open:
        raise OrderRefusedError(f"the order {broker_order_id} is not open")
    return found


def _differing(before: SimulatedAccount, after: SimulatedAccount) -> Iterable[HeldOrder]:
    return [order for id_, order in after.orders.items() if before.orders.get(id_) != order]


def _update(tick: Tick) -> OrderUpdate:
    return OrderUpdate(
        client_order_id=tick.order.client_order_id,
        event=tick.event,
        word=tick.event.value,
        told=tick.order.told,
        execution=tick.execution,
    )
