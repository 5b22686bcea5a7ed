"""The risk desk on both databases: what it reads, what it writes, and the orders of a book judged by it for real."""

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from quorate.adapters.sql.desk_records import SqlDeskRecords
from quorate.adapters.sql.locks import standing_locks
from quorate.adapters.sql.orders import SqlOrders
from quorate.adapters.sql.risk_verdicts import RISK_VERDICTS
from quorate.cycle.risk_desk import LockKey, LockKind, RiskDesk
from quorate.cycle.risk_desk.locks import EVERY
from quorate.cycle.risk_desk.situations import Situations
from quorate.execution import OrderState
from quorate.execution.policy import ExecutionPolicy
from quorate.execution.recorded import TradingStanding, trading_event
from quorate.execution.sending import Intent
from quorate.execution.service import ExecutionService
from quorate.kernel.errors import ConflictError, RejectedError
from quorate.kernel.ids import TraceId
from quorate.portfolio.book import BookMode
from quorate.risk import Leg, OrderKind, RiskLimits, Side, TradingState
from quorate.risk.verdict import verdict_problems
from tests.fakes.brokers import FakeBroker
from tests.fakes.clock import NOON
from tests.fakes.desks import (
    BOOK,
    HASH,
    CountedIds,
    TestKey,
    ToldBroker,
    ToldMarket,
    ToldSigns,
    ToldStanding,
    entry,
)
from tests.fakes.orders import HurriedClock
from tests.integration.desk_facts import desk_events, judged
from tests.integration.homes import opened_home
from tests.integration.order_facts import BOOK as REPLAY_BOOK
from tests.integration.order_facts import INTENDED, order_events
from tests.unit.risk.orders import AAPL, CALM, IBM

pytestmark = pytest.mark.integration

D = Decimal
INTENT = Intent(decided_at=NOON, trace_id=TraceId("t"))
SALE = replace(
    entry(),
    side=Side.SELL,
    leg=Leg.FLATTEN,
    kind=OrderKind.MARKET,
    price=None,
    protective_stop=None,
)


class TradingBroker(FakeBroker, ToldBroker):
    """A broker whose account is told, and whose orders fill when a test says so."""

    def __init__(self) -> None:
        FakeBroker.__init__(self)
        ToldBroker.__init__(self)

    positions = FakeBroker.positions


class Stage:
    """A desk and the execution that it approves for, on one store."""

    def __init__(self, store, broker=None, mode=BookMode.PAPER) -> None:
        self.store, self.mode = store, mode
        self.broker = broker or TradingBroker()
        self.clock = HurriedClock()
        self.keeper, self.market, self.ids = ToldStanding(), ToldMarket(), CountedIds()
        self.records = SqlDeskRecords(store.database, store.tenant, mode, decision_ttl_s=60)
        self.orders = SqlOrders(store.database, store.tenant)
        self.desk = self.process()
        self.execution = self.executing(self.desk)

    def process(self) -> RiskDesk:
        """Return a desk as a process has it that starts now."""
        limits = RiskLimits()
        return RiskDesk(
            book=BOOK,
            situations=Situations(
                book=BOOK,
                mode=self.mode,
                broker=self.broker,
                records=self.records,
                keeper=self.keeper,
                market=self.market,
                system=ToldSigns(),
                clock=self.clock,
                limits=limits,
            ),
            records=self.records,
            journal=self.store.journal,
            signer=TestKey(),
            clock=self.clock,
            ids=self.ids,
            limits=limits,
        )

    def executing(self, desk) -> ExecutionService:
        return ExecutionService(
            book=BOOK,
            broker=self.broker,
            journal=self.store.journal,
            orders=self.orders,
            approval=desk,
            clock=self.clock,
            policy=ExecutionPolicy(),
            jitter=lambda: 0.5,
        )

    async def opened(self, *decisions: str) -> RiskDesk:
        known = {
            name: replace(CALM.decision, decision_id=name, hash=HASH, age_s=D(0))
            for name in decisions or ("dec_1",)
        }
        await self.execution.reconcile()
        await self.desk.open(known, {AAPL: CALM.market, IBM: CALM.market}, "snap")
        return self.desk

    async def placed(self, request=None):
        """Judge, commit and place an entry, as a cycle does."""
        request = request or entry()
        verdict = await self.desk.judged(request)
        await self.store.add(verdict.event)
        return await self.execution.place(await self.desk.approved(request), INTENT)

    async def states(self):
        lines = await self.records.lines(BOOK, NOON - timedelta(days=1))
        return [(line.request.leg.value, line.state.value, line.filled) for line in lines]

    def sound(self):
        """Return whether chain, tables and every verdict's signature are as they should be."""
        problems = [
            problem
            for row in self.store.rows()
            if row.type == "risk.judged"
            for problem in verdict_problems(json.loads(row.payload), TestKey().is_signed)
        ]
        return self.store.verified(projections=True).ok and not problems


