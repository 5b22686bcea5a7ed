"""Trading: every book that cycles walk, and who walks them: a person, the schedule, or a replay."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial

from quorate.adapters.sql.books import book_named, replay_books
from quorate.adapters.sql.cycles import cycles_of as cycles_of_book
from quorate.adapters.sql.cycles import newest_book, open_cycles, schedule_of, stage_of
from quorate.adapters.sql.holdings import trading_of
from quorate.adapters.sql.orders import stops_hit
from quorate.adapters.sql.outcome_listing import outcome_totals
from quorate.adapters.sql.transaction import Transaction
from quorate.arena.record import RecordedRun
from quorate.arena.strategy import strategy_named
from quorate.bootstrap.broking import OpenedBroker, has_broker, open_broker
from quorate.bootstrap.running import Runner
from quorate.bootstrap.store import Store
from quorate.bootstrap.trading.books import (
    PAPER_BOOK,
    BookParts,
    OpenBook,
    cycles_of,
    open_paper_book,
    open_replay_book,
    preview_of,
    replay_book_event,
)
from quorate.bootstrap.trading.following import followed_run
from quorate.bootstrap.trading.replayed import ReplayedBook
from quorate.cycle.ports import Watch
from quorate.cycle.record import BookStage, RecordedCycle, Trigger, read_cycle, stream_of
from quorate.cycle.schedule import Schedule, ScheduleState, started, stopped
from quorate.cycle.service import CycleRunningError, CycleService, CycleWish
from quorate.cycle.stage import AT_REST
from quorate.cycle.strategies.default import with_default
from quorate.kernel.errors import ConflictError, RejectedError
from quorate.kernel.ids import BookName, StrategyName, Symbol
from quorate.kernel.journal import Event
from quorate.portfolio.book import BookMode


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleStatus:
    """Where the cycles of a book stand; `session` is a REPLAY book's day, None where the book is not open here."""

    book: BookName
    mode: BookMode
    stage: BookStage
    schedule: Schedule
    session: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayTerms:
    """A replay that somebody wants: sessions from `first` to `last`, both included."""

    first: date
    last: date
    symbols: tuple[Symbol, ...]
    strategy: StrategyName | None = None


