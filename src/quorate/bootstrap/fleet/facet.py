"""The fleet as people and other parts meet it: who is there, what they hold, what waits; and the acts on workers.

Any process has it: what it tells is read from the database. Only one that serves is a node, with connections of its
own.
"""

from __future__ import annotations

import os
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Final

from quorate.adapters.sql.fleet import WorkerCounts, newest_lost, worker_counts
from quorate.adapters.sql.purse import SqlPurse
from quorate.adapters.sql.series import kept_series
from quorate.adapters.sql.tail import JournalFeed
from quorate.adapters.sql.task_queue import LeasedTask, held_tasks, waiting_since
from quorate.arbiter.holding import Hands
from quorate.arbiter.ports import Court
from quorate.bootstrap.fleet.node.assigning import REMOTE_TYPES
from quorate.bootstrap.fleet.node.following import Following
from quorate.bootstrap.fleet.node.link import Socket
from quorate.bootstrap.fleet.node.records import Edit, Records
from quorate.bootstrap.fleet.node.service import FleetNode
from quorate.bootstrap.fleet.node.waiting import Waits
from quorate.bootstrap.store import Store
from quorate.cycle.watch.service import Watch
from quorate.fleet.policy import Analyses
from quorate.fleet.roster import CONNECTED, LostHolding, WorkerFact, WorkerRecord
from quorate.kernel.canonical import Json
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import TaskId
from quorate.kernel.stamps import moment_of, stamp

ROSTER_SECONDS: Final = 0.25
"""How long one look at the roster is good for a question whether somebody is there. Ours."""

TROUBLED: Final = timedelta(days=1)
"""For so long a lost worker is something to look after; later it is one of those that were. Ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldLine:
    """A task in a worker's hands."""

    task_id: str
    type: str
    token: int
    state: str
    lease_until: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerLine:
    """A worker as it stands. `heartbeat_age_s` is known to the node that holds its connection alone, else None."""

    record: WorkerRecord
    state: str
    is_live: bool
    heartbeat_age_s: float | None
    holds: tuple[HeldLine, ...]
    counts: WorkerCounts


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetOverview:
    """The fleet as of now: `waiting` tasks, the 95th percentile of how long they wait, and tasks that were recovered.

    `waiting_p95_s` is None where none waits; a worker is dead after `dead_after_s` of silence; `analyses` says where
    they are done.
    """

    nodes: tuple[str, ...]
    workers: tuple[WorkerLine, ...]
    leases_held: int
    waiting: int
    waiting_p95_s: float | None
    recoveries: int
    dead_after_s: float
    analyses: Analyses


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerChange:
    """What became of a wish about a worker; not `applied` when it was so already."""

    record: WorkerRecord
    applied: bool


