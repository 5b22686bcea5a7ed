"""The roster: what the journal keeps of every worker and node, and the rows that change it.

A heartbeat is no row: whoever holds a worker's connection knows that it lives, and the node's own lease says of that
node that it does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from quorate.fleet.capability import is_capable
from quorate.kernel.canonical import JsonValue
from quorate.kernel.journal import Event


class WorkerFact(StrEnum):
    """The rows of a worker."""

    REGISTERED = "worker.registered"
    READY = "worker.ready"
    DRAINING = "worker.draining"
    RESUMED = "worker.resumed"
    """A drain was taken back."""
    QUARANTINED = "worker.quarantined"
    RESTORED = "worker.restored"
    LOST = "worker.lost"
    LEFT = "worker.left"


FINISHED: Final = "worker.finished"
"""A task left a worker's hands: done, failed or lost with it."""

NODE_LEASE: Final = "node:"
"""What the name of a node's lease begins with."""


class Standing(StrEnum):
    """What the journal knows of a worker; whether it is busy follows from its tasks."""

    REGISTERED = "registered"
    READY = "ready"
    LEAVING = "leaving"
    """It said that it takes no more, and finishes what it has."""
    LOST = "lost"
    LEFT = "left"


CONNECTED: Final = frozenset({Standing.REGISTERED, Standing.READY, Standing.LEAVING})
"""The standings in which a node holds its connection."""


class Ended(StrEnum):
    """How a task left a worker's hands."""

    DONE = "done"
    FAILED = "failed"
    LOST = "lost"
    """The worker was lost with it, or did not take it on: it was given back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerRecord:
    """A worker as its rows tell it; `revision` counts them, `node` holds, or held, its connection."""

    worker: str
    agent_type: str
    capabilities: Mapping[str, bool]
    capability_versions: Mapping[str, str] = field(default_factory=dict)
    version: str = ""
    slots: int = 1
    standing: Standing = Standing.REGISTERED
    epoch: int = 1
    node: str = ""
    quarantined: bool = False
    draining: bool = False
    reason: str = ""
    revision: int = 1
    registered_at: str = ""
    changed_at: str = ""

    @property
    def takes_tasks(self) -> bool:
        """Return whether it may be given tasks once it has a slot free, if its node lives."""
        return self.standing is Standing.READY and not self.quarantined and not self.draining

    def can(self, task_type: str) -> bool:
        """Return whether it takes tasks of this type."""
        return self.takes_tasks and is_capable(task_type, self.capabilities)

    @property
    def next(self) -> WorkerRecord:
        """Return it with the number of its next row."""
        return replace(self, revision=self.revision + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class LostHolding:
    """A task that left a worker's hands without a result: under which token, when, and who is at fault."""

    worker: str
    task_id: str
    token: int
    source: str
    at: str


def worker_event(fact: WorkerFact, record: WorkerRecord) -> Event:
    """Return a row of a worker: it carries the whole record, so that its newest row is the worker."""
    payload: dict[str, JsonValue] = {
        "workerId": record.worker,
        "agentType": record.agent_type,
        "capabilities": dict(record.capabilities),
        "capabilityVersions": dict(record.capability_versions),
        "version": record.version,
        "slots": record.slots,
        "standing": record.standing,
        "epoch": record.epoch,
        "node": record.node,
        "quarantined": record.quarantined,
        "draining": record.draining,
        "reason": record.reason,
        "revision": record.revision,
        "registeredAt": "" if fact is WorkerFact.REGISTERED else record.registered_at,
    }
    return Event(stream=f"worker:{record.worker}", type=fact, payload=payload)


def finished_event(
    worker: str, task_id: str, token: int, ended: Ended, *, source: str = "", took_us: int = 0
) -> Event:
    """Return the fact that a task left a worker's hands; it is committed with the task's own move."""
    payload: dict[str, JsonValue] = {
        "workerId": worker,
        "taskId": task_id,
        "token": token,
        "ended": ended,
        "failureSource": source,
        "tookUs": took_us,
    }
    return Event(stream=f"worker:{worker}", type=FINISHED, payload=payload)
