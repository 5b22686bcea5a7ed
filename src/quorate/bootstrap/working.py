"""Working: the home's queue of work on orders, who adds to it, and who does what its items say.

a run with allowOrder, a person -> work.enqueued -> (this process or another) -> cycle, cancel, close, sync, halt
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from random import SystemRandom
from typing import Final

import structlog

from quorate.adapters.sql.holdings import trading_of
from quorate.adapters.sql.work import SqlWork
from quorate.arena.record import RunStatus, read_run
from quorate.arena.record import stream_of as run_stream
from quorate.arena.request import DEBATE, RunRequest, checked_symbols
from quorate.arena.service import RunPlan
from quorate.arena.strategy import strategy_named
from quorate.bootstrap.ordering import OrderBook
from quorate.bootstrap.safety import HaltWish, Safety
from quorate.bootstrap.store import Store
from quorate.bootstrap.strategies import StrategyDesk
from quorate.bootstrap.trading import Trading
from quorate.cycle.ports import Watch
from quorate.cycle.record import RecordedCycle
from quorate.cycle.service import CycleRunningError
from quorate.cycle.watch.alert import Alert, Severity
from quorate.execution.halting import HaltScope
from quorate.execution.work_queue import WorkItem, WorkOrder, WorkPolicy, WorkState, WorkType
from quorate.execution.work_queue.item import WorkId, enqueued_event
from quorate.execution.work_queue.ports import NotYetError
from quorate.execution.work_queue.service import Enqueued, WorkQueue
from quorate.kernel.canonical import JsonValue
from quorate.kernel.errors import QuorateError, RejectedError
from quorate.kernel.ids import BookName, RunId, Symbol, TraceId
from quorate.kernel.journal import NO_TRACE, Event
from quorate.kernel.step_message import StepName
from quorate.portfolio.book import BookMode
from quorate.risk import TradingState

LOOK_AGAIN_S: Final = 1.0
"""How often a process that serves looks for work: a person waits for it. Ours."""

BY: Final = "work queue"
"""Who a halt is by that the queue carries out, where nobody else is named."""

_LOG = structlog.get_logger()


class WorkDesk:
    """The queue of one home; this process does what is due while it serves, or when it is told to."""

    def __init__(
        self,
        store: Store,
        trading: Trading,
        orders: OrderBook,
        safety: Safety,
        strategies: StrategyDesk,
        watch: Watch,
    ) -> None:
        self._store = store
        self._trading = trading
        self._strategies = strategies
        self._watch = watch
        self._items = SqlWork(store.database, store.tenant)
        self._queue = WorkQueue(
            journal=store.journal,
            items=self._items,
            worker=OrderWorker(store, trading, orders, safety),
            clock=store.clock,
            owner=f"{socket.gethostname()}:{os.getpid()}:{store.ids.trace_id()[:8]}",
            policy=WorkPolicy(),
            jitter=SystemRandom().random,
        )

    async def enqueue(
        self, kind: WorkType, book: BookName | None, key: str, payload: Mapping[str, JsonValue]
    ) -> Enqueued:
        """Have something done as soon as it can be, on the current book unless one is named; once for the same key.

        Raises:
            RejectedError: there is no such book, or the payload lacks what the type needs.
        """
        checked = _checked(kind, payload)
        name = book or await self._trading.current_book()
        await self._trading.status(name)
        trace_id = self._store.ids.trace_id()
        order = WorkOrder(type=kind, book=name, key=key, payload=checked, trace_id=trace_id)
        return await self._queue.enqueue(order)

    async def listing(
        self, limit: int, after: int | None = None, state: WorkState | None = None
    ) -> Sequence[tuple[int, WorkItem]]:
        """Return at most `limit` items with their places, newest first, those before the place `after`."""
        return await self._items.listing(limit, after, state)

    async def counts(self) -> Mapping[WorkState, int]:
        """Return how many items are in each state."""
        return await self._items.counts()

    async def item(self, work_id: str) -> WorkItem:
        """Return one item; raises RejectedError (slug `not-found`) where there is none."""
        found = await self._items.item(WorkId(work_id))
        if found is None:
            raise RejectedError(
                f"there is no work item '{work_id}'",
                effect="nothing is shown",
                fix="quorate work list",
                slug="not-found",
            )
        return found

    async def revive(self, work_id: str) -> WorkItem:
        """Return a dead letter that is tried again; raises RejectedError or ConflictError as the queue does."""
        return await self._queue.revive(WorkId(work_id))

    async def run_due(self) -> Sequence[WorkItem]:
        """Return what was due and what became of it; a person is told of what was given up."""
        done = await self._queue.run_due()
        given_up = [item for item in done if item.state is WorkState.DEAD_LETTER]
        if given_up:
            await self._watch.told([_alert(item) for item in given_up])
        return done

    async def settled(self, book: BookName, run_id: RunId) -> WorkItem:
        """Return the item of a run that may order, done as far as it comes: its end, or its first wait for a retry."""
        id_ = _run_order(book, run_id, NO_TRACE).work_id
        while (item := await self.item(id_)).state is not WorkState.FAILED and not item.is_over:
            if not await self.run_due():
                await self._store.clock.sleep(LOOK_AGAIN_S)
        return item

    async def prepared(self, request: RunRequest) -> RunRequest:
        """Return the request of a run that may order: on the working book where none is named, at its own moment.

        Raises:
            RejectedError: trading is halted (slug `trading-halted`), the mode orders nothing, or a REPLAY book decides
                at the close of another session.
            UnavailableError: the book's broker told nothing.
        """
        if request.mode != DEBATE:
            raise _no_order(
                f"a run in {request.mode} mode orders nothing: each profile has a book of its own"
            )
        name = request.book or await self._trading.working_book()
        book = await self._trading.open_book(name)
        await self._require_trading(name)
        if book.mode is not BookMode.REPLAY:
            if request.as_of is not None:
                raise _no_order(f"the book {name} trades now, not at the close of {request.as_of}")
            if request.strategy is not None:
                await self._strategies.followed(request.strategy)
            await book.market.fetched(self._symbols(request), None)
            return replace(request, book=name)
        if request.as_of not in {None, book.session}:
            raise _no_order(f"the book {name} stands at the close of {book.session}")
        return replace(request, book=name, as_of=book.session)

    def submission(self, plan: RunPlan) -> Sequence[Event]:
        """Return the row by which what a run decides is carried out; it is committed with the run's first one."""
        order = _run_order(plan.header.book, plan.header.run_id, plan.trace_id)
        return [enqueued_event(order, self._store.clock.now())]

    @asynccontextmanager
    async def served(self) -> AsyncIterator[None]:
        """Do what is due as long as the block lasts."""
        task = asyncio.create_task(self._keep_working())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])

    def _symbols(self, request: RunRequest) -> Sequence[Symbol]:
        strategy = strategy_named(request.strategy, self._strategies.configured)
        return checked_symbols(strategy.applied(request).symbols)

    async def _keep_working(self) -> None:
        while True:
            await self._store.clock.sleep(LOOK_AGAIN_S)
            try:
                await self.run_due()
            except QuorateError as error:
                _LOG.warning("work_not_taken", slug=error.slug, cause=str(error))
            except Exception:  # noqa: BLE001  (the worker's edge: one look may fail, the next is due all the same)
                _LOG.exception("work_not_taken")

    async def _require_trading(self, book: BookName) -> None:
        state = await self._store.database.look_up(
            partial(trading_of, tenant=self._store.tenant, book=book)
        )
        if state is TradingState.HALTED:
            raise RejectedError(
                f"trading of the book {book} is halted",
                effect="nothing was started",
                fix="look why trading stopped, then: quorate resume --reason TEXT",
                slug="trading-halted",
            )


