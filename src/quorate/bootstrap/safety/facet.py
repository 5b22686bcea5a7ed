"""Safety as people meet it: halt, resume, breakers, limits.

reason checked -> trading state and halt in one commit -> cancels at the broker, as long as it takes -> what came of it
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Final

import structlog

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
from quorate.bootstrap.safety.breakers import (
    TASKS,
    TRADING,
    component_breakers,
    model_breakers,
    name_of,
    trading_breaker,
)
from quorate.bootstrap.safety.carrying_out import HaltsUnderWay
from quorate.bootstrap.safety.drill import Drill, last_drill
from quorate.bootstrap.safety.emergency import latched, released
from quorate.bootstrap.safety.limits import etag_of_limits, limit_lines
from quorate.bootstrap.safety.ports import Intake, TradingBooks
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
    HaltScope,
    TradingLine,
    checked_reason,
    halting,
    read_report,
    resuming,
)
from quorate.execution.halting.halt import moved_by
from quorate.execution.recorded import WHOLE_HOME
from quorate.kernel.errors import ConflictError, QuorateError, RejectedError
from quorate.kernel.ids import BookName, RunId, is_name
from quorate.kernel.journal import Event
from quorate.risk import TradingEvent, TradingState

_LOG = structlog.get_logger()

LOOK_EVERY_S: Final = 1.0
"""How often a process that serves looks for a halt that waits in the home."""

_NOTHING: Final = "nothing was changed"


class Safety:
    """One home's safety; `intake` is who lets new tasks in, asked for late because it halts trading itself."""

    def __init__(
        self,
        store: Store,
        trading: TradingBooks,
        models: Models,
        intake: Callable[[], Intake],
    ) -> None:
        self._store = store
        self._trading = trading
        self._models = models
        self._intake = intake
        self._under_way = HaltsUnderWay(store, trading)

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

        Without a book the whole home is halted: books that are opened later are, too, until somebody resumes it. No
        new risk is taken by any process once this commits, whatever happens to the broker, to this process, or to the
        machine; cancels that are not confirmed in time go on as long as this process does. `on_halted` hears of
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
        reports = await self._under_way.carried_out(halts, wish.patience_s)
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
        """Let trading go on, for a person who looked why it stopped; without a book, in the whole home.

        Raises:
            RejectedError: there is no reason, or no such book, or the whole home is halted.
        """
        said = checked_reason(reason)
        before = await self.standings(book)
        if book is not None:
            await self._require_home()
        resumed: list[BookName] = []

        def decide(tx: Transaction) -> Sequence[Event]:
            resumed.clear()
            home = () if book is not None else resuming(tx, WHOLE_HOME, reason=said, by=by)
            events: list[Event] = [*home]
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
        """Return the breakers on trading and on new tasks, those of components, and of the models that were asked."""
        now = self._store.clock.monotonic()
        return [
            trading_breaker(await self.standings()),
            await self._intake().breaker(),
            *component_breakers(self._store.boundaries, now),
            *model_breakers(self._models, now),
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
        elif name == TASKS:
            await self._intake().reset(reason=said, by=by)
        else:
            self._store.boundaries.reset(name)
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
        await self._under_way.close(patience)

    async def is_home_halted(self) -> bool:
        """Return whether the whole home is halted, later books too: then only a resumption without a book helps."""
        (home,) = await standings_of(self._store, [WHOLE_HOME])
        return not home.trades

    async def _require_home(self) -> None:
        (home,) = await standings_of(self._store, [WHOLE_HOME])
        if not home.trades:
            raise RejectedError(
                f"the whole home was halted by {home.by}: {home.reason}",
                effect=_NOTHING,
                fix="quorate resume --reason TEXT, without a book",
                slug="conflict",
            )

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
            if wish.book is None:
                told = moved_by(
                    tx, WHOLE_HOME, TradingEvent.HALT, reason=halts[0].reason, by=wish.by
                )
                events += told
            if key is not None:
                trace, now = self._store.ids.trace_id(), self._store.clock.now()
                events.append(acceptance_event(key, RunId(halts[0].id), trace, last=last, now=now))
            return events

        await self._store.journal.commit(decide)

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
