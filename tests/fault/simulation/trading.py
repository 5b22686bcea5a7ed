"""A process that trades through the execution room alone: it enters, protects, leaves, hears and reconciles."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from quorate.execution.policy import ExecutionPolicy
from quorate.execution.sending import Intent
from quorate.execution.service import ExecutionService
from quorate.kernel.errors import RejectedError, UnavailableError
from quorate.kernel.ids import BookName, DecisionId, Symbol, TraceId
from quorate.risk import ApprovedOrder, Leg, OrderKind, OrderRequest, Side, TradingEvent, approve
from quorate.risk.assessment import Assessment
from tests.fault.simulation.world import Process, World

BOOK = BookName("paper")
TRACE = TraceId("0af7651916cd43dd8448eb211c80319c")
EXPECTED = (UnavailableError, RejectedError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One decision of the plan, which is the same for every process of a world."""

    decision: str
    symbol: str
    enters: bool
    quantity: int
    pause_s: float
    age_s: float
    """How old the decision is when it is first acted upon."""


def plan_of(chance: Random) -> list[Wanted]:
    """Return what a world's arena decided, one after another."""
    return [
        Wanted(
            decision=f"dec_{number:03d}",
            symbol=chance.choice(("AAPL", "IBM", "MSFT")),
            enters=chance.random() < 0.65,
            quantity=chance.randint(1, 40),
            pause_s=chance.choice((1.0, 20.0, 70.0)),
            age_s=chance.choice((0.0, 0.0, 40.0, 57.0, 62.0)),
        )
        for number in range(chance.randint(3, 7))
    ]


def request_of(wanted: Wanted, price: Decimal) -> OrderRequest:
    """Return the order of a decision; its stop lies below the price."""
    quantity = Decimal(wanted.quantity)
    return OrderRequest(
        decision_id=DecisionId(wanted.decision),
        decision_hash="h",
        symbol=Symbol(wanted.symbol),
        side=Side.BUY if wanted.enters else Side.SELL,
        leg=Leg.ENTRY if wanted.enters else Leg.EXIT,
        kind=OrderKind.MARKET,
        quantity=quantity,
        intended_quantity=quantity,
        protective_stop=(price * Decimal("0.97")).quantize(Decimal("0.01"))
        if wanted.enters
        else None,
    )


class Unchecked:
    """Approves whatever is asked: here execution alone is under test."""

    async def approved(self, request: OrderRequest) -> ApprovedOrder:
        return approve(Assessment(order=request, findings=()))


