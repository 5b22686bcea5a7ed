"""The line: connected, registered, ready, beating; and after every loss all of that again, under a new epoch.

connect -> register -> registration_ack -> ready -> [heartbeat | messages] -> lost -> wait -> connect
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import NoReturn, TypeVar

from quorate.fleet.pacing import Pace
from quorate.fleet.ports import Channel, Hub, Told
from quorate.fleet.wire import (
    FromHub,
    FromWorker,
    Heartbeat,
    HeldTask,
    Ready,
    Register,
    RegistrationAck,
)
from quorate.fleet.worker_policy import WorkerIdentity, WorkerPolicy
from quorate.kernel.errors import RejectedError, UnavailableError
from quorate.kernel.ports import Clock
from quorate.kernel.stamps import stamp
from quorate.resilience.retry import backoff_s

T = TypeVar("T")

SOURCE = "hub"


@dataclass(slots=True, kw_only=True)
class Session:
    """One connection on which the worker is ready; `lost` is set once it is over."""

    channel: Channel
    epoch: int
    beat_s: float
    heard: float
    lost: asyncio.Event = field(default_factory=asyncio.Event)
    given_up: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(slots=True, kw_only=True)
class Line:
    """Keeps a worker connected; `hears` is given every message, `held` says what is still in hand at each new start."""

    hub: Hub
    identity: WorkerIdentity
    clock: Clock
    draw: Callable[[], float]
    policy: WorkerPolicy
    tell: Told
    hears: Callable[[FromHub], Awaitable[None]]
    held: Callable[[], Sequence[HeldTask]]
    _session: Session | None = field(default=None, init=False)
    _opened: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _pace: Pace = field(default_factory=Pace, init=False)

    @property
    def is_open(self) -> bool:
        """Return whether the worker is ready on a connection."""
        return self._session is not None

    async def keep_open(self) -> NoReturn:
        """Connect, and connect again whenever the connection is lost, until cancelled.

        Raises:
            RejectedError: the hub will not have this worker.
        """
        failures = 0
        while True:
            was_ready, lost = await self._one_session()
            failures = 1 if was_ready else failures + 1
            wait = backoff_s(self.policy.reconnect, failures, self.draw())
            event = "hub_lost" if was_ready else "hub_unreachable"
            self.tell(event, {"cause": lost.cause, "retryInSeconds": round(wait, 2)})
            await self.clock.sleep(wait)

    async def opened(self) -> Session:
        """Return the session that is open, once there is one."""
        while self._session is None:
            await self._opened.wait()
        return self._session

    async def send(self, message: Callable[[int], FromWorker]) -> Session:
        """Send what `message` makes of the session's epoch, and return the session it went over.

        Raises:
            UnavailableError: there is no connection, or it broke.
        """
        session = self._session
        if session is None:
            raise UnavailableError("there is no connection to the hub", source=SOURCE)
        await self._say(session, message)
        return session

    async def insist(
        self, message: Callable[[int], FromWorker], answer: asyncio.Future[T], event: str
    ) -> T:
        """Send again and again, over as many connections as it takes, until the answer is there.

        A connection over which no answer comes in spite of all repetitions is given up: it may only look open.

        Raises:
            RejectedError: the message fits no frame.
        """
        while not answer.done():
            session = await self.opened()
            for _ in range(1 + self.policy.resends):
                try:
                    await self._say(session, message)
                except UnavailableError:
                    session.given_up.set()
                    await session.lost.wait()
                if await self._came(answer, session, self.policy.resend_s) or session.lost.is_set():
                    break
            else:
                self.tell(event, {"tries": 1 + self.policy.resends})
                session.given_up.set()
                await session.lost.wait()
        return answer.result()

    async def _say(self, session: Session, message: Callable[[int], FromWorker]) -> None:
        """Send in turn, no faster than the hub hears out; what waited is said as it is when its turn comes."""
        now = self.clock.monotonic()
        wait_s, self._pace = self._pace.wait_s(now), self._pace.after_one(now)
        if wait_s > 0:
            await self.clock.sleep(wait_s)
        await session.channel.send(message(session.epoch))

    async def _came(self, answer: asyncio.Future[T], session: Session, seconds: float) -> bool:
        """Return whether the answer is there, having waited for it as long as the session lasts, and no longer."""
        alarm = asyncio.ensure_future(self.clock.sleep(seconds))
        loss = asyncio.ensure_future(session.lost.wait())
        try:
            await asyncio.wait((answer, alarm, loss), return_when=asyncio.FIRST_COMPLETED)
        finally:
            alarm.cancel()
            loss.cancel()
        return answer.done()

    async def _one_session(self) -> tuple[bool, UnavailableError]:
        """Return how one connection ended, and whether the worker was ready on it."""
        was_ready = False
        try:
            channel = await self.hub.connect()
            try:
                session = await within(
                    self.clock, self.policy.register_s, self._registered(channel)
                )
                was_ready = True
                await self._held_open(session)
            finally:
                await channel.close()
        except TimeoutError:
            return False, UnavailableError("the hub did not answer the registration", source=SOURCE)
        except UnavailableError as error:
            return was_ready, error

    async def _registered(self, channel: Channel) -> Session:
        who = self.identity
        await channel.send(
            Register(
                agent_id=who.agent_id,
                agent_type=who.agent_type,
                capabilities=dict(who.capabilities),
                capability_versions=dict(who.versions),
                version=who.version,
                slots=who.slots,
                resume=list(self.held()),
            )
        )
        said = await channel.receive()
        if not isinstance(said, RegistrationAck):
            raise UnavailableError(
                f"the hub answered the registration with {type(said).__name__}", source=SOURCE
            )
        await channel.send(Ready(epoch=said.epoch))
        self.tell("registered", {"status": said.status, "epoch": said.epoch})
        return Session(
            channel=channel,
            epoch=said.epoch,
            beat_s=said.heartbeat_seconds,
            heard=self.clock.monotonic(),
        )

    async def _held_open(self, session: Session) -> NoReturn:
        self._session = session
        self._opened.set()
        # No task group: one that fails while it is cancelled forgets the cancellation (Python below 3.13).
        parts = [
            asyncio.create_task(self._beat(session)),
            asyncio.create_task(self._listen(session)),
            asyncio.create_task(_until_given_up(session)),
        ]
        try:
            over, _ = await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._session = None
            self._opened.clear()
            session.lost.set()
            for part in parts:
                part.cancel()
            await asyncio.wait(parts)
        raise next(iter(over)).exception() or AssertionError

    async def _beat(self, session: Session) -> NoReturn:
        """Tell the hub that the worker lives, whatever its work does meanwhile; give up a hub that is silent."""
        while True:
            await self.clock.sleep(session.beat_s)
            silent_s = self.clock.monotonic() - session.heard
            if silent_s > session.beat_s * self.policy.silent_beats:
                raise UnavailableError(f"the hub said nothing for {silent_s:.0f} s", source=SOURCE)
            await session.channel.send(
                Heartbeat(
                    agent_id=self.identity.agent_id,
                    epoch=session.epoch,
                    timestamp=stamp(self.clock.now()),
                )
            )

    async def _listen(self, session: Session) -> NoReturn:
        while True:
            try:
                message = await session.channel.receive()
            except RejectedError as error:
                if error.slug != "frame-refused":
                    raise
                self.tell("message_refused", {"cause": error.cause})
                continue
            session.heard = self.clock.monotonic()
            await self.hears(message)


async def within(clock: Clock, seconds: float, work: Coroutine[object, object, T]) -> T:
    """Return what comes of `work`; it is cancelled where that takes longer than `seconds`.

    Raises:
        TimeoutError: it took longer.
    """
    task = asyncio.create_task(work)
    alarm = asyncio.ensure_future(clock.sleep(seconds))
    try:
        await asyncio.wait((task, alarm), return_when=asyncio.FIRST_COMPLETED)
    finally:
        alarm.cancel()
        if not task.done():
            task.cancel()
            await asyncio.wait((task,))
    if task.cancelled():
        raise TimeoutError(f"it was not done within {seconds:g} s")
    return task.result()


async def _until_given_up(session: Session) -> NoReturn:
    await session.given_up.wait()
    raise UnavailableError("the connection was given up", source=SOURCE)
