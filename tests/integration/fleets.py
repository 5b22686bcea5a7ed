"""Fleets to test against: nodes on one database, tasks in its queue, workers on connections in memory."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from quorate.adapters.clock.system import SystemClock
from quorate.adapters.sql.tail import JournalFeed, JournalTail
from quorate.adapters.sql.task_queue import task_now
from quorate.arbiter.ports import Court
from quorate.arbiter.service import Arbiter
from quorate.arbiter.spec import analysis_spec
from quorate.arbiter.task import Task, TaskState, TaskType
from quorate.bootstrap.fleet.facet import Fleet
from quorate.bootstrap.money import MoneyBook
from quorate.bootstrap.store import Store, opened_store
from quorate.bootstrap.watching import AlertDesk
from quorate.kernel.ids import Symbol, TaskId, Tenant
from quorate.kernel.ports import Clock
from tests.fakes.court import ScriptedCourt
from tests.fakes.homes import settings_of
from tests.fakes.worker_connections import ScriptedWorker

SYSTEM = SystemClock()

LONGEST = 20.0
"""No wait in these tests lasts longer; whatever takes so long has failed."""


@dataclass
class Ground:
    """One node; `tasks` and `workers` make what a test needs."""

    store: Store
    fleet: Fleet
    alerts: AlertDesk
    arbiter: Arbiter
    connections: list[asyncio.Task[None]] = field(default_factory=list)
    _numbers: itertools.count[int] = field(default_factory=itertools.count)

    async def queued(
        self, kind: TaskType = TaskType.TRADING_SIGNAL, *, priority: int = 5, parent: str = ""
    ) -> TaskId:
        """Put one task into the queue."""
        store = self.store
        task = Task(
            task_id=TaskId(store.ids.ulid("tsk_")),
            type=kind,
            subject=f"run_{next(self._numbers)}",
            trace_id=store.ids.trace_id(),
            state=TaskState.RECEIVED,
            token=0,
            attempts=1,
            priority=priority,
            parent=TaskId(parent),
        )
        spec = analysis_spec((Symbol("AAPL"),), ())
        return (await self.arbiter.queue(task, spec, {"what": "a test"})).task_id

    def connect(self, worker: ScriptedWorker) -> ScriptedWorker:
        """Connect a worker to this node; it says nothing yet."""
        self.connections.append(asyncio.create_task(self.fleet.serve(worker.socket)))
        return worker

    async def worker(self, name: str = "w1", **facts: object) -> ScriptedWorker:
        """Connect a worker that registers and is ready."""
        made = self.connect(ScriptedWorker(name=name, **facts))  # type: ignore[arg-type]
        await made.come()
        return made

    async def state(self, task_id: str) -> Task:
        found = await self.store.database.read(
            partial(task_now, tenant=self.store.tenant, task_id=task_id)
        )
        assert found is not None
        return found[0]

    async def reason(self, task_id: str) -> str:
        found = await self.store.database.read(
            partial(task_now, tenant=self.store.tenant, task_id=task_id)
        )
        assert found is not None
        return found[1]

    async def until(self, task_id: str, *states: TaskState) -> Task:
        """Return the task once it is in one of `states`."""
        async with asyncio.timeout(LONGEST):
            while (task := await self.state(task_id)).state not in states:
                await SYSTEM.sleep(0.005)
        return task

    async def close(self) -> None:
        for task in self.connections:
            task.cancel()
        if self.connections:
            await asyncio.wait(self.connections)


@asynccontextmanager
async def grounded(
    home: Path,
    *,
    tenant: str = "fleet",
    clock: Clock | None = None,
    feed: JournalFeed | None = None,
    served: bool = True,
    court: Court | None = None,
    **settings: str,
) -> AsyncIterator[Ground]:
    """Yield a node on the database that `settings` name, else on a file of its own home."""
    with opened_store(settings_of(home, **settings), tenant=Tenant(tenant), clock=clock) as store:
        alerts = AlertDesk(store)
        tail = JournalTail(store.database, store.tenant, store.clock)
        purse, judge = MoneyBook(store, store.settings.budget).purse, court or ScriptedCourt()
        fleet = Fleet(store, purse, alerts.watch, feed or tail, judge)
        arbiter = Arbiter(
            store.journal, store.clock, owner="a-run", lease_seconds=45.0, court=judge
        )
        ground = Ground(store, fleet, alerts, arbiter)
        try:
            if served:
                async with fleet.served():
                    try:
                        yield ground
                    finally:
                        await ground.close()
            else:
                yield ground
        finally:
            await ground.close()
            await tail.close()
            await alerts.close()
