"""Order work in memory: tasks read from the journal in memory, and somebody who does acts as a test tells him."""

# ruff: noqa: ARG002  (stand-ins for ports)

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from quorate.arbiter.order_work import OrderTask, OrderWork, act_of
from quorate.arbiter.order_work.item import code_in, result_of, spec_of
from quorate.arbiter.task import FailureSource, Task, TaskState
from quorate.execution.acts import ActType, OrderAct, RetryPolicy
from quorate.kernel.account import Account, Subject
from quorate.kernel.ids import BookName, TraceId
from quorate.kernel.money import Usd
from tests.fakes.court import ScriptedCourt
from tests.fakes.journal import MemoryJournal

BOOK = BookName("paper")


def order_act(kind=ActType.ORDER_CANCEL, key="a1-0", **payload) -> OrderAct:
    return OrderAct(type=kind, book=BOOK, key=key, payload=payload, trace_id=TraceId("t" * 32))


@dataclass
class MemoryTasks:
    """The port `OrderTasks` over a journal in memory."""

    journal: MemoryJournal

    async def item(self, task_id) -> OrderTask | None:
        task = self.journal._state.tasks.get(task_id)
        if task is None:
            return None
        entries = [row for row in self.journal.rows if row.stream == f"task:{task_id}"]
        moves = [row.facts for row in entries if row.type == "task.moved"]
        last = moves[-1] if moves else {}
        act, predecessor = act_of(entries)
        code, reason = code_in(str(last.get("reason", "")))
        return OrderTask(
            task=task,
            act=act,
            received_at=entries[0].ts,
            changed_at=entries[-1].ts,
            code=code,
            reason=reason,
            failure_source=FailureSource(str(last.get("failureSource", ""))),
            predecessor=predecessor,
            result=result_of(entries),
        )

    async def due(self, now, limit) -> Sequence[Task]:
        waiting = [
            task
            for task in self.journal._state.tasks.values()
            if task.state is TaskState.ROUTING
            and (task.not_before is None or task.not_before <= now)
        ]
        return sorted(waiting, key=lambda each: str(each.not_before or ""))[:limit]

    async def lost(self, now) -> Sequence[Task]:
        return [each for each in self.journal.abandoned() if each.state is not TaskState.ROUTING]


@dataclass
class FakeDoer:
    """Fails with `errors` one after another, then does what it is told; `breaks` is what its record breaks."""

    errors: list[BaseException] = field(default_factory=list)
    did: list[OrderAct] = field(default_factory=list)
    breaks: Sequence[str] = ()

    async def done(self, act):
        self.did.append(act)
        if self.errors:
            raise self.errors.pop(0)
        return {"done": act.key}

    async def broken(self, act, result):
        return self.breaks

    async def account(self, act, result):
        facts = {"symbols": list(spec_of(act).symbols), "portfolioDelta": "0"}
        return Account(
            subjects=(Subject(name=act.key, sha256="0" * 64),), cost=Usd(Decimal(0)), facts=facts
        )


def work_on(journal, doer, owner="me", policy=None, court=None) -> OrderWork:
    return OrderWork(
        journal=journal,
        tasks=MemoryTasks(journal),
        doer=doer,
        court=court or ScriptedCourt(),
        clock=journal.clock,
        owner=owner,
        policy=policy or RetryPolicy(),
        jitter=lambda: 0.5,
    )
