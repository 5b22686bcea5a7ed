"""Facts of the fleet: a worker that came, failed at a task, was set aside and restored."""

from __future__ import annotations

from dataclasses import replace

from quorate.fleet.roster import (
    Ended,
    Standing,
    WorkerFact,
    WorkerRecord,
    finished_event,
    worker_event,
)
from quorate.kernel.journal import Event

WORKER = WorkerRecord(
    worker="w1",
    agent_type="worker",
    capabilities={"llm": True, "trading_analysis": True, "code": False},
    capability_versions={"llm": "2"},
    version="0.1.0",
    slots=2,
    node="host:1:abc",
)


def fleet_events() -> list[Event]:
    """Return rows that put something into every table of the fleet, changed once each."""
    ready = replace(
        WORKER.next, standing=Standing.READY, registered_at="2026-11-20T12:00:00.000000Z"
    )
    aside = replace(ready.next, quarantined=True, reason="3 failures in a row")
    back = replace(aside.next, quarantined=False, reason="restored by ann")
    drained = replace(back.next, draining=True)
    resumed = replace(drained.next, draining=False)
    lost = replace(resumed.next, standing=Standing.LOST, reason="its connection is gone")
    again = replace(lost.next, standing=Standing.REGISTERED, epoch=2)
    left = replace(again.next, standing=Standing.LEFT)
    return [
        worker_event(WorkerFact.REGISTERED, WORKER),
        worker_event(WorkerFact.READY, ready),
        finished_event("w1", "tsk_far", 1, Ended.DONE, took_us=1200),
        finished_event("w1", "tsk_far", 2, Ended.FAILED, source="network_error"),
        worker_event(WorkerFact.QUARANTINED, aside),
        worker_event(WorkerFact.RESTORED, back),
        worker_event(WorkerFact.DRAINING, drained),
        worker_event(WorkerFact.RESUMED, resumed),
        worker_event(WorkerFact.LOST, lost),
        worker_event(WorkerFact.REGISTERED, again),
        worker_event(WorkerFact.LEFT, left),
    ]
