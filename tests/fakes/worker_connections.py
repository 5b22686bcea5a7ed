"""Workers as a hub meets them: a connection in memory, and a worker that says what a test has it say."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from quorate.fleet.framing import frame_of, hub_message
from quorate.fleet.wire import (
    Draining,
    FromHub,
    FromWorker,
    Heartbeat,
    HeldTask,
    Ready,
    Register,
    RegistrationAck,
    TaskAccepted,
    TaskAssignment,
    TaskComplete,
    TaskCompleteAck,
    TaskFailed,
)
from quorate.kernel.errors import UnavailableError

NOW = "2026-11-20T12:00:00.000000Z"
SIGNALS = {"llm": True, "trading_signal": True, "wyckoff_validation": True}
ANALYSES = {"llm": True, "trading_analysis": True}


class MemorySocket:
    """Both ends of a connection; `closed` is the code and reason that the hub closed it with."""

    def __init__(self) -> None:
        self._to_hub: asyncio.Queue[str | bytes | None] = asyncio.Queue()
        self._to_worker: asyncio.Queue[str | None] = asyncio.Queue()
        self.closed: tuple[int, str] | None = None
        self.cut = False

    async def receive(self) -> str | bytes:
        frame = await self._to_hub.get()
        if frame is None:
            raise UnavailableError("gone", source="worker")
        return frame

    async def send(self, frame: str) -> None:
        if self.cut or self.closed is not None:
            raise UnavailableError("gone", source="worker")
        self._to_worker.put_nowait(frame)

    async def close(self, code: int, reason: str) -> None:
        if self.closed is None:
            self.closed = (code, reason)
            self._to_hub.put_nowait(None)
            self._to_worker.put_nowait(None)

    def put(self, frame: str | bytes) -> None:
        """Say something that may be no message."""
        self._to_hub.put_nowait(frame)

    def drop(self) -> None:
        """Lose the connection without a word."""
        self.cut = True
        self._to_hub.put_nowait(None)
        self._to_worker.put_nowait(None)

    async def heard(self) -> FromHub | None:
        """Return the hub's next message, None where the connection is closed."""
        frame = await self._to_worker.get()
        return None if frame is None else hub_message(frame)


@dataclass
class ScriptedWorker:
    """A worker of one connection."""

    name: str = "w1"
    capabilities: dict[str, bool] = field(default_factory=lambda: dict(SIGNALS))
    slots: int = 1
    epoch: int = 0
    socket: MemorySocket = field(default_factory=MemorySocket)

    def say(self, message: FromWorker) -> None:
        self.socket.put(frame_of(message))

    async def heard(self, *kinds: type) -> FromHub | None:
        """Return the next message of these kinds, passing over all others; None where the connection is closed."""
        while (message := await self.socket.heard()) is not None:
            if not kinds or isinstance(message, kinds):
                return message
        return None

    def register(self, *resume: tuple[str, int]) -> None:
        held = [HeldTask(task_id=task, token=token) for task, token in resume]
        self.say(
            Register(
                agent_id=self.name,
                agent_type="test",
                capabilities=self.capabilities,
                slots=self.slots,
                resume=held,
            )
        )

    async def come(self, *resume: tuple[str, int]) -> RegistrationAck:
        """Register, wait for the acknowledgement, and say ready."""
        self.register(*resume)
        ack = await self.heard(RegistrationAck)
        assert isinstance(ack, RegistrationAck)
        self.epoch = ack.epoch
        self.say(Ready(epoch=ack.epoch))
        return ack

    async def assigned(self) -> TaskAssignment:
        """Return the next assignment."""
        message = await self.heard(TaskAssignment)
        assert isinstance(message, TaskAssignment)
        return message

    def accept(self, task: TaskAssignment) -> None:
        self.say(TaskAccepted(task_id=task.task_id, token=task.token, epoch=self.epoch))

    def complete(self, task: TaskAssignment, result: dict[str, object] | None = None) -> None:
        self.say(
            TaskComplete(
                agent_id=self.name,
                task_id=task.task_id,
                token=task.token,
                epoch=self.epoch,
                result={"judged": []} if result is None else result,
                timestamp=NOW,
            )
        )

    async def acked(self) -> TaskCompleteAck:
        message = await self.heard(TaskCompleteAck)
        assert isinstance(message, TaskCompleteAck)
        return message

    def fail(self, task: TaskAssignment, source: str = "worker_crash") -> None:
        self.say(
            TaskFailed(
                agent_id=self.name,
                task_id=task.task_id,
                token=task.token,
                epoch=self.epoch,
                failure_source=source,
                reason="it broke",
            )
        )

    def beat(self) -> None:
        self.say(Heartbeat(agent_id=self.name, epoch=self.epoch, timestamp=NOW))

    def drains(self) -> None:
        self.say(Draining(epoch=self.epoch))

    async def do(self) -> TaskCompleteAck:
        """Do one task: take it, accept it, deliver it."""
        task = await self.assigned()
        self.accept(task)
        self.complete(task)
        return await self.acked()
