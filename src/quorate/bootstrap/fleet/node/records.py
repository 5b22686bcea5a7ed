"""Records: the workers as the journal knows them, read and changed; two processes never change one unseen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from quorate.adapters.sql.fleet import live_nodes, worker_records
from quorate.bootstrap.store import Store
from quorate.fleet.roster import CONNECTED, Standing, WorkerFact, WorkerRecord, worker_event
from quorate.fleet.wire import Register
from quorate.kernel.errors import ConflictError, RejectedError
from quorate.kernel.stamps import stamp

TRIES: Final = 8
"""How often a change is made on the newest record before it is given up: each loss means that another one was made."""

Edit = Callable[[WorkerRecord], WorkerRecord | None]
"""Makes the wanted record of the present one; None where it is so already."""


class Records:
    """The roster of one tenant's fleet."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def all(self) -> Sequence[WorkerRecord]:
        """Return every worker that ever registered, by id."""
        return await self._store.database.look_up(
            partial(worker_records, tenant=self._store.tenant)
        )

    async def named(self, worker: str) -> WorkerRecord | None:
        """Return a worker, None where it never registered."""
        found = await self._store.database.look_up(
            partial(worker_records, tenant=self._store.tenant, worker=worker)
        )
        return found[0] if found else None

    async def live_nodes(self) -> frozenset[str]:
        """Return the nodes whose lease runs."""
        now = stamp(self._store.clock.now())
        return await self._store.database.look_up(
            partial(live_nodes, tenant=self._store.tenant, now=now)
        )

    def able_now(self, task_type: str) -> bool:
        """Return whether a worker of a living node takes tasks of this type; one look, on this thread."""
        now, tenant = stamp(self._store.clock.now()), self._store.tenant
        records, nodes = self._store.database.read_now(
            lambda connection: (
                worker_records(connection, tenant),
                live_nodes(connection, tenant, now),
            )
        )
        return any(each.node in nodes and each.can(task_type) for each in records)

    async def registered(self, told: Register, node: str) -> WorkerRecord:
        """Make a registration durable under the next epoch, and return the record; what a person said of it stays.

        Raises:
            ConflictError: it registers elsewhere again and again.
        """
        for _ in range(TRIES):
            before = await self.named(told.agent_id)
            record = WorkerRecord(
                worker=told.agent_id,
                agent_type=told.agent_type,
                capabilities=told.capabilities,
                capability_versions=told.capability_versions,
                version=told.version,
                slots=told.slots,
                node=node,
                epoch=before.epoch + 1 if before else 1,
                revision=before.revision + 1 if before else 1,
                quarantined=before.quarantined if before else False,
                draining=before.draining if before else False,
                reason=before.reason if before and before.quarantined else "",
            )
            try:
                await self._write(WorkerFact.REGISTERED, record)
            except ConflictError:
                continue
            return record
        raise ConflictError(f"the worker {told.agent_id} registers elsewhere at the same time")

    async def change(self, worker: str, fact: WorkerFact, edit: Edit) -> WorkerRecord | None:
        """Change a worker's record and return it, None where it was so already.

        Raises:
            RejectedError: there is no such worker (slug `not-found`).
            ConflictError: others change it again and again.
        """
        for _ in range(TRIES):
            before = await self.named(worker)
            if before is None:
                raise RejectedError(
                    f"there is no worker '{worker}'",
                    effect="nothing was changed",
                    fix="quorate agents list",
                    slug="not-found",
                )
            wanted = edit(before)
            if wanted is None:
                return None
            try:
                await self._write(fact, wanted.next)
            except ConflictError:
                continue
            return wanted.next
        raise ConflictError(f"the worker {worker} is changed by others at the same time")

    async def stands(self, record: WorkerRecord, standing: Standing, reason: str = "") -> None:
        """Say where the session that `record` tells of stands now; nothing where a newer one exists."""
        facts = {
            Standing.READY: WorkerFact.READY,
            Standing.LEAVING: WorkerFact.DRAINING,
            Standing.LOST: WorkerFact.LOST,
            Standing.LEFT: WorkerFact.LEFT,
        }

        def edit(before: WorkerRecord) -> WorkerRecord | None:
            is_over = before.epoch != record.epoch or before.standing not in CONNECTED
            if is_over or before.standing is standing:
                return None
            said = before.reason if before.quarantined else reason
            return replace(before, standing=standing, reason=said)

        await self.change(record.worker, facts[standing], edit)

    async def _write(self, fact: WorkerFact, record: WorkerRecord) -> None:
        event = worker_event(fact, record)
        await self._store.journal.commit(lambda _tx: [event])
