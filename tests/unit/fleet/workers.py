"""A worker on a fake hub, and the clock that both live by."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from quorate.fleet.ports import Handler
from quorate.fleet.service import Worker
from quorate.fleet.worker_policy import WorkerIdentity, WorkerPolicy
from tests.fakes.clock import FakeClock, settle
from tests.fakes.fleet import Doing, FakeHub, Heard, MemorySpool

ABLE = {"llm": True, "trading_analysis": True}


@dataclass
class Bench:
    """A worker, what it stands on, and its run."""

    hub: FakeHub = field(default_factory=FakeHub)
    clock: FakeClock = field(default_factory=FakeClock)
    spool: MemorySpool = field(default_factory=MemorySpool)
    heard: Heard = field(default_factory=Heard)
    slots: int = 4
    policy: WorkerPolicy = field(default_factory=WorkerPolicy)
    doing: Doing = field(init=False)
    worker: Worker = field(init=False)
    run: asyncio.Task[int] | None = None

    def __post_init__(self) -> None:
        self.doing = Doing(self.clock)
        self.renew()

    def renew(self, handlers: Mapping[str, Handler] | None = None) -> None:
        """Make the worker anew, as a process that is started again: the spool is what it has left."""
        self.worker = Worker(
            hub=self.hub,
            identity=WorkerIdentity(agent_id="w1", capabilities=ABLE, slots=self.slots),
            spool=self.spool,
            clock=self.clock,
            draw=lambda: 0.0,
            tell=self.heard,
            policy=self.policy,
            handlers=handlers or {"trading_analysis": self.doing},
        )

    def start(self) -> None:
        """Have the worker run."""
        self.run = asyncio.create_task(self.worker.run())

    async def kill(self) -> None:
        """End the worker as a kill -9 does, as far as its hub and its spool can see."""
        assert self.run is not None
        self.hub.channel.cut()
        self.run.cancel()
        await asyncio.wait((self.run,))


@asynccontextmanager
async def working(**changes: object) -> AsyncIterator[Bench]:
    """Yield a bench whose worker is registered and ready; it is ended with the block."""
    bench = Bench(**changes)
    bench.start()
    await settle()
    try:
        yield bench
    finally:
        if bench.run is not None and not bench.run.done():
            bench.run.cancel()
            await asyncio.wait((bench.run,))
