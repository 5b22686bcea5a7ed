"""The journal in memory: real rows and guards, no database, no hashes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from quorate.arbiter.task import PRIORITY, TERMINAL, Task, TaskState, TaskType
from quorate.kernel.canonical import Json, canonical_json
from quorate.kernel.errors import ConflictError
from quorate.kernel.ids import TaskId, Tenant
from quorate.kernel.journal import Committed, Event, JournalEntry
from quorate.kernel.lease import Lease
from quorate.kernel.ports import Clock
from quorate.kernel.stamps import moment_of, stamp
from tests.fakes.clock import FakeClock

TENANT = Tenant("local")


class KilledError(BaseException):
    """The process is gone: nothing of ours may catch this."""


@dataclass
class State:
    """What the guards look at: the lease table, the task table, the step ledger."""

    leases: dict[str, Lease] = field(default_factory=dict)
    tasks: dict[str, Task] = field(default_factory=dict)
    steps: dict[str, JournalEntry] = field(default_factory=dict)

    def lease(self, name: str) -> Lease | None:
        """Return the newest holding of `name`; this is what a use case reads."""
        return self.leases.get(name)

    def task(self, task_id: str) -> Task | None:
        """Return the task as it stands; this is what a use case reads."""
        return self.tasks.get(task_id)

    def project(self, entry: JournalEntry) -> None:
        """Bring the tables up to `entry`, or refuse it as the SQL projections do."""
        match entry.type:
            case "lease.acquired" | "lease.renewed" | "lease.released":
                self._lease(entry)
            case "task.received":
                self._received(entry)
            case "task.moved":
                self._moved(entry)
            case "task.adopted":
                self._adopted(entry)
        key = entry.facts.get("stepKey")
        if key is not None:
            _require(key not in self.steps, "someone recorded the step first")
            self.steps[str(key)] = entry

    def _lease(self, entry: JournalEntry) -> None:
        facts = entry.facts
        name, token = str(facts["name"]), int(str(facts["token"]))
        before = self.leases[name].token if name in self.leases else 0
        expected = token - 1 if entry.type == "lease.acquired" else token
        _require(before == expected, f"the lease on {name} was lost to another holder")
        self.leases[name] = Lease(
            name=name,
            owner=str(facts["owner"]),
            token=token,
            expires_at=moment_of(str(facts["expiresAt"])),
        )

    def _received(self, entry: JournalEntry) -> None:
        facts = entry.facts
        task_id = str(facts["taskId"])
        _require(task_id not in self.tasks, "the task is there already")
        self.tasks[task_id] = Task(
            task_id=TaskId(task_id),
            type=TaskType(str(facts["taskType"])),
            subject=str(facts["subject"]),
            trace_id=entry.trace_id,
            state=TaskState(str(facts["state"])),
            token=_number(facts["token"]),
            attempts=_number(facts.get("attempts", 1)),
            parent=TaskId(str(facts.get("parent", ""))),
            book=entry.book,
            owner=str(facts["owner"]),
            worker=str(facts.get("worker", "")),
            priority=_number(facts.get("priority", PRIORITY)),
            not_before=_time(facts.get("notBefore")),
            expires_at=_time(facts.get("expiresAt")),
        )

    def _moved(self, entry: JournalEntry) -> None:
        facts = entry.facts
        task = self.tasks[str(facts["taskId"])]
        token = _number(facts["token"])
        was = _number(facts.get("wasToken", token))
        _require(
            (task.state, task.token) == (facts["from"], was),
            f"the task is no longer {facts['from']} in this holder's hands",
        )
        self.tasks[task.task_id] = replace(
            task,
            state=TaskState(str(facts["to"])),
            token=token,
            attempts=_number(facts["attempts"]),
            owner=str(facts["owner"]),
            worker=str(facts["worker"]),
            not_before=_time(facts.get("notBefore")),
        )

    def _adopted(self, entry: JournalEntry) -> None:
        facts = entry.facts
        task = self.tasks[str(facts["taskId"])]
        _require(task.token == facts["wasToken"], "another process took the task over first")
        self.tasks[task.task_id] = replace(
            task,
            token=_number(facts["token"]),
            attempts=_number(facts["attempts"]),
            owner=str(facts["owner"]),
        )


def _number(value: Json) -> int:
    return int(str(value))


def _time(value: Json) -> datetime | None:
    return moment_of(str(value)) if value else None


@dataclass
class MemoryJournal:
    """Keeps the promises of the kernel's port: a use case's events stand all, or none does.

    `before_commit` sees each use case's events first, and may raise as a database would.
    """

    clock: Clock = field(default_factory=FakeClock)
    rows: list[JournalEntry] = field(default_factory=list)
    before_commit: Callable[[Sequence[Event]], None] = lambda _events: None
    _state: State = field(default_factory=State)

    async def commit(self, decide: Callable[[State], Sequence[Event]]) -> Committed:
        after = State(dict(self._state.leases), dict(self._state.tasks), dict(self._state.steps))
        events = list(decide(after))
        self.before_commit(events)
        written = [
            self._row(event, seq) for seq, event in enumerate(events, start=len(self.rows) + 1)
        ]
        for row in written:
            after.project(row)
        self._state = after
        self.rows += written
        return Committed(seqs=tuple(row.seq for row in written))

    async def entries(self, stream: str) -> Sequence[JournalEntry]:
        return [row for row in self.rows if row.stream == stream]

    async def recorded_steps(self, stream: str) -> Mapping[str, JournalEntry]:
        return {key: row for key, row in self._state.steps.items() if row.stream == stream}

    def task(self, task_id: str) -> Task:
        """The task as it stands."""
        return self._state.tasks[task_id]

    def lease(self, name: str) -> Lease:
        """The newest holding of `name`."""
        return self._state.leases[name]

    def abandoned(self) -> list[Task]:
        """The unfinished tasks whose lease ran out."""
        now = self.clock.now()
        return [
            task
            for task in self._state.tasks.values()
            if task.state not in TERMINAL
            and (held := self._state.lease(f"task:{task.task_id}")) is not None
            and not held.is_held(now)
        ]

    def types(self, stream: str = "") -> list[str]:
        """The types of the rows of one stream, or of all, in order."""
        return [row.type for row in self.rows if not stream or row.stream == stream]

    def walked(self, task_id: str) -> list[str]:
        """The states that the task was in, in order."""
        moves = [json.loads(row.payload) for row in self.rows if row.type == "task.moved"]
        mine = [move for move in moves if move["taskId"] == task_id]
        paths = [move.get("path") or [move] for move in mine]
        return ["RECEIVED", *(step["to"] for path in paths for step in path)]

    def _row(self, event: Event, seq: int) -> JournalEntry:
        step = {"stepKey": event.step_key} if event.step_key else {}
        return JournalEntry(
            seq=seq,
            ts=stamp(self.clock.now()),
            tenant=TENANT,
            book=event.book,
            trace_id=event.trace_id,
            stream=event.stream,
            type=event.type,
            payload=canonical_json({**event.payload, **step}),
            prev_hash="",
            hash="",
        )


def _require(holds: object, otherwise: str) -> None:
    if not holds:
        raise ConflictError(otherwise)
