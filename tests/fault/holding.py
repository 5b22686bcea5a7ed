"""2000 tasks in hand at once, for an hour: leases renewed, each task judged and ended, another begun in its place.

The work of a task is to wait; what is measured is everything else. After a warm-up the memory of the process must not
grow, and nothing may be lost: every task that was begun is COMPLETED, and the chain verifies.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count
from pathlib import Path
from statistics import fmean, quantiles

from quorate.adapters.sql.figures import home_figures
from quorate.arbiter.service import Arbiter
from quorate.arbiter.spec import analysis_spec
from quorate.arbiter.task import Task, TaskState, TaskType
from quorate.bootstrap import App, open_app
from quorate.bootstrap.guarding import GuardedCourt
from quorate.bootstrap.law import HomeCourt
from quorate.bootstrap.telemetry.process import resident_bytes
from quorate.kernel.account import Account
from quorate.kernel.errors import QuorateError
from quorate.kernel.ids import Symbol, TaskId, TraceId
from quorate.kernel.journal import Event
from quorate.kernel.money import Usd
from tests.fakes.homes import settings_of

TASKS = 2000
MOST_MB_PER_10_MIN = 1.0
MOST_OVERHEAD_MS = 400.0
"""Source: DESIGN 13 (2000 tasks at once, P95), and the slope of the hour."""

SPEC = analysis_spec((Symbol("AAPL"),), ())
EVERY_S = 1.0


@dataclass(slots=True)
class Waiting:
    """The work of one task: it waits, and remembers when it was done."""

    seconds: float
    done_at: float = 0.0

    def requested(self) -> Sequence[Event]:
        return ()

    async def execute(self) -> Sequence[Event]:
        await asyncio.sleep(self.seconds)
        self.done_at = time.monotonic()
        return ()

    async def violations(self) -> Sequence[str]:
        return ()

    async def completed(self) -> Sequence[Event]:
        return ()

    def failed(self, reason: str, detail: str) -> Sequence[Event]:  # noqa: ARG002
        return ()

    def account(self) -> Account:
        return Account(
            cost=Usd(Decimal(0)), wall_ms=self.seconds * 1000, facts={"symbols": ["AAPL"]}
        )


@dataclass(slots=True)
class Held:
    """What came of holding: `memory` are seconds and bytes; `overheads` are milliseconds before and after the work."""

    seconds: float
    ended: int = 0
    failures: list[str] = field(default_factory=list)
    overheads: list[float] = field(default_factory=list)
    memory: list[tuple[float, int]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def steady(self) -> list[tuple[float, int]]:
        """Return the memory after the warm-up: the first third, ten minutes at most."""
        begins = min(self.seconds / 3, 600.0)
        return [each for each in self.memory if each[0] >= begins]

    @property
    def mb_per_10_min(self) -> float:
        """Return the slope of the memory, by least squares."""
        steady = self.steady
        middle, mean = fmean(t for t, _ in steady), fmean(m for _, m in steady)
        spread = sum((t - middle) ** 2 for t, _ in steady)
        return sum((t - middle) * (m - mean) for t, m in steady) / spread * 600 / 2**20


async def hold(seconds: float, tasks: int, each_s: float, url: str) -> Held:
    """Keep `tasks` tasks in hand for so long, each for about `each_s`, and return what was measured."""
    with tempfile.TemporaryDirectory(prefix="quorate-hold-") as folder:
        more = {"DATABASE_URL": url} if url else {}
        async with open_app(settings_of(Path(folder), **more)) as app:
            held = await _held(app, seconds, tasks, each_s)
            found = await app.verify(projections=True, against=None)
            held.problems += map(str, found.problems)
            return held


async def _held(app: App, seconds: float, tasks: int, each_s: float) -> Held:
    store, held, numbers = app._store, Held(seconds), count()
    arbiter = Arbiter(
        store.journal,
        store.clock,
        owner="soak",
        lease_seconds=store.settings.journal.lease_seconds,
        court=GuardedCourt(HomeCourt(store), store.boundaries),
    )
    chance, began = random.Random(1), time.monotonic()

    async def lane(number: int) -> None:
        # The first ones end spread over the whole time of a task, not all at once.
        work_s = each_s * (number + 1) / tasks
        while time.monotonic() - began < seconds:
            await _one(arbiter, held, next(numbers), work_s)
            work_s = each_s * chance.uniform(0.5, 1.5)

    async def watch() -> None:
        while True:
            held.memory.append((time.monotonic() - began, resident_bytes()))
            await asyncio.sleep(EVERY_S)

    watching = asyncio.create_task(watch())
    async with asyncio.TaskGroup() as lanes:
        for number in range(tasks):
            lanes.create_task(lane(number))
    watching.cancel()
    figures = await store.database.read(lambda c: home_figures(c, store.tenant))
    ended = figures.tasks.get((TaskType.TRADING_ANALYSIS, TaskState.COMPLETED), 0)
    if ended != held.ended:
        held.problems.append(f"{held.ended} tasks ended, {ended} stand as COMPLETED")
    return held


async def _one(arbiter: Arbiter, held: Held, number: int, work_s: float) -> None:
    task = Task(
        task_id=TaskId(f"tsk_{number:026d}"),
        type=TaskType.TRADING_ANALYSIS,
        subject=f"hold:{number}",
        trace_id=TraceId(f"{number + 1:032x}"),
        state=TaskState.RECEIVED,
        token=0,
        attempts=1,
    )
    work, begun = Waiting(work_s), time.monotonic()
    try:
        await arbiter.carry_out(task, SPEC, work)
    except QuorateError as error:
        held.failures.append(str(error))
        return
    held.ended += 1
    if len(held.overheads) < 200_000:
        held.overheads.append((time.monotonic() - begun - work.seconds) * 1000)


def main(seconds: float, tasks: int, each_s: float, url: str = "") -> int:
    """Hold, say what was measured, and return 1 where a limit was passed."""
    began = time.monotonic()
    held = asyncio.run(hold(seconds, tasks, each_s, url))
    up = time.monotonic() - began
    p50, p95, p99 = (quantiles(held.overheads, n=100)[at] for at in (49, 94, 98))
    first, last = held.steady[0][1] / 2**20, held.steady[-1][1] / 2**20
    slope = held.mb_per_10_min
    print(
        f"{tasks} tasks held for {seconds:.0f} s (up {up:.0f} s): {held.ended} ended, "
        f"{len(held.failures)} failed, {len(held.problems)} problems"
    )
    print(f"overhead P50 {p50:.1f} P95 {p95:.1f} P99 {p99:.1f} ms")
    print(f"memory {first:.1f} -> {last:.1f} MB, {slope:+.2f} MB per 10 min after the warm-up")
    for said in (*held.failures[:5], *held.problems[:5]):
        print(said)
    bad = held.failures or held.problems or p95 > MOST_OVERHEAD_MS
    return 1 if bad or slope > MOST_MB_PER_10_MIN else 0
