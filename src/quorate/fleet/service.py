"""A worker: takes tasks from a hub, has them done, and sees to it that what came of them arrives, once.

assignment -> accepted -> work -> checked -> spooled -> task_complete -> acknowledged -> forgotten

Work outlives connections: when one breaks, the work goes on, and what came of it is delivered over the next one.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import structlog

from quorate.fleet.asking import Asking
from quorate.fleet.failures import failure_of
from quorate.fleet.in_hand import Take, taken
from quorate.fleet.line import Line, within
from quorate.fleet.outcome import Failed, FailedBy, Outcome, checked_result
from quorate.fleet.ports import Handler, Hub, Spool, Told
from quorate.fleet.reporting import complete, report_of
from quorate.fleet.spool import Delivery
from quorate.fleet.wire import (
    Drain,
    Draining,
    FromHub,
    FromWorker,
    HeldTask,
    Problem,
    Refused,
    Reserved,
    Settled,
    Shutdown,
    ShutdownAck,
    TaskAccepted,
    TaskAssignment,
    TaskCancel,
    TaskCompleteAck,
    TaskResume,
)
from quorate.fleet.worker_policy import WorkerIdentity, WorkerPolicy
from quorate.kernel.errors import RejectedError, UnavailableError, root_cause
from quorate.kernel.ports import Clock
from quorate.kernel.stamps import stamp

_LOG = structlog.get_logger()


@dataclass(slots=True)
class _Hand:
    """A task that is worked on, and the token under which it is held now."""

    assignment: TaskAssignment
    token: int
    work: asyncio.Task[None] | None = None


@dataclass(slots=True)
class _Waiting:
    """What came of a task and is not acknowledged; `acked` is set once it is, or need not be any more."""

    delivery: Delivery
    acked: asyncio.Future[bool]
    sending: asyncio.Task[None] | None = None


@dataclass(slots=True, kw_only=True)
class Worker:
    """One worker; `draw` gives chance in [0, 1) for the waits, `tell` hears what happens, for people.

    `handlers` may be given after the worker was made: they ask its `asking` about money.
    """

    hub: Hub
    identity: WorkerIdentity
    spool: Spool
    clock: Clock
    draw: Callable[[], float]
    tell: Told
    policy: WorkerPolicy = field(default_factory=WorkerPolicy)
    handlers: Mapping[str, Handler] = field(default_factory=dict)
    asking: Asking = field(init=False)
    line: Line = field(init=False)
    _hands: dict[str, _Hand] = field(default_factory=dict, init=False)
    _waiting: dict[str, _Waiting] = field(default_factory=dict, init=False)
    _finished: OrderedDict[str, int] = field(default_factory=OrderedDict, init=False)
    _draining: bool = field(default=False, init=False)
    _stopping: bool = field(default=False, init=False)
    _stop: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _left: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set, init=False)

    def __post_init__(self) -> None:
        """Make the line, and who asks over it."""
        self.line = Line(
            hub=self.hub,
            identity=self.identity,
            clock=self.clock,
            draw=self.draw,
            policy=self.policy,
            tell=self.tell,
            hears=self._hears,
            held=self._held,
        )
        self.asking = Asking(line=self.line, token_of=self._token_of, answer_s=self.policy.answer_s)

    async def run(self) -> int:
        """Work until told to stop, or drained; return how many results are still to be delivered: they are spooled.

        Raises:
            RejectedError: the hub will not have this worker.
        """
        for delivery in await self.spool.undelivered():
            self._send(self._waits(delivery))
        try:
            async with asyncio.TaskGroup() as group:
                keeping = group.create_task(self.line.keep_open())
                stopping = group.create_task(self._farewell())
                _ = await self._left.wait()
                keeping.cancel()
                stopping.cancel()
        except BaseExceptionGroup as several:
            raise root_cause(several) from None
        finally:
            await self._abandoned()
        return len(self._waiting)

    def stop(self) -> None:
        """Take no more tasks, finish what is in hand within `drain_s`, and leave; asked twice it leaves at once."""
        if self._stopping:
            self._left.set()
        self._stopping = True
        self._stop.set()

    @property
    def in_hand(self) -> int:
        """Return how many tasks are worked on."""
        return len(self._hands)

    # What the hub says ------------------------------------------------------------------------------------------------

    async def _hears(self, message: FromHub) -> None:
        match message:
            case TaskAssignment():
                await self._assigned(message)
            case TaskResume():
                self._resumed(message)
            case TaskCompleteAck():
                await self._acknowledged(message)
            case TaskCancel():
                await self._cancelled(message)
            case Reserved() | Refused() | Settled():
                self.asking.hears(message)
            case Drain() | Shutdown():
                await self._sent_away(message)
            case Problem():
                self._scolded(message)
            case _:
                pass

    async def _assigned(self, wanted: TaskAssignment) -> None:
        task_id, token = wanted.task_id, wanted.token
        hand, waiting = self._hands.get(task_id), self._waiting.get(task_id)
        has_room = len(self._hands) < self.identity.slots and not self._draining
        match taken(
            token,
            working=hand.token if hand is not None else None,
            undelivered=waiting.delivery if waiting is not None else None,
            finished=self._finished.get(task_id, 0),
            has_room=has_room,
        ):
            case Take.LEAVE:
                self.tell("task_passed_over", {"taskId": task_id, "token": token})
            case Take.GO_ON if hand is not None:
                hand.token = token
                await self._accept(task_id, token)
            case Take.DELIVER if waiting is not None:
                waiting.delivery = waiting.delivery.under(token)
                await self._accept(task_id, token)
                await self._spooled(waiting)
            case _:
                self._hands[task_id] = begun = _Hand(wanted, token)
                self._end_waiting(task_id)
                begun.work = self._goes_on(self._work(begun))
                self.tell("task_accepted", _named(wanted))
                await self._accept(task_id, token)

    async def _accept(self, task_id: str, token: int) -> None:
        await self.line.send(lambda epoch: TaskAccepted(task_id=task_id, token=token, epoch=epoch))

    def _resumed(self, message: TaskResume) -> None:
        """Go on under the token that the hub names; what this worker knows nothing of was lost with its process."""
        task_id, token = message.task_id, message.token
        hand, waiting = self._hands.get(task_id), self._waiting.get(task_id)
        if hand is not None:
            hand.token = max(hand.token, token)
        elif waiting is not None:
            waiting.delivery = waiting.delivery.under(max(waiting.delivery.token, token))
        elif self._finished.get(task_id, 0) < token:
            lost = Failed(source=FailedBy.WORKER_CRASH, reason="the worker was started anew")
            self._send(self._waits(Delivery(task_id=task_id, token=token, outcome=lost)))

    async def _acknowledged(self, ack: TaskCompleteAck) -> None:
        waiting = self._waiting.get(ack.task_id)
        if waiting is None or ack.token < waiting.delivery.token:
            return
        self._end_waiting(ack.task_id)
        self._finish(ack.task_id, ack.token)
        await self.spool.forget(ack.task_id)
        if ack.accepted:
            self.tell("task_delivered", {"taskId": ack.task_id})
        else:
            self.tell("task_not_accepted", {"taskId": ack.task_id, "cause": ack.reason})

    async def _cancelled(self, message: TaskCancel) -> None:
        hand, waiting = self._hands.get(message.task_id), self._waiting.get(message.task_id)
        if hand is not None and message.token >= hand.token:
            del self._hands[message.task_id]
            if hand.work is not None:
                hand.work.cancel()
        elif waiting is not None and message.token >= waiting.delivery.token:
            self._end_waiting(message.task_id)
            await self.spool.forget(message.task_id)
        else:
            return
        self._finish(message.task_id, message.token)
        self.tell("task_cancelled", {"taskId": message.task_id, "cause": message.reason})
        self._look_around()

    async def _sent_away(self, message: Drain | Shutdown) -> None:
        if isinstance(message, Drain):
            self._draining = not message.stop or self._stopping
            self.tell("draining" if self._draining else "draining_taken_back", {})
            if self._draining:
                await self.line.send(lambda epoch: Draining(epoch=epoch))
            self._look_around()
            return
        await self.line.send(lambda epoch: ShutdownAck(epoch=epoch))
        self.tell("sent_away", {"cause": message.reason, "final": int(message.final)})
        if message.final:
            self.stop()
        else:
            raise UnavailableError(f"the hub ends the session: {message.reason}", source="hub")

    def _scolded(self, message: Problem) -> None:
        self.tell("problem", {"code": message.code, "cause": message.detail})
        if message.code == "stale-epoch":
            raise UnavailableError("the hub knows a newer session of this worker", source="hub")

    # The work ---------------------------------------------------------------------------------------------------------

    async def _work(self, hand: _Hand) -> None:
        task_id = hand.assignment.task_id
        outcome = await self._outcome(hand.assignment)
        if self._hands.get(task_id) is not hand:
            return
        del self._hands[task_id]
        if isinstance(outcome, Failed):
            facts = {"taskId": task_id, "failureSource": outcome.source.value}
            self.tell("task_failed", {**facts, "cause": outcome.reason})
        else:
            self.tell("task_done", {"taskId": task_id})
        delivery = Delivery(task_id=task_id, token=hand.token, outcome=outcome)
        await self._spooled(self._waits(delivery))

    async def _outcome(self, wanted: TaskAssignment) -> Outcome:
        handler = self.handlers.get(wanted.task_type)
        if handler is None:
            reason = f"this worker has no handler of {wanted.task_type}"
            return Failed(source=FailedBy.RULE, reason=reason)
        try:
            done = await within(self.clock, wanted.deadline_seconds, handler.carry_out(wanted))
            whole = complete(done, checked_result(wanted.task_type, done.result))
        except Exception as error:  # noqa: BLE001  (the worker's loop: whatever a handler does, the task fails alone)
            failed = failure_of(error)
            if failed.source is FailedBy.WORKER_CRASH:
                _LOG.error("handler_broke", task_id=wanted.task_id, exc_info=error)
            return failed
        return whole

    async def _spooled(self, waiting: _Waiting) -> None:
        """Keep what came of a task, then deliver it; the order is what a kill at any moment cannot undo."""
        try:
            await self.spool.keep(waiting.delivery)
        except UnavailableError as error:
            facts = {"taskId": waiting.delivery.task_id, "cause": str(error)}
            self.tell("not_spooled", facts)
        self._send(waiting)

    # The delivery -----------------------------------------------------------------------------------------------------

    def _waits(self, delivery: Delivery) -> _Waiting:
        waiting = _Waiting(delivery, asyncio.get_running_loop().create_future())
        self._waiting[delivery.task_id] = waiting
        return waiting

    def _send(self, waiting: _Waiting) -> None:
        if waiting.sending is not None:
            waiting.sending.cancel()
        if not waiting.acked.done():
            waiting.sending = self._goes_on(self._deliver(waiting))

    async def _deliver(self, waiting: _Waiting) -> None:
        def message(epoch: int) -> FromWorker:
            return self._report(waiting.delivery, epoch)

        try:
            await self.line.insist(message, waiting.acked, "delivery_unanswered")
        except RejectedError as error:
            said = Failed(source=FailedBy.RULE, reason=error.cause)
            waiting.delivery = replace(waiting.delivery, outcome=said)
            await self.line.insist(message, waiting.acked, "delivery_unanswered")

    def _report(self, delivery: Delivery, epoch: int) -> FromWorker:
        return report_of(delivery, self.identity.agent_id, epoch, stamp(self.clock.now()))

    def _end_waiting(self, task_id: str) -> None:
        waiting = self._waiting.pop(task_id, None)
        if waiting is not None and not waiting.acked.done():
            waiting.acked.set_result(True)
        self._look_around()

    def _finish(self, task_id: str, token: int) -> None:
        self._finished[task_id] = max(token, self._finished.pop(task_id, 0))
        while len(self._finished) > self.policy.remembered:
            self._finished.popitem(last=False)

    def _token_of(self, task_id: str) -> int | None:
        hand = self._hands.get(task_id)
        return None if hand is None else hand.token

    def _held(self) -> Sequence[HeldTask]:
        working = {task_id: hand.token for task_id, hand in self._hands.items()}
        done = {task_id: each.delivery.token for task_id, each in self._waiting.items()}
        held = {**done, **working}
        return [HeldTask(task_id=task_id, token=token) for task_id, token in held.items()][:64]

    # The end ----------------------------------------------------------------------------------------------------------

    async def _farewell(self) -> None:
        """Once told to stop: take nothing new, wait for what is in hand, give back what takes too long."""
        await self._stop.wait()
        self._draining = True
        self.tell("stopping", {"inHand": len(self._hands), "undelivered": len(self._waiting)})
        if self.line.is_open:
            await self._parting(lambda epoch: Draining(epoch=epoch))
        self._look_around()
        await self.clock.sleep(self.policy.drain_s)
        for task_id, hand in list(self._hands.items()):
            said = Failed(source=FailedBy.NETWORK_ERROR, reason="the worker was stopped")
            back = Delivery(task_id=task_id, token=hand.token, outcome=said)
            await self._parting(partial(self._report, back))
        self._left.set()

    async def _parting(self, message: Callable[[int], FromWorker]) -> None:
        try:
            await self.line.send(message)
        except UnavailableError as error:
            self.tell("not_said", {"cause": error.cause})

    def _look_around(self) -> None:
        """Leave once there is nothing left to do, or nobody to deliver to."""
        if self._hands or not self._draining:
            return
        if not self._waiting or (self._stopping and not self.line.is_open):
            self._left.set()

    def _goes_on(self, work: Coroutine[object, object, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _abandoned(self) -> None:
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)


def _named(wanted: TaskAssignment) -> dict[str, str | int | float]:
    return {"taskId": wanted.task_id, "taskType": wanted.task_type, "token": wanted.token}
