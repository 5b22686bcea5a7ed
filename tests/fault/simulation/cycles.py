"""Processes that walk whole cycles: the product's own books, opened as it opens them, in a simulated world."""

from __future__ import annotations

import asyncio
import atexit
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

from quorate.adapters.keys.ed25519 import signing_key_at
from quorate.adapters.keys.notary import FileNotary
from quorate.adapters.sql.market_data import SqlMarketData
from quorate.adapters.sql.news import SqlNews
from quorate.adapters.sql.series import FETCHED
from quorate.bootstrap import seeding
from quorate.bootstrap.analysing import NoWorkers
from quorate.bootstrap.arbitration.refusing import RefusingCourt
from quorate.bootstrap.importing import imported_events
from quorate.bootstrap.law import HomeCourt
from quorate.bootstrap.models import Agents
from quorate.bootstrap.running import Runner
from quorate.bootstrap.store import Store
from quorate.bootstrap.trading.books import (
    BookParts,
    OpenBook,
    cycles_of,
    open_replay_book,
    replay_book_event,
)
from quorate.config import Settings
from quorate.cycle.ports import Step
from quorate.cycle.record import Trigger
from quorate.cycle.service import CycleWish
from quorate.cycle.watch.service import Watch
from quorate.execution.recorded import trading_event
from quorate.kernel.errors import ConflictError, UnavailableError
from quorate.kernel.ids import BookName, Symbol, TraceId, crockford
from quorate.kernel.journal import Event
from quorate.market.series import Series
from quorate.risk import TRADING_TABLE, TradingEvent, TradingState
from tests.fakes.homes import settings_of
from tests.fault.simulation.cast import SYMBOLS, WARM_UP, OpinionatedAgents, series_of, sessions_of
from tests.fault.simulation.memory import TENANT
from tests.fault.simulation.world import Process, World

REPLAY = BookName("replay-1")
PAPER = BookName("paper")
SESSIONS = 7
"""So many are walked in a world of bars."""
Around = Callable[[Step], Step]
SECRETS = ("canary-database", "canary-redis", "canary-webhook")
"""Stand in the settings of every simulated process, and must stand nowhere else."""
LEASE_S = 20
ATTEMPTS = 30


@cache
def _home() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="quorate-simulated-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@cache
def settings() -> Settings:
    """Return the settings of every simulated process."""
    return settings_of(
        _home(),
        JOURNAL__LEASE_SECONDS=str(LEASE_S),
        LOG__LEVEL="error",
        DATABASE_URL=f"postgresql+psycopg://quorate:{SECRETS[0]}@127.0.0.1/simulated",
        RESULTS__REDIS_URL=f"redis://:{SECRETS[1]}@127.0.0.1/0",
        ALERTS__WEBHOOK_URL=f"https://127.0.0.1/{SECRETS[2]}",
    )


@cache
def _notary() -> FileNotary:
    key = _home() / "key"
    key.write_bytes(bytes(range(32)))  # the same key in every process: a seed is the same world
    key.chmod(0o600)
    return FileNotary(signing_key_at(key), _home() / "checkpoints")


@dataclass
class DrawnIds:
    """Ids that the seed draws, in the order of virtual time."""

    chance: Random
    clock: Any

    def ulid(self, prefix: str) -> str:
        milliseconds = int(self.clock.now().timestamp() * 1000)
        return prefix + crockford(milliseconds, 10) + crockford(self.chance.getrandbits(80), 16)

    def trace_id(self) -> TraceId:
        return TraceId(f"{self.chance.getrandbits(128):032x}")


class _NoFiles:
    """Keeps no files of a cycle's messages: they stand in the journal."""

    async def keep(self, cycle_id: Any, lines: Any) -> None:
        assert cycle_id
        assert lines


def store_of(process: Process) -> Store:
    """Return the store as the process sees it."""
    database = process.world.database
    return Store(
        settings=settings(),
        tenant=TENANT,
        database=database,
        writer=process.writer,
        journal=process.journal,
        notary=_notary(),
        market=SqlMarketData(database, TENANT),
        fetched=SqlMarketData(database, TENANT, FETCHED),
        news=SqlNews(database, TENANT),
        clock=process.clock,
        ids=DrawnIds(process.world.chance, process.clock),
    )