class OrderWorker:
    """Does what an item says; each act may be repeated without a second effect."""

    def __init__(self, store: Store, trading: Trading, orders: OrderBook, safety: Safety) -> None:
        self._store = store
        self._trading = trading
        self._orders = orders
        self._safety = safety

    async def done(self, order: WorkOrder) -> Mapping[str, JsonValue]:
        """Return what came of an item; see the port."""
        match order.type:
            case WorkType.ORDER_SUBMIT:
                return await self._submit(RunId(str(order.payload["runId"])))
            case WorkType.ORDER_CANCEL:
                change = await self._orders.cancel(str(order.payload["clientOrderId"]))
                return {"state": str(change.line.state), "applied": change.applied}
            case WorkType.POSITION_CLOSE:
                return await self._close(order)
            case WorkType.ORDER_SYNC:
                book = await self._orders.book(order.book)
                compared = (await self._orders.reconcile(book)).comparison
                return {"at": compared.at}
            case WorkType.KILL_SWITCH:
                return await self._halt(order)

    async def _submit(self, run_id: RunId) -> Mapping[str, JsonValue]:
        run = read_run(await self._store.journal.entries(run_stream(run_id)))
        if run.status is RunStatus.RUNNING:
            raise NotYetError(f"the run {run_id} goes on")
        if run.status is not RunStatus.COMPLETED:
            raise RejectedError(f"the run {run_id} {run.status}: it decided nothing")
        try:
            cycle = await self._trading.followed_run(run)
        except CycleRunningError as error:
            raise NotYetError(error.cause) from error
        return _told(cycle)

    async def _close(self, order: WorkOrder) -> Mapping[str, JsonValue]:
        book = await self._orders.book(order.book)
        change = await self._orders.close(book, Symbol(str(order.payload["symbol"])))
        line = change.line
        return {
            "clientOrderId": None if line is None else line.client_order_id,
            "applied": change.applied,
        }

    async def _halt(self, order: WorkOrder) -> Mapping[str, JsonValue]:
        told = order.payload
        outcome = await self._safety.halt(
            HaltWish(
                scope=HaltScope(str(told["scope"])),
                reason=str(told["reason"]),
                by=str(told.get("by") or BY),
                book=order.book,
            )
        )
        return {"state": outcome.state.value, "complete": outcome.complete}


