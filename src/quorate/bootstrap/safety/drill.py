"""A drill: the way of a halt is walked on a scratch book with a simulated broker, and nothing real is touched.

entry judged and placed -> halt committed -> cancel confirmed -> next entry refused -> read back -> resumed
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from quorate.adapters.simulated_broker.account import SimulatedAccount
from quorate.adapters.simulated_broker.broker import SimulatedBroker, SimulatedMarket
from quorate.adapters.sql.orders import SqlOrders
from quorate.adapters.sql.transaction import Transaction
from quorate.arena.record import Facts
from quorate.bootstrap.safety.answers import DrillReport, DrillStep
from quorate.bootstrap.store import Store
from quorate.execution.halting import (
    HALT_PREFIX,
    Halt,
    HaltFact,
    HaltId,
    HaltScope,
    KillSwitch,
    TradingLine,
    halting,
    resuming,
)
from quorate.execution.order_table import OrderState
from quorate.execution.policy import ExecutionPolicy
from quorate.execution.recorded import RecordedOrder, TradingStanding
from quorate.execution.sending import Intent
from quorate.execution.service import ExecutionService
from quorate.kernel.canonical import sha256_hex
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import BookName, DecisionId, Symbol
from quorate.kernel.journal import Event
from quorate.portfolio.book import BookMode
from quorate.risk import (
    ApprovedOrder,
    Leg,
    OrderKind,
    OrderRequest,
    RiskLimits,
    Side,
    TradingState,
    approve,
    assess,
)
from quorate.risk.situation import (
    AccountFacts,
    Activity,
    DecisionFacts,
    InstrumentFacts,
    MarketFacts,
    Situation,
    SystemFacts,
)

DRILLS: Final = "halt-drills"
"""The stream that keeps what each drill proved."""

REASON: Final = "drill"
ZERO, ONE = Decimal(0), Decimal(1)
STOP: Final = Decimal("0.98")
"""Where the drill's entry would be protected, as a share of its price."""

WORTH: Final = Decimal(1000)
"""The scratch account's equity in shares of what is bought: one share is far below every limit."""

SLOW_MS: Final = 1000
"""The last cancel is sent within this time. Source: RELIABILITY 3."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What a drill trades: the cheapest stored symbol at its last close. No price is made up."""

    symbol: Symbol
    session: date
    price: Decimal
    volume: Decimal


@dataclass(frozen=True, slots=True)
class _Checks:
    """Judges the drill's orders by the same checks as any other, on an account that could afford them."""

    ground: Ground
    limits: RiskLimits
    state: Callable[[], Awaitable[TradingState]]

    async def approved(self, request: OrderRequest) -> ApprovedOrder:
        """Return the approved order; raises RejectedError."""
        found = assess(request, self._situation(request), self.limits)
        if found.denial is not None:
            raise RejectedError(
                f"the drill's order was denied: {found.denial.code}", effect="nothing was proven"
            )
        return approve(found)

    def _situation(self, request: OrderRequest) -> Situation:
        ground = self.ground
        equity = ground.price * WORTH
        return Situation(
            mode=BookMode.REPLAY,
            decision=DecisionFacts(
                decision_id=request.decision_id,
                hash=request.decision_hash,
                acts=True,
                age_s=ZERO,
                confidence=ONE,
                escalated=False,
                vetoed=False,
            ),
            market=MarketFacts(
                reference=ground.price,
                before=ground.price,
                quote_age_s=None,
                average_volume=ground.volume,
                is_fresh_bar=True,
                is_open=True,
            ),
            instrument=InstrumentFacts(
                tradable=True, allowed=True, quantity_step=ONE, price_step=Decimal("0.01")
            ),
            account=AccountFacts(
                equity=equity, buying_power=equity, day_start_equity=equity, peak_equity=equity
            ),
            activity=Activity(
                orders_last_minute=0,
                orders_today=0,
                calls_last_minute=0,
                repeats_today=0,
                day_trades=0,
                sent_for_decision=ZERO,
            ),
            system=SystemFacts(
                trading_state=TradingState.ACTIVE,
                breaker_open=False,
                audit_available=True,
                stream_ready=True,
                reconciliation_age_s=ZERO,
                budget_left=True,
            ),
        )


