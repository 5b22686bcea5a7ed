"""The kill switch of one book: what could add risk is cancelled at the broker, all at once, until that is confirmed.

halted (committed by the caller) -> open entries cancelled, in parallel -> read again until over -> positions sold
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from quorate.execution.client_order_id import ClientOrderId
from quorate.execution.closing import closing_request, is_closing
from quorate.execution.halting.halt import Halt, HaltReport, Left, adds_risk, ended
from quorate.execution.order_table import OrderState
from quorate.execution.ports import Orders, OrderTransaction
from quorate.execution.reconciliation import Reconciliation
from quorate.execution.recorded import RecordedOrder
from quorate.execution.sending import Intent
from quorate.kernel.errors import QuorateError, UnavailableError
from quorate.kernel.ids import Symbol, TraceId
from quorate.kernel.ports import Clock, Journal
from quorate.risk import OrderRequest

ROUNDS: Final = 3
"""So often a cancellation is asked for that nobody confirms; each asks the broker five times itself."""

READS: Final = 5
"""How often the broker is asked within a round whether the orders are over."""

READ_EVERY_S: Final = 1.0
"""Seconds between those questions."""


class BookOrders(Protocol):
    """What is asked of the book's execution; `ExecutionService` says what each promises."""

    async def cancel(self, id_: ClientOrderId) -> RecordedOrder:
        """Return the order after its cancellation was asked for."""
        ...

    async def leave(self, request: OrderRequest, intent: Intent) -> RecordedOrder | None:
        """Return the sale that closes a position."""
        ...

    async def protect(self, symbol: Symbol, intent: Intent) -> RecordedOrder | None:
        """Return the stop for shares that nothing protected."""
        ...

    async def reconcile(self) -> Reconciliation:
        """Bring every open order up to what the broker says."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class KillSwitch:
    """Carries a halt out that stands in the journal already: from then on no risk is added, whatever fails here."""

    execution: BookOrders
    orders: Orders
    journal: Journal[OrderTransaction]
    clock: Clock
    trace_id: TraceId

    async def carry_out(self, halt: Halt) -> HaltReport:
        """Return what came of the halt; what could not be brought about is in the report, and in the journal.

        Raises:
            UnavailableError: the database gave no answer, so nobody knows which orders are open.
        """
        began = self.clock.monotonic()
        tried: dict[ClientOrderId, str] = {}
        sent_s = 0.0
        if halt.cancels:
            await self._cancelled(await self._adding(halt), tried)
            sent_s = self.clock.monotonic() - began
            await self._confirmed(halt, tried)
        report = await self._report(halt, tried, round(1000 * sent_s))
        await self.journal.commit(lambda _tx: [ended(halt, report)])
        return report

    async def _adding(self, halt: Halt) -> list[ClientOrderId]:
        """Return the orders that may still add risk; entries that were sent just before the halt among them."""
        return [
            each.order.client_order_id
            for each in await self.orders.open_orders(halt.book)
            if adds_risk(each)
        ]

    async def _cancelled(
        self, ids: Iterable[ClientOrderId], tried: dict[ClientOrderId, str]
    ) -> None:
        """Ask for every cancellation at once: a broker that is slow with one delays no other."""
        async with asyncio.TaskGroup() as group:
            for id_ in ids:
                group.create_task(self._asked(id_, tried))

    async def _asked(self, id_: ClientOrderId, tried: dict[ClientOrderId, str]) -> None:
        tried[id_] = "the broker has not confirmed it"
        try:
            await self.execution.cancel(id_)
        except QuorateError as error:
            tried[id_] = error.cause

    async def _confirmed(self, halt: Halt, tried: dict[ClientOrderId, str]) -> None:
        """Read again until every order is over; after some reads without that, ask anew."""
        for round_ in range(ROUNDS):
            for _ in range(READS):
                left = await self._adding(halt)
                if not left:
                    return
                if new := [id_ for id_ in left if id_ not in tried]:
                    await self._cancelled(new, tried)
                await self.clock.sleep(READ_EVERY_S)
                await self._read_again(tried)
            if round_ < ROUNDS - 1:
                await self._cancelled(await self._adding(halt), tried)

    async def _read_again(self, tried: dict[ClientOrderId, str]) -> None:
        try:
            await self.execution.reconcile()
        except UnavailableError as error:
            for id_ in tried:
                tried[id_] = error.cause

    async def _report(
        self, halt: Halt, tried: dict[ClientOrderId, str], sent_ms: int
    ) -> HaltReport:
        known = {id_: await self.orders.order(id_) for id_ in tried}
        over = {id_: each.order for id_, each in known.items() if each and each.order.is_over}
        filled = {order.request.symbol for order in over.values() if order.filled}
        closing, held = await self._closed(halt) if halt.closes else ((), ())
        unprotected = () if halt.closes else await self._protected(sorted(filled))
        return HaltReport(
            cancelled=tuple(
                id_ for id_, order in over.items() if order.state is not OrderState.FILLED
            ),
            overtaken=tuple(id_ for id_, order in over.items() if order.state is OrderState.FILLED),
            unconfirmed=tuple(
                Left(name=id_, cause=cause) for id_, cause in tried.items() if id_ not in over
            ),
            closing=closing,
            held=held,
            unprotected=unprotected,
            sent_ms=sent_ms,
        )

    async def _protected(self, symbols: Sequence[Symbol]) -> tuple[Left, ...]:
        """Place stops for what filled before its cancellation arrived; return the symbols that stay without one."""
        left = []
        for symbol in symbols:
            try:
                await self.execution.protect(symbol, self._intent())
            except QuorateError as error:
                left.append(Left(name=symbol, cause=error.cause))
        return tuple(left)

    async def _closed(self, halt: Halt) -> tuple[tuple[Symbol, ...], tuple[Left, ...]]:
        """Sell what is held; return the symbols whose sale is on its way, and those that are held still.

        The broker is asked first: a sale is judged on a comparison with it that is not old.
        """
        await self._read_again({})
        sales: list[tuple[OrderRequest, int]] = []
        closing: list[Symbol] = []
        left: list[Left] = []
        for symbol, held in sorted((await self.orders.held(halt.book)).items()):
            orders = await self.orders.orders_of(halt.book, symbol)
            sale = closing_request(symbol, held, orders)
            if sale is None:
                left.append(Left(name=symbol, cause="no entry of ours opened this position"))
            elif is_closing(held, orders):
                closing.append(symbol)
            else:
                sales.append(sale)
        async with asyncio.TaskGroup() as group:
            for request, generation in sales:
                group.create_task(self._sold(request, generation, closing, left))
        return tuple(sorted(closing)), tuple(sorted(left, key=lambda each: each.name))

    async def _sold(
        self, request: OrderRequest, generation: int, closing: list[Symbol], left: list[Left]
    ) -> None:
        try:
            placed = await self.execution.leave(request, self._intent(generation))
        except QuorateError as error:
            left.append(Left(name=request.symbol, cause=error.cause))
            return
        if placed is not None and placed.order.state in _REFUSED:
            left.append(Left(name=request.symbol, cause=placed.order.reason))
        else:
            closing.append(request.symbol)

    def _intent(self, generation: int = 0) -> Intent:
        return Intent(decided_at=self.clock.now(), trace_id=self.trace_id, generation=generation)


_REFUSED: Final = frozenset({OrderState.DENIED, OrderState.REJECTED})
