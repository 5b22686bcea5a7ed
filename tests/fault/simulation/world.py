"""The world of one seed: one database, one venue, and the processes that come, die and come again."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from quorate.adapters.sql.journal import SqlJournal
from quorate.adapters.sql.orders import SqlOrders
from tests.fault.simulation.line import Line
from tests.fault.simulation.memory import TENANT, InlineWriter, KilledError, MemoryDatabase
from tests.fault.simulation.rates import Rates
from tests.fault.simulation.venue import Venue
from tests.fault.simulation.virtual import VirtualClock, VirtualLoop

MARKET_TICK_S = 3.0


@dataclass
class Process:
    """A process of the product: what it stands on is its own, and nothing of it does anything once it is dead."""

    name: str
    world: World
    clock: VirtualClock
    alive: bool = True
    root: asyncio.Future[Any] | None = None
    writer: InlineWriter = field(init=False)
    journal: SqlJournal = field(init=False)
    orders: SqlOrders = field(init=False)
    line: Line = field(init=False)

    def __post_init__(self) -> None:
        world = self.world
        self.writer = InlineWriter(
            world.database,
            self.clock,
            self.failpoint,
            latency=lambda: world.chance.uniform(0.0, 0.02),
            wrote=lambda seq: world.writers.setdefault(seq, self.name),
        )
        self.journal = SqlJournal(self.writer, world.database, TENANT)
        self.orders = SqlOrders(world.database, TENANT)
        self.line = Line(world.venue, self.passed)

    def passed(self, name: str) -> None:
        """Go on, or die here."""
        if self.alive and self.world.chance.random() < self.world.venue.rates.crash:
            self.die(name)
        if not self.alive:
            raise KilledError(name)

    def failpoint(self, name: str) -> None:
        """Go on with a commit, die in it, or find that the disk says no."""
        if name in {"before_commit", "after_commit"} or not self.alive:
            self.passed(name)
        if name == "before_commit" and self.world.chance.random() < self.world.venue.rates.storage:
            raise sqlite3.OperationalError("disk I/O error")

    def die(self, where: str) -> None:
        self.alive = False
        self.world.note("died", process=self.name, where=where)
        if self.root is not None:
            asyncio.get_running_loop().call_soon(self.root.cancel)


class World:
    """Everything that outlives a process, and the dice."""

    def __init__(self, seed: int, loop: VirtualLoop) -> None:
        self.chance = Random(seed)
        self.loop = loop
        self.database = MemoryDatabase()
        self.clock = VirtualClock(loop)
        self.venue = Venue(self.chance, self.clock, self.database.head)
        self.problems: list[str] = []
        self.writers: dict[int, str] = {}
        self.deaths = self.lives = 0

    @property
    def rates(self) -> Rates:
        return self.venue.rates

    def note(self, kind: str, **facts: Any) -> None:
        self.deaths += kind == "died"
        self.venue.write(kind, **facts)

    async def market(self) -> None:
        """Let the market walk for ever."""
        while True:
            await asyncio.sleep(MARKET_TICK_S)
            self.venue.move()

    async def lived(self, name: str, work: Callable[[Process], Awaitable[Any]]) -> Any:
        """Return what a process came to; None when it died. An error that ends it is a finding."""
        skew = self.chance.uniform(-self.rates.skew_s, self.rates.skew_s)
        self.lives += 1
        process = Process(f"{name}#{self.lives}", self, VirtualClock(self.loop, skew))
        process.root = asyncio.ensure_future(work(process))
        await asyncio.wait({process.root})
        was_alive, process.alive = process.alive, False
        if process.root.cancelled() or not was_alive:
            if not process.root.cancelled():
                process.root.exception()
            return None
        error = process.root.exception()
        if error is not None:
            self.problems.append(f"{name} ended in {error!r}")
            return None
        return process.root.result()

    async def again_and_again(
        self, name: str, work: Callable[[Process], Awaitable[Any]], until: float
    ) -> None:
        """Start a process anew whenever it died, after a while."""
        while self.loop.time() < until:
            made = await self.lived(name, work)
            if made is not None:
                return
            await asyncio.sleep(self.chance.choice((0.5, 5.0, 45.0, 130.0)))
