"""A worker of your own in a few lines: register what it can do, and have it run.

    worker = Worker(hub="http://127.0.0.1:8600", token=token, capabilities=["llm", "trading_analysis"])

    @worker.task("trading_analysis")
    async def analyse(assignment):
        return {"answers": [{"symbol": each, "action": "HOLD", "confidence": 0.5} for each in assignment.symbols]}

    worker.run()

Connection, heartbeats, repetition, spool and resumption are the worker's; a handler is given a task and returns what
came of it. The result is held to the shape of its type before it is sent, an error is told with whose fault it is.
"""

from __future__ import annotations

import asyncio
import inspect
import signal
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar

import structlog

from quorate.bootstrap.fleet.worker import WorkerWish, opened_worker, worker_token
from quorate.config import load_settings
from quorate.fleet.outcome import Done
from quorate.kernel.errors import RejectedError
from quorate.kernel.secret import Secret

if TYPE_CHECKING:
    from quorate.fleet.service import Worker as FleetWorker
    from quorate.fleet.wire import TaskAssignment

__all__ = ["INTERRUPTED", "Assignment", "Handler", "Worker", "run_until_told"]

INTERRUPTED: Final = 130
"""The exit code of a worker that Ctrl C ended; SIGTERM ends it with 0, as a service manager expects."""

_LOG = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """A task as its handler sees it; `metadata` is what its type tells, `deadline_s` how long it may take in all."""

    task_id: str
    task_type: str
    description: str
    priority: int
    deadline_s: float
    metadata: Mapping[str, object] = field(default_factory=dict)

    @property
    def symbols(self) -> Sequence[str]:
        """Return the symbols that an analysis must answer, each once: those that there is something to say about."""
        series, asked = self.metadata.get("series"), self.metadata.get("symbols")
        if not isinstance(series, Mapping) or not isinstance(asked, Sequence):
            return ()
        return [str(symbol) for symbol in asked if symbol in series]


Result: TypeAlias = Mapping[str, object]
Handler: TypeAlias = Callable[[Assignment], "Result | Awaitable[Result]"]
HandlerT = TypeVar("HandlerT", bound=Handler)


@dataclass(frozen=True, slots=True)
class _Handled:
    """A function as the fleet's handler; a plain one works on a thread, so that it holds up no heartbeat."""

    function: Handler

    async def carry_out(self, assignment: TaskAssignment) -> Done:
        """Return what the function returns."""
        seen = Assignment(
            task_id=assignment.task_id,
            task_type=assignment.task_type,
            description=assignment.description,
            priority=assignment.priority,
            deadline_s=assignment.deadline_seconds,
            metadata=assignment.metadata,
        )
        if inspect.iscoroutinefunction(self.function):
            result = await self.function(seen)
        else:
            result = await asyncio.to_thread(self.function, seen)
        if not isinstance(result, Mapping):
            raise RejectedError(
                f"a handler returns a mapping, not {type(result).__name__}",
                effect="the task failed",
            )
        return Done(result=result)


class Worker:
    """A worker of your own.

    Args:
        hub: its URL, `http://127.0.0.1:8600`; beyond this machine only https.
        token: of scope `worker`; left out, QUORATE_WORKER_TOKEN is read.
        capabilities: what it can do; a task is given only to a worker that has all that the task needs.
        name: by which the hub knows it; left out, it is called after its machine.
        slots: how many tasks it works on at a time.
    """

    def __init__(
        self,
        *,
        hub: str,
        capabilities: Sequence[str],
        token: str = "",
        name: str = "",
        slots: int = 4,
    ) -> None:
        self._wish = WorkerWish(
            hub=hub,
            token=Secret(token) if token else worker_token(),
            capabilities=tuple(capabilities),
            name=name,
            slots=slots,
        )
        self._handlers: dict[str, _Handled] = {}
        self._running: FleetWorker | None = None

    def task(self, task_type: str) -> Callable[[HandlerT], HandlerT]:
        """Register the decorated function for tasks of `task_type`; it may be `async` or plain."""

        def register(function: HandlerT) -> HandlerT:
            self._handlers[task_type] = _Handled(function)
            return function

        return register

    def run(self) -> int:
        """Work until SIGTERM or Ctrl C, and return the exit code.

        Raises:
            RejectedError: the hub does not accept the token, or the worker was not wished for soundly.
        """
        return asyncio.run(self.serve())

    async def serve(self) -> int:
        """Work as `run` does, inside an event loop of your own."""
        settings, handlers = load_settings(), self._handlers
        async with opened_worker(settings, self._wish, _logged, handlers) as worker:
            self._running = worker
            return await run_until_told(worker)

    def stop(self) -> None:
        """Take no more tasks, finish what is in hand, and leave."""
        if self._running is not None:
            self._running.stop()


async def run_until_told(worker: FleetWorker) -> int:
    """Run a worker until SIGTERM or SIGINT: the first drains, the second leaves at once. Return the exit code."""
    loop, told = asyncio.get_running_loop(), list[int]()

    def stop(number: int) -> None:
        told.append(number)
        worker.stop()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop, number)
    try:
        await worker.run()
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
    return INTERRUPTED if signal.SIGINT in told else 0


def _logged(event: str, facts: Mapping[str, str | int | float]) -> None:
    _LOG.info(event, **facts)
