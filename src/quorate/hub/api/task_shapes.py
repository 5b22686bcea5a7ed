"""Tasks as the API gives them, and acts on orders as it takes them. Names as in UI 2."""

from __future__ import annotations

from typing import Any

from quorate.hub.api.counting import Total
from quorate.hub.api.shape import Given, Moment, Shape


class TaskShape(Shape):
    """A task; `worker` is who does it now or did it last, `notBefore` until when it waits for its next attempt."""

    task_id: str
    type: str
    subject: str
    state: str
    worker: str | None
    attempts: int
    failure_source: str | None
    reason: str
    book: str | None
    parent: str | None
    priority: int
    received_at: Moment
    changed_at: Moment
    not_before: Moment | None
    expires_at: Moment | None
    trace_id: str


class TaskCount(Shape):
    """How many tasks of a type are in a state."""

    type: str
    state: str
    count: int


class TaskList(Shape):
    """A page of the tasks, newest first, and how many of each there are under the filter; `stuck` are counted apart."""

    read_at: Moment
    counts: tuple[TaskCount, ...]
    stuck: int
    items: tuple[TaskShape, ...]
    next_cursor: str | None
    total: Total = None


class TaskStepShape(Shape):
    """A state that a task came into, and for how many milliseconds it stayed; null of the last."""

    state: str
    event: str
    at: Moment
    ms: int | None
    reason: str
    worker: str | None
    attempts: int
    evidence: str


class LeaseShape(Shape):
    """Who holds a task, or held it last."""

    owner: str
    token: int
    expires_at: Moment


class TaskDetailsShape(TaskShape):
    """A task with its path through the states, its parts, and the tasks before and after it that tried the same."""

    path: tuple[TaskStepShape, ...]
    children: tuple[TaskShape, ...]
    lease: LeaseShape | None
    retry_of: str | None
    retried_by: str | None
    result: dict[str, Any]


class NewAct(Given):
    """An act on orders to be done; `about` is an order's id, a symbol or a scope, a comparison needs none."""

    act: str
    about: str | None = None
    book: str | None = None
    reason: str | None = None


class TaskWish(Given):
    """A wish about a task."""

    reason: str = ""


class TaskAccepted(Shape):
    """An act that was taken, or that an earlier wish for the same one began."""

    task_id: str
    act: str
    state: str
    replayed: bool


class TaskChanged(Shape):
    """What became of an act on a task; of a retry `task` is the new one."""

    target: str
    applied: bool
    dry_run: bool
    task: TaskShape
