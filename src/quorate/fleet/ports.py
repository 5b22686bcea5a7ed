"""What a worker needs: a line to a hub, somebody who does the work, and a place for what is not delivered yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from quorate.fleet.outcome import Done
from quorate.fleet.spool import Delivery
from quorate.fleet.wire import (
    CallBody,
    ChargeBody,
    FromHub,
    FromWorker,
    Refused,
    Reserved,
    TaskAssignment,
)


class Channel(Protocol):
    """One open connection to a hub."""

    async def send(self, message: FromWorker) -> None:
        """Send one message.

        Raises:
            UnavailableError: the connection is gone.
            RejectedError: the message is too large for a frame.
        """
        ...

    async def receive(self) -> FromHub:
        """Return the hub's next message.

        Raises:
            UnavailableError: the connection is gone; connect anew.
            RejectedError: the frame is no message (slug `frame-refused`), or the hub will have no more of this worker.
        """
        ...

    async def close(self) -> None:
        """Close it; closing it again does nothing."""
        ...


class Hub(Protocol):
    """Where workers are taken in."""

    async def connect(self) -> Channel:
        """Return an open connection.

        Raises:
            UnavailableError: nobody answers there; try again later.
            RejectedError: the token is not accepted; trying again is of no use.
        """
        ...


class Handler(Protocol):
    """Who does the work of one type of task."""

    async def carry_out(self, assignment: TaskAssignment) -> Done:
        """Return what came of it. Cancelled where the hub takes the task back.

        Raises:
            QuorateError: nothing came of it; the kind of the error says whose fault that is.
        """
        ...


class Spool(Protocol):
    """Keeps what was not delivered, over a restart of the worker."""

    async def keep(self, delivery: Delivery) -> None:
        """Keep it, instead of what is kept of its task.

        Raises:
            UnavailableError: it cannot be written.
        """
        ...

    async def forget(self, task_id: str) -> None:
        """Forget what is kept of a task."""
        ...

    async def undelivered(self) -> Sequence[Delivery]:
        """Return all that is kept, what cannot be read left out."""
        ...


class Treasury(Protocol):
    """The hub's word on money for the calls of a task."""

    async def reserve(self, task_id: str, call: CallBody) -> Reserved | Refused:
        """Return whether the call may be made.

        Raises:
            UnavailableError: the hub gave no answer; then the call must not be made.
        """
        ...

    async def settle(self, task_id: str, call_id: str, charge: ChargeBody) -> None:
        """Return once the hub has the charge, over as many connections as that takes."""
        ...


class Told(Protocol):
    """Who is told what happens to a worker."""

    def __call__(self, event: str, facts: Mapping[str, str | int | float]) -> None:
        """Hear one event; it must not fail and not wait."""
        ...
