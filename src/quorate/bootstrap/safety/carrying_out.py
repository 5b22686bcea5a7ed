"""Halts carried out: cancels asked of the broker, waited for as long as somebody has patience, then left under way."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import structlog

from quorate.adapters.sql.orders import SqlOrders
from quorate.bootstrap.background import PATIENCE_SECONDS
from quorate.bootstrap.safety.ports import TradingBooks
from quorate.bootstrap.store import Store
from quorate.execution.halting import Halt, HaltReport, KillSwitch, Left, adds_risk, ended
from quorate.kernel.errors import QuorateError
from quorate.kernel.ids import BookName

_LOG = structlog.get_logger()


class HaltsUnderWay:
    """The halts of this process whose cancels are under way."""

    def __init__(self, store: Store, trading: TradingBooks) -> None:
        self._store = store
        self._trading = trading
        self._orders = SqlOrders(store.database, store.tenant)
        self._under_way: set[asyncio.Task[HaltReport | None]] = set()

    async def carried_out(
        self, halts: Sequence[Halt], patience_s: float
    ) -> dict[BookName, HaltReport | None]:
        """Begin what the halts are, wait for as much of it as comes about in time, and leave the rest under way."""
        tasks = {asyncio.create_task(self._worked(halt)): halt.book for halt in halts}
        for task in tasks:
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
        patience = asyncio.create_task(self._store.clock.sleep(patience_s))
        try:
            while not patience.done() and not all(task.done() for task in tasks):
                open_ = {task for task in tasks if not task.done()}
                await asyncio.wait({patience, *open_}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            patience.cancel()
        return {book: task.result() for task, book in tasks.items() if task.done()}

    async def close(self, patience: float = PATIENCE_SECONDS) -> None:
        """Wait a while for cancels that are under way, then leave them: the halt stands, and may be ordered again."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=patience)
        for task in tuple(self._under_way):
            task.cancel()
        if self._under_way:
            await asyncio.wait(self._under_way)

    async def _worked(self, halt: Halt) -> HaltReport | None:
        """Return what came of a halt, None where nobody knows: then it stays without an end in the journal."""
        try:
            return await self._done(halt)
        except QuorateError as error:
            _LOG.error("halt_not_carried_out", halt=halt.id, book=halt.book, cause=str(error))
        except Exception:  # noqa: BLE001  (an edge: the halt stands, whatever its cancels meet)
            _LOG.exception("halt_not_carried_out", halt=halt.id, book=halt.book)
        return None

    async def _done(self, halt: Halt) -> HaltReport:
        if not halt.cancels:
            return await self._recorded(halt, HaltReport())
        try:
            opened = await self._trading.open_book(halt.book)
        except QuorateError as error:
            return await self._recorded(halt, await self._stuck(halt, error.cause))
        switch = KillSwitch(
            execution=opened.execution,
            orders=self._orders,
            journal=self._store.journal,
            clock=self._store.clock,
            trace_id=self._store.ids.trace_id(),
        )
        return await switch.carry_out(halt)

    async def _stuck(self, halt: Halt, cause: str) -> HaltReport:
        """Return the report of a halt whose broker could not even be asked: what is open there stays open."""
        open_orders = await self._orders.open_orders(halt.book)
        held = await self._orders.held(halt.book) if halt.closes else {}
        return HaltReport(
            unconfirmed=tuple(
                Left(name=each.order.client_order_id, cause=cause)
                for each in open_orders
                if adds_risk(each)
            ),
            held=tuple(Left(name=symbol, cause=cause) for symbol in sorted(held)),
        )

    async def _recorded(self, halt: Halt, report: HaltReport) -> HaltReport:
        await self._store.journal.commit(lambda _tx: [ended(halt, report)])
        return report
