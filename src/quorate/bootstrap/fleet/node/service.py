"""The node: every worker's connection of this process, and the loops that give out work and find out who is gone.

socket -> register -> ready -> [journal: a task waits] -> claimed -> assigned -> accepted -> result -> acknowledged
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Final

import structlog

from quorate.adapters.sql.purse import SqlPurse
from quorate.adapters.sql.task_queue import expired_tasks, lost_tasks
from quorate.adapters.sql.transaction import Transaction
from quorate.arbiter.holding import Hands
from quorate.arbiter.moves import MOVED
from quorate.arbiter.ports import Court
from quorate.arbiter.task import TaskEvent, TaskState
from quorate.bootstrap.fleet.node.alarms import Alarms
from quorate.bootstrap.fleet.node.assigning import REMOTE_TYPES, Assigner, drop
from quorate.bootstrap.fleet.node.delivering import Deliveries, Verdict
from quorate.bootstrap.fleet.node.following import Following
from quorate.bootstrap.fleet.node.giving_back import give_back_lost
from quorate.bootstrap.fleet.node.judging import RemoteCourt
from quorate.bootstrap.fleet.node.link import Closing, Link, Socket
from quorate.bootstrap.fleet.node.paying import Paymaster
from quorate.bootstrap.fleet.node.records import Records
from quorate.bootstrap.fleet.node.sessions import Sessions
from quorate.bootstrap.store import Store
from quorate.cycle.watch.service import Watch
from quorate.fleet.liveness import silent
from quorate.fleet.roster import CONNECTED, NODE_LEASE, Standing
from quorate.fleet.session import SessionEvent
from quorate.fleet.wire import (
    Draining,
    FromWorker,
    Heartbeat,
    Problem,
    Ready,
    Register,
    Reserve,
    Settle,
    Shutdown,
    ShutdownAck,
    TaskAccepted,
    TaskCancel,
    TaskComplete,
    TaskFailed,
)
from quorate.kernel.errors import ConflictError, QuorateError
from quorate.kernel.journal import Event, JournalEntry
from quorate.kernel.lease import Lease, acquired, lease_event
from quorate.kernel.stamps import stamp
from quorate.resilience.leasing import renewing

_LOG = structlog.get_logger()

_TASK: Final = "task:"
_WORKER: Final = "worker:"


class FleetNode:
    """One hub process of the fleet; `name` tells it from the others on the same database."""

    def __init__(
        self,
        store: Store,
        hands: Hands,
        purse: SqlPurse,
        watch: Watch,
        following: Following,
        court: Court,
    ) -> None:
        policy = store.settings.fleet
        self.name = hands.owner
        self._store = store
        self._hands = hands
        self._policy = policy
        self._following = following
        self._records = Records(store)
        self._assigner = Assigner(store, hands, policy, self.name)
        self._deliveries = Deliveries(store, hands, self._assigner, RemoteCourt(store, court))
        self._paymaster = Paymaster(store, purse, self._deliveries)
        self._sessions = Sessions(store, hands, policy, self.name, self._assigner, self._deliveries)
        self._alarms = Alarms(store, hands, policy, watch)
        self._open: dict[Link, float] = {}
        self._news: list[JournalEntry] = []
        self._awake = asyncio.Event()

    @property
    def links(self) -> dict[str, Link]:
        """Return the connections of the workers that are registered here, by worker."""
        return self._sessions.links

    @asynccontextmanager
    async def served(self) -> AsyncIterator[None]:
        """Be a node for as long as the block lasts: its lease is held, work is given out, the dead are found."""
        lease = await self._joined()
        lasting = timedelta(seconds=self._policy.dead_after_seconds)
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(
                renewing(lease, self._store.journal, self._store.clock, lasting)
            )
            for loop in (self._assigning, self._sweeping):
                task = asyncio.create_task(loop())
                stack.push_async_callback(_ended, task)
            try:
                yield
            finally:
                await self._left(lease)

    async def serve(self, socket: Socket) -> None:
        """Be one worker's hub until its connection ends."""
        link = Link(socket, self._store.clock, self._policy)
        self._open[link] = self._store.clock.monotonic()
        try:
            async with self._following.joined(self._heard):
                await link.run(self._handled)
        finally:
            self._open.pop(link, None)
            if link.record is not None and not link.session.is_over:
                await self._sessions.lost(link, SessionEvent.DISCONNECTED, "its connection is gone")

    async def sweep(self) -> None:
        """Find out who is gone and what is left of them; any node does it for all."""
        now = self._store.clock.monotonic()
        for link, since in list(self._open.items()):
            if link.record is None and now - since > self._policy.accept_seconds:
                await link.close(Closing.NOT_REGISTERED)
        heard = {name: link.heard_at for name, link in self.links.items()}
        for name in silent(heard, now, self._policy.dead_after_seconds):
            await self._sessions.silent(self.links[name])
        for link in list(self.links.values()):
            await self._overdue(link)
        await self._recovered()
        await self._alarms.look()
        self._awake.set()

    async def _handled(self, link: Link, message: FromWorker) -> None:
        """Handle one message; whatever fails, the connection of one worker is all that it takes with it."""
        try:
            await self._answer(link, message)
        except QuorateError as error:
            _LOG.warning("worker_message", worker=link.session.worker, cause=error.cause)
            await link.say(Problem(code="not-now", detail=error.cause[:500]))
        except Exception:  # noqa: BLE001  (the worker's edge: logged, and this connection is closed)
            _LOG.exception("worker_message", worker=link.session.worker)
            await link.close(Closing.FAILED)

    async def _answer(self, link: Link, message: FromWorker) -> None:
        if isinstance(message, Register):
            await self._register(link, message)
        elif link.record is None:
            await link.close(Closing.NOT_REGISTERED)
        elif message.epoch != link.session.epoch or link.session.is_over:
            await link.say(Problem(code="stale-epoch", detail="a newer session of yours exists"))
        else:
            await self._heed(link, message)

    async def _register(self, link: Link, message: Register) -> None:
        if link.record is not None:
            await link.say(Problem(code="not-now", detail="this session is registered already"))
            return
        await self._sessions.register(link, message)

    async def _heed(self, link: Link, message: FromWorker) -> None:
        match message:
            case TaskAccepted():
                await self._assigner.accepted(link, message)
            case TaskComplete():
                await self._closed(link, await self._deliveries.completed(link, message))
            case TaskFailed():
                await self._closed(link, await self._deliveries.failed(link, message))
            case Reserve():
                await link.say(await self._paymaster.reserve(link, message))
            case Settle():
                await link.say(await self._paymaster.settle(message))
            case _:
                await self._heed_session(link, message)

    async def _heed_session(self, link: Link, message: FromWorker) -> None:
        match message:
            case Ready():
                await self._sessions.ready(link)
                self._awake.set()
            case Heartbeat():
                await self._sessions.beat(link)
            case Draining():
                await self._sessions.drains(link)
            case ShutdownAck():
                await link.close(Closing.DONE)
            case _:
                await link.say(Problem(code="not-now", detail="nothing is done by this now"))

    async def _closed(self, link: Link, verdict: Verdict) -> None:
        await link.say(verdict.ack)
        if verdict.done:
            link.session = link.session.succeeded()
        elif verdict.blamed:
            await self._sessions.failed(link)
        self._awake.set()

    async def _overdue(self, link: Link) -> None:
        for _ in range(await self._assigner.overdue(link)):
            await self._sessions.failed(link)

    async def _recovered(self) -> None:
        """Give back what dead workers and dead nodes left, and end what waited too long."""
        database, tenant = self._store.database, self._store.tenant
        now = stamp(self._store.clock.now())
        for lost in await database.look_up(partial(lost_tasks, tenant=tenant, now=now)):
            if await give_back_lost(self._hands, lost, f"{lost.task.worker} was lost"):
                _LOG.info("task_recovered", task_id=lost.task.task_id, worker=lost.task.worker)
        expired = partial(expired_tasks, tenant=tenant, types=REMOTE_TYPES, now=now)
        for task in await database.look_up(expired):
            with suppress(ConflictError):
                await self._hands.withdraw(task, TaskEvent.TTL, reason="it waited too long")
        nodes = await self._records.live_nodes()
        for record in await self._records.all():
            if record.standing in CONNECTED and record.node not in nodes:
                await self._records.stands(record, Standing.LOST, "its hub is gone")

    def _heard(self, row: JournalEntry) -> None:
        """Take a row from the journal; every listener of this node gets it, and it counts once."""
        if self._news and self._news[-1].seq >= row.seq:
            return
        if row.type == MOVED and not self._concerns(row):
            return
        self._news.append(row)
        self._awake.set()

    def _concerns(self, row: JournalEntry) -> bool:
        """Return whether a task's move is this node's affair: it waits now, or one of its workers holds it."""
        task_id = row.stream.removeprefix(_TASK)
        is_held = any(task_id in link.in_hand for link in self.links.values())
        return is_held or row.facts.get("to") == TaskState.ROUTING

    async def _assigning(self) -> None:
        """Follow the news and give out work, for ever."""
        while True:
            await self._awake.wait()
            self._awake.clear()
            await _attempted("fleet_news", self._noted)
            await _attempted("fleet_dispatch", self._dispatched)

    async def _dispatched(self) -> None:
        await self._assigner.dispatch(self.links)

    async def _noted(self) -> None:
        news, self._news = self._news, []
        for row in news:
            if row.type == MOVED:
                await self._task_moved(row)
            elif row.stream.removeprefix(_WORKER) in self.links:
                record = await self._records.named(row.stream.removeprefix(_WORKER))
                if record is not None:
                    await self._sessions.told(record)

    async def _task_moved(self, row: JournalEntry) -> None:
        """Let go of a task that somebody else took out of a worker's hands."""
        task_id = row.stream.removeprefix(_TASK)
        holder = next((each for each in self.links.values() if task_id in each.in_hand), None)
        if holder is None:
            return
        facts, held = row.facts, holder.in_hand[task_id].held.task
        gone = facts["to"] in {TaskState.CANCELLED, TaskState.ROUTING, TaskState.FAILED}
        was_token = facts.get("wasToken", facts["token"])
        if gone and was_token == held.token:
            drop(holder, task_id)
            reason = str(facts.get("reason", ""))[:500]
            await holder.say(TaskCancel(task_id=task_id, token=held.token, reason=reason))

    async def _sweeping(self) -> None:
        while True:
            await self._store.clock.sleep(self._policy.sweep_seconds)
            await _attempted("fleet_sweep", self.sweep)

    async def _joined(self) -> Lease:
        """Acquire this node's lease: others see by it that it lives."""
        name, lasting = f"{NODE_LEASE}{self.name}", self._policy.dead_after_seconds
        held: list[Lease] = []

        def decide(tx: Transaction) -> list[Event]:
            lease = acquired(
                tx.lease(name),
                name=name,
                owner=self.name,
                now=self._store.clock.now(),
                duration=timedelta(seconds=lasting),
            )
            held[:] = [lease]
            return [lease_event("acquired", lease)]

        await self._store.journal.commit(decide)
        return held[0]

    async def _left(self, lease: Lease) -> None:
        """Send the workers to another hub; what they hold stays theirs."""
        for link in list(self.links.values()):
            await link.say(Shutdown(reason="this hub ends"))
            await self._sessions.lost(link, SessionEvent.DISCONNECTED, "its hub ended")
            await link.close(Closing.LEAVING)
        ended = replace(lease, expires_at=self._store.clock.now())
        with suppress(QuorateError):
            await self._store.journal.commit(lambda _tx: [lease_event("released", ended)])


async def _attempted(name: str, act: Callable[[], Awaitable[None]]) -> None:
    """Do something that is done again before long: whatever fails is logged, and nothing ends by it."""
    try:
        await act()
    except QuorateError as error:
        _LOG.warning(name, cause=str(error))
    except Exception:  # noqa: BLE001  (a loop's edge: one turn may fail, the next is due all the same)
        _LOG.exception(name)


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
