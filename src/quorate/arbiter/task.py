"""Tasks: units of work with a spec, and the one table of the states they walk.  Source: R-130, RELIABILITY 2.1."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from quorate.kernel.ids import BookName, TaskId, TraceId
from quorate.kernel.journal import NO_BOOK
from quorate.kernel.transition import TransitionTable


class TaskType(StrEnum):
    """What kinds of work there are. Source: DESIGN 9."""

    ARENA_RUN = "arena_run"
    TRADING_ANALYSIS = "trading_analysis"
    """One agent's turn: what it says about every symbol of a run."""
    TRADING_SIGNAL = "trading_signal"
    """The votes of a run held against the phase of their symbols: the hidden-hand check."""
    BACKTEST = "backtest"
    ORDER = "order"
    """An act on orders: carry out what a run decided, cancel, close, compare with the broker, halt."""


class FailureSource(StrEnum):
    """Whose failure it was, so that a breaker counts it as it should. Source: R-051."""

    NONE = ""
    LLM_TIMEOUT = "llm_timeout"
    NETWORK_ERROR = "network_error"
    WORKER_CRASH = "worker_crash"
    RULE = "rule"
    """A rule said no: the spec, a check, or the answer itself."""


class TaskState(StrEnum):
    """Where a task is. Each state is committed before its work begins, so a kill shows where it struck."""

    RECEIVED = "RECEIVED"
    VALIDATING_SPEC = "VALIDATING_SPEC"
    SPEC_APPROVED = "SPEC_APPROVED"
    ROUTING = "ROUTING"
    ROUTED = "ROUTED"
    EXECUTING = "EXECUTING"
    EXECUTION_COMPLETE = "EXECUTION_COMPLETE"
    VERIFYING = "VERIFYING"
    VERIFIED = "VERIFIED"
    COMPLETED = "COMPLETED"
    REJECTED = "REJECTED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"


class TaskEvent(StrEnum):
    """What moves a task."""

    VALIDATE = "validate"
    SPEC_OK = "spec_ok"
    SPEC_BAD = "spec_bad"
    ROUTE = "route"
    ASSIGNED = "assigned"
    NO_CAPABLE_AGENT = "no_capable_agent"
    STARTED = "started"
    RESULT = "result"
    LEASE_LOST = "lease_lost"
    VERIFY = "verify"
    POST_CHECK_OK = "post_check_ok"
    VIOLATION = "violation"
    PERSISTED = "persisted_and_outboxed"
    ERROR = "error"
    TTL = "ttl"
    CANCEL = "cancel"


MAX_ATTEMPTS = 3
"""A task whose workers died this often is failed, not tried again.  Source: RELIABILITY 2.1."""

_S, _E = TaskState, TaskEvent

TASK_TABLE: TransitionTable[TaskState, TaskEvent] = TransitionTable(
    name="task",
    moves=MappingProxyType(
        {
            _S.RECEIVED: {_E.VALIDATE: _S.VALIDATING_SPEC, _E.CANCEL: _S.CANCELLED},
            _S.VALIDATING_SPEC: {
                _E.SPEC_OK: _S.SPEC_APPROVED,
                _E.SPEC_BAD: _S.REJECTED,
                _E.ERROR: _S.FAILED,
            },
            _S.SPEC_APPROVED: {
                _E.ROUTE: _S.ROUTING,
                _E.CANCEL: _S.CANCELLED,
                _E.TTL: _S.EXPIRED,
            },
            _S.ROUTING: {
                _E.ASSIGNED: _S.ROUTED,
                _E.NO_CAPABLE_AGENT: _S.ROUTING,
                _E.TTL: _S.EXPIRED,
                _E.ERROR: _S.FAILED,
            },
            _S.ROUTED: {
                _E.STARTED: _S.EXECUTING,
                _E.LEASE_LOST: _S.ROUTING,
                _E.CANCEL: _S.CANCELLED,
                _E.TTL: _S.EXPIRED,
            },
            _S.EXECUTING: {
                _E.RESULT: _S.EXECUTION_COMPLETE,
                _E.LEASE_LOST: _S.ROUTING,
                _E.ERROR: _S.FAILED,
                _E.CANCEL: _S.CANCELLED,
            },
            _S.EXECUTION_COMPLETE: {_E.VERIFY: _S.VERIFYING},
            _S.VERIFYING: {
                _E.POST_CHECK_OK: _S.VERIFIED,
                _E.VIOLATION: _S.REJECTED,
                _E.ERROR: _S.FAILED,
            },
            _S.VERIFIED: {_E.PERSISTED: _S.COMPLETED},
        }
    ),
)

TERMINAL = frozenset(state for state in TaskState if TASK_TABLE.is_terminal(state))
"""COMPLETED, REJECTED, FAILED, CANCELLED, EXPIRED."""


NO_TASK: Final = TaskId("")

PRIORITY: Final = 5
"""The priority of a task that names none, of 0 to 10. Source: R-049 (TaskCreate)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A task as it stands: `subject` is what it works on (a run id), `token` fences off lost holders.

    `parent` is the task that it is a part of, under whose lease it is done where nobody else holds it; `owner` the
    process and `worker` who in it, or elsewhere, does the work. Nobody takes it before `not_before`, nor begins it
    after `expires_at`.
    """

    task_id: TaskId
    type: TaskType
    subject: str
    trace_id: TraceId
    state: TaskState
    token: int
    attempts: int
    parent: TaskId = NO_TASK
    book: BookName = NO_BOOK
    owner: str = ""
    worker: str = ""
    priority: int = PRIORITY
    not_before: datetime | None = None
    expires_at: datetime | None = None


def lease_name(task_id: TaskId | str) -> str:
    """Return the name under which the lease on a task is held."""
    return f"task:{task_id}"
