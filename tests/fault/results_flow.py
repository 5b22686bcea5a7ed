"""The flow of results over a real database and a real Redis, here or in a process that kills itself at a failpoint.

Usage: python -m tests.fault.results_flow JOB   (JSON: url, tenant, redis, sink, point, nth, upto)
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from types import SimpleNamespace

from quorate.adapters.clock.system import SystemClock
from quorate.adapters.redis_streams import StreamNames, opened_stream
from quorate.adapters.sql.database import Database, DatabasePolicy
from quorate.adapters.sql.tail import JournalTail
from quorate.bootstrap.results.stored import StoredResults
from quorate.kernel.ids import Tenant
from quorate.resilience.ending import ended
from quorate.results.applying import Applied
from quorate.results.bridge.service import Bridge, BridgePolicy
from quorate.results.bus import EventBus
from quorate.results.channels import ANALYSIS_EVENTS
from quorate.results.relay.service import StreamRelay, unharmed
from tests.fakes.results import FakeTrouble

STREAM = "quorate:task_completions"
CLOCK = SystemClock()
POLICY = BridgePolicy(wait_seconds=0.1, idle_seconds=0.3, compare_seconds=0.5)
"""The bridge's own figures, each shorter: 30 s are waited through in no test."""


@dataclass
class FlowHere:
    """A relay and a bridge at work; `applied` is what this process's readers see."""

    relay: StreamRelay
    bridge: Bridge
    applied: Applied
    stored: StoredResults
    trouble: FakeTrouble


@asynccontextmanager
async def flowing(
    url: str,
    tenant: Tenant,
    redis: str,
    *,
    name: str = "consumer_1",
    failpoint: Callable[[str], None] = unharmed,
    policy: BridgePolicy = POLICY,
) -> AsyncIterator[FlowHere]:
    """Relay and bridge the results of a database as long as the block lasts."""
    database = Database(DatabasePolicy(url=url))
    stored = StoredResults(SimpleNamespace(database=database, tenant=tenant, clock=CLOCK))
    tail, applied, trouble = (
        JournalTail(database, tenant, CLOCK),
        Applied(EventBus()),
        FakeTrouble(),
    )
    names = StreamNames(STREAM, "quorate_bridge", name)
    async with opened_stream(redis, names, maxlen=50_000) as stream:
        relay = StreamRelay(stored, tail, stream, CLOCK, failpoint)
        bridge = Bridge(stored, stream, applied, CLOCK, trouble, policy, failpoint)
        tasks = [asyncio.create_task(work.run()) for work in (relay, bridge)]
        try:
            yield FlowHere(relay, bridge, applied, stored, trouble)
        finally:
            await ended(tasks)
            await tail.close()
            database.close()


async def until(holds: Callable[[], bool], seconds: float = 20.0) -> bool:
    """Return whether it holds within so many seconds."""
    for _ in range(int(seconds / 0.02)):
        if holds():
            return True
        await CLOCK.sleep(0.02)
    return False


class Sink:
    """A reader that outlives its process: what it was told, and what it applied, by the result's id."""

    def __init__(self, path: str) -> None:
        self._file = sqlite3.connect(path, isolation_level=None)
        self._file.execute("PRAGMA journal_mode=WAL")
        self._file.execute("CREATE TABLE IF NOT EXISTS told (result_id TEXT)")
        self._file.execute("CREATE TABLE IF NOT EXISTS applied (result_id TEXT PRIMARY KEY)")

    def take(self, result_id: str) -> None:
        self._file.execute("INSERT INTO told VALUES (?)", (result_id,))
        self._file.execute("INSERT OR IGNORE INTO applied VALUES (?)", (result_id,))

    def told(self) -> Counter[str]:
        return Counter(name for (name,) in self._file.execute("SELECT result_id FROM told"))

    def applied(self) -> list[str]:
        return [name for (name,) in self._file.execute("SELECT result_id FROM applied")]


async def carry_on(job: dict[str, str]) -> None:
    """Relay and bridge until the sink holds `upto` results, or until the failpoint was passed `nth` times."""
    seen: Counter[str] = Counter()
    sink = Sink(job["sink"])

    def failpoint(point: str) -> None:
        seen[point] += 1
        if point == job["point"] and seen[point] == int(job["nth"]):
            os.kill(os.getpid(), signal.SIGKILL)

    flow = flowing(
        job["url"], Tenant(job["tenant"]), job["redis"], name=job["name"], failpoint=failpoint
    )
    async with flow as here:
        bus = here.bridge.applied._bus
        told = bus.subscribed(ANALYSIS_EVENTS, lambda _, result: sink.take(result.result_id))
        with told:
            await until(lambda: len(sink.applied()) >= int(job["upto"]), 15)


if __name__ == "__main__":
    asyncio.run(carry_on(json.loads(sys.argv[1])))
