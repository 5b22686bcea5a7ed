"""The life of one approved order, so that it is not sent twice and not lost.

intent -> sent (both durable before the first byte) -> told | unanswered | refused -> fills by their ids
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from quorate.execution.broker import BrokerOrder, OrderRefusedError, OrderUpdate
from quorate.execution.client_order_id import ClientOrderId, client_order_id
from quorate.execution.hearing import heard
from quorate.execution.order import Change, Order, happened, proven_absent, told
from quorate.execution.order_table import OrderEvent, OrderState
from quorate.execution.policy import ExecutionPolicy, backoff_s
from quorate.execution.ports import Broker, Orders, OrderTransaction
from quorate.execution.recorded import (
    RecordedOrder,
    intended,
    is_in_doubt,
    moved,
    trading_event,
)
from quorate.kernel.errors import InvariantBrokenError, UnavailableError
from quorate.kernel.ids import BookName, Symbol, TraceId
from quorate.kernel.journal import Event
from quorate.kernel.ports import Clock, Journal
from quorate.kernel.spans import span
from quorate.risk import TRADING_TABLE, ApprovedOrder, OrderRequest, TradingEvent

Fold: TypeAlias = Callable[[RecordedOrder], Change]


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """What an order is to the cycle that wants it: when its decision was taken, and in which trace."""

    decided_at: datetime
    trace_id: TraceId
    generation: int = 0


class OrderDesk:
    """The orders of one book, each by its id: sent, asked about, heard of, cancelled."""

    def __init__(  # noqa: PLR0913  (what it stands on, each named)
        self,
        *,
        book: BookName,
        broker: Broker,
        journal: Journal[OrderTransaction],
        orders: Orders,
        clock: Clock,
        policy: ExecutionPolicy,
        jitter: Callable[[], float],
    ) -> None:
        self._book = book
        self._broker = broker
        self._journal = journal
        self._orders = orders
        self._clock = clock
        self._policy = policy
        self._jitter = jitter
        self._approved: dict[ClientOrderId, ApprovedOrder] = {}
        self._sent: set[ClientOrderId] = set()

    async def place(self, approved: ApprovedOrder, intent: Intent) -> RecordedOrder:
        """Return the order after it was sent once and, where the answer was lost, asked about.

        Called again for the same order it sends nothing that may have been sent. What it says no to is a value: the
        order's state is DENIED (trading is halted, its time is over) or REJECTED.

        Raises:
            UnavailableError: the database gave no answer; nothing was sent that is not on record.
        """
        id_ = id_of(approved.request, intent.generation)
        self._approved[id_] = approved
        with span("order", trace_id=intent.trace_id, clientOrderId=id_):
            await self._journal.commit(lambda tx: self._intended(tx, approved.request, id_, intent))
            if await self._claimed(id_):
                await self._send(id_, approved)
            return await self.resolve(id_)

    async def resolve(self, id_: ClientOrderId, *, waits: bool = True) -> RecordedOrder:
        """Return the order after the broker was asked about it by its id, where nobody knew; else as it stands.

        Only an order that the broker does not know is sent again: with the same id, in its decision's time, and by a
        process that has its approval. It must say so several times of what left from here, once of what a process
        left that is gone: the id is refused where it is taken after all. Otherwise it was never accepted, which is
        believed after the decision's time; without `waits` it is not waited for until then.

        Source: RELIABILITY 1.3 (absent and within its time: the same id again), 1.9 (recovery under 5 s).
        """
        absences = 0
        for _ in range(self._policy.max_polls):
            known = await self.known(id_)
            if not is_in_doubt(known.order):
                break
            absences = await self._asked(known, absences)
            if absences < self._enough(known):
                if not waits and self._is_anothers(known):
                    break
                await self._clock.sleep(self._pause(known))
                continue
            absences = 0
            await self._absent(id_)
        return await self.known(id_)

    async def hear(self, update: OrderUpdate) -> None:
        """Book what a frame of the stream tells; an order that is not ours is left to the reconciliation."""
        if await self._orders.order(update.client_order_id) is not None:
            await self._fold(update.client_order_id, lambda known: heard(known.order, update))

    async def cancel(self, id_: ClientOrderId) -> RecordedOrder:
        """Return the order after its cancellation was asked for; it is over only when the broker says so.

        Raises:
            ConflictError: its state does not allow it (a fill is guaranteed, a replacement is on its way).
        """
        known = await self.known(id_)
        if known.order.state is OrderState.INITIALIZED:
            return await self.happened(id_, OrderEvent.DENY, reason="CANCELLED")
        known = await self.resolve(id_)
        if known.order.is_over or is_in_doubt(known.order):
            return known
        known = await self.happened(id_, OrderEvent.CANCEL_REQUESTED)
        for attempt in range(self._policy.cancel_attempts):
            try:
                await self._broker.cancel(known.order.broker_order_id)
            except OrderRefusedError:
                return await self._refused_cancel(id_)
            except UnavailableError:
                await self._clock.sleep(backoff_s(attempt, self._jitter()))
            else:
                break
        return await self.read_again(id_)

    def _intended(
        self, tx: OrderTransaction, request: OrderRequest, id_: ClientOrderId, intent: Intent
    ) -> Sequence[Event]:
        if tx.order(id_) is not None:
            return []
        new = RecordedOrder(
            order=Order(client_order_id=id_, request=request),
            book=self._book,
            trace_id=intent.trace_id,
            generation=intent.generation,
            expires_at=intent.decided_at + timedelta(seconds=self._policy.decision_ttl_s),
        )
        return [intended(new)]

    async def _claimed(self, id_: ClientOrderId) -> bool:
        """Return whether this call may send the order: it alone moved it to SUBMITTED, with trading as it is now."""
        claimed = False

        def decide(tx: OrderTransaction) -> Sequence[Event]:
            nonlocal claimed
            known = _there(tx.order(id_))
            claimed = False
            if known.order.state is not OrderState.INITIALIZED:
                return []
            change = self._sending(known, tx)
            claimed = change.order.state is OrderState.SUBMITTED
            return list(moved(known, change, tx.held_shares(self._book, _symbol(known))))

        await self._journal.commit(decide)
        return claimed

    def _sending(self, known: RecordedOrder, tx: OrderTransaction) -> Change:
        if self._clock.now() >= known.expires_at and not known.order.request.reduce_only:
            return happened(known.order, OrderEvent.TTL, reason="EXPIRED")
        standing = tx.trading(self._book)
        if standing.forbids(known.order.request):
            return happened(known.order, OrderEvent.DENY, reason=f"TRADING_{standing.state}")
        return happened(known.order, OrderEvent.SEND)

    async def _send(self, id_: ClientOrderId, approved: ApprovedOrder) -> None:
        self._sent.add(id_)
        try:
            answer = await self._broker.submit(approved, id_)
        except OrderRefusedError as refusal:
            await self._refused(id_, refusal.cause)
        except UnavailableError as error:
            await self.happened(id_, OrderEvent.AMBIGUOUS, reason=error.cause)
        except InvariantBrokenError as error:
            # Another order was told for ours: nothing that this broker says can be built on (BR-012).
            await self._halted(f"{id_}: {error.cause}")
            raise
        else:
            await self._fold(id_, lambda known: told(known.order, answer))

    async def _halted(self, reason: str) -> None:
        """Let nothing that adds risk be sent any more until a person has looked."""
        await self._journal.commit(
            lambda tx: list(self.trading_moved(tx, TradingEvent.HALT, reason))
        )

    async def _refused(self, id_: ClientOrderId, cause: str) -> None:
        """Record a refusal, unless the broker has the order: then it was its id that was refused, as taken."""
        try:
            found = await self._broker.find(id_)
        except UnavailableError:
            await self.happened(id_, OrderEvent.AMBIGUOUS, reason=cause)
            return
        if found is None:
            await self.happened(id_, OrderEvent.REJECTED, reason=cause)
        else:
            await self.tell(found)

    async def _asked(self, known: RecordedOrder, absences: int) -> int:
        """Return how often in a row the broker said by now that it does not know the order."""
        id_ = known.order.client_order_id
        if known.order.state is OrderState.SUBMITTED:
            await self.happened(id_, OrderEvent.AMBIGUOUS)
        try:
            found = await self._broker.find(id_)
        except UnavailableError:
            return absences
        if found is None:
            return absences + 1
        await self.tell(found)
        return 0

    async def _absent(self, id_: ClientOrderId) -> None:
        approved = self._approved.get(id_)
        resent = False

        def decide(tx: OrderTransaction) -> Sequence[Event]:
            nonlocal resent
            known = _there(tx.order(id_))
            resent = False
            in_time = self._clock.now() < known.expires_at
            if known.order.state is not OrderState.SUBMIT_UNKNOWN or (in_time and not approved):
                return []
            in_time &= not tx.trading(self._book).forbids(known.order.request)
            resent = in_time
            change = proven_absent(known.order, in_time=in_time)
            return list(moved(known, change, tx.held_shares(self._book, _symbol(known))))

        await self._journal.commit(decide)
        if resent and approved is not None:
            await self._send(id_, approved)

    async def _refused_cancel(self, id_: ClientOrderId) -> RecordedOrder:
        known = await self.read_again(id_)
        if known.order.state is OrderState.PENDING_CANCEL:
            return await self.happened(id_, OrderEvent.CANCEL_REJECTED)
        return known

    async def read_again(self, id_: ClientOrderId) -> RecordedOrder:
        """Return the order after the broker was asked once more; as it stands where it says nothing."""
        try:
            found = await self._broker.find(id_)
        except UnavailableError:
            found = None
        return await self.tell(found) if found else await self.known(id_)

    async def tell(self, found: BrokerOrder) -> RecordedOrder:
        """Return the order brought up to what the broker says."""
        return await self._fold(found.client_order_id, lambda known: told(known.order, found.told))

    async def happened(
        self, id_: ClientOrderId, event: OrderEvent, *, reason: str = ""
    ) -> RecordedOrder:
        """Return the order after an event that brings neither status nor fill."""
        return await self._fold(id_, lambda known: happened(known.order, event, reason=reason))

    async def _fold(self, id_: ClientOrderId, fold: Fold) -> RecordedOrder:
        """Return the order after `fold`, which is asked inside the transaction, on what stands there then."""

        def decide(tx: OrderTransaction) -> Sequence[Event]:
            known = _there(tx.order(id_))
            change = fold(known)
            events = list(moved(known, change, tx.held_shares(self._book, _symbol(known))))
            if change.halts:
                reason = f"{id_}: {', '.join(change.alerts)}"
                events += self.trading_moved(tx, TradingEvent.HALT, reason)
            return events

        await self._journal.commit(decide)
        return await self.known(id_)

    def trading_moved(
        self, tx: OrderTransaction, event: TradingEvent, reason: str
    ) -> Iterator[Event]:
        """Yield the row of a trading state that `event` changes."""
        before = tx.trading(self._book)
        after = TRADING_TABLE.target(before.state, event)
        if after is not before.state:
            yield trading_event(self._book, before, after, reason=reason, by="execution")

    async def known(self, id_: ClientOrderId) -> RecordedOrder:
        """Return the order as it stands."""
        return _there(await self._orders.order(id_))

    def _enough(self, known: RecordedOrder) -> int:
        """Return how often the broker must say that it does not know an order before something follows from it."""
        id_ = known.order.client_order_id
        is_left = id_ in self._approved and id_ not in self._sent
        return 1 if is_left and self._clock.now() < known.expires_at else self._policy.polls

    def _is_anothers(self, known: RecordedOrder) -> bool:
        """Return whether only somebody else's approval can send the order again, and its time is not over."""
        in_time = self._clock.now() < known.expires_at
        return in_time and known.order.client_order_id not in self._approved

    def _pause(self, known: RecordedOrder) -> float:
        is_late = self._clock.now() >= known.expires_at
        return self._policy.late_poll_every_s if is_late else self._policy.poll_every_s


def id_of(request: OrderRequest, generation: int) -> ClientOrderId:
    """Return the id of an order; the same order has always the same one."""
    return client_order_id(
        request.decision_id, request.symbol, request.side, request.leg, generation=generation
    )


def _symbol(known: RecordedOrder) -> Symbol:
    return known.order.request.symbol


def _there(known: RecordedOrder | None) -> RecordedOrder:
    if known is None:
        raise InvariantBrokenError("an order that was recorded is gone")
    return known
