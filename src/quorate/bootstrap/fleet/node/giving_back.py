"""Giving back: a task leaves a worker's hands without a result and waits for the next one; of several, one does it."""

from __future__ import annotations

from dataclasses import replace

from quorate.adapters.sql.task_queue import LeasedTask
from quorate.arbiter.holding import Hands, Held
from quorate.arbiter.task import FailureSource, Task, TaskState
from quorate.fleet.roster import Ended, finished_event
from quorate.kernel.errors import ConflictError


async def give_back_lost(hands: Hands, lost: LeasedTask, reason: str) -> bool:
    """Give back what a worker lost, and return whether it was this caller who did."""
    return await give_back(hands, Held(lost.task, lost.lease), reason)


async def give_back(
    hands: Hands,
    held: Held,
    reason: str,
    *,
    source: FailureSource = FailureSource.WORKER_CRASH,
    ended: Ended = Ended.LOST,
) -> bool:
    """Give a task back, and return whether it was this caller who did.

    An attempt counts once work may have begun: a task that was given and not accepted keeps its attempts.
    """
    task = held.task
    gone = finished_event(task.worker, task.task_id, task.token, ended, source=source)
    try:
        await hands.give_back(
            held, reason, failure_source=source, changed=_unbegun(task), beside=[gone]
        )
    except ConflictError:
        return False
    return True


def _unbegun(task: Task) -> Task | None:
    return replace(task) if task.state is TaskState.ROUTED else None
