"""Courts: tasks, specs and accounts to judge, and a court that stands in for the home's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from quorate.arbiter.constitution import (
    CONSTITUTION,
    Bench,
    Delta,
    Judged,
    Provenance,
    TaskVerdict,
    Waiver,
    WaiverWish,
    judged_after,
)
from quorate.arbiter.spec import TaskSpec, arena_run_spec
from quorate.arbiter.task import Task, TaskState, TaskType
from quorate.kernel.account import Account, Subject
from quorate.kernel.ids import Symbol, TaskId, TraceId
from quorate.kernel.money import Usd
from tests.fakes.clock import NOON
from tests.fakes.desks import TestKey

KEY = TestKey()
TRACE = TraceId("0af7651916cd43dd8448eb211c80319c")
DECISION = Subject(name="dec_1", sha256="ab" * 32)
SPEC = arena_run_spec((Symbol("AAPL"),), ("bars",), max_cost=Decimal("0.05"), max_power_calls=1)
TASK = Task(
    task_id=TaskId("t1"),
    type=TaskType.ARENA_RUN,
    subject="run_1",
    trace_id=TRACE,
    state=TaskState.VERIFYING,
    token=1,
    attempts=1,
)
ACCOUNT = Account(
    subjects=(DECISION,),
    cost=Usd(Decimal("0.01")),
    power_calls=1,
    wall_ms=12.5,
    facts={"symbols": ["AAPL"], "tools": ["bars"]},
)
PROVENANCE = Provenance(version="0.1.0", commit="", config_hash="c0", policy_hash=CONSTITUTION.hash)

WISH = WaiverWish(
    title="a dear run",
    reason="the models cost more this week",
    gates=("budget_adherence.usd",),
    operations=("arena_*",),
    approved_by="anna",
    expires_at=NOON + timedelta(days=7),
    delta=Delta(usd=Decimal("0.50")),
)


def bench(*waivers: Waiver, now=NOON) -> Bench:
    """Return what is judged by, with these waivers on record."""
    return Bench(rules=CONSTITUTION, waivers=lambda: waivers, now=now)


def after(
    task: Task = TASK,
    spec: TaskSpec = SPEC,
    account: Account = ACCOUNT,
    broken: Sequence[str] = (),
    waivers: Sequence[Waiver] = (),
    now=NOON,
) -> Judged:
    """Return how a task stands after its work."""
    return judged_after(task, spec, account, broken, bench(*waivers, now=now))


def verdict(
    *,
    verdict_id: str = "vrd_1",
    task: Task = TASK,
    spec: TaskSpec = SPEC,
    account: Account = ACCOUNT,
    broken: Sequence[str] = (),
    waivers: Sequence[Waiver] = (),
) -> TaskVerdict:
    """Return the verdict on a task."""
    return TaskVerdict(
        verdict_id=verdict_id,
        task=task,
        spec=spec,
        spec_hash=spec.hash,
        judged=after(task, spec, account, broken, waivers),
        subjects=account.subjects,
        provenance=PROVENANCE,
        issued_at=NOON,
    )
