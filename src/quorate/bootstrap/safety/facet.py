"""Safety as people meet it: halt, resume, breakers, limits.

reason checked -> trading state and halt in one commit -> cancels at the broker, as long as it takes -> what came of it
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Final

import structlog

from quorate.adapters.sql.orders import SqlOrders
from quorate.adapters.sql.transaction import Transaction
from quorate.arena.acceptance import acceptance_event, last_acceptance, standing
from quorate.bootstrap.background import PATIENCE_SECONDS
from quorate.bootstrap.models import Models
from quorate.bootstrap.safety.answers import (
    BreakerChange,
    BreakerLine,
    DrillReport,
    HaltOutcome,
    HaltWish,
    LimitLine,
    Resumption,
    SafetyView,
)
from quorate.bootstrap.safety.breakers import TRADING, model_breakers, name_of, trading_breaker
from quorate.bootstrap.safety.drill import Drill, last_drill
from quorate.bootstrap.safety.emergency import latched, released
from quorate.bootstrap.safety.limits import etag_of_limits, limit_lines
from quorate.bootstrap.safety.ports import TradingBooks
from quorate.bootstrap.safety.reading import locks_of, reach, standing_of, standings_of, view_of
from quorate.bootstrap.safety.usage import usage_of
from quorate.bootstrap.store import Store
from quorate.cycle.risk_desk.locks import PERSONS
from quorate.execution.halting import (
    HALT_PREFIX,
    BookHalt,
    Halt,
    HaltFact,
    HaltId,
    HaltReport,
    HaltScope,
    KillSwitch,
    Left,
    TradingLine,
    adds_risk,
    checked_reason,
    ended,
    halting,
    read_report,
    resuming,
)
from quorate.kernel.errors import ConflictError, QuorateError, RejectedError
from quorate.kernel.ids import BookName, RunId, is_name
from quorate.kernel.journal import Event
from quorate.risk import TradingState

_LOG = structlog.get_logger()

LOOK_EVERY_S: Final = 1.0
"""How often a process that serves looks for a halt that waits in the home."""

_NOTHING: Final = "nothing was changed"


class Safety:
    """One home's safety."""

    def __init__(self, store: Store, trading: TradingBooks, models: Models) -> None:
        self._store = store
        self._trading = trading
        self._models = models
        self._orders = SqlOrders(store.database, store.tenant)
        self._under_way: set[asyncio.Task[HaltReport | None]] = set()

    async def standings(self, book: BookName | None = None) -> Sequence[TradingLine]:
        """Return how the books stand that a halt would stop, the one that is shown first: few rows, for every page.

        Raises:
            RejectedError: there is no such book (slug `not-found`).
        """
        if book is not None:
            return [await self._named(book)]
        current, working = await self._trading.current_book(), await self._trading.working_book()
        return await standings_of(self._store, list(dict.fromkeys((current, working))))

    async def view(self, book: BookName | None = None) -> SafetyView:
        """Return what would stop a trade now, and what has; raises as `standings`."""
        shown, *also = await self.standings(book)
        return await view_of(self._store, shown, also)

    async def halt(
        self, wish: HaltWish, on_halted: Callable[[Sequence[TradingLine]], None] | None = None
    ) -> HaltOutcome:
        """Stop trading at once, and return what came of it after `patience_s` at the most.

        No new risk is taken by any process once this commits, whatever happens to the broker, to this process, or to
        the machine; cancels that are not confirmed in time go on as long as this process does. `on_halted` hears of
        the books as soon as that is so.

        Raises:
            RejectedError: there is no reason or no such book, or the key was used for another halt.
            UnavailableError: the database gave no answer, so nobody can say that trading is halted.
        """
        reason = checked_reason(wish.reason)
        before = await self.standings(wish.book)
        if (done := await self._done_before(wish)) is not None:
            return done
        id_ = HaltId(self._store.ids.ulid(HALT_PREFIX))
        halts = [
            Halt(id=id_, book=each.book, scope=wish.scope, reason=reason, by=wish.by)
            for each in before
        ]
        touched = [await reach(self._store, each.book) for each in halts]
        try:
            await self._ordered(halts, wish)
        except ConflictError:
            if (done := await self._done_before(wish)) is None:
                raise
            return done
        if on_halted is not None:
            on_halted(before)
        reports = await self._carried_out(halts, wish.patience_s)
        after = await standings_of(self._store, [each.book for each in halts])
        return HaltOutcome(
            books=tuple(
                BookHalt(
                    halt=halt,
                    standing=now,
                    applied=was.state is not TradingState.HALTED,
                    reach=each,
                    report=reports.get(halt.book),
                )
                for halt, was, now, each in zip(halts, before, after, touched, strict=True)
            )
        )

    async def halted(self, halt_id: str) -> HaltOutcome:
        """Return what came of a halt so far; of an unknown one no book is told."""
        told = [await self._told_again(each, halt_id) for each in await self.standings()]
        return HaltOutcome(books=tuple(each for each in told if each is not None), replayed=True)

    async def resume(self, reason: str, by: str, book: BookName | None = None) -> Resumption:
        """Let trading go on, for a person who looked why it stopped.

        Raises:
            RejectedError: there is no reason, or no such book.
        """
        said = checked_reason(reason)
        before = await self.standings(book)
        resumed: list[BookName] = []

        def decide(tx: Transaction) -> Sequence[Event]:
            resumed.clear()
            events: list[Event] = []
            for each in before:
                moved = resuming(tx, each.book, reason=said, by=by)
                resumed.extend([each.book] if moved else [])
                events += moved
            return events

        await self._store.journal.commit(decide)
        after = await standings_of(self._store, [each.book for each in before])
        return Resumption(books=tuple(after), resumed=tuple(resumed))

    async def limits(self, book: BookName | None = None) -> Sequence[LimitLine]:
        """Return every limit and how full it is for a book; raises as `standings`."""
        shown, *_ = await self.standings(book)
        return limit_lines(self._store.settings.risk, await usage_of(self._store, shown))

    @property
    def limits_etag(self) -> str:
        """Return what tells the limits in force from all others."""
        return etag_of_limits(self._store.settings.risk)

    async def drill(self, by: str) -> DrillReport:
        """Return what a halt proves on a scratch book; nothing real changes, and it stands in the journal.

        Raises:
            RejectedError: there are no bars to drill on.
        """
        limits = self._store.settings.risk
        return await Drill(store=self._store, limits=limits, by=by, real=self.standings).run()

    async def last_drill(self) -> DrillReport | None:
        """Return what the newest drill proved, None before the first."""
        return await last_drill(self._store)

    async def lift_lock(self, lock: str, reason: str, by: str, book: BookName) -> None:
        """End a lock that waits for a person; `lock` is its kind and its symbol, as in "REPEATED_EXECUTION:AAPL".

        Raises:
            RejectedError: there is no reason, or no such lock that a person could lift (slug `not-found`).
        """
        said = checked_reason(reason)
        for each in await locks_of(self._store, book):
            if f"{each.kind}:{each.symbol}" == lock and each.kind in PERSONS:
                opened = await self._trading.open_book(book)
                await opened.desk.lifted(each.kind, each.symbol, reason=said, by=by)
                return
        raise RejectedError(
            f"there is no lock '{lock[:80]}' that a person lifts", effect=_NOTHING, slug="not-found"
        )

    async def breakers(self) -> Sequence[BreakerLine]:
        """Return the auditor's breaker on trading, and those of the models that this process has asked."""
        return [
            trading_breaker(await self.standings()),
            *model_breakers(self._models, self._store.clock.monotonic()),
        ]

    async def reset_breaker(self, name: str, reason: str, by: str) -> BreakerChange:
        """Close a breaker; that of trading lets it go on, for a person who looked what the auditor found.

        Raises:
            RejectedError: there is no such breaker (slug `not-found`), no reason, or trading was halted by somebody.
        """
        said = checked_reason(reason)
        line = await self._breaker(name)
        if line.closed:
            return BreakerChange(line=line, applied=False)
        if name == TRADING:
            for each in await self.standings():
                if each.tripped:
                    await self.resume(said, by, each.book)
        else:
            for model in [each for each in self._models.healths() if name_of(each) == name]:
                self._models.reset(model)
            _LOG.warning("breaker_reset", breaker=name, by=by, reason=said)
        return BreakerChange(line=await self._breaker(name), applied=True)

    async def recover(self) -> Sequence[str]:
        """Bring a halt into force that was ordered while the database gave no answer, and return a sentence on it."""
        home = self._store.settings.home
        waiting = latched(home)
        if waiting is None:
            return []
        await self.halt(HaltWish(scope=HaltScope.NEW, reason=waiting.reason, by=waiting.by))
        return released(home)

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        """Look every second whether a halt waits in the home, as long as the block lasts: the database may be back."""
        task = asyncio.create_task(self._look())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])

    async def _look(self) -> None:
        while True:
            await self._store.clock.sleep(LOOK_EVERY_S)
            with suppress(QuorateError):
                await self.recover()

    async def close(self, patience: float = PATIENCE_SECONDS) -> None:
        """Wait a while for cancels that are under way, then leave them: the halt stands, and may be ordered again."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=patience)
        for task in tuple(self._under_way):
            task.cancel()
        if self._under_way:
            await asyncio.wait(self._under_way)

    async def _named(self, book: BookName) -> TradingLine:
        if not is_name(book):
            raise RejectedError(
                f"there is no book '{book[:80]}'", effect=_NOTHING, slug="not-found"
            )
        return await standing_of(self._store, book)

    async def _breaker(self, name: str) -> BreakerLine:
        lines = {line.name: line for line in await self.breakers()}
        if name not in lines:
            raise RejectedError(
                f"there is no breaker '{name[:80]}' in this process",
                effect=_NOTHING,
                fix="quorate breakers; those of models belong to the process that asks them",
                slug="not-found",
            )
        return lines[name]

    async def _ordered(self, halts: Sequence[Halt], wish: HaltWish) -> None:
        key = wish.key
        last = last_acceptance(await self._store.journal.entries(key.stream)) if key else None

        def decide(tx: Transaction) -> Sequence[Event]:
            events = [event for halt in halts for event in halting(tx, halt)]
            if key is not None:
                trace, now = self._store.ids.trace_id(), self._store.clock.now()
                events.append(acceptance_event(key, RunId(halts[0].id), trace, last=last, now=now))
            return events

        await self._store.journal.commit(decide)

    async def _carried_out(
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

    async def _done_before(self, wish: HaltWish) -> HaltOutcome | None:
        """Return what the halt with this key came to, None where its key is free.

        Raises:
            RejectedError: the key stands for another halt (slug `idempotency-reused`).
        """
        if wish.key is None:
            return None
        last = last_acceptance(await self._store.journal.entries(wish.key.stream))
        found = standing(wish.key, last, self._store.clock.now())
        if found is None:
            return None
        return await self.halted(found.run_id)

    async def _told_again(self, now: TradingLine, halt_id: str) -> BookHalt | None:
        """Return the halt with this id of a book with what is known of it, None where it did not concern the book."""
        entries = await self._store.journal.entries(f"halt:{now.book}")
        told = {each.type: each.facts for each in entries if each.facts["haltId"] == halt_id}
        if HaltFact.ORDERED not in told:
            return None
        ordered, over = told[HaltFact.ORDERED], told.get(HaltFact.ENDED)
        halt = Halt(
            id=HaltId(halt_id),
            book=now.book,
            scope=HaltScope(str(ordered["scope"])),
            reason=str(ordered["reason"]),
            by=str(ordered["by"]),
        )
        return BookHalt(
            halt=halt,
            standing=now,
            applied=False,
            reach=await reach(self._store, now.book),
            report=None if over is None else read_report(over),
        )
