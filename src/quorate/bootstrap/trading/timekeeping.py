"""Time: cycles are started when the schedule says, and a PAPER book is kept in step with its broker meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import structlog

from quorate.adapters.sql.cycles import schedule_of
from quorate.bootstrap.broking import has_broker
from quorate.bootstrap.store import Store
from quorate.bootstrap.trading.books import PAPER_BOOK
from quorate.bootstrap.trading.facade import Trading
from quorate.bootstrap.trading.paper_venue import PaperVenue
from quorate.cycle.record import Trigger
from quorate.cycle.schedule import gone_on
from quorate.kernel.errors import ConflictError, QuorateError

LOOK_AGAIN_S: Final = 1.0
"""How often the schedule is looked at."""

RECONCILE_OPEN_S: Final = 30.0
RECONCILE_S: Final = 300.0
"""How often a served PAPER book is compared with its broker, with open orders and without. Source: DESIGN 8."""

_LOG = structlog.get_logger()


class Timekeeper:
    """Keeps the time of one home's trading while the hub serves."""

    def __init__(self, store: Store, trading: Trading) -> None:
        self._store = store
        self._trading = trading

    @asynccontextmanager
    async def served(self) -> AsyncIterator[None]:
        """Start what the schedule says, and keep a PAPER book in step with its broker, as long as the block lasts."""
        tasks = [asyncio.create_task(self._keep_time())]
        if has_broker(self._store.settings):
            tasks.append(asyncio.create_task(self._attend()))
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)

    async def _keep_time(self) -> None:
        while True:
            await self._store.clock.sleep(LOOK_AGAIN_S)
            try:
                await self._start_due()
            except QuorateError as error:
                _LOG.warning("scheduled_cycle_failed", slug=error.slug, cause=str(error))
            except Exception:  # noqa: BLE001  (the schedule's edge: one start may fail, the next is due all the same)
                _LOG.exception("scheduled_cycle_failed")

    async def _start_due(self) -> None:
        """Start a cycle where one is due; of several processes one takes the time, and a late one makes up nothing."""
        book, now = await self._trading.working_book(), self._store.clock.now()
        schedule = await self._store.database.look_up(
            lambda connection: schedule_of(connection, self._store.tenant, book)
        )
        if not schedule.is_due(now):
            return
        try:
            await self._store.journal.commit(lambda _tx: [gone_on(book, schedule, now)])
        except ConflictError:
            return
        await self._trading.once(trigger=Trigger.SCHEDULE)

    async def _attend(self) -> None:
        while True:
            pause = RECONCILE_S
            try:
                book = await self._trading.open_book(PAPER_BOOK)
                if isinstance(book.venue, PaperVenue):
                    await book.venue.attend()
                if await book.orders.open_orders(book.name):
                    pause = RECONCILE_OPEN_S
            except QuorateError as error:
                pause = RECONCILE_OPEN_S
                _LOG.warning("reconciliation_failed", slug=error.slug, cause=str(error))
            await self._store.clock.sleep(pause)
