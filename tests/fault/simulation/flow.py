"""Processes that pass results on, and processes that spend: the relay, the bridge and the purse, in a simulated world.

commit -> relays (two) -> a stream that loses answers, and all it knows once -> bridges (two) -> what pages are told
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from functools import partial
from types import SimpleNamespace
from typing import Any

from quorate.adapters.sql.purse import SqlPurse
from quorate.bootstrap.results.stored import StoredResults
from quorate.kernel.errors import QuorateError, UnavailableError
from quorate.kernel.journal import Event
from quorate.llm.budget import BudgetPolicy, CallStatus
from quorate.llm.tier import Tier
from quorate.results.applying import Applied
from quorate.results.bridge.service import Bridge
from quorate.results.bus import EventBus
from quorate.results.channels import ANALYSIS_EVENTS
from quorate.results.ports import Delivery, Entry
from quorate.results.relay.service import StreamRelay
from quorate.results.result import PLACES
from tests.fakes.money import charge, wanted
from tests.fakes.results import FakeTrouble, MemoryStream
from tests.fault.simulation.memory import TENANT
from tests.fault.simulation.virtual import BEGAN
from tests.fault.simulation.world import Process, World
from tests.integration.result_facts import result_events

LASTS_S = 240.0
SYMBOLS = ("AAPL", "IBM", "MSFT")
LARGEST = 12
"""Cents that a call may cost at the most; the day has a hundred."""


class ShakyStream(MemoryStream):
    """The stream's server: it outlives every process, and forgets everything at most once."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world

    async def publish(self, after: int | None, upto: int, entries: Sequence[Entry]) -> bool:
        """Append, and note what is public from now on."""
        if not await super().publish(after, upto, entries):
            return False
        for entry in entries:
            row, place = divmod(entry.result_seq, PLACES)
            self.world.note("published", row=row, place=place)
        return True

    def flush(self) -> None:
        """Forget everything."""
        super().flush()
        self.world.note("flushed")


class Way:
    """One process' connection to the stream: questions and answers get lost, and the process may die on it."""

    def __init__(self, stream: ShakyStream, process: Process) -> None:
        self._stream, self._process = stream, process

    async def cursor(self) -> int | None:
        return await self._asked("cursor", self._stream.cursor)

    async def publish(self, after: int | None, upto: int, entries: Sequence[Entry]) -> bool:
        return await self._asked("publish", lambda: self._stream.publish(after, upto, entries))

    async def prepare(self) -> None:
        await self._asked("prepare", self._stream.prepare)

    async def fresh(self, most: int, wait_seconds: float) -> Sequence[Delivery]:
        try:
            async with asyncio.timeout(wait_seconds):
                return await self._asked("fresh", lambda: self._stream.fresh(most, wait_seconds))
        except TimeoutError:
            return []

    async def abandoned(self, idle_seconds: float, most: int) -> Sequence[Delivery]:
        return await self._asked("abandoned", lambda: self._stream.abandoned(idle_seconds, most))

    async def acknowledge(self, entry_ids: Sequence[str]) -> None:
        await self._asked("acknowledge", lambda: self._stream.acknowledge(entry_ids))

    async def bury(self, delivery: Delivery, why: str) -> None:
        await self._asked("bury", lambda: self._stream.bury(delivery, why))

    async def _asked(self, name: str, question: Callable[[], Awaitable[Any]]) -> Any:
        """Return the answer; it is lost on the way there, or on the way back."""
        world = self._process.world
        lost = world.chance.random() < world.rates.loss
        is_heard = not lost or world.chance.random() < 0.5
        self._process.passed(f"{name}_unsent")
        answer = await question() if is_heard else None
        self._process.passed(f"{name}_answered")
        if lost:
            raise UnavailableError("no answer", source="redis")
        return answer


class Ticks:
    """Word of commits: every so often."""

    def __init__(self, process: Process) -> None:
        self._clock = process.clock

    @asynccontextmanager
    async def following(self) -> AsyncIterator[AsyncIterator[None]]:
        async def ticks() -> AsyncIterator[None]:
            while True:
                yield
                await self._clock.sleep(0.3)

        yield ticks()


def _stored(process: Process) -> StoredResults:
    world = process.world
    home = SimpleNamespace(database=world.database, tenant=TENANT, clock=process.clock)
    return StoredResults(home)  # type: ignore[arg-type]  (what it asks of a store)


