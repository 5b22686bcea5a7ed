"""A link: one worker's connection, read in one task and answered in another, within the limits of a rogue.

frame -> may it say so much? -> is it a message? -> in turn: handled by the node
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from typing import Final, Protocol

import structlog

from quorate.arbiter.holding import Held
from quorate.fleet.framing import FrameRefusedError, frame_of, worker_message
from quorate.fleet.liveness import Allowance
from quorate.fleet.policy import FleetPolicy
from quorate.fleet.roster import WorkerRecord
from quorate.fleet.session import Session
from quorate.fleet.wire import FromHub, FromWorker, Problem
from quorate.kernel.errors import UnavailableError
from quorate.kernel.ports import Clock

WAITING_MESSAGES: Final = 64
"""How many messages may wait to be handled; then the worker is not read from."""

_LOG = structlog.get_logger()


class Closing(Enum):
    """Why a hub closes a worker's connection: the code of the WebSocket, and its reason. Source: RELIABILITY 1.6."""

    UNAUTHENTICATED = (4401, "UNAUTHENTICATED")
    NOT_REGISTERED = (4408, "NOT_REGISTERED")
    SILENT = (4408, "HEARTBEAT_LOST")
    SUPERSEDED = (4409, "SESSION_SUPERSEDED")
    FLOOD = (4429, "RATE_LIMITED")
    TOO_BIG = (1009, "MESSAGE_TOO_BIG")
    MALFORMED = (4400, "MALFORMED")
    FAILED = (1011, "INTERNAL_ERROR")
    LEAVING = (1001, "HUB_LEAVES")
    DONE = (1000, "DONE")

    @property
    def code(self) -> int:
        """Return the WebSocket's code."""
        return int(self.value[0])

    @property
    def reason(self) -> str:
        """Return the machine-readable reason."""
        return str(self.value[1])


class Socket(Protocol):
    """An accepted WebSocket."""

    async def receive(self) -> str | bytes:
        """Return the next message.

        Raises:
            UnavailableError: the connection is gone.
        """
        ...

    async def send(self, frame: str) -> None:
        """Send a message.

        Raises:
            UnavailableError: the connection is gone.
        """
        ...

    async def close(self, code: int, reason: str) -> None:
        """Close it; closing it again does nothing."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class InHand:
    """A task that a worker holds: as the journal has it, what it was assigned, and since when by this node's clock."""

    held: Held
    family: str
    metadata: dict[str, object]
    given_at: float
    accepted: bool = False


class Link:
    """One connection; `session` and `in_hand` are the node's to change, `heard_at` is when it last said anything."""

    def __init__(self, socket: Socket, clock: Clock, policy: FleetPolicy) -> None:
        self._socket = socket
        self._clock = clock
        self._policy = policy
        self._waiting: asyncio.Queue[FromWorker | None] = asyncio.Queue(WAITING_MESSAGES)
        self._sending = asyncio.Lock()
        self.session = Session(worker="")
        self.record: WorkerRecord | None = None
        self.in_hand: dict[str, InHand] = {}
        self.heard_at = clock.monotonic()
        self.turn = 0
        self.is_leaving = False
        self.ended = asyncio.Event()
        self.closed_for: Closing | None = None

    async def run(self, handle: Callable[[Link, FromWorker], Awaitable[None]]) -> None:
        """Read and handle messages until the connection ends; what was read before its end is handled still."""
        reading = asyncio.create_task(self._read())
        try:
            while (message := await self._waiting.get()) is not None:
                await handle(self, message)
        finally:
            reading.cancel()
            with suppress(asyncio.CancelledError):
                await reading
            self.ended.set()

    async def say(self, message: FromHub) -> bool:
        """Send a message, and return whether it went out."""
        try:
            async with self._sending:
                await self._socket.send(frame_of(message))
        except UnavailableError:
            return False
        return True

    async def close(self, closing: Closing) -> None:
        """Close the connection, for the first reason that somebody has."""
        if self.closed_for is None:
            self.closed_for = closing
        with suppress(UnavailableError):
            await self._socket.close(closing.code, closing.reason)
        with suppress(asyncio.QueueFull):
            self._waiting.put_nowait(None)

    async def _read(self) -> None:
        allowance: Allowance | None = Allowance.full(
            self._policy.messages_per_second, self._clock.monotonic()
        )
        try:
            while True:
                frame = await self._socket.receive()
                self.heard_at = self._clock.monotonic()
                allowance = allowance and allowance.after_message(self.heard_at)
                if allowance is None:
                    await self.close(Closing.FLOOD)
                    break
                if not await self._took(frame):
                    break
        except UnavailableError:
            pass
        finally:
            await self._waiting.put(None)

    async def _took(self, frame: str | bytes) -> bool:
        """Put a frame's message in the line, and return whether to read on."""
        try:
            await self._waiting.put(worker_message(frame))
        except FrameRefusedError as error:
            _LOG.warning("frame_refused", worker=self.session.worker, cause=error.cause)
            if error.code == "too-big":
                await self.close(Closing.TOO_BIG)
                return False
            if self.record is None:
                await self.close(Closing.MALFORMED)
                return False
            await self.say(Problem(code="malformed", detail=error.cause[:500]))
        return True
