"""The orders of a book at its broker: every position protected, left in order, and held against the broker's truth.

place -> protect -> leave (stop cancelled, confirmed, sold) ; hear and reconcile bring all of it up to the broker
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from quorate.execution.broker import (
    BrokerOrder,
    OrderRefusedError,
    OrderUpdate,
    price_in_steps,
)
from quorate.execution.client_order_id import ClientOrderId
from quorate.execution.closing import open_sales
from quorate.execution.order_table import OrderEvent, OrderState
from quorate.execution.policy import ExecutionPolicy
from quorate.execution.ports import Approval, Broker, Orders, OrderTransaction
from quorate.execution.protection import protective_stop, resting_stops
from quorate.execution.reconciliation import PositionGap, Reconciliation, position_gaps, reconciled
from quorate.execution.recorded import (
    RecordedOrder,
    is_in_doubt,
    position_stream,
    resized,
    split_event,
)
from quorate.execution.sending import Intent, OrderDesk, id_of
from quorate.kernel.errors import UnavailableError
from quorate.kernel.ids import BookName, Symbol
from quorate.kernel.journal import Event
from quorate.kernel.ports import Clock, Journal
from quorate.risk import ApprovedOrder, OrderRequest, TradingEvent, TradingState


class ExecutionService:
    """The orders of one book at one broker."""

    def __init__(  # noqa: PLR0913  (what it stands on, each named)
        self,
        *,
        book: BookName,
        broker: Broker,
        journal: Journal[OrderTransaction],
        orders: Orders,
        approval: Approval,
        clock: Clock,
        policy: ExecutionPolicy,
        jitter: Callable[[], float],
    ) -> None:
        self._book = book
        self._broker = broker
        self._journal = journal
        self._orders = orders
        self._approval = approval
        self._clock = clock
        self._policy = policy
        self._turns: defaultdict[Symbol, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._desk = OrderDesk(
            book=book,
            broker=broker,
            journal=journal,
            orders=orders,
            clock=clock,
            policy=policy,
            jitter=jitter,
        )

    async def place(self, approved: ApprovedOrder, intent: Intent) -> RecordedOrder:
        """Return the order after it was sent once, with what was filled at once protected; see OrderDesk.place.

        Raises:
            RejectedError: a check denied the protective stop: the position is open, a person must hear of it.
        """
        placed = await self._desk.place(approved, intent)
        if placed.order.filled and not approved.request.reduce_only:
            await self.protect(approved.request.symbol, intent)
        return placed

    async def cancel(self, id_: ClientOrderId) -> RecordedOrder:
        """Return the order after its cancellation was asked for; see OrderDesk.cancel."""
        return await self._desk.cancel(id_)

    async def hear(self, update: OrderUpdate) -> None:
        """Book what a frame of the stream tells; an order that is not ours is left to the reconciliation."""
        await self._desk.hear(update)

    async def leave(self, request: OrderRequest, intent: Intent) -> RecordedOrder | None:
        """Return the sale that closes or reduces a position, None where nothing is held that is not being sold.

        The resting stop is cancelled and that confirmed first, the sale is judged on what is left then; where the sale
        does not come about the rest is protected again.

        Raises:
            UnavailableError: the cancellation was not confirmed; nothing was sold, the stop stands.
            RejectedError: a check denied the sale; the position is protected again.
        """
        symbol = request.symbol
        async with self._turns[symbol]:
            sent = await self._sent_before(request, intent)
            if sent is not None:
                await self._protect(symbol, intent)
                return sent
            await self._release(symbol)
            free = await self._free(request, intent)
            if free <= 0:
                return None
            left = replace(request, quantity=min(request.quantity, free))
            try:
                placed = await self._desk.place(await self._approval.approved(left), intent)
            finally:
                await self._protect(symbol, intent)
            return placed

    async def protect(self, symbol: Symbol, intent: Intent) -> RecordedOrder | None:
        """Return the stop that was placed for shares which nothing protected, None where all were.

        Raises:
            RejectedError: a check denied the stop: the position is open and unprotected, a person must hear of it.
        """
        async with self._turns[symbol]:
            return await self._protect(symbol, intent)

    async def _protect(self, symbol: Symbol, intent: Intent) -> RecordedOrder | None:
        """Return the stop that was missing; one that was intended and never left protects nothing, and gives way.

        One of which nobody knows whether it left is placed again as it was.
        """
        for stop in resting_stops(await self._orders.orders_of(self._book, symbol)):
            if stop.order.state is OrderState.INITIALIZED:
                await self._desk.cancel(stop.order.client_order_id)
            elif is_in_doubt(stop.order) and self._clock.now() < stop.expires_at:
                await self._again(stop, intent)
        held = (await self._orders.held(self._book)).get(symbol, Decimal(0))
        missing = protective_stop(symbol, held, await self._orders.orders_of(self._book, symbol))
        if missing is None:
            return None
        request, generation = missing
        approved = await self._approval.approved(request)
        return await self._desk.place(approved, replace(intent, generation=generation))

    async def split(self, symbol: Symbol, numerator: int, denominator: int, session: date) -> None:
        """Bring what is held, and every order that rests, over a split of `numerator` new for `denominator` old.

        A split that is effective from `session` on happens once, however often it is told.
        """
        told = await self._journal.entries(position_stream(self._book, symbol))
        if any(entry.facts.get("session") == session.isoformat() for entry in told):
            return
        ratio = (Decimal(numerator), Decimal(denominator))
        resting = [
            each.order.client_order_id
            for each in await self._orders.open_orders(self._book)
            if each.order.request.symbol == symbol
        ]

        def decide(tx: OrderTransaction) -> Sequence[Event]:
            held = tx.held_shares(self._book, symbol)
            orders = filter(None, map(tx.order, resting))
            return [
                split_event(self._book, symbol, held, held.quantity * ratio[0] / ratio[1], session),
                *(_split(each, *ratio) for each in orders if not each.order.is_over),
            ]

        await self._journal.commit(decide)

    async def reconcile(self) -> Reconciliation:
        """Return how the broker and we differ, after every open order was brought up to what the broker says.

        Fills that no frame told are made up, orders that were in doubt are resolved, intents whose time is over are
        denied. What remains is a person's: it stands in the journal, and new risk waits.

        Raises:
            UnavailableError: the broker did not tell all; nothing is concluded from half of it.
        """
        brokers = await self._broker.orders(open_only=True)
        external = [each for each in brokers if not await self._is_ours(each)]
        await self._withdraw(external)
        await self._catch_up(brokers)
        gaps = await self._gaps()
        still_open = await self._orders.open_orders(self._book)
        found = Reconciliation(
            at=self._clock.now(),
            external=tuple(external),
            gaps=gaps,
            in_doubt=tuple(
                each.order.client_order_id for each in still_open if is_in_doubt(each.order)
            ),
        )
        await self._journal.commit(lambda tx: self._concluded(tx, found))
        return found

    async def _sent_before(self, request: OrderRequest, intent: Intent) -> RecordedOrder | None:
        """Return this very sale where it left before, as it stands: asked for again it is not judged against itself."""
        own = id_of(request, intent.generation)
        known = await self._orders.order(own)
        if known is None or known.order.state is OrderState.INITIALIZED:
            return None
        known = await self._desk.resolve(own, waits=False)
        return await self._again(known, intent) if is_in_doubt(known.order) else known

    async def _again(self, left: RecordedOrder, intent: Intent) -> RecordedOrder:
        """Return an order that a process left in doubt, placed once more as it was: under its id, with its approval."""
        approved = await self._approval.approved(left.order.request)
        return await self._desk.place(approved, replace(intent, generation=left.generation))

    async def _free(self, request: OrderRequest, intent: Intent) -> Decimal:
        """Return the shares that no other sale is to sell; a stop does not count, it gives way."""
        symbol = request.symbol
        own = id_of(request, intent.generation)
        others = open_sales(await self._orders.orders_of(self._book, symbol))
        promised = sum(
            (
                each.order.request.quantity - each.order.filled
                for each in others
                if each.order.client_order_id != own
                and each.order.state is not OrderState.INITIALIZED
            ),
            Decimal(0),
        )
        return (await self._orders.held(self._book)).get(symbol, Decimal(0)) - promised

    async def _release(self, symbol: Symbol) -> None:
        stops = resting_stops(await self._orders.orders_of(self._book, symbol))
        for stop in stops:
            known = await self._desk.cancel(stop.order.client_order_id)
            for _ in range(self._policy.polls):
                if known.order.is_over:
                    break
                await self._clock.sleep(self._policy.poll_every_s)
                known = await self._desk.read_again(stop.order.client_order_id)
            if not known.order.is_over:
                raise UnavailableError(
                    f"the cancellation of the stop of {symbol} was not confirmed",
                    source="broker",
                    effect="nothing was sold, the stop stands",
                )

    async def _caught_up(
        self, known: RecordedOrder, brokers: Mapping[ClientOrderId, BrokerOrder]
    ) -> None:
        id_ = known.order.client_order_id
        found = brokers.get(id_)
        if known.order.state is OrderState.INITIALIZED:
            if self._clock.now() >= known.expires_at:
                await self._desk.happened(id_, OrderEvent.TTL, reason="EXPIRED")
        elif found is not None:
            await self._desk.tell(found)
        elif is_in_doubt(known.order):
            await self._desk.resolve(id_, waits=False)
        else:
            await self._desk.read_again(id_)

    async def _withdraw(self, external: Sequence[BrokerOrder]) -> None:
        """Cancel orders of ours that the broker took after all, when they were over here; others' are left alone."""
        for each in external:
            if await self._orders.order(each.client_order_id) is None:
                continue
            with suppress(OrderRefusedError, UnavailableError):
                await self._broker.cancel(each.told.broker_order_id)

    async def _catch_up(self, brokers: Sequence[BrokerOrder]) -> None:
        by_id = {each.client_order_id: each for each in brokers}
        for known in await self._orders.open_orders(self._book):
            await self._caught_up(known, by_id)

    async def _gaps(self) -> tuple[PositionGap, ...]:
        """Return the positions that differ; a fill between two questions, or after its order was over, is booked."""
        gaps = position_gaps(await self._orders.held(self._book), await self._broker.positions())
        if not gaps:
            return ()
        await self._catch_up(await self._broker.orders(open_only=True))
        await self._look_back({gap.symbol for gap in gaps})
        return position_gaps(await self._orders.held(self._book), await self._broker.positions())

    async def _look_back(self, symbols: Collection[Symbol]) -> None:
        """Book what filled of orders that were over here already, where no frame told it. Source: RELIABILITY 2.2."""
        since = self._clock.now() - timedelta(seconds=self._policy.look_back_s)
        for each in await self._broker.orders(after=since):
            known = await self._orders.order(each.client_order_id)
            if known is None or known.book != self._book or each.symbol not in symbols:
                continue
            if known.order.is_over and each.told.filled > known.order.filled:
                await self._desk.tell(each)

    async def _is_ours(self, order: BrokerOrder) -> bool:
        known = await self._orders.order(order.client_order_id)
        return known is not None and known.book == self._book and not known.order.is_over

    def _concluded(self, tx: OrderTransaction, found: Reconciliation) -> Sequence[Event]:
        """Return the row of a comparison; what nobody ordered keeps new risk away until a person has looked."""
        events = [reconciled(self._book, found)]
        strange = bool(found.external or found.gaps)
        if strange and tx.trading(self._book).state is TradingState.ACTIVE:
            events += self._desk.trading_moved(
                tx, TradingEvent.REDUCE, "the broker tells otherwise"
            )
        return events


def _split(known: RecordedOrder, numerator: Decimal, denominator: Decimal) -> Event:
    request, filled = known.order.request, known.order.filled
    rest = (request.quantity - filled) * numerator / denominator

    def moved(price: Decimal | None) -> Decimal | None:
        return None if price is None else price_in_steps(price * denominator / numerator)

    return resized(known, filled + rest, moved(request.price), moved(request.protective_stop))