@pytest.fixture
def stage(store):
    return Stage(store)


async def test_verdicts_and_locks_are_tables_that_refold(store):
    await store.add(*desk_events())
    assert [row[-4:-1] for row in store.table(RISK_VERDICTS)] == [
        ("", "2026-11-20T12:00:00.000000Z", "2026-11-20T12:01:00.000000Z"),
        (
            "NOTIONAL_EXCEEDS_MAX_PER_ORDER",
            "2026-11-20T12:00:00.000000Z",
            "2026-11-20T12:01:00.000000Z",
        ),
    ]
    (lock,) = store.database.read_now(
        lambda connection: standing_locks(connection, store.tenant, REPLAY_BOOK)
    )
    assert (lock.kind, lock.symbol, lock.until) == (
        LockKind.COOLDOWN,
        AAPL,
        NOON.date() + timedelta(days=2),
    )
    assert store.verified(projections=True).ok


async def test_a_verdict_is_on_record_once(store):
    await store.add(judged(1))
    with pytest.raises(ConflictError):
        await store.add(judged(1))


async def test_a_lock_is_changed_by_one_of_two(store):
    set_, again = desk_events()[2], desk_events()[2]
    await store.add(set_)
    with pytest.raises(ConflictError):
        await store.add(again)


async def test_orders_are_read_as_the_desk_counts_them(store):
    records = SqlDeskRecords(store.database, store.tenant, BookMode.REPLAY, decision_ttl_s=60)
    await store.add(*order_events())
    decided = INTENDED.expires_at - timedelta(seconds=60)
    (line,) = await records.lines(REPLAY_BOOK, decided)
    assert line.request == INTENDED.order.request
    assert (line.state, line.filled, line.rest) == (
        OrderState.PARTIALLY_FILLED,
        D(4),
        D(6),
    )
    assert line.placed_at == decided, "in a REPLAY book's own time"
    assert (await records.lines(REPLAY_BOOK, decided + timedelta(days=9))) == [line], "it is open"
    assert await records.lines(BOOK, decided) == []
    trading = await records.trading(REPLAY_BOOK)
    assert (trading.standing.state, trading.by) == (TradingState.HALTED, "operator")
    assert (await records.trading(BOOK)).standing == TradingStanding()


async def test_an_order_that_is_over_counts_on_its_day_and_for_its_decision(stage):
    await stage.opened()
    stage.broker.script = ["refused"]
    await stage.placed()
    later = NOON + timedelta(days=400)
    assert await stage.records.lines(BOOK, later) == []
    assert len(await stage.records.lines(BOOK, later, entry().decision_id)) == 1
    assert len(await stage.records.lines(BOOK, NOON - timedelta(days=400))) == 1


async def test_what_was_approved_and_compared_is_found(store, stage):
    await store.add(*desk_events())
    assert await stage.records.approval_of(REPLAY_BOOK, entry().hash) == "vrd_" + "1".zfill(26)
    assert await stage.records.approval_of(REPLAY_BOOK, entry(quantity="501").hash) is None
    assert await stage.records.approval_of(BOOK, entry().hash) is None
    assert await stage.records.is_judged("vrd_" + "2".zfill(26))
    assert not await stage.records.is_judged("vrd_" + "3".zfill(26))
    assert await stage.records.reconciled_at(BOOK) is None
    for _ in range(2):
        await stage.execution.reconcile()
    newest = [row.ts for row in store.rows() if row.type == "orders.reconciled"][-1]
    found = await stage.records.reconciled_at(BOOK)
    assert found.isoformat().replace("+00:00", "Z") == newest
    locks = await stage.records.locks(REPLAY_BOOK)
    assert {key: lock.is_set for key, lock in locks.items()} == {
        LockKey(LockKind.COOLDOWN, AAPL): True,
        LockKey(LockKind.NEW_RISK_PAUSED, EVERY): False,
    }