@dataclass
class Drill:
    """One drill; `real` tells how the books stand that must not change."""

    store: Store
    limits: RiskLimits
    by: str
    real: Callable[[], Awaitable[Sequence[TradingLine]]]
    steps: list[DrillStep] = field(default_factory=list)

    async def run(self) -> DrillReport:
        """Return what was proven; it stands in the journal, passed or not.

        Raises:
            RejectedError: there is no bar to trade on, so nothing can be proven.
        """
        store = self.store
        halt_id = HaltId(store.ids.ulid(HALT_PREFIX))
        book = BookName(f"drill-{halt_id.removeprefix(HALT_PREFIX).lower()}")
        halt = Halt(
            id=halt_id, book=book, scope=HaltScope.CANCEL, reason=REASON, by=self.by, drill=True
        )
        before = await self.real()
        await self._walked(halt, await self._ground())
        after = await self.real()
        self._step("nothing real changed", list(before) == list(after), _named(after))
        report = DrillReport(halt_id=halt_id, book=book, steps=tuple(self.steps))
        await store.journal.commit(lambda _tx: [_drilled(report, self.by)])
        return report

    async def _walked(self, halt: Halt, ground: Ground) -> None:
        checks = _Checks(ground, self.limits, self._state(halt.book))
        service = self._service(halt.book, ground, checks)
        first = await self._placed(service, checks, ground, "first")
        rests = first.order.state in {OrderState.ACCEPTED, OrderState.WORKING}
        self._step("an entry rests at the broker", rests, f"1 {ground.symbol}, not filled")

        began = self.store.clock.monotonic()
        await self.store.journal.commit(lambda tx: halting(tx, halt))
        halted = await checks.state()
        self._step("a halt is on record", halted is TradingState.HALTED, halted, since=began)

        report = await self._switch(service).carry_out(halt)
        took = self._since(began)
        gone = first.order.client_order_id in report.cancelled and report.complete
        self._step("the entry is cancelled", gone and took < SLOW_MS, "confirmed", since=began)

        second = await self._placed(service, checks, ground, "second")
        order = second.order
        refused = (order.state, order.reason) == (OrderState.DENIED, "TRADING_HALTED")
        self._step("another entry is refused", refused, order.reason or order.state)

        await self.store.journal.commit(self._resumed(halt))
        free = await checks.state()
        self._step("a person resumes", free is TradingState.ACTIVE, free)

    async def _ground(self) -> Ground:
        listing = await self.store.market.listing()
        series = await self.store.market.series([each.symbol for each in listing if each.last])
        found = [
            Ground(
                symbol=symbol,
                session=one.bars[-1].session,
                price=one.bars[-1].close,
                volume=one.bars[-1].volume,
            )
            for symbol, one in series.items()
            if one.bars
        ]
        if not found:
            raise RejectedError(
                "there are no bars to drill on",
                effect="nothing was proven",
                fix="quorate data import FILE",
            )
        return min(found, key=lambda each: (each.price, each.symbol))

    async def _placed(
        self, service: ExecutionService, checks: _Checks, ground: Ground, name: str
    ) -> RecordedOrder:
        store = self.store
        request = OrderRequest(
            decision_id=DecisionId(store.ids.ulid("drl_")),
            decision_hash=sha256_hex(name),
            symbol=ground.symbol,
            side=Side.BUY,
            leg=Leg.ENTRY,
            kind=OrderKind.MARKET,
            quantity=ONE,
            intended_quantity=ONE,
            protective_stop=(ground.price * STOP).quantize(Decimal("0.01")),
        )
        intent = Intent(decided_at=store.clock.now(), trace_id=store.ids.trace_id())
        return await service.place(await checks.approved(request), intent)

    def _service(self, book: BookName, ground: Ground, checks: _Checks) -> ExecutionService:
        store = self.store
        broker = SimulatedBroker(
            book,
            store.journal,
            SimulatedMarket(sessions=(ground.session,), symbols=frozenset({ground.symbol})),
            store.settings.portfolio,
            SimulatedAccount(
                session=ground.session,
                cash=ground.price * WORTH,
                closes={ground.symbol: ground.price},
            ),
        )
        return ExecutionService(
            book=book,
            broker=broker,
            journal=store.journal,
            orders=SqlOrders(store.database, store.tenant),
            approval=checks,
            clock=store.clock,
            policy=ExecutionPolicy(),
            jitter=lambda: 0.0,
        )

    def _switch(self, service: ExecutionService) -> KillSwitch:
        store = self.store
        return KillSwitch(
            execution=service,
            orders=SqlOrders(store.database, store.tenant),
            journal=store.journal,
            clock=store.clock,
            trace_id=store.ids.trace_id(),
        )

    def _state(self, book: BookName) -> Callable[[], Awaitable[TradingState]]:
        """Return what reads the book's state inside the writer's transaction, where orders are held to it."""

        async def state() -> TradingState:
            found = [TradingStanding()]

            def look(tx: Transaction) -> Sequence[Event]:
                found[0] = tx.trading(book)
                return []

            await self.store.journal.commit(look)
            return found[0].state

        return state

    def _resumed(self, halt: Halt) -> Callable[[Transaction], Sequence[Event]]:
        return lambda tx: resuming(tx, halt.book, reason="the drill is over", by=self.by)

    def _since(self, began: float) -> int:
        return round(1000 * (self.store.clock.monotonic() - began))

    def _step(self, name: str, ok: bool, detail: str, since: float | None = None) -> None:  # noqa: FBT001
        ms = None if since is None else self._since(since)
        self.steps.append(DrillStep(name=name, ok=ok, detail=str(detail), ms=ms))


def _drilled(report: DrillReport, by: str) -> Event:
    return Event(
        stream=DRILLS,
        type=HaltFact.DRILLED,
        book=report.book,
        payload={
            "haltId": report.halt_id,
            "book": report.book,
            "passed": report.passed,
            "by": by,
            "steps": [
                {"name": step.name, "ok": step.ok, "detail": step.detail, "ms": step.ms}
                for step in report.steps
            ],
        },
    )


def _named(books: Sequence[TradingLine]) -> str:
    return ", ".join(f"{each.book} {each.state}" for each in books)


async def last_drill(store: Store) -> DrillReport | None:
    """Return what the newest drill proved, None before the first."""
    entries = await store.journal.entries(DRILLS)
    if not entries:
        return None
    facts = Facts(entries[-1].facts)
    return DrillReport(
        halt_id=facts.text("haltId"),
        book=BookName(facts.text("book")),
        at=entries[-1].ts,
        steps=tuple(
            DrillStep(
                name=step.text("name"),
                ok=step.flag("ok"),
                detail=step.text("detail"),
                ms=None if step.tree.get("ms") is None else step.count("ms"),
            )
            for step in facts.items("steps")
        ),
    )
