"""The order desk: acts on orders of one home, who asks for them, and the process that does them.

a run with allowOrder, a person -> task.received -> (this process or another) -> cycle, cancel, close, sync, halt
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
from quorate.adapters.sql.order_tasks import SqlOrderTasks
from quorate.arbiter.order_work import Enqueued, OrderTask, OrderWork
from quorate.arbiter.ports import Court
from quorate.arbiter.task import TaskState
from quorate.arena.request import DEBATE, RunRequest, checked_symbols
from quorate.arena.service import RunPlan
from quorate.arena.strategy import strategy_named
from quorate.bootstrap.ordering import OrderBook
from quorate.bootstrap.safety import Safety
from quorate.bootstrap.store import Store
from quorate.bootstrap.strategies import StrategyDesk
from quorate.bootstrap.tasking.doing import OrderDoer
from quorate.bootstrap.trading import Trading
from quorate.cycle.ports import Watch
from quorate.cycle.watch.alert import Alert, Severity
from quorate.execution.acts import ActType, OrderAct, RetryPolicy
from quorate.execution.halting import HaltScope
from quorate.kernel.canonical import JsonValue
from quorate.kernel.errors import QuorateError, RejectedError
from quorate.kernel.ids import BookName, RunId, Symbol, TaskId, TraceId
from quorate.kernel.journal import NO_TRACE, Event
from quorate.portfolio.book import BookMode
from quorate.risk import TradingState

LOOK_AGAIN_S: Final = 1.0
"""How often a process that serves looks for work: a person waits for it. Ours."""

_LOG = structlog.get_logger()


class OrderDesk:
    """The order tasks of one home; this process does what is due while it serves, or when it is told to."""

    def __init__(  # noqa: PLR0913, PLR0917  (what it stands on, each named)
        self,
        store: Store,
        trading: Trading,
        orders: OrderBook,
        safety: Safety,
        strategies: StrategyDesk,
        watch: Watch,
        court: Court,
    ) -> None:
        self._store = store
        self._trading = trading
        self._orders = orders
        self._strategies = strategies
        self._watch = watch
        self._tasks = SqlOrderTasks(store.database, store.journal, store.tenant)
        self._work = OrderWork(
            journal=store.journal,
            tasks=self._tasks,
            doer=OrderDoer(store, trading, orders, safety),
            court=court,
            clock=store.clock,
            owner=f"{socket.gethostname()}:{os.getpid()}:{store.ids.trace_id()[:8]}",
            policy=RetryPolicy(),
            jitter=SystemRandom().random,
        )

    async def enqueue(
        self, kind: ActType, book: BookName | None, key: str, payload: Mapping[str, JsonValue]
    ) -> Enqueued:
        """Have something done as soon as it can be, on the current book unless one is named; once for the same key.

        Raises:
            RejectedError: there is no such book, or the payload lacks what the type needs.
        """
        checked = _checked(kind, payload)
        name = book or await self._trading.current_book()
        await self._trading.status(name)
        if kind is ActType.ORDER_CANCEL:
            checked = {**checked, **await self._symbol_of(str(checked["clientOrderId"]))}
        trace_id = self._store.ids.trace_id()
        act = OrderAct(type=kind, book=name, key=key, payload=checked, trace_id=trace_id)
        return await self._work.enqueue(act)

    async def item(self, task_id: str) -> OrderTask:
        """Return one order task; raises RejectedError (slug `not-found`) where there is none."""
        found = await self._tasks.item(TaskId(task_id))
        if found is None:
            raise RejectedError(
                f"there is no order task '{task_id}'",
                effect="nothing is shown",
                fix="quorate tasks list --type order",
                slug="not-found",
            )
        return found

    async def retry(self, task_id: str) -> OrderTask:
        """Return the new task that tries again what another ended without; raises as the order work does."""
        return await self._work.retry(TaskId(task_id))

    async def run_due(self) -> Sequence[OrderTask]:
        """Return what was due and what became of it; a person is told of what was given up."""
        done = await self._work.run_due()
        given_up = [item for item in done if item.task.state in GIVEN_UP]
        if given_up:
            await self._watch.told([_alert(item) for item in given_up])
        return done

    async def settled(self, book: BookName, run_id: RunId) -> OrderTask:
        """Return the task of a run that may order, done as far as it comes: its end, or its first wait for a retry."""
        id_ = _run_act(book, run_id, (), NO_TRACE).task_id
        while not (item := await self.item(id_)).waits and not item.is_over:
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
        """Return the rows by which what a run decides is carried out; they are committed with the run's first one."""
        header = plan.header
        return self._work.submission(
            _run_act(header.book, header.run_id, header.symbols, plan.trace_id)
        )

    @asynccontextmanager
    async def served(self) -> AsyncIterator[None]:
        """Do what is due as long as the block lasts."""
        task = asyncio.create_task(self._keep_working())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])

    async def _symbol_of(self, order_id: str) -> Mapping[str, JsonValue]:
        """Return the symbol of an order where there is such an order: what is cancelled is named in the spec."""
        try:
            return {"symbol": (await self._orders.order(order_id)).line.symbol}
        except RejectedError:
            return {}

    def _symbols(self, request: RunRequest) -> Sequence[Symbol]:
        strategy = strategy_named(request.strategy, self._strategies.configured)
        return checked_symbols(strategy.applied(request).symbols)

    async def _keep_working(self) -> None:
        while True:
            await self._store.clock.sleep(LOOK_AGAIN_S)
            try:
                await self.run_due()
            except QuorateError as error:
                _LOG.warning("order_tasks_not_taken", slug=error.slug, cause=str(error))
            except Exception:  # noqa: BLE001  (the worker's edge: one look may fail, the next is due all the same)
                _LOG.exception("order_tasks_not_taken")

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


