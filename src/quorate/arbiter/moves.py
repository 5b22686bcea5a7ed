"""Moves: a task's rows. One row tells every state that was passed in one commit, so that none is skipped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from quorate.arbiter.spec import TaskSpec
from quorate.arbiter.task import TASK_TABLE, FailureSource, Task, TaskEvent
from quorate.kernel.canonical import JsonValue
from quorate.kernel.journal import Event
from quorate.kernel.stamps import stamp

RECEIVED: Final = "task.received"
MOVED: Final = "task.moved"
ADOPTED: Final = "task.adopted"
RESULT: Final = "task.result"

TO_WORK: Final = (
    TaskEvent.VALIDATE,
    TaskEvent.SPEC_OK,
    TaskEvent.ROUTE,
    TaskEvent.ASSIGNED,
    TaskEvent.STARTED,
)
"""From RECEIVED to EXECUTING, where whoever receives a task also does it."""

TO_QUEUE: Final = TO_WORK[:3]
"""From RECEIVED to ROUTING, where it waits for a worker."""

TO_END: Final = (TaskEvent.POST_CHECK_OK, TaskEvent.PERSISTED)
"""From VERIFYING to COMPLETED."""

TO_CHECK: Final = (TaskEvent.RESULT, TaskEvent.VERIFY)
"""From EXECUTING to VERIFYING."""


def stream_of(task: Task) -> str:
    """Return the stream of a task's rows."""
    return f"task:{task.task_id}"


def received_event(
    task: Task, spec: TaskSpec, assignment: Mapping[str, JsonValue] | None = None
) -> Event:
    """Return the first row of a task; `assignment` is what a worker elsewhere needs to do it.

    A part of another task stands under that one's spec, and names its hash alone.
    """
    payload: dict[str, JsonValue] = {
        "taskId": task.task_id,
        "taskType": task.type,
        "subject": task.subject,
        "specHash": spec.hash,
        "state": task.state,
        "owner": task.owner,
        "token": task.token,
        "attempts": task.attempts,
        "worker": task.worker,
        "priority": task.priority,
    }
    if task.parent:
        payload["parent"] = task.parent
    else:
        payload["spec"] = spec.payload()
    if assignment is not None:
        payload["assignment"] = dict(assignment)
    return _row(task, RECEIVED, payload | _times(task))


def moved(
    task: Task,
    *events: TaskEvent,
    reason: str = "",
    failure_source: FailureSource = FailureSource.NONE,
    changed: Task | None = None,
) -> tuple[Task, Event]:
    """Return the task after `events`, and the one row that tells of all of them.

    `changed` is the task in other hands: with another token, owner, worker, count of attempts or time.

    Raises:
        ConflictError: the table has no such move.
    """
    path, state = list[JsonValue](), task.state
    for event in events:
        state = TASK_TABLE.target(state, event)
        path.append({"event": event, "to": state})
    after = replace(changed or task, state=state)
    payload: dict[str, JsonValue] = {
        "taskId": task.task_id,
        "from": task.state,
        "to": state,
        "event": events[-1],
        "reason": reason,
        "token": after.token,
        "attempts": after.attempts,
        "owner": after.owner,
        "worker": after.worker,
        "failureSource": failure_source,
    }
    if len(path) > 1:
        payload["path"] = path
    if after.token != task.token:
        payload["wasToken"] = task.token
    return after, _row(task, MOVED, payload | _times(after))


def whole(task: Task, spec: TaskSpec, *result: Event, reason: str = "") -> list[Event]:
    """Return the rows of a part whose work had no effect outside: one commit, so nobody sees it half done."""
    _, move = moved(task, *TO_WORK, *TO_CHECK, *TO_END, reason=reason)
    return [received_event(task, spec), *result, move]


def adopted_event(task: Task, was_token: int) -> Event:
    """Return the fact that a task is in other hands, in the state in which its former holder left it."""
    payload: dict[str, JsonValue] = {
        "taskId": task.task_id,
        "owner": task.owner,
        "token": task.token,
        "wasToken": was_token,
        "attempts": task.attempts,
    }
    return _row(task, ADOPTED, payload)


def result_event(task: Task, result: Mapping[str, JsonValue]) -> Event:
    """Return what a worker elsewhere made of a task; it is committed with the move that it causes."""
    payload: dict[str, JsonValue] = {
        "taskId": task.task_id,
        "token": task.token,
        "worker": task.worker,
        "result": dict(result),
    }
    return _row(task, RESULT, payload)


def _times(task: Task) -> dict[str, JsonValue]:
    times = {"notBefore": task.not_before, "expiresAt": task.expires_at}
    return {name: stamp(time) for name, time in times.items() if time is not None}


def _row(task: Task, kind: str, payload: dict[str, JsonValue]) -> Event:
    return Event(
        stream=stream_of(task), type=kind, payload=payload, trace_id=task.trace_id, book=task.book
    )