def parts_of(process: Process, seed: int) -> BookParts:
    """Return what every book of a process shares; its agents say what the seed draws."""
    store = store_of(process)
    agents = OpinionatedAgents(seed, store.clock, failing=process.world.rates.loss / 3)
    cast = Agents(agents, SimpleNamespace(providers=frozenset()))  # type: ignore[arg-type]
    runner = Runner(store, cast, RefusingCourt(HomeCourt(store), store), NoWorkers())
    watch = Watch(journal=store.journal, traces=_NoFiles(), clock=store.clock)
    return BookParts(store=store, runner=runner, watch=watch, owner=process.name)


async def seeded(process: Process, series: Sequence[Series], sessions: Sequence[date]) -> bool:
    """Give the world its key, profiles, bars and a REPLAY book that stands before the first session to decide."""
    store = store_of(process)

    def decide(tx: Any) -> list[Event]:
        return [
            *seeding._key(store, tx),
            *seeding._profiles(tx),
            *imported_events(series, tx),
            replay_book_event(REPLAY, Decimal(100_000), sessions[WARM_UP]),
        ]

    await store.journal.commit(decide)
    return True


class Replaying:
    """One life of a process that replays the world's bars, one cycle a session."""

    def __init__(self, process: Process, seed: int, last: date, around: Around) -> None:
        self._process, self._last, self._around = process, last, around
        self._parts = parts_of(process, seed)

    async def walk(self) -> bool:
        """Walk every session that is left; True when the last one is played."""
        for _ in range(ATTEMPTS):
            try:
                book = await open_replay_book(self._parts, REPLAY)
                if await self._walked(book):
                    return True
            except (UnavailableError, ConflictError):
                await self._process.clock.sleep(7.0)
        self._process.world.problems.append(f"not at the end after {ATTEMPTS} attempts")
        return True

    async def _walked(self, book: OpenBook) -> bool:
        cycles = cycles_of(self._parts, book)
        cycles._steps = {name: self._around(step) for name, step in cycles._steps.items()}
        await cycles.resumed()
        for _ in range(3):
            if book.session is None or book.session >= self._last:
                return True
            wish = CycleWish(
                trigger=Trigger.REPLAY, symbols=tuple(map(Symbol, SYMBOLS)), session=book.session
            )
            await cycles.once(wish)
            await self._looked_at(book)
        return False

    async def _looked_at(self, book: OpenBook) -> None:
        """Be the person who looks after a halt, and resumes at times."""
        if self._process.world.chance.random() < 0.5:
            await moved_trading(self._process, book.name, TradingEvent.RESUME)


async def moved_trading(process: Process, book: BookName, event: TradingEvent) -> None:
    """Commit what a person does to a book's trading state."""

    def decide(tx: Any) -> list[Event]:
        before = tx.trading(book)
        after = TRADING_TABLE.moves.get(before.state, {}).get(event)
        if after is None or after is before.state:
            return []
        return [trading_event(book, before, after, reason="drill", by="operator")]

    await process.journal.commit(decide)


async def taken_up(process: Process, seed: int) -> bool:
    """Finish the tasks that dead processes left, as a process that serves does from time to time."""
    runner = parts_of(process, seed).runner
    for _ in range(3):
        await process.clock.sleep(2.0 * LEASE_S)
        await runner.recover()
    return True


def _as_it_is(step: Step) -> Step:
    return step


async def replayed(world: World, seed: int, around: Around = _as_it_is) -> None:
    """Replay a made-up market through crashes, then once more without any; every step as `around` makes it."""
    sessions = sessions_of(WARM_UP + SESSIONS + 2)
    series = series_of(world.chance, sessions)
    rates, world.venue.rates = world.rates, world.rates.healed()
    await world.lived("seed", lambda process: seeded(process, series, sessions))
    world.venue.rates = rates
    last = sessions[WARM_UP + SESSIONS]

    def life(process: Process) -> Any:
        return Replaying(process, seed, last, around).walk()

    rivals = world.chance.choice((1, 2))
    async with asyncio.TaskGroup() as group:
        for number in range(rivals):
            group.create_task(world.again_and_again(f"replay-{number}", life, 3600))
    world.venue.rates = rates.healed()
    await world.lived("survivor", life)
    await world.lived("keeper", lambda process: taken_up(process, seed))


__all__ = ["PAPER", "REPLAY", "TradingState", "replayed"]