async def relayed(process: Process, stream: ShakyStream, until: float) -> bool:
    """Be a relay until then."""
    way, ticks = Way(stream, process), Ticks(process)
    relay = StreamRelay(_stored(process), ticks, way, process.clock, process.passed)
    return await _up_to(process, until, relay.run())


async def bridged(process: Process, stream: ShakyStream, until: float) -> bool:
    """Be a bridge until then, and say at the end what its pages show."""
    bus = EventBus()
    applied = Applied(bus)
    way, stored = Way(stream, process), _stored(process)
    bridge = Bridge(stored, way, applied, process.clock, FakeTrouble(), failpoint=process.passed)

    def told(_message: object, result: Any) -> None:
        facts = {"row": result.seq, "symbol": result.symbol}
        process.world.note("applied", reader=process.name, **facts)

    process.world.note("listening", reader=process.name)
    with bus.subscribed(ANALYSIS_EVENTS, told):
        done = await _up_to(process, until, bridge.run())
    shown = {each.symbol: each.seq for each in applied.newest.by_key.values()}
    process.world.note("shown", reader=process.name, newest=shown)
    return done


async def _up_to(process: Process, until: float, work: Awaitable[None]) -> bool:
    with suppress(TimeoutError):
        async with asyncio.timeout_at(until):
            await work
    process.passed("ended")
    return True


async def recorded(process: Process, done: set[int], count: int) -> bool:
    """Commit the results of some runs; one that may not have been committed is committed under the next number."""
    chance = process.world.chance
    while len(done) < count:
        number = len(done) + 1
        done.add(number)
        at = BEGAN + timedelta(seconds=chance.randint(0, 300))
        symbols = chance.sample(SYMBOLS, chance.randint(1, 3))
        events: list[Event] = result_events(number, symbols, analyzed=at)
        with suppress(UnavailableError):
            await process.journal.commit(lambda _tx, events=events: events)
        await process.clock.sleep(chance.uniform(0.0, 12.0))
    return True


async def spent(process: Process, until: float) -> bool:
    """Reserve, ask, settle: some calls are never settled, some cost less, nobody knows what some cost."""
    chance = process.world.chance
    purse = SqlPurse(process.journal, process.clock, BudgetPolicy(power_calls_per_day=5))
    while process.world.loop.time() < until:
        await process.clock.sleep(chance.uniform(0.0, 8.0))
        worst = chance.randint(1, LARGEST)
        asked = wanted(
            f"0.{worst:02d}",
            call_id=f"call_{chance.getrandbits(60):016x}",
            profile=chance.choice(("analyst", "judge", "bear")),
            run_id=f"run_{chance.randint(1, 3)}",
            tier=chance.choice((Tier.CHEAP, Tier.CHEAP, Tier.POWER)),
        )
        with suppress(QuorateError):
            reservation = await purse.reserve(asked)
            await process.clock.sleep(chance.uniform(0.0, 30.0))
            process.passed("answered")
            cost = chance.choice((None, f"0.{chance.randint(0, worst):02d}"))
            status = CallStatus.FAILED if cost is None else CallStatus.ANSWERED
            await purse.settle(reservation, charge(cost, status))
    return True


async def flowed(world: World, seed: int) -> None:  # noqa: ARG001  (every world is told its seed)
    """Live through the faults, then heal: at the end every page shows what stands in the database."""
    stream, done = ShakyStream(world), set[int]()
    count = world.chance.randint(8, 25)
    if world.chance.random() < 0.3:
        world.loop.call_later(world.chance.uniform(20, 200), stream.flush)
    async with asyncio.TaskGroup() as group:
        for name, work in (
            *(
                (f"relay-{number}", partial(relayed, stream=stream, until=LASTS_S))
                for number in range(2)
            ),
            *(
                (f"bridge-{number}", partial(bridged, stream=stream, until=LASTS_S))
                for number in range(2)
            ),
            *((f"spender-{number}", partial(spent, until=LASTS_S)) for number in range(3)),
            ("recorder", partial(recorded, done=done, count=count)),
        ):
            group.create_task(world.again_and_again(name, work, LASTS_S))
    world.venue.rates = world.rates.healed()
    last = world.loop.time() + 60.0
    async with asyncio.TaskGroup() as group:
        for name, life in (("relay-last", relayed), ("bridge-last", bridged)):
            group.create_task(world.lived(name, partial(life, stream=stream, until=last)))


__all__ = ["flowed"]
