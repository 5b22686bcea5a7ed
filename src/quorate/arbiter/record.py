"""A task as it is told: its line in a list, and its path through the states, read from its rows. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from quorate.arbiter.task import NO_TASK, TASK_TABLE, TERMINAL, FailureSource, TaskState, TaskType
from quorate.kernel.canonical import Json, JsonValue
from quorate.kernel.ids import BookName, TaskId, TraceId
from quorate.kernel.journal import NO_BOOK, JournalEntry
from quorate.kernel.stamps import moment_of, stamp

STUCK_AFTER: Final = timedelta(seconds=300)
"""A task that stood so long in one state is stuck: longer than a cycle or an agent's answer may take. Ours."""

OPEN: Final = tuple(state for state in TaskState if state not in TERMINAL)
"""The states of a task that is not over."""

FORMER_STATES: Final[Mapping[str, TaskState]] = MappingProxyType(
    {
        "PENDING": TaskState.ROUTING,
        "RUNNING": TaskState.ROUTING,
        "FAILED": TaskState.ROUTING,
        "SUCCEEDED": TaskState.COMPLETED,
        "DEAD_LETTER": TaskState.FAILED,
    }
)
"""Where an item of the former work queue stands as a task; who was at work then is gone, so it waits for another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFilter:
    """Which tasks are asked for; None asks for any. `stuck` stood too long in one state; `parent` has them as parts."""

    type: TaskType | None = None
    state: TaskState | None = None
    worker: str | None = None
    book: BookName | None = None
    parent: TaskId | None = None
    stuck: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskLine:
    """A task as a list tells it; `seq` is the journal row that received it."""

    task_id: TaskId
    type: TaskType
    subject: str
    state: TaskState
    reason: str
    failure_source: FailureSource
    worker: str
    owner: str
    attempts: int
    priority: int
    parent: TaskId = NO_TASK
    book: BookName = NO_BOOK
    trace_id: TraceId
    received_at: str
    changed_at: str
    not_before: str
    expires_at: str
    seq: int

    @property
    def is_over(self) -> bool:
        """Return whether it is in a state that it does not leave."""
        return self.state in TERMINAL

    @property
    def can_be_cancelled(self) -> bool:
        """Return whether somebody may stop it where it stands."""
        return bool(cancelling(self.state))

    @property
    def can_be_retried(self) -> bool:
        """Return whether it ended without its result, and stands for itself."""
        tryable = self.is_over and self.state is not TaskState.COMPLETED
        return tryable and not self.parent and self.type in RETRIED

    def is_stuck(self, now: datetime) -> bool:
        """Return whether it has stood in its state for too long; a wait that was set does not count."""
        since = max(self.changed_at, self.not_before)
        return not self.is_over and now - moment_of(since) > STUCK_AFTER

    def as_json(self) -> dict[str, JsonValue]:
        """Return the task as commands and the API tell it. Source: UI 2."""
        return {
            "taskId": self.task_id,
            "type": self.type.value,
            "subject": self.subject,
            "state": self.state.value,
            "worker": self.worker or self.owner or None,
            "attempts": self.attempts,
            "failureSource": self.failure_source.value or None,
            "reason": self.reason,
            "book": self.book or None,
            "parent": self.parent or None,
            "priority": self.priority,
            "receivedAt": self.received_at,
            "changedAt": self.changed_at,
            "notBefore": self.not_before or None,
            "expiresAt": self.expires_at or None,
            "traceId": self.trace_id,
        }


RETRIED: Final = frozenset({TaskType.ARENA_RUN, TaskType.BACKTEST, TaskType.ORDER})
"""Types whose tasks can be tried again by themselves; a part of a run is tried again with its run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskStep:
    """A state that a task came into: by which event, when, for how long so far, and what was said of it."""

    state: TaskState
    event: str
    at: str
    took: timedelta | None
    reason: str
    worker: str
    attempts: int
    seq: int

    def as_json(self) -> dict[str, JsonValue]:
        """Return the step as commands and the API tell it."""
        took = None if self.took is None else int(self.took.total_seconds() * 1000)
        return {
            "state": self.state.value,
            "event": self.event,
            "at": self.at,
            "ms": took,
            "reason": self.reason,
            "worker": self.worker or None,
            "attempts": self.attempts,
            "evidence": f"journal:{self.seq}",
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseLine:
    """Who holds a task until when, and with which fencing token."""

    owner: str
    token: int
    expires_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskDetails:
    """One task: its line, its path, its parts, who holds it, and how it stands to other attempts at the same."""

    line: TaskLine
    path: Sequence[TaskStep]
    children: Sequence[TaskLine] = ()
    lease: LeaseLine | None = None
    retry_of: str = ""
    retried_by: str = ""
    result: Mapping[str, JsonValue] = field(default_factory=dict)

    def as_json(self) -> dict[str, JsonValue]:
        """Return the task as commands and the API tell it."""
        lease: JsonValue = None
        if self.lease is not None:
            held = self.lease
            lease = {"owner": held.owner, "token": held.token, "expiresAt": held.expires_at}
        return {
            **self.line.as_json(),
            "path": [step.as_json() for step in self.path],
            "children": [child.as_json() for child in self.children],
            "lease": lease,
            "retryOf": self.retry_of or None,
            "retriedBy": self.retried_by or None,
            "result": dict(self.result),
        }


def cancelling(state: TaskState) -> tuple[str, ...]:
    """Return the events that lead from a state to CANCELLED, none where the table has no such way."""
    moves = TASK_TABLE.moves.get(state, {})
    return tuple(event.value for event, after in moves.items() if after is TaskState.CANCELLED)


def read_path(entries: Sequence[JournalEntry], now: datetime) -> Sequence[TaskStep]:
    """Return every state that a task came into, oldest first, with how long it stayed there."""
    found = list(_steps(entries))
    ends = [moment_of(step.at) for step in found[1:]] + [now]
    return [
        step if step.state in TERMINAL else _timed(step, end - moment_of(step.at))
        for step, end in zip(found, ends, strict=False)
    ]


def _timed(step: TaskStep, took: timedelta) -> TaskStep:
    return replace(step, took=max(took, timedelta(0)))


def _steps(entries: Sequence[JournalEntry]) -> Iterator[TaskStep]:
    worker, attempts, state = "", 1, TaskState.RECEIVED
    for entry in entries:
        facts = entry.facts
        worker = _said(facts, "worker") or _said(facts, "owner")
        attempts = _count(facts.get("attempts"), attempts)
        for event, after in _moves(entry, facts, state):
            state = after
            yield TaskStep(
                state=after,
                event=event,
                at=entry.ts,
                took=None,
                reason=_said(facts, "reason"),
                worker=worker,
                attempts=attempts,
                seq=entry.seq,
            )


def _moves(
    entry: JournalEntry, facts: Mapping[str, Json], state: TaskState
) -> Iterator[tuple[str, TaskState]]:
    """Yield the events that a row tells of, with the state that each led to."""
    match entry.type:
        case "task.received":
            yield "received", TaskState(_said(facts, "state"))
        case "task.adopted":
            yield "adopted", state
        case "task.moved":
            path = facts.get("path")
            for step in path if isinstance(path, list) else [facts]:
                if isinstance(step, dict):
                    yield _said(step, "event"), TaskState(_said(step, "to"))
        case "work.enqueued":
            yield "queued", TaskState.ROUTING
        case "work.moved":
            yield _said(facts, "to").lower(), FORMER_STATES[_said(facts, "to")]
        case _:
            return


def _said(facts: Mapping[str, Json], key: str) -> str:
    told = facts.get(key)
    return told if isinstance(told, str) else ""


def _count(told: Json | None, otherwise: int) -> int:
    return told if isinstance(told, int) else otherwise


def age_before(now: datetime) -> str:
    """Return the time before which a task must have moved last to be stuck at `now`."""
    return stamp(now - STUCK_AFTER)