class Trader:
    """One life of a trading process."""

    def __init__(self, process: Process, done: set[str], since: dict[str, datetime]) -> None:
        self._process, self._done, self._since = process, done, since
        self._world = process.world
        self.service = ExecutionService(
            book=BOOK,
            broker=process.line,
            journal=process.journal,
            orders=process.orders,
            approval=Unchecked(),
            clock=process.clock,
            policy=ExecutionPolicy(),
            jitter=self._world.chance.random,
        )

    async def follow(self, plan: list[Wanted]) -> bool:
        """Carry out what is left of the plan, then reconcile; True when it is done."""
        async with self.listening():
            await self.recover()
            for wanted in plan:
                if wanted.decision in self._done:
                    continue
                await self._carried_out(wanted)
                self._done.add(wanted.decision)
                await self._process.clock.sleep(wanted.pause_s)
        return True

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Hear the stream and reconcile every 30 s while the block lasts."""
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._hear()), group.create_task(self._reconcile())]
            try:
                yield
            finally:
                for task in tasks:
                    task.cancel()

    async def recover(self) -> None:
        """Bring everything up to the broker, and protect what is held."""
        await self._tried(self.service.reconcile())
        await self._protect_all()

    async def _carried_out(self, wanted: Wanted) -> None:
        symbol = Symbol(wanted.symbol)
        request = request_of(wanted, self._world.venue.prices[wanted.symbol])
        decided = self._since.setdefault(
            wanted.decision, self._process.clock.now() - timedelta(seconds=wanted.age_s)
        )
        intent = Intent(decided_at=decided, trace_id=TRACE)
        if wanted.enters:
            if (await self._process.orders.held(BOOK)).get(symbol):
                return
            placed = await self._tried(self._placed_twice(request, intent))
            await self._process.clock.sleep(self._world.chance.choice((0.5, 6.0, 15.0)))
            if placed is not None and self._world.chance.random() < 0.3:
                await self._tried(self.service.cancel(placed.order.client_order_id))
        else:
            await self._tried(self.service.leave(request, intent))
        await self._protect_all()

    async def _placed_twice(self, request: OrderRequest, intent: Intent):
        """Place an order, then often once more: the second time changes nothing."""
        first = await self.service.place(await Unchecked().approved(request), intent)
        if self._world.chance.random() < 0.4:
            id_ = first.order.client_order_id
            before = self._sendings(id_)
            again = await self.service.place(await Unchecked().approved(request), intent)
            self._world.note(
                "repeated",
                id=id_,
                same=again.order.client_order_id == id_,
                sent_before=before,
                sent_after=self._sendings(id_),
                was_in_doubt=first.order.state in {"SUBMITTED", "SUBMIT_UNKNOWN"},
            )
        return first

    def _sendings(self, id_: str) -> int:
        return sum(
            entry["kind"] == "sent" and entry["id"] == id_ for entry in self._world.venue.ledger
        )

    async def _protect_all(self) -> None:
        intent = Intent(decided_at=self._process.clock.now(), trace_id=TRACE)
        for symbol in sorted(await self._process.orders.held(BOOK)):
            await self._tried(self.service.protect(symbol, intent))

    async def _hear(self) -> None:
        while True:
            try:
                async for frame in self._process.line.updates():
                    if frame is None:
                        await self._tried(self.service.reconcile())
                    else:
                        await self._tried(self.service.hear(frame))
            except UnavailableError:
                pass
            await self._process.clock.sleep(1.0)

    async def _reconcile(self) -> None:
        while True:
            await self._process.clock.sleep(30.0)
            await self._tried(self.service.reconcile())

    async def _tried(self, act: Awaitable):
        """Return what came of an act; a dependency's silence and a rule's no are nothing new."""
        try:
            return await act
        except EXPECTED:
            return None


async def halted_and_resumed(process: Process, halts: int) -> bool:
    """Halt and resume now and then, as a person at another process does; cancel what would take new risk."""
    trader = Trader(process, set(), {})
    chance = process.world.chance
    for _ in range(halts):
        await process.clock.sleep(chance.uniform(5, 120))
        await _moved(process, trader, TradingEvent.HALT)
        for each in await process.orders.open_orders(BOOK):
            if not each.order.request.reduce_only:
                await trader._tried(trader.service.cancel(each.order.client_order_id))
        await process.clock.sleep(chance.uniform(5, 60))
        await _moved(process, trader, TradingEvent.RESUME)
    return True


async def _moved(process: Process, trader: Trader, event: TradingEvent) -> None:
    """Commit a move of the trading state, and note it, as it is what the oracle judges by."""
    desk = trader.service._desk
    while True:
        done = await trader._tried(
            process.journal.commit(lambda tx: list(desk.trading_moved(tx, event, "drill")))
        )
        if done is not None:
            return


async def traded(world: World, seed: int) -> None:  # noqa: ARG001  (every world is told its seed)
    """Live through the faults, then heal and come to rest."""
    chance = world.chance
    plan = plan_of(chance)
    done: set[str] = set()
    since: dict[str, datetime] = {}
    market = asyncio.ensure_future(world.market())
    halts = chance.choice((0, 0, 1, 2))
    async with asyncio.TaskGroup() as group:
        group.create_task(
            world.again_and_again(
                "trader", lambda process: Trader(process, done, since).follow(plan), 1200
            )
        )
        if halts:
            group.create_task(
                world.again_and_again(
                    "operator", lambda process: halted_and_resumed(process, halts), 600
                )
            )
    await healed(world, market)


async def healed(world: World, market: asyncio.Future[None]) -> None:
    """End all faults; in 600 s everything must be at rest."""
    world.venue.rates = world.rates.healed()
    began = world.loop.time()

    async def settle(process: Process) -> bool:
        trader = Trader(process, set(), {})
        for _ in range(4):
            await trader.service.reconcile()
            await trader._protect_all()
            await process.clock.sleep(60.0)
        market.cancel()
        await process.clock.sleep(10.0)
        await trader.service.reconcile()
        await trader.service.reconcile()
        await trader._protect_all()
        await process.clock.sleep(10.0)
        await trader.service.reconcile()
        return True

    await world.lived("survivor", settle)
    if world.loop.time() - began > 600:
        world.problems.append("it was not at rest after 600 s")


__all__ = ["BOOK", "Trader", "traded"]
