"""Worlds in which a worker's connection breaks, its hub forgets answers, and its process dies; a seed draws each.

The worker, its work, the gateway and the money on its side are the product's; the hub is a fake that keeps the books.

Usage: python -m tests.fault.worker_worlds [--worlds 10000] [--seed 1]
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
from collections import Counter
from dataclasses import dataclass, field

from quorate.fleet.service import Worker
from quorate.fleet.wire import (
    Heartbeat,
    Ready,
    Register,
    RegistrationAck,
    Reserved,
    Settled,
    TaskCompleteAck,
)
from quorate.fleet.worker_policy import WorkerIdentity
from tests.fakes.analyses import Desk, MemoryAnswers, small_metadata, small_series, spoken
from tests.fakes.clock import FakeClock, settle
from tests.fakes.fleet import FakeHub, Heard, MemorySpool
from tests.fakes.models import Act, CountedIds, ScriptedModel

TASKS = 5
CALL_S = 6.0
LONGEST_S = 1200
ABLE = {"llm": True, "trading_analysis": True}


@dataclass
class World:
    """One world: `cut` and `dropped` are shares of messages, `kills` and `regiven` how often those befall it."""

    seed: int
    cut: float = 0.0
    dropped: float = 0.0
    kills: int = 0
    regiven: int = 0
    clock: FakeClock = field(default_factory=FakeClock)
    spool: MemorySpool = field(default_factory=MemorySpool)
    paid: MemoryAnswers = field(default_factory=MemoryAnswers)
    ids: CountedIds = field(default_factory=CountedIds)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        said = spoken(symbols=("AAPL",))
        self.model = ScriptedModel(self.clock, script=(Act(said, after_s=CALL_S),))
        self.hub = FakeHub(cuts=self._cuts, drops=self._drops, tries_again=True)
        self.metadata = small_metadata()

    async def walk(self) -> Walked:
        """Assign some tasks, let the world do its worst, and return once all are delivered, or nothing moves."""
        self._start()
        await settle()
        await self._assign(1)
        regiven = sorted(self.chance.uniform(1, 60) for _ in range(self.regiven))
        kills = sorted(self.chance.uniform(1, 30) for _ in range(self.kills))
        token = 1
        while len(self.hub.done) < TASKS and self.clock.monotonic() < LONGEST_S:
            await self.clock.advance(1.0)
            now = self.clock.monotonic()
            if kills and kills[0] <= now:
                kills.pop(0)
                await self._killed()
            if (regiven and regiven[0] <= now) or now % 45 == 0:
                regiven = regiven[1:]
                token += 1
                await self._assign(token)
        await self._end()
        return self._walked()

    def _start(self) -> None:
        worker = Worker(
            hub=self.hub,
            identity=WorkerIdentity(agent_id="w1", capabilities=ABLE, slots=TASKS),
            spool=self.spool,
            clock=self.clock,
            draw=self.chance.random,
            tell=Heard(),
        )
        desk = Desk(
            clock=self.clock,
            money=worker.asking,
            paid=self.paid,
            series=small_series(),
            ids=self.ids,
            model=self.model,
        )
        worker.handlers = {"trading_analysis": desk.work}
        self.worker, self.desk = worker, desk
        self.run = asyncio.create_task(worker.run())

    async def _assign(self, token: int) -> None:
        """Give out, under a new token, what is not done: as a hub does once a lease has run out."""
        if not self.hub.channels:
            return
        for number in range(TASKS):
            task_id = f"tsk_{number}"
            if task_id not in self.hub.done:
                metadata = {**self.metadata, "before": f"task {number}"}
                self.hub.assign(task_id, token, metadata=metadata)
        await settle()

    async def _killed(self) -> None:
        await self._end()
        self._start()
        await settle()

    async def _end(self) -> None:
        for channel in self.hub.channels:
            channel.cut()
        self.run.cancel()
        await asyncio.wait((self.run,))
        closing = asyncio.create_task(self.desk.gateway.close())
        await self.clock.advance(0)
        closing.cancel()

    def _cuts(self, message: object) -> bool:
        """A connection breaks under some of what is said on it; signing in goes through now and then at least."""
        is_chatter = isinstance(message, Register | Ready | Heartbeat)
        return self.chance.random() < (self.cut / 4 if is_chatter else self.cut)

    def _drops(self, message: object) -> bool:
        if isinstance(message, RegistrationAck):
            return False
        lossy = isinstance(message, TaskCompleteAck | Reserved | Settled)
        return lossy and self.chance.random() < self.dropped

    def _walked(self) -> Walked:
        asked = Counter(_task_of(request) for _, request in self.model.asked)
        charged = list(self.hub.charges.values())
        return Walked(
            results=Counter(task_id for task_id, _, _ in self.hub.results),
            failures=len(self.hub.failures),
            asked=asked,
            charges_differ=sum(
                len({each.charge for each in told if each.charge.status == "answered"}) > 1
                for told in charged
            ),
        )


@dataclass(frozen=True)
class Walked:
    """What a world came to: results and requests to the model, by task."""

    results: Counter[str]
    failures: int
    asked: Counter[str]
    charges_differ: int

    @property
    def lost(self) -> int:
        """Tasks that nothing came of."""
        return TASKS - len(self.results)

    @property
    def doubled(self) -> int:
        """Results that were applied a second time."""
        return sum(count - 1 for count in self.results.values())

    @property
    def paid_twice(self) -> int:
        """Requests beyond the first of a task."""
        return sum(count - 1 for count in self.asked.values())


def _task_of(request) -> str:
    return request.messages[-1].content.rpartition("\n")[2]


def drawn(seed: int) -> World:
    """Return a world that breaks, forgets and gives out anew as its seed says; no process dies in it."""
    chance = random.Random(seed)
    return World(
        seed=seed,
        cut=chance.uniform(0.02, 0.25),
        dropped=chance.uniform(0, 0.5),
        regiven=chance.randrange(3),
    )


def walked(world: World) -> Walked:
    """Walk a world to its end."""
    return asyncio.run(world.walk())


def main(worlds: int, seed: int) -> int:
    """Walk many worlds and say what was found; 1 when anything was."""
    lost = doubled = twice = tasks = 0
    for number in range(worlds):
        found = walked(drawn(seed + number))
        lost, doubled = lost + found.lost, doubled + found.doubled
        twice, tasks = twice + found.paid_twice, tasks + TASKS
    print(f"workers: {tasks} tasks, {lost} lost, {doubled} doubled, {twice} paid twice")
    return int(bool(lost or doubled or twice > tasks / 100))


if __name__ == "__main__":
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--worlds", type=int, default=2000)
    wanted.add_argument("--seed", type=int, default=1)
    chosen = wanted.parse_args()
    sys.exit(main(chosen.worlds, chosen.seed))
