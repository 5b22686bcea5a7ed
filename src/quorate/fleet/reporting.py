"""Reporting: an outcome as the message that tells it."""

from __future__ import annotations

from typing import Final

from quorate.fleet.outcome import LONGEST_STEPS, Done, Failed
from quorate.fleet.spool import Delivery
from quorate.fleet.wire import TaskComplete, TaskFailed
from quorate.kernel.canonical import Json

LONGEST_STEP: Final = 500
"""A step of reasoning is a line. Source: the wire."""


def complete(done: Done, checked: dict[str, Json]) -> Done:
    """Return what was done with its checked result, its steps cut to what travels."""
    steps = tuple(step[:LONGEST_STEP] for step in done.steps[:LONGEST_STEPS])
    return Done(result=checked, steps=steps)


def report_of(delivery: Delivery, agent_id: str, epoch: int, now: str) -> TaskComplete | TaskFailed:
    """Return the message that delivers an outcome in the session `epoch`."""
    match delivery.outcome:
        case Done(result=result, steps=steps):
            return TaskComplete(
                agent_id=agent_id,
                task_id=delivery.task_id,
                token=delivery.token,
                epoch=epoch,
                result=dict(result),
                reasoning_steps=list(steps),
                timestamp=now,
            )
        case Failed(source=source, reason=reason):
            return TaskFailed(
                agent_id=agent_id,
                task_id=delivery.task_id,
                token=delivery.token,
                epoch=epoch,
                failure_source=source.value,
                reason=reason,
            )
