"""Sessions: a worker comes, is heard, is seen to be gone; the newest session of a worker is the only one.

register -> the former session closed -> the next epoch durable -> what it still holds -> acknowledged -> ready -> idle
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial

from quorate.adapters.sql.task_queue import LeasedTask, tasks_of_worker
from quorate.arbiter.holding import Hands, Held
from quorate.arbiter.task import TaskState
from quorate.bootstrap.fleet.node.assigning import Assigner, drop, family_of
from quorate.bootstrap.fleet.node.delivering import Deliveries
from quorate.bootstrap.fleet.node.giving_back import give_back
from quorate.bootstrap.fleet.node.link import Closing, InHand, Link
from quorate.bootstrap.fleet.node.records import Records
from quorate.bootstrap.store import Store
from quorate.fleet.policy import FleetPolicy
from quorate.fleet.roster import Standing, WorkerFact, WorkerRecord
from quorate.fleet.session import Session, SessionEvent, SessionState
from quorate.fleet.wire import (
    Drain,
    FromHub,
    HeartbeatAck,
    Register,
    RegistrationAck,
    TaskCancel,
    TaskResume,
)
from quorate.kernel.errors import ConflictError
from quorate.kernel.lease import lease_event
from quorate.kernel.stamps import stamp


class Sessions:
    """The sessions of one node's workers, by worker; `links` are those that registered."""

    def __init__(
        self,
        store: Store,
        hands: Hands,
        policy: FleetPolicy,
        node: str,
        assigner: Assigner,
        deliveries: Deliveries,
    ) -> None:
        self._store = store
        self._hands = hands
        self._policy = policy
        self._node = node
        self._assigner = assigner
        self._deliveries = deliveries
        self._records = Records(store)
        self._after_ready: dict[Link, Sequence[FromHub]] = {}
        self._coming: dict[str, asyncio.Lock] = {}
        self.links: dict[str, Link] = {}

    async def register(self, link: Link, told: Register) -> None:
        """Begin a session: it is durable, and every older one of the worker is over, before it is acknowledged.

        Those of one worker that come here begin one after the other.
        """
        async with self._coming.setdefault(told.agent_id, asyncio.Lock()):
            try:
                await self._begin(link, told)
            except ConflictError:
                await link.close(Closing.SUPERSEDED)

    async def _begin(self, link: Link, told: Register) -> None:
        old = self.links.get(told.agent_id)
        if old is not None:
            await self.supersede(old)
        record = await self._records.registered(told, self._node)
        newer = self.links.get(told.agent_id)
        if newer is not None and newer.session.epoch > record.epoch:
            await link.close(Closing.SUPERSEDED)
            return
        link.record = record
        link.session = Session(worker=record.worker).registered(
            record.epoch, record.capabilities, record.slots, {}
        )
        self.links[record.worker] = link
        if newer is not None:
            await self.supersede(newer)
        self._after_ready[link] = await self._resumed(link, told)
        _held_back(link, record)
        await link.say(
            RegistrationAck(
                status=_status(record),
                epoch=record.epoch,
                heartbeat_seconds=self._policy.heartbeat_seconds,
                timestamp=stamp(self._store.clock.now()),
            )
        )

    async def ready(self, link: Link) -> None:
        """Take a worker that heard its registration as one that may be given tasks."""
        link.session = link.session.ready()
        if link.record is not None:
            await self._records.stands(link.record, Standing.READY)
        for message in self._after_ready.pop(link, ()):
            await link.say(message)
        if link.session.state is SessionState.DRAINING:
            await link.say(Drain())

    async def beat(self, link: Link) -> None:
        """Answer a heartbeat, and keep the leases of what the worker holds."""
        now = self._store.clock.now()
        await link.say(HeartbeatAck(epoch=link.session.epoch, timestamp=stamp(now)))
        if link.in_hand:
            await self._renew(link, list(link.in_hand.items()))

    async def drains(self, link: Link) -> None:
        """Take note that a worker is about to leave: it is given nothing more."""
        link.is_leaving = True
        if link.session.state is not SessionState.DRAINING:
            link.session = link.session.moved(SessionEvent.DRAIN)
        if link.record is not None:
            await self._records.stands(link.record, Standing.LEAVING)

    async def supersede(self, link: Link) -> None:
        """End a session whose worker opened a newer one: nothing that it says counts any more."""
        self._forget(link)
        if not link.session.is_over:
            link.session = link.session.moved(SessionEvent.SUPERSEDED)
        link.in_hand.clear()
        await link.close(Closing.SUPERSEDED)

    async def lost(self, link: Link, event: SessionEvent, reason: str) -> None:
        """End a session whose connection is gone; what it held is its own until the leases run out (FM-TAW-007)."""
        self._forget(link)
        if link.session.is_over:
            return
        leaves = not link.in_hand and link.session.state in {
            SessionState.DRAINING,
            SessionState.LEFT,
        }
        if leaves:
            link.session = link.session.moved(SessionEvent.LEAVE)
        else:
            link.session = link.session.moved(event)
        if link.record is not None:
            standing = Standing.LEFT if leaves else Standing.LOST
            await self._records.stands(link.record, standing, "" if leaves else reason)

    async def silent(self, link: Link) -> None:
        """End the session of a worker that is dead: its tasks wait for another one at once."""
        in_hand = list(link.in_hand.values())
        await self.lost(link, SessionEvent.SILENT, "no heartbeat")
        link.in_hand.clear()
        for each in in_hand:
            await give_back(self._hands, each.held, f"{link.session.worker} sent no heartbeat")
        await link.close(Closing.SILENT)

    async def failed(self, link: Link) -> None:
        """Count a failure of a worker; one that fails too often in a row is set aside for a person to look at."""
        link.session = link.session.failed()
        in_a_row = link.session.failures
        if in_a_row < self._policy.quarantine_after or link.session.is_over:
            return
        if link.session.state is not SessionState.QUARANTINED:
            link.session = link.session.moved(SessionEvent.QUARANTINE)
        reason = f"{in_a_row} failures in a row"

        def edit(before: WorkerRecord) -> WorkerRecord | None:
            return None if before.quarantined else replace(before, quarantined=True, reason=reason)

        await self._records.change(link.session.worker, WorkerFact.QUARANTINED, edit)

    async def told(self, record: WorkerRecord) -> None:
        """Follow what the journal says of a worker that is connected here, whoever said it."""
        link = self.links.get(record.worker)
        if link is None or link.session.is_over:
            return
        if record.epoch > link.session.epoch:
            await self.supersede(link)
            return
        if record.epoch < link.session.epoch:
            return
        link.record = record
        await self._follow(link, record)

    async def _follow(self, link: Link, record: WorkerRecord) -> None:
        state = link.session.state
        if record.quarantined and state is not SessionState.QUARANTINED:
            link.session = link.session.moved(SessionEvent.QUARANTINE)
        elif not record.quarantined and state is SessionState.QUARANTINED:
            link.session = link.session.restored()
        state = link.session.state
        if record.draining and state not in {SessionState.DRAINING, SessionState.QUARANTINED}:
            link.session = link.session.moved(SessionEvent.DRAIN)
            await link.say(Drain())
        elif not record.draining and state is SessionState.DRAINING and not link.is_leaving:
            link.session = link.session.undrained()
            await link.say(Drain(stop=True))

    async def _resumed(self, link: Link, told: Register) -> Sequence[FromHub]:
        """Put what the worker still holds into its hands, give back what it lost, and return what to say of both."""
        held = await self._store.database.look_up(
            partial(tasks_of_worker, tenant=self._store.tenant, worker=told.agent_id)
        )
        claimed = {(each.task_id, each.token) for each in told.resume}
        said: list[FromHub] = []
        for each in held:
            key = (str(each.task.task_id), each.task.token)
            if key in claimed:
                claimed.discard(key)
                await self._take_up(link, each)
                said.append(TaskResume(task_id=key[0], token=key[1]))
            else:
                held_before = Held(each.task, each.lease)
                await give_back(self._hands, held_before, f"{told.agent_id} came back without it")
        for task_id, token in sorted(claimed):
            verdict = await self._deliveries.known(link, task_id, token)
            gone = TaskCancel(task_id=task_id, token=token, reason=verdict.ack.reason)
            said.append(verdict.ack if verdict.ack.accepted else gone)
        if link.in_hand:
            await self._renew(link, list(link.in_hand.items()))
        return said

    async def _take_up(self, link: Link, each: LeasedTask) -> None:
        task = each.task
        link.in_hand[task.task_id] = InHand(
            held=Held(task, each.lease),
            family=family_of(task),
            metadata=await self._assigner.metadata(task) or {},
            given_at=self._store.clock.monotonic(),
            accepted=task.state is TaskState.EXECUTING,
        )
        link.session = link.session.given(task.task_id, task.token)

    async def _renew(self, link: Link, in_hand: Sequence[tuple[str, InHand]]) -> None:
        """Keep leases alive together; where one was lost, each is tried alone, and the lost ones are let go."""
        if not in_hand:
            return
        until = self._store.clock.now() + timedelta(seconds=self._policy.dead_after_seconds)
        kept = [replace(each.held.lease, expires_at=until) for _, each in in_hand]
        events = [lease_event("renewed", lease) for lease in kept]
        try:
            await self._store.journal.commit(lambda _tx: events)
        except ConflictError:
            if len(in_hand) > 1:
                for one in in_hand:
                    await self._renew(link, [one])
                return
            ((task_id, lost),) = in_hand
            drop(link, task_id)
            token = lost.held.task.token
            await link.say(TaskCancel(task_id=task_id, token=token, reason="its lease was lost"))
            return
        for (task_id, each), lease in zip(in_hand, kept, strict=True):
            present = link.in_hand.get(task_id)
            if present is not None and present.held.task.token == each.held.task.token:
                held = replace(present.held, lease=lease)
                link.in_hand[task_id] = replace(present, held=held)

    def _forget(self, link: Link) -> None:
        self._after_ready.pop(link, None)
        if self.links.get(link.session.worker) is link:
            del self.links[link.session.worker]


def _held_back(link: Link, record: WorkerRecord) -> None:
    """Keep a worker from tasks that a person set aside, or that is to drain."""
    if record.quarantined:
        link.session = link.session.moved(SessionEvent.QUARANTINE)
    elif record.draining:
        link.session = link.session.moved(SessionEvent.DRAIN)


def _status(record: WorkerRecord) -> str:
    if record.quarantined:
        return "quarantined"
    return "draining" if record.draining else "registered"
