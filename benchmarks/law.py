"""The law's figures: a spec checked, a task judged before and after its work, and the verdict signed."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final

from benchmarks.measure import Figure, percentile, spread
from quorate.arbiter.spec import arena_run_spec
from quorate.arbiter.task import Task, TaskState, TaskType
from quorate.bootstrap.law import HomeCourt
from quorate.bootstrap.store import opened_store
from quorate.config import Settings
from quorate.kernel.account import Account, Subject
from quorate.kernel.ids import Symbol, TaskId, Tenant, TraceId
from quorate.kernel.money import Usd

ROUNDS: Final = 4000
SPEC: Final = arena_run_spec((Symbol("AAPL"),), ("bars",), max_cost=Decimal("0.05"))
ACCOUNT: Final = Account(
    subjects=(
        Subject(name="dec_bench", sha256="ab" * 32),
        Subject(name="snapshot", sha256="cd" * 32),
    ),
    cost=Usd(Decimal("0.01")),
    wall_ms=9.5,
    facts={"symbols": ["AAPL"]},
)


def figures(settings: Settings) -> Iterator[Figure]:
    """Yield what a task's two judgements and its signed verdict take, nothing of it written yet."""
    with opened_store(settings, tenant=Tenant(f"bench-{time.time_ns()}")) as store:
        court = HomeCourt(store)
        began = time.thread_time()
        durations = [_judged(court, number) for number in range(ROUNDS)]
        rate = ROUNDS / (time.thread_time() - began)
    p95 = percentile(durations, 0.95)
    yield Figure(
        what="spec validation, both judgements and the signed verdict of a task, CPU time",
        figure=f"{spread(durations)}, {rate:,.0f}/s",
        bar="p95 < 1 ms, >= 2000/s",
        reached=p95 < 1 and rate >= 2000,
    )


def _judged(court: HomeCourt, number: int) -> float:
    """Return what judging a task takes of this thread: it waits for nothing, so whatever else it took was others'."""
    task = Task(
        task_id=TaskId(f"tsk_{number}"),
        type=TaskType.ARENA_RUN,
        subject=f"run_{number}",
        trace_id=TraceId("0" * 32),
        state=TaskState.VERIFYING,
        token=1,
        attempts=1,
    )
    began = time.thread_time()
    found: Sequence[bool] = (
        court.before(task, SPEC).passed,
        court.after(task, SPEC, ACCOUNT, ()).passed,
    )
    took = time.thread_time() - began
    if not all(found):
        raise AssertionError("a task that should pass was refused")
    return took
