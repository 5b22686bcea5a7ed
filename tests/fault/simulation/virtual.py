"""Virtual time: an event loop that never waits, and takes what is ready in a sequence that the seed draws."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, TypeVar

T = TypeVar("T")

BEGAN = datetime(2026, 11, 20, 15, tzinfo=UTC)
"""When every simulation begins: a Friday, in the session."""


class _Timeless(selectors.SelectSelector):
    """Reports no socket; to wait is to move the time on."""

    moved: Callable[[float], None]

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise RuntimeError("everybody waits and nothing will ever happen")
        self.moved(timeout)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose time passes at once; threads are carried out on the spot."""

    def __init__(self, chance: Random) -> None:
        self._now = 0.0
        self._chance = chance
        selector = _Timeless()
        super().__init__(selector)
        selector.moved = self._moved

    def time(self) -> float:
        return self._now

    def run_in_executor(self, executor: Any, func: Callable[..., T], *args: Any) -> Any:  # noqa: ARG002
        done: asyncio.Future[T] = self.create_future()
        try:
            done.set_result(func(*args))
        except Exception as error:  # noqa: BLE001  (as a thread would)
            done.set_exception(error)
        return done

    def _run_once(self) -> None:
        ready: Any = self._ready  # type: ignore[attr-defined]
        if len(ready) > 1:
            drawn = list(ready)
            self._chance.shuffle(drawn)
            ready.clear()
            ready.extend(drawn)
        super()._run_once()  # type: ignore[misc]

    def _moved(self, seconds: float) -> None:
        self._now += seconds


@dataclass
class VirtualClock:
    """A machine's clock in virtual time; `skew` is what its wall clock is off by."""

    loop: asyncio.AbstractEventLoop
    skew: float = 0.0

    def now(self) -> datetime:
        return BEGAN + timedelta(seconds=self.loop.time() + self.skew)

    def monotonic(self) -> float:
        return self.loop.time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def run_virtually(chance: Random, work: Callable[[VirtualLoop], Coroutine[Any, Any, T]]) -> T:
    """Return what `work` comes to on a loop of its own; every task it leaves is cancelled."""
    loop = VirtualLoop(chance)
    loop.set_exception_handler(lambda _loop, _context: None)
    try:
        asyncio.set_event_loop(loop)
        made = loop.run_until_complete(work(loop))
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        if left:
            loop.run_until_complete(asyncio.wait(left))
        loop.run_until_complete(loop.shutdown_asyncgens())
        return made
    finally:
        asyncio.set_event_loop(None)
        loop.close()
