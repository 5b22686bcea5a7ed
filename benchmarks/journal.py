"""The journal's figures: the nine awaited transitions of a task, alone and 2000 at once, and verification."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from itertools import pairwise

from benchmarks.measure import Figure, percentile, spread
from quorate.arbiter.task import TASK_TABLE, Task, TaskEvent, TaskState, TaskType
from quorate.bootstrap.auditing import verify
from quorate.bootstrap.store import Store, opened_store
from quorate.config import Settings
from quorate.kernel.ids import TaskId, Tenant
from quorate.kernel.journal import Event

PATH = (
    TaskEvent.VALIDATE,
    TaskEvent.SPEC_OK,
    TaskEvent.ROUTE,
    TaskEvent.ASSIGNED,
    TaskEvent.STARTED,
    TaskEvent.RESULT,
    TaskEvent.VERIFY,
    TaskEvent.POST_CHECK_OK,
    TaskEvent.PERSISTED,
)
ALONE = 400
AT_ONCE = 2000
ROWS = 100_000


def figures(settings: Settings, database: str, *, alone_ms: float) -> Iterator[Figure]:
    """Yield the transition figures on one database; `alone_ms` is its bar."""
    tenant = Tenant(f"bench-{time.time_ns()}")
    with opened_store(settings, tenant=tenant) as store:
        asyncio.run(_walks(store, 30, []))
        each: list[float] = []
        whole = asyncio.run(_walks(store, ALONE, each))
        p95 = percentile(whole, 0.95)
        yield Figure(
            what=f"9 awaited transitions of one task alone, {database}",
            figure=spread(whole),
            bar=f"p95 < {alone_ms:.0f} ms",
            reached=p95 < alone_ms,
        )
        for _ in range(2):
            each = []
            at_once = asyncio.run(_walks_at_once(store, AT_ONCE, each))
        yield Figure(
            what=f"each transition, {AT_ONCE} tasks at once, {database}",
            figure=f"{spread(each)}; a whole task p95 {percentile(at_once, 0.95):.0f} ms",
            bar="p95 < 300 ms",
            reached=percentile(each, 0.95) < 300,
        )


def verification(settings: Settings) -> Figure:
    """Return how long it takes to verify a chain of 100,000 rows."""
    with opened_store(settings, tenant=Tenant("bench-verify")) as store:
        asyncio.run(_fill(store, ROWS))
        began = time.perf_counter()
        found = asyncio.run(verify(store, projections=False, against=None))
        seconds = time.perf_counter() - began
    if not found.ok or found.rows < ROWS:
        raise RuntimeError(f"the benchmark's own chain does not verify: {found}")
    return Figure(
        what=f"verify {ROWS:,} rows with their checkpoints, SQLite",
        figure=f"{seconds:.2f} s",
        bar="< 3 s",
        reached=seconds < 3,
    )


async def _walks(store: Store, count: int, each: list[float]) -> list[float]:
    return [await walk(store, await received(store), each) for _ in range(count)]


async def _walks_at_once(store: Store, count: int, each: list[float]) -> list[float]:
    async with asyncio.TaskGroup() as receiving:
        tasks = [receiving.create_task(received(store)) for _ in range(count)]
    async with asyncio.TaskGroup() as walking:
        walks = [walking.create_task(walk(store, task.result(), each)) for task in tasks]
    return [walk.result() for walk in walks]


async def received(store: Store) -> Task:
    """Return a task that was just received."""
    task = Task(
        task_id=TaskId(store.ids.ulid("tsk_")),
        type=TaskType.ARENA_RUN,
        subject="run_benchmark",
        trace_id=store.ids.trace_id(),
        state=TaskState.RECEIVED,
        token=1,
        attempts=1,
    )
    payload = {
        "taskId": task.task_id,
        "taskType": task.type,
        "subject": task.subject,
        "specHash": "0" * 64,
        "state": task.state,
        "owner": "benchmark",
        "token": task.token,
    }
    event = Event(
        stream=f"task:{task.task_id}",
        type="task.received",
        payload=payload,
        trace_id=task.trace_id,
    )
    await store.journal.commit(lambda _tx: [event])
    return task


async def walk(
    store: Store, task: Task, each: list[float], work: Callable[[], Awaitable[object]] | None = None
) -> float:
    """Return the seconds that the nine transitions took, each noted in `each`; `work` is done once the task runs."""
    states = [TaskState.RECEIVED]
    for step in PATH:
        states.append(TASK_TABLE.target(states[-1], step))
    began = time.perf_counter()
    for (present, wanted), step in zip(pairwise(states), PATH, strict=True):
        payload = {
            "taskId": task.task_id,
            "from": present,
            "to": wanted,
            "event": step,
            "reason": "",
            "token": task.token,
        }
        event = Event(
            stream=f"task:{task.task_id}",
            type="task.moved",
            payload=payload,
            trace_id=task.trace_id,
        )
        before = time.perf_counter()
        await store.journal.commit(lambda _tx, moved=event: [moved])
        each.append(time.perf_counter() - before)
        if work is not None and step is TaskEvent.STARTED:
            await work()
    return time.perf_counter() - began


async def _fill(store: Store, rows: int) -> None:
    for start in range(0, rows, 2000):
        events = [
            Event(stream=f"fill:{start + i}", type="fill.row", payload={"number": start + i})
            for i in range(2000)
        ]
        await store.journal.commit(lambda _tx, batch=events: batch)
