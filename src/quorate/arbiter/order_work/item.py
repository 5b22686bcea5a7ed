"""An order task: the act it does, its spec, what it wrote, and how a failure is told. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Final, cast

from quorate.arbiter.spec import TaskSpec, order_spec
from quorate.arbiter.task import NO_TASK, TERMINAL, FailureSource, Task, TaskState, TaskType
from quorate.execution.acts import ActType, Failure, OrderAct, RetryPolicy
from quorate.execution.acts.act import successor
from quorate.kernel.canonical import Json, JsonValue
from quorate.kernel.errors import InvariantBrokenError
from quorate.kernel.ids import BookName, Symbol, TaskId, TraceId
from quorate.kernel.journal import JournalEntry
from quorate.kernel.stamps import stamp

ENQUEUED: Final = "work.enqueued"
"""How an act was asked for before it was a task; such rows are still read."""
MOVED_ON: Final = "work.moved"

WORKER_LOST: Final = "WORKER_LOST"
"""Why an act is given up whose workers died with it, every time."""
WAITING: Final = "WAITING"
"""What an act is put back for whose time has not come."""

ANY_SYMBOL: Final = Symbol("*")
"""The scope of an act on a whole book: a comparison with the broker, a halt, an order whose symbol is not known yet."""

WHOLE: Final = Decimal(1)
"""What share of equity acts that trade may move: there is no leverage. Source: DESIGN 8 (100 % gross)."""

TRADING: Final = frozenset({ActType.ORDER_SUBMIT, ActType.POSITION_CLOSE, ActType.KILL_SWITCH})
"""Acts that may move shares; the others move none."""

TRYABLE: Final = frozenset(
    {TaskState.FAILED, TaskState.REJECTED, TaskState.CANCELLED, TaskState.EXPIRED}
)
"""Ends after which a task can be tried again, as a new one."""

CRASHED: Final = frozenset({WORKER_LOST, "INTERNAL_ERROR", "INVARIANT_BROKEN"})
PASSING: Final = frozenset(
    {"TIMEOUT", "RESET", "UNAVAILABLE", "RATE_LIMITED", "OUTCOME_UNKNOWN", "CONFLICT"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderTask:
    """An order task as it stands, with its act and what came of it; `code` is why it failed, or what it waits for."""

    task: Task
    act: OrderAct
    received_at: str
    changed_at: str
    code: str = ""
    reason: str = ""
    failure_source: FailureSource = FailureSource.NONE
    predecessor: TaskId = NO_TASK
    result: Mapping[str, JsonValue] = field(default_factory=dict)

    @property
    def task_id(self) -> TaskId:
        """Return its id."""
        return self.task.task_id

    @property
    def is_over(self) -> bool:
        """Return whether nothing is done on it any more."""
        return self.task.state in TERMINAL

    @property
    def waits(self) -> bool:
        """Return whether it failed and waits until it is tried again."""
        return self.task.state is TaskState.ROUTING and self.code not in {"", WAITING}

    def as_json(self) -> dict[str, JsonValue]:
        """Return the task as commands tell it."""
        task = self.task
        return {
            "taskId": task.task_id,
            "type": task.type.value,
            "act": self.act.type.value,
            "book": self.act.book,
            "key": self.act.key,
            "state": task.state.value,
            "attempts": task.attempts,
            "code": self.code,
            "reason": self.reason,
            "failureSource": self.failure_source.value,
            "notBefore": None if task.not_before is None else stamp(task.not_before),
            "receivedAt": self.received_at,
            "changedAt": self.changed_at,
            "worker": task.worker,
            "retryOf": self.predecessor or None,
            "traceId": self.act.trace_id,
            "payload": dict(self.act.payload),
            "result": dict(self.result),
        }


def order_task(act: OrderAct) -> Task:
    """Return the task that does an act first."""
    return Task(
        task_id=act.task_id,
        type=TaskType.ORDER,
        subject=f"{act.type} {act.key}",
        trace_id=act.trace_id,
        state=TaskState.RECEIVED,
        token=0,
        attempts=1,
        book=act.book,
    )


def retried_task(task: Task) -> Task:
    """Return the task that tries again what `task` ended without."""
    return replace(
        task,
        task_id=successor(task.task_id),
        state=TaskState.RECEIVED,
        token=0,
        attempts=1,
        owner="",
        worker="",
        not_before=None,
        expires_at=None,
    )


def spec_of(act: OrderAct) -> TaskSpec:
    """Return the mandate of an act: the symbols that it names, the broker, no model, and no more than the equity."""
    named = [act.payload.get("symbol"), *_listed(act.payload.get("symbols"))]
    symbols = tuple(Symbol(str(each)) for each in named if each)
    moves = WHOLE if act.type in TRADING else Decimal(0)
    return order_spec(symbols or (ANY_SYMBOL,), max_portfolio_delta=moves)


def _listed(told: JsonValue) -> Sequence[JsonValue]:
    return told if isinstance(told, list) else ()


def assignment_of(act: OrderAct, predecessor: TaskId = NO_TASK) -> dict[str, JsonValue]:
    """Return what the first row of a task keeps of its act."""
    told: dict[str, JsonValue] = {
        "act": act.type.value,
        "key": act.key,
        "payload": dict(act.payload),
    }
    return {**told, "retryOf": predecessor} if predecessor else told


def act_of(entries: Sequence[JournalEntry]) -> tuple[OrderAct, TaskId]:
    """Return the act that a task's rows begin with, and the task that it tries again.

    Raises:
        InvariantBrokenError: they are not the rows of an order task.
    """
    if not entries:
        raise InvariantBrokenError("an order task without rows")
    first, facts = entries[0], entries[0].facts
    if first.type == ENQUEUED:
        return _act(first, facts["type"], facts["key"], facts["order"]), NO_TASK
    told = facts.get("assignment")
    if not isinstance(told, dict):
        raise InvariantBrokenError(f"{first.type} of {first.stream} names no act")
    act = _act(first, told["act"], told["key"], told["payload"])
    return act, TaskId(str(told.get("retryOf", NO_TASK)))


def result_of(entries: Sequence[JournalEntry]) -> Mapping[str, JsonValue]:
    """Return what came of a task; nothing where it is not done."""
    for entry in reversed(entries):
        if entry.type in {"task.result", MOVED_ON}:
            return _tree(entry.facts.get("result"))
    return {}


def told_failure(failure: Failure) -> str:
    """Return a failure as the reason of a move."""
    return f"{failure.code}: {failure.reason}"


def code_in(reason: str) -> tuple[str, str]:
    """Return the code and the words of a reason that `told_failure` wrote; others have no code."""
    code, said, words = reason.partition(": ")
    return (code, words) if said and code.isupper() else ("", reason)


def source_of(code: str) -> FailureSource:
    """Return whose failure a code means."""
    if code in CRASHED:
        return FailureSource.WORKER_CRASH
    return FailureSource.NETWORK_ERROR if code in PASSING else FailureSource.RULE


def waiting(
    task: Task, failure: Failure, now: datetime, policy: RetryPolicy, *, jitter: float
) -> Task | None:
    """Return a task as it waits for its next attempt, None where there is none."""
    again = policy.next_at(task.attempts, failure, now, jitter=jitter)
    return None if again is None else replace(task, attempts=task.attempts + 1, not_before=again)


def _act(first: JournalEntry, kind: Json, key: Json, payload: Json) -> OrderAct:
    return OrderAct(
        type=ActType(str(kind)),
        book=BookName(first.book),
        key=str(key),
        payload=_tree(payload),
        trace_id=TraceId(first.trace_id),
    )


def _tree(told: Json | None) -> Mapping[str, JsonValue]:
    return cast("Mapping[str, JsonValue]", told) if isinstance(told, dict) else {}