async def test_an_entry_is_judged_placed_filled_and_protected(stage):
    await stage.opened()
    placed = await stage.placed()
    stage.broker.fill(placed.order.client_order_id, 10, 100)
    for frame in stage.broker.delivered():
        await stage.execution.hear(frame)
    await stage.execution.protect(AAPL, INTENT)
    assert await stage.states() == [("entry", "FILLED", D(10)), ("stop", "WORKING", D(0))]
    assert [row[6:8] for row in stage.store.table(RISK_VERDICTS)] == [
        ("approved", ""),
        ("approved", ""),
    ]
    assert await stage.records.day_trades(BOOK, NOON - timedelta(days=7)) == 0
    assert stage.sound()


async def test_a_partial_fill_is_protected_slice_by_slice(stage):
    """The rest of the entry works on; neither it nor an equal stop before keeps the next slice bare."""
    await stage.opened()
    placed = await stage.placed()
    for _ in range(2):
        stage.broker.fill(placed.order.client_order_id, 4, 100)
        for frame in stage.broker.delivered():
            await stage.execution.hear(frame)
        await stage.execution.protect(AAPL, INTENT)
    assert await stage.states() == [
        ("entry", "PARTIALLY_FILLED", D(8)),
        ("stop", "WORKING", D(0)),
        ("stop", "WORKING", D(0)),
    ]
    assert stage.sound()


async def test_a_position_is_left_in_another_process_while_the_book_is_halted(stage):
    await stage.opened()
    placed = await stage.placed()
    stage.broker.fill(placed.order.client_order_id, 10, 100)
    for frame in stage.broker.delivered():
        await stage.execution.hear(frame)
    await stage.execution.protect(AAPL, INTENT)
    await stage.store.add(
        trading_event(BOOK, TradingStanding(), TradingState.HALTED, reason="drill", by="me")
    )
    other = stage.executing(stage.process())
    left = await other.leave(SALE, INTENT)
    stage.broker.fill(left.order.client_order_id, 10, 99)
    for frame in stage.broker.delivered():
        await other.hear(frame)
    assert await stage.states() == [
        ("entry", "FILLED", D(10)),
        ("stop", "CANCELED", D(0)),
        ("flatten", "FILLED", D(10)),
    ]
    assert await stage.records.day_trades(BOOK, NOON - timedelta(days=7)) == 1
    with pytest.raises(RejectedError, match="TRADING_HALTED"):
        await stage.desk.approved(entry("dec_1", IBM))
    assert stage.sound()


async def test_a_process_that_died_after_sending_gets_its_approval_back(stage):
    await stage.opened()
    placed = await stage.placed()
    again = stage.process()
    approved = await again.approved(entry())
    assert (await stage.executing(again).place(approved, INTENT)).order == placed.order
    assert len(stage.broker.sent) == 1
    assert len(stage.store.table(RISK_VERDICTS)) == 1


async def test_two_processes_that_guard_at_once_move_the_state_once(stage):
    await stage.opened()
    stage.broker.is_worth("97900")
    one, two = stage.process(), stage.process()
    async with asyncio.TaskGroup() as group:
        moves = [group.create_task(desk.guarded()) for desk in (one, two)]
    assert sorted(len(move.result()) for move in moves) == [0, 2]
    kinds = [row.type for row in stage.store.rows()]
    assert (kinds.count("lock.set"), kinds.count("trading.moved")) == (1, 1)
    assert stage.sound()


async def test_a_pause_and_a_lifted_lock_survive_in_the_tables(stage):
    await stage.opened()
    assert await stage.desk.new_risk({AAPL}, ())
    assert await stage.process().new_risk((), ())
    stage.clock.time += timedelta(days=1)
    assert await stage.process().new_risk((), ()) == ""
    assert stage.sound()


async def test_a_verdict_that_was_not_signed_here_is_named_by_the_audit(tmp_path):
    async with opened_home(tmp_path, f"sqlite:///{tmp_path / 'quorate.db'}") as app:
        await app._store.journal.commit(lambda _tx: [judged(1)])
        found = await app.verify(projections=True, against=None)
        (row,) = await app._store.journal.entries("verdict:vrd_" + "1".zfill(26))
    assert (found.ok, found.first_bad) == (False, row.seq)
    assert "cannot be believed" in found.problems[0]
