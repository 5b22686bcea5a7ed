"""Rows: a task and its states as the page says them, with the tone of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from quorate.arbiter.record import TaskLine, TaskStep
from quorate.arbiter.task import FailureSource, TaskState, TaskType
from quorate.kernel.stamps import moment_of

RUNS: Final = "/admin/arena/runs"

TONES: Final[Mapping[TaskState, str]] = {
    TaskState.COMPLETED: "gain",
    TaskState.REJECTED: "loss",
    TaskState.FAILED: "loss",
    TaskState.CANCELLED: "warn",
    TaskState.EXPIRED: "warn",
    TaskState.ROUTING: "",
}
"""The colour of each state; the word stands in it. A task at work is blue."""

TYPES: Final[Mapping[TaskType, str]] = {
    TaskType.ARENA_RUN: "Arena run",
    TaskType.TRADING_ANALYSIS: "Analysis",
    TaskType.TRADING_SIGNAL: "Signal check",
    TaskType.BACKTEST: "Backtest",
    TaskType.ORDER: "Order",
}

FAILURES: Final[Mapping[FailureSource, str]] = {
    FailureSource.LLM_TIMEOUT: "a model's silence",
    FailureSource.NETWORK_ERROR: "the network",
    FailureSource.WORKER_CRASH: "a worker",
    FailureSource.RULE: "a rule",
}

ICONS: Final[Mapping[TaskState, str]] = {
    TaskState.COMPLETED: "check",
    TaskState.REJECTED: "x",
    TaskState.FAILED: "alert-triangle",
    TaskState.CANCELLED: "x",
    TaskState.EXPIRED: "clock",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRow:
    """A line of the list of tasks; `age` is for how long it is in its state, empty of one that is over."""

    line: TaskLine
    kind: str
    state: str
    tone: str
    failure: str
    age: timedelta | None
    stuck: bool
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRow:
    """A state of a path, with how much of the way it took; `share` is in [0, 1]."""

    step: TaskStep
    state: str
    tone: str
    icon: str
    share: float


def task_row(line: TaskLine, now: datetime, base: str) -> TaskRow:
    """Return a task as its row says it."""
    return TaskRow(
        line=line,
        kind=TYPES[line.type],
        state=words(line.state),
        tone=tone(line.state),
        failure=FAILURES.get(line.failure_source, ""),
        age=None if line.is_over else max(now - moment_of(line.changed_at), timedelta(0)),
        stuck=line.is_stuck(now),
        href=f"{base}/{line.task_id}",
    )


def step_rows(path: Sequence[TaskStep]) -> list[StepRow]:
    """Return a path with how much of the whole each state took."""
    whole = sum(((step.took or timedelta(0)) for step in path), timedelta(0))
    return [
        StepRow(
            step=step,
            state=words(step.state),
            tone=tone(step.state),
            icon=ICONS.get(step.state, "arrow-right"),
            share=(step.took or timedelta(0)) / whole if whole else 0.0,
        )
        for step in path
    ]


def subject_href(line: TaskLine) -> str:
    """Return where what a task works on is shown; empty where there is no such page."""
    if line.type is TaskType.ARENA_RUN:
        return f"{RUNS}/{line.subject}"
    named = line.subject.removeprefix("ORDER_SUBMIT ")
    return f"{RUNS}/{named}" if named != line.subject else ""


def words(state: TaskState) -> str:
    """Return a state in small letters, as a tag says it."""
    return state.value.replace("_", " ").lower()


def tone(state: TaskState) -> str:
    """Return the colour of a state."""
    return TONES.get(state, "brand")