class Trading:
    """The books of one home, opened when they are asked for."""

    def __init__(
        self,
        store: Store,
        runner: Runner,
        watch: Watch,
        followed: Callable[[StrategyName], Awaitable[object]],
    ) -> None:
        owner = f"{socket.gethostname()}:{os.getpid()}:{store.ids.trace_id()[:8]}"
        self._store = store
        self._followed = followed
        self._parts = BookParts(store=store, runner=runner, watch=watch, owner=owner)
        self._stack = AsyncExitStack()
        self._open: dict[BookName, tuple[OpenBook, CycleService]] = {}
        self._broker: OpenedBroker | None = None
        self._opening = asyncio.Lock()

    async def close(self) -> None:
        """Let go of the broker's connections."""
        await self._stack.aclose()

    async def working_book(self) -> BookName:
        """Return the book that `cycle once` and the schedule work on: the paper account's where there are keys."""
        return PAPER_BOOK if has_broker(self._store.settings) else self._store.settings.book.name

    async def current_book(self) -> BookName:
        """Return the book that is shown where nobody names one: that of the newest cycle, else the working one."""
        newest = await self._store.database.look_up(partial(newest_book, tenant=self._store.tenant))
        return newest or await self.working_book()

    async def open_book(self, name: BookName) -> OpenBook:
        """Return the book, opened once a process.

        Raises:
            RejectedError: there is none of that name, or its broker cannot be used.
            UnavailableError: its broker gave no answer.
        """
        return (await self._opened(name))[0]

    async def once(
        self, name: BookName | None = None, *, trigger: Trigger = Trigger.MANUAL
    ) -> RecordedCycle:
        """Walk one cycle of a book, of the working one where none is named, and return it as it was recorded.

        Raises:
            CycleRunningError: one is under way.
            RejectedError: there is no such book, a REPLAY book has no session left, or the strategy may not be
                followed.
        """
        book, cycles = await self._opened(name or await self.working_book())
        await cycles.resumed()
        cycle = await cycles.once(await self._wish(book, trigger))
        return read_cycle(await self._store.journal.entries(stream_of(cycle.facts.cycle_id)))

    async def preview(self, name: BookName | None = None) -> RecordedCycle:
        """Return a cycle up to the orders that it would send; none is sent, and no row of it is written.

        The arena's run is on record, as a run by itself.

        Raises:
            CycleRunningError: a cycle of the book is under way.
            RejectedError: as `once`.
        """
        book, _ = await self._opened(name or await self.working_book())
        stage = (await self.status(book.name)).stage
        if stage.stage not in AT_REST:
            raise CycleRunningError(
                f"a cycle of {book.name} is under way: {stage.cycle_id}",
                effect="nothing is shown",
                fix="quorate cycle status",
            )
        return await preview_of(self._parts, book).of(await self._wish(book, Trigger.MANUAL))

    async def _wish(self, book: OpenBook, trigger: Trigger) -> CycleWish:
        """Return what a cycle that is wanted now is about."""
        await book.caught_up()
        await self._require_session(book)
        policy = self._store.settings.cycle
        strategy = None if not policy.strategy else StrategyName(policy.strategy)
        if strategy is not None and book.mode is not BookMode.REPLAY:
            await self._followed(strategy)
        return CycleWish(
            trigger=trigger,
            symbols=self._symbols(strategy),
            session=book.session,
            strategy=strategy,
        )

    async def _require_session(self, book: OpenBook) -> None:
        """Refuse a second cycle at the close of the session behind which there are no bars."""
        newest = await self._store.database.look_up(
            lambda connection: cycles_of_book(connection, self._store.tenant, book.name, most=1)
        )
        if book.session is not None and newest and newest[0].session == book.session:
            raise RejectedError(
                f"no bars are stored after {book.session}, at which book {book.name} stands",
                effect="no cycle was started",
                fix="quorate data import FILE, or quorate replay for a book of its own",
                slug="conflict",
            )

    async def followed_run(self, run: RecordedRun) -> RecordedCycle:
        """Walk the cycle whose analysis `run` is, and return it; the same run is followed once, whoever asks how often.

        Raises:
            CycleRunningError: another cycle of its book is under way.
            RejectedError: a REPLAY book decides at the close of another session.
        """
        book, cycles = await self._opened(run.header.fact.book)
        return await followed_run(self._store, book, cycles, run)

    async def status(self, name: BookName | None = None) -> CycleStatus:
        """Return where the cycles of a book stand, of the working one where none is named; nothing is opened for it.

        Raises:
            RejectedError: there is no such book.
        """
        book, tenant = name or await self.working_book(), self._store.tenant
        found, stage, schedule = await self._store.database.look_up(
            lambda connection: (
                book_named(connection, tenant, book),
                stage_of(connection, tenant, book),
                schedule_of(connection, tenant, book),
            )
        )
        if found is None and book != PAPER_BOOK:
            raise RejectedError(
                f"there is no book '{book}'",
                effect="nothing is shown",
                fix="leave --book out for the book that cycles work on",
                slug="not-found",
            )
        mode = BookMode.PAPER if found is None else found.mode
        opened = self._open.get(book)
        return CycleStatus(
            book=book,
            mode=mode,
            stage=stage,
            schedule=schedule,
            session=None if opened is None else opened[0].session,
        )

    async def start(self, every_s: float | None = None) -> CycleStatus:
        """Have cycles of the working book started by themselves from now on, while the hub serves."""
        book, every = await self.working_book(), every_s or self._store.settings.cycle.every_s
        now = self._store.clock.now()
        await self._store.journal.commit(lambda tx: [started(book, tx.schedule(book), every, now)])
        return await self.status(book)

    async def stop(self) -> CycleStatus:
        """Have no further cycle started by itself; one under way goes on to its end."""
        book = await self.working_book()

        def decide(tx: Transaction) -> Sequence[Event]:
            before = tx.schedule(book)
            return [] if before.state is ScheduleState.STOPPED else [stopped(book, before)]

        await self._store.journal.commit(decide)
        return await self.status(book)

    async def replay(
        self,
        terms: ReplayTerms,
        on_cycle: Callable[[RecordedCycle], None] = lambda _cycle: None,
        is_enough: Callable[[], bool] = lambda: False,
    ) -> ReplayedBook:
        """Walk one cycle for every session of the terms on a book of its own, and return what came of it.

        Raises:
            RejectedError: there are no bars of a symbol, or fewer than two sessions between the days.
        """
        if terms.strategy is not None:
            strategy_named(terms.strategy, with_default(self._store.settings.strategies))
        sessions = await self._sessions(terms)
        name = await self._new_book(sessions[0])
        book = await open_replay_book(self._parts, name, terms.symbols)
        cycles, walked = cycles_of(self._parts, book), list[RecordedCycle]()
        for session in sessions:
            if is_enough():
                break
            wish = CycleWish(
                trigger=Trigger.REPLAY,
                symbols=terms.symbols,
                session=session,
                strategy=terms.strategy,
            )
            walked.append(await cycles.once(wish))
            on_cycle(walked[-1])
        self._open[name] = (book, cycles)
        return await self._replayed(book, tuple(walked))

    async def recover(self) -> Sequence[str]:
        """Finish the cycles whose process died, and return a sentence on each."""
        left = await self._store.database.look_up(partial(open_cycles, tenant=self._store.tenant))
        said = []
        for line in left:
            with suppress(CycleRunningError):
                _, cycles = await self._opened(line.book)
                cycle = await cycles.resumed()
                if cycle is not None:
                    end = "failed" if cycle.failed else "finished"
                    said.append(
                        f"{line.cycle_id} of {line.book}, left {line.stage} by a process that ended, is {end} now"
                    )
        return said

    async def _opened(self, name: BookName) -> tuple[OpenBook, CycleService]:
        async with self._opening:
            if name not in self._open:
                book = await self._open_one(name)
                self._open[name] = (book, cycles_of(self._parts, book))
        return self._open[name]

    async def _open_one(self, name: BookName) -> OpenBook:
        if name != PAPER_BOOK:
            return await open_replay_book(self._parts, name)
        if self._broker is None:
            self._broker = await self._stack.enter_async_context(
                open_broker(self._store.settings, self._store.clock, self._store.boundaries)
            )
        if self._broker is None:
            raise RejectedError(
                "the paper account's keys are not set",
                effect="nothing was traded",
                fix="export APCA_API_KEY_ID and APCA_API_SECRET_KEY, or quorate keys set alpaca",
                slug="unauthenticated",
            )
        return await open_paper_book(self._parts, self._broker, self._stack)

    def _symbols(self, strategy: StrategyName | None) -> tuple[Symbol, ...]:
        settings = self._store.settings
        if strategy is not None:
            named = strategy_named(strategy, with_default(settings.strategies)).symbols
            if named:
                return tuple(map(Symbol, named))
        return settings.cycle.named

    async def _sessions(self, terms: ReplayTerms) -> Sequence[date]:
        stored = await self._store.market.series(list(terms.symbols))
        unknown = [symbol for symbol in terms.symbols if symbol not in stored]
        if unknown or not terms.symbols:
            raise RejectedError(
                f"no bars are stored of {', '.join(unknown) or 'no symbol at all'}",
                effect="nothing was run",
                fix="quorate data list",
                slug="not-found",
            )
        known = {session for one in stored.values() for session in one.sessions}
        wanted = sorted(each for each in known if terms.first <= each <= terms.last)
        if not wanted:
            raise RejectedError(
                f"no session lies between {terms.first} and {terms.last}",
                effect="nothing was run",
                fix=f"choose days from {min(known)} to {max(known)}",
            )
        return wanted

    async def _replayed(self, book: OpenBook, cycles: tuple[RecordedCycle, ...]) -> ReplayedBook:
        tenant, standing = self._store.tenant, await book.keeper.standing()
        totals, state, stops = await self._store.database.read(
            lambda connection: (
                outcome_totals(connection, tenant, book.name),
                trading_of(connection, tenant, book.name),
                stops_hit(connection, tenant, book.name),
            )
        )
        return ReplayedBook(
            book=book.name,
            cycles=cycles,
            began_with=self._store.settings.book.starting_cash,
            cash=standing.cash,
            equity=standing.equity,
            gap=standing.gap,
            held=await book.orders.held(book.name),
            outcomes=totals,
            stops=stops,
            state=state,
        )

    async def _new_book(self, session: date) -> BookName:
        """Open a book of the replay's own, numbered on."""
        cash: Decimal = self._store.settings.book.starting_cash
        while True:
            taken = await self._store.database.look_up(
                partial(replay_books, tenant=self._store.tenant)
            )
            name = BookName(f"replay-{len(taken) + 1}")
            opened = replay_book_event(name, cash, session)
            with suppress(ConflictError):
                await self._store.journal.commit(partial(_just, opened))
                return name


def _just(event: Event, _tx: Transaction) -> Sequence[Event]:
    return [event]
