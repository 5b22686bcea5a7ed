"""A hub as a worker meets it: a connection that a test may cut, delay or thin out, and a book of what was agreed."""

from __future__ import annotations

import asyncio
import random
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from quorate.fleet.outcome import Done
from quorate.fleet.spool import Delivery, from_bytes, to_bytes
from quorate.fleet.wire import (
    FromHub,
    FromWorker,
    Heartbeat,
    HeartbeatAck,
    Ready,
    Register,
    RegistrationAck,
    Reserve,
    Reserved,
    Settle,
    Settled,
    TaskAccepted,
    TaskAssignment,
    TaskComplete,
    TaskCompleteAck,
    TaskFailed,
    TaskResume,
)
from quorate.kernel.errors import QuorateError, UnavailableError
from quorate.kernel.ports import Clock

CUT = UnavailableError("the connection was cut", source="hub")
NOW = "2026-11-20T12:00:00.000000Z"


@dataclass
class MemorySpool:
    """A spool that outlives its worker; what it holds went through its bytes."""

    kept: dict[str, bytes] = field(default_factory=dict)
    writable: bool = True

    async def keep(self, delivery: Delivery) -> None:
        if not self.writable:
            raise UnavailableError("the disk is full", source="spool")
        self.kept[delivery.task_id] = to_bytes(delivery)

    async def forget(self, task_id: str) -> None:
        self.kept.pop(task_id, None)

    async def undelivered(self) -> Sequence[Delivery]:
        return [from_bytes(content) for content in self.kept.values()]


@dataclass
class FakeChannel:
    """One connection; `said` is what the worker said on it."""

    hub: FakeHub
    inbox: asyncio.Queue[FromHub | QuorateError] = field(default_factory=asyncio.Queue)
    said: list[FromWorker] = field(default_factory=list)
    is_open: bool = True

    async def send(self, message: FromWorker) -> None:
        if not self.is_open:
            raise CUT
        self.said.append(message)
        self.hub.heard(self, message)

    async def receive(self) -> FromHub:
        if not self.is_open and self.inbox.empty():
            raise CUT
        message = await self.inbox.get()
        if isinstance(message, QuorateError):
            raise message
        return message

    async def close(self) -> None:
        self.is_open = False

    def cut(self) -> None:
        """Break it, as a network does: what was on its way is gone."""
        if self.is_open:
            self.is_open = False
            while not self.inbox.empty():
                self.inbox.get_nowait()
            self.inbox.put_nowait(CUT)