class Fleet:
    """One tenant's fleet."""

    def __init__(
        self, store: Store, purse: SqlPurse, watch: Watch, feed: JournalFeed, court: Court
    ) -> None:
        self._store = store
        policy = store.settings.fleet
        owner = f"{socket.gethostname()}:{os.getpid()}:{store.ids.trace_id()[:8]}"
        hands = Hands(
            store.journal, store.clock, owner=owner, lease_seconds=policy.dead_after_seconds
        )
        following = Following(feed, store.clock)
        self._records = Records(store)
        self._waits = Waits(store, hands, following, policy)
        self._able: dict[str, tuple[float, bool]] = {}
        self._blocks = 0
        self.node = FleetNode(store, hands, purse, watch, following, court)

    def can_place(self, task_type: str) -> bool:
        """Return whether a living worker of whichever node may be given a task of this type."""
        now = self._store.clock.monotonic()
        known = self._able.get(task_type)
        if known is None or now - known[0] > ROSTER_SECONDS:
            known = self._able[task_type] = (now, self._records.able_now(task_type))
        return known[1]

    async def finished(self, task_id: TaskId, deadline_s: float) -> Mapping[str, Json]:
        """Return what a worker made of a task that was queued, once that is durable.

        Raises:
            UnavailableError: nobody did it in time, or it failed; it is not done any more.
            InvalidOutputError: what was made of it was refused.
        """
        return await self._waits.finished(task_id, deadline_s)

    @asynccontextmanager
    async def served(self) -> AsyncIterator[None]:
        """Be a node of the fleet for as long as the block lasts; a block inside another is the same node."""
        self._blocks += 1
        try:
            if self._blocks > 1:
                yield
                return
            async with self.node.served():
                yield
        finally:
            self._blocks -= 1

    async def serve(self, connection: Socket) -> None:
        """Be the hub of one worker's connection until it ends."""
        await self.node.serve(connection)

    async def series(self, digest: str) -> bytes:
        """Return the bars that are kept under a digest.

        Raises:
            RejectedError: there are none (slug `not-found`).
        """
        found = await self._store.database.read(
            partial(kept_series, tenant=self._store.tenant, digests=[digest])
        )
        if digest not in found:
            raise RejectedError(
                "nothing is kept under this digest", effect="nothing was read", slug="not-found"
            )
        return found[digest]

    async def overview(self) -> FleetOverview:
        """Return the fleet as of now."""
        tenant, database = self._store.tenant, self._store.database
        held = await database.read(partial(held_tasks, tenant=tenant))
        counts = await database.read(partial(worker_counts, tenant=tenant))
        since = await database.read(partial(waiting_since, tenant=tenant, types=REMOTE_TYPES))
        nodes = await self._records.live_nodes()
        now = self._store.clock.now()
        waits = [(now - moment_of(each)).total_seconds() for each in since]
        return FleetOverview(
            nodes=tuple(sorted(nodes)),
            workers=tuple(
                self._line(record, nodes, held, counts.get(record.worker, WorkerCounts()))
                for record in await self._records.all()
            ),
            leases_held=sum(each.lease.is_held(now) for each in held),
            waiting=len(waits),
            waiting_p95_s=_percentile(waits, 0.95),
            recoveries=sum(each.lost for each in counts.values()),
            dead_after_s=self._store.settings.fleet.dead_after_seconds,
            analyses=self._store.settings.fleet.analyses,
        )

    async def troubled(self) -> int:
        """Return how many workers need a person: set aside, or lost within the last day."""
        nodes, since = await self._records.live_nodes(), self._store.clock.now() - TROUBLED
        return sum(
            each.quarantined
            or (
                _state(each, is_live=each.standing in CONNECTED and each.node in nodes, held=0)
                == "lost"
                and moment_of(each.changed_at) >= since
            )
            for each in await self._records.all()
        )

    async def last_lost(self) -> LostHolding | None:
        """Return the newest task that left a worker's hands without a word, None where none ever did."""
        return await self._store.database.read(partial(newest_lost, tenant=self._store.tenant))

    async def workers(self) -> Sequence[WorkerLine]:
        """Return every worker that ever registered, by id."""
        return (await self.overview()).workers

    async def worker(self, name: str) -> WorkerLine:
        """Return a worker.

        Raises:
            RejectedError: there is none of that id (slug `not-found`).
        """
        found = next((each for each in await self.workers() if each.record.worker == name), None)
        if found is None:
            raise RejectedError(
                f"there is no worker '{name}'",
                effect="nothing was read",
                fix="quorate agents list",
                slug="not-found",
            )
        return found

    async def drain(self, name: str, by: str) -> WorkerChange:
        """Have a worker finish what it holds and take nothing more; raises as `worker`."""
        return await self._change(
            name,
            WorkerFact.DRAINING,
            lambda before: (
                None if before.draining else replace(before, draining=True, reason=f"by {by}")
            ),
        )

    async def stop_drain(self, name: str, by: str) -> WorkerChange:
        """Take a drain back; raises as `worker`."""
        return await self._change(
            name,
            WorkerFact.RESUMED,
            lambda before: (
                replace(before, draining=False, reason=f"by {by}") if before.draining else None
            ),
        )

    async def quarantine(self, name: str, by: str, reason: str) -> WorkerChange:
        """Set a worker aside: it is given nothing until a person restores it; raises as `worker`."""
        said = f"{reason} (by {by})"
        return await self._change(
            name,
            WorkerFact.QUARANTINED,
            lambda before: (
                None if before.quarantined else replace(before, quarantined=True, reason=said)
            ),
        )

    async def restore(self, name: str, by: str) -> WorkerChange:
        """Let a worker that was set aside have tasks again; raises as `worker`."""
        return await self._change(
            name,
            WorkerFact.RESTORED,
            lambda before: (
                replace(before, quarantined=False, reason=f"restored by {by}")
                if before.quarantined
                else None
            ),
        )

    async def _change(self, name: str, fact: WorkerFact, edit: Edit) -> WorkerChange:
        changed = await self._records.change(name, fact, edit)
        line = await self.worker(name)
        return WorkerChange(record=line.record, applied=changed is not None)

    def _line(
        self,
        record: WorkerRecord,
        nodes: frozenset[str],
        held: Sequence[LeasedTask],
        counts: WorkerCounts,
    ) -> WorkerLine:
        link = self.node.links.get(record.worker)
        age = None if link is None else self._store.clock.monotonic() - link.heard_at
        mine = [each for each in held if each.task.worker == record.worker]
        is_live = record.standing in CONNECTED and record.node in nodes
        return WorkerLine(
            record=record,
            state=_state(record, is_live=is_live, held=len(mine)),
            is_live=is_live,
            heartbeat_age_s=age,
            holds=tuple(
                HeldLine(
                    task_id=each.task.task_id,
                    type=each.task.type.value,
                    token=each.task.token,
                    state=each.task.state,
                    lease_until=stamp(each.lease.expires_at),
                )
                for each in mine
            ),
            counts=counts,
        )


def _state(record: WorkerRecord, *, is_live: bool, held: int) -> str:
    """Return a worker's state in one word: the session's, where it has one."""
    if record.quarantined:
        return "quarantined"
    if not is_live:
        return "left" if record.standing == "left" else "lost"
    if record.draining or record.standing == "leaving":
        return "draining"
    if record.standing == "registered":
        return "registered"
    return "busy" if held >= record.slots else "idle"


def _percentile(values: Sequence[float], share: float) -> float | None:
    """Return the value below which `share` of them lie (nearest rank), None of none."""
    ordered = sorted(values)
    if not ordered:
        return None
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]
