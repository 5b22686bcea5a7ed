"""Doing: what an act on orders does at the book and the broker, and what it says of itself afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from quorate.arbiter.order_work.item import ANY_SYMBOL, WHOLE, spec_of
from quorate.arbiter.order_work.ports import NotYetError
from quorate.arena.record import RunStatus, decision_hash, read_run
from quorate.arena.record import stream_of as run_stream
from quorate.bootstrap.ordering import OrderBook
from quorate.bootstrap.safety import HaltWish, Safety
from quorate.bootstrap.store import Store
from quorate.bootstrap.trading import Trading
from quorate.cycle.record import RecordedCycle
from quorate.cycle.service import CycleRunningError
from quorate.execution.acts import ActType, OrderAct
from quorate.execution.halting import HaltScope
from quorate.execution.listing import OrderLine
from quorate.kernel.account import Account, Subject
from quorate.kernel.canonical import JsonValue, digest, sha256_hex
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import RunId, Symbol
from quorate.kernel.money import Usd
from quorate.kernel.step_message import StepName
from quorate.risk import TradingState

BY: Final = "order task"
"""Who a halt is by that a task carries out, where nobody else is named."""

NOTHING: Final = Usd(Decimal(0))
"""What an act costs: no model is asked."""


class OrderDoer:
    """Does what an act says; each may be repeated without a second effect."""

    def __init__(self, store: Store, trading: Trading, orders: OrderBook, safety: Safety) -> None:
        self._store = store
        self._trading = trading
        self._orders = orders
        self._safety = safety

    async def done(self, act: OrderAct) -> Mapping[str, JsonValue]:
        """Return what came of an act; see the port."""
        match act.type:
            case ActType.ORDER_SUBMIT:
                return await self._submit(RunId(str(act.payload["runId"])))
            case ActType.ORDER_CANCEL:
                change = await self._orders.cancel(str(act.payload["clientOrderId"]))
                return {"state": str(change.line.state), "applied": change.applied}
            case ActType.POSITION_CLOSE:
                return await self._close(act)
            case ActType.ORDER_SYNC:
                book = await self._orders.book(act.book)
                compared = (await self._orders.reconcile(book)).comparison
                return {"at": compared.at}
            case ActType.KILL_SWITCH:
                return await self._halt(act)

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

    async def _close(self, act: OrderAct) -> Mapping[str, JsonValue]:
        book = await self._orders.book(act.book)
        change = await self._orders.close(book, Symbol(str(act.payload["symbol"])))
        line = change.line
        return {
            "clientOrderId": None if line is None else line.client_order_id,
            "applied": change.applied,
        }

    async def _halt(self, act: OrderAct) -> Mapping[str, JsonValue]:
        told = act.payload
        outcome = await self._safety.halt(
            HaltWish(
                scope=HaltScope(str(told["scope"])),
                reason=str(told["reason"]),
                by=str(told.get("by") or BY),
                book=act.book,
            )
        )
        return {"state": outcome.state.value, "complete": outcome.complete}

    async def broken(self, act: OrderAct, result: Mapping[str, JsonValue]) -> Sequence[str]:
        """Return what the record breaks; see the port."""
        if act.type is ActType.KILL_SWITCH and result.get("state") != TradingState.HALTED:
            return [f"the book {act.book} is not halted after the halt"]
        lines = await self._lines(result)
        return [
            f"the order {line.client_order_id} is of the book {line.book}, not {act.book}"
            for line in lines
            if line.book != act.book
        ]

    async def account(self, act: OrderAct, result: Mapping[str, JsonValue]) -> Account:
        """Return what the act made and used; see the port."""
        lines = await self._lines(result)
        orders = [await self._subject(line) for line in lines]
        made = Subject(name=act.task_id, sha256=digest(dict(result)))
        decided = await self._decisions(act)
        scope = spec_of(act).symbols
        named = sorted({line.symbol for line in lines})
        touched = list(scope) if not named or scope == (ANY_SYMBOL,) else named
        facts: dict[str, JsonValue] = {
            "act": act.type.value,
            "symbols": list(touched),
            "portfolioDelta": format(await self._moved(act, lines), "f"),
        }
        return Account(subjects=(made, *decided, *orders), cost=NOTHING, facts=facts)

    async def _lines(self, result: Mapping[str, JsonValue]) -> Sequence[OrderLine]:
        """Return the orders that an act names."""
        named = result.get("orders")
        ids = list(named) if isinstance(named, list) else []
        ids += [result["clientOrderId"]] if result.get("clientOrderId") else []
        return [(await self._orders.order(str(each))).line for each in ids]

    async def _subject(self, line: OrderLine) -> Subject:
        """Return an order as a verdict names it: the SHA-256 of its intent as the journal keeps it."""
        intent = (await self._orders.order(line.client_order_id)).entries[0]
        return Subject(name=line.client_order_id, sha256=sha256_hex(intent.payload))

    async def _decisions(self, act: OrderAct) -> Sequence[Subject]:
        if act.type is not ActType.ORDER_SUBMIT:
            return ()
        entries = await self._store.journal.entries(run_stream(RunId(str(act.payload["runId"]))))
        made = read_run(entries).decisions
        return [
            Subject(name=each.fact.decision_id, sha256=decision_hash(each.fact)) for each in made
        ]

    async def _moved(self, act: OrderAct, lines: Sequence[OrderLine]) -> Decimal:
        """Return the share of equity that an act's orders came to so far; of an equity that nobody knows, the whole."""
        spent = sum((line.filled * (line.average_price or 0) for line in lines), Decimal(0))
        if not spent:
            return Decimal(0)
        held = await self._orders.positions(await self._orders.book(act.book))
        return (spent / held.equity).quantize(SHARE) if held.equity else WHOLE


SHARE: Final = Decimal("0.000001")


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