@dataclass
class FakeHub:
    """Registers, acknowledges, reserves and settles as a hub does; a test says when it does not.

    `drops` says of a message whether it is lost on its way to the worker, `cuts` whether the connection breaks when it
    is heard. A completion counts for its task's current token alone. `results` has each accepted completion, all of
    them: two of one task are a fault. With `tries_again` a failure ends no task: it waits to be given out anew.
    """

    beat_s: float = 15.0
    answers: bool = True
    tries_again: bool = False
    reachable: bool = True
    refuses: QuorateError | None = None
    drops: Callable[[FromHub], bool] = lambda _message: False
    cuts: Callable[[FromWorker], bool] = lambda _message: False
    channels: list[FakeChannel] = field(default_factory=list)
    heard_all: list[FromWorker] = field(default_factory=list)
    tokens: dict[str, int] = field(default_factory=dict)
    results: list[tuple[str, int, Mapping[str, object]]] = field(default_factory=list)
    failures: list[TaskFailed] = field(default_factory=list)
    reserved: Counter[str] = field(default_factory=Counter)
    charges: dict[str, list[Settle]] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)
    epoch: int = 0

    async def connect(self) -> FakeChannel:
        if self.refuses is not None:
            raise self.refuses
        if not self.reachable:
            raise UnavailableError("nobody answers there", source="hub")
        channel = FakeChannel(self)
        self.channels.append(channel)
        return channel

    @property
    def channel(self) -> FakeChannel:
        """The newest connection."""
        return self.channels[-1]

    def said(self, kind: type) -> list:
        """What was heard of one kind, on all connections."""
        return [message for message in self.heard_all if isinstance(message, kind)]

    def tell(self, message: FromHub) -> None:
        """Say something to the worker, unless it is lost on the way."""
        if not self.drops(message) and self.channel.is_open:
            self.channel.inbox.put_nowait(message)

    def assign(self, task_id: str = "tsk_1", token: int = 1, **changes: object) -> None:
        """Give the worker a task under a token."""
        self.tokens[task_id] = token
        self.tell(assignment(task_id, token, **changes))

    def heard(self, channel: FakeChannel, message: FromWorker) -> None:
        """Take what a worker said, and answer it."""
        if self.cuts(message):
            channel.cut()
            return
        self.heard_all.append(message)
        if self.answers:
            for answer in self._answers(message):
                if not self.drops(answer):
                    channel.inbox.put_nowait(answer)

    def _answers(self, message: FromWorker) -> Sequence[FromHub]:
        match message:
            case Register():
                return self._registered(message)
            case Heartbeat():
                return [HeartbeatAck(epoch=self.epoch, timestamp=NOW)]
            case TaskComplete() | TaskFailed():
                return [self._ended(message)]
            case Reserve() | Settle():
                return [self._paid(message)]
            case _:
                return []

    def _registered(self, message: Register) -> Sequence[FromHub]:
        self.epoch += 1
        resumed = [
            TaskResume(task_id=held.task_id, token=self.tokens[held.task_id])
            for held in message.resume
            if held.task_id in self.tokens and held.task_id not in self.done
        ]
        return [registration(self.epoch, self.beat_s), *resumed]

    def _paid(self, message: Reserve | Settle) -> FromHub:
        if isinstance(message, Settle):
            self.charges.setdefault(message.call_id, []).append(message)
            return Settled(task_id=message.task_id, call_id=message.call_id)
        call_id = message.call.call_id
        self.reserved[call_id] += 1
        day = "2026-11-20"
        return Reserved(task_id=message.task_id, call_id=call_id, reserved_usd="0.01", day=day)

    def _ended(self, message: TaskComplete | TaskFailed) -> TaskCompleteAck:
        task_id, token = message.task_id, message.token
        fits = token == self.tokens.get(task_id) and message.epoch == self.epoch
        if fits and task_id not in self.done:
            if isinstance(message, TaskComplete):
                self.results.append((task_id, token, message.result))
            else:
                self.failures.append(message)
            if isinstance(message, TaskComplete) or not self.tries_again:
                self.done.add(task_id)
        return TaskCompleteAck(task_id=task_id, token=token, accepted=fits, reason="")

    @property
    def accepted(self) -> list[TaskAccepted]:
        """The assignments that were accepted."""
        return self.said(TaskAccepted)

    @property
    def ready(self) -> list[int]:
        """The epochs that the worker was ready in."""
        return [message.epoch for message in self.said(Ready)]


@dataclass
class Doing:
    """A handler that a test lets go on: it returns `result` after `after_s`, or raises; `begun` are its tasks."""

    clock: Clock
    after_s: float = 0.0
    result: Mapping[str, object] = field(default_factory=lambda: {"answers": []})
    raises: BaseException | None = None
    begun: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)

    async def carry_out(self, assignment: TaskAssignment) -> Done:
        self.begun.append(assignment.task_id)
        try:
            if self.after_s:
                await self.clock.sleep(self.after_s)
        except asyncio.CancelledError:
            self.cancelled.append(assignment.task_id)
            raise
        if self.raises is not None:
            raise self.raises
        self.ended.append(assignment.task_id)
        return Done(result=self.result)


def assignment(task_id: str = "tsk_1", token: int = 1, **changes: object) -> TaskAssignment:
    """Return work for a worker."""
    facts: dict[str, object] = {
        "task_type": "trading_analysis",
        "description": "a turn of the agent gpt",
        "priority": 5,
        "deadline_seconds": 180.0,
        "metadata": {},
    }
    return TaskAssignment(task_id=task_id, token=token, **{**facts, **changes})


def registration(epoch: int, beat_s: float = 15.0) -> RegistrationAck:
    """Return the answer to a registration."""
    return RegistrationAck(
        status="registered", epoch=epoch, heartbeat_seconds=beat_s, timestamp=NOW
    )


def lossy(seed: int, share: float, kinds: tuple[type, ...]) -> Callable[[object], bool]:
    """Return who loses `share` of the messages of some kinds, as the seed draws it."""
    chance = random.Random(seed)  # noqa: S311  (a draw of a test)
    return lambda message: isinstance(message, kinds) and chance.random() < share


@dataclass
class Heard:
    """Who is told what happens to a worker."""

    events: deque[tuple[str, dict[str, object]]] = field(default_factory=deque)

    def __call__(self, event: str, facts: Mapping[str, str | int | float]) -> None:
        self.events.append((event, dict(facts)))

    def of(self, event: str) -> list[dict[str, object]]:
        """The facts of one kind of event."""
        return [facts for name, facts in self.events if name == event]