NEEDED: Final[Mapping[WorkType, tuple[str, ...]]] = {
    WorkType.ORDER_SUBMIT: ("runId",),
    WorkType.ORDER_CANCEL: ("clientOrderId",),
    WorkType.POSITION_CLOSE: ("symbol",),
    WorkType.ORDER_SYNC: (),
    WorkType.KILL_SWITCH: ("scope", "reason"),
}
"""What an item's payload must say, by its type."""


def _checked(kind: WorkType, payload: Mapping[str, JsonValue]) -> Mapping[str, JsonValue]:
    lacking = [name for name in NEEDED[kind] if not payload.get(name)]
    if lacking:
        raise RejectedError(
            f"{kind} needs {', '.join(lacking)}", effect="nothing was queued", fix="name it"
        )
    if kind is WorkType.KILL_SWITCH and payload["scope"] not in list(HaltScope):
        raise RejectedError(
            f"there is no scope '{payload['scope']}'",
            effect="nothing was queued",
            fix=f"choose from {', '.join(HaltScope)}",
        )
    return payload


def _run_order(book: BookName, run_id: RunId, trace_id: TraceId) -> WorkOrder:
    """Return the work of carrying out what a run decided."""
    return WorkOrder(
        type=WorkType.ORDER_SUBMIT,
        book=book,
        key=run_id,
        payload={"runId": run_id},
        trace_id=trace_id,
    )


def _alert(item: WorkItem) -> Alert:
    return Alert(
        kind="work_given_up",
        severity=Severity.ERROR,
        text=f"{item.order.type} {item.order.key} was given up: {item.code}: {item.reason} ({item.work_id})",
        book=item.order.book,
        trace_id=item.order.trace_id,
    )


def _told(cycle: RecordedCycle) -> Mapping[str, JsonValue]:
    """Return what a cycle came to: its id, its end, and the orders that stand at the broker by it."""
    message = cycle.said.get(StepName.EXECUTION)
    orders: list[JsonValue] = []
    if message is not None and message.success:
        orders = [
            each.text("clientOrderId") for each in cycle.told(StepName.EXECUTION).items("orders")
        ]
    return {
        "cycleId": cycle.facts.cycle_id,
        "failed": cycle.failed,
        "auditPassed": bool(cycle.audit_passed),
        "orders": orders,
    }


def _no_order(cause: str) -> RejectedError:
    return RejectedError(cause, effect="nothing was started", fix="run it without allowing orders")