GIVEN_UP: Final = frozenset({TaskState.FAILED, TaskState.REJECTED})
"""Ends that a person is told of."""

NEEDED: Final[Mapping[ActType, tuple[str, ...]]] = {
    ActType.ORDER_SUBMIT: ("runId",),
    ActType.ORDER_CANCEL: ("clientOrderId",),
    ActType.POSITION_CLOSE: ("symbol",),
    ActType.ORDER_SYNC: (),
    ActType.KILL_SWITCH: ("scope", "reason"),
}
"""What an act's payload must say, by its type."""


def _checked(kind: ActType, payload: Mapping[str, JsonValue]) -> Mapping[str, JsonValue]:
    lacking = [name for name in NEEDED[kind] if not payload.get(name)]
    if lacking:
        raise RejectedError(
            f"{kind} needs {', '.join(lacking)}", effect="nothing was queued", fix="name it"
        )
    if kind is ActType.KILL_SWITCH and payload["scope"] not in list(HaltScope):
        raise RejectedError(
            f"there is no scope '{payload['scope']}'",
            effect="nothing was queued",
            fix=f"choose from {', '.join(HaltScope)}",
        )
    return payload


def _run_act(
    book: BookName, run_id: RunId, symbols: Sequence[Symbol], trace_id: TraceId
) -> OrderAct:
    """Return the act of carrying out what a run decided."""
    return OrderAct(
        type=ActType.ORDER_SUBMIT,
        book=book,
        key=run_id,
        payload={"runId": run_id, "symbols": list(symbols)},
        trace_id=trace_id,
    )


def _alert(item: OrderTask) -> Alert:
    act = item.act
    return Alert(
        kind="work_given_up",
        severity=Severity.ERROR,
        text=f"{act.type} {act.key} was given up: {item.code}: {item.reason} ({item.task_id})",
        book=act.book,
        trace_id=act.trace_id,
    )


def _no_order(cause: str) -> RejectedError:
    return RejectedError(cause, effect="nothing was started", fix="run it without allowing orders")
