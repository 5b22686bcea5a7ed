"""The boundaries of one process: each interaction across one goes through here, counted and within a time.

execute(name, fn) -> breaker -> fn, under a deadline -> worked | failed, weighed | held back
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TypeVar

from quorate.resilience.boundary import (
    COMPONENT_BREAKER,
    DEFAULT_TIMEOUT_MS,
    Boundary,
    answered,
    held_back,
    is_answer,
    too_slow,
    weight_of,
)
from quorate.resilience.breaker import CLOSED, BreakerPolicy

T = TypeVar("T")

Weigh = Callable[[BaseException], float]
"""Says what a failure weighs for the breaker; 0 says nothing against the component."""


class Boundaries:
    """The boundaries of one process by name; times are of the monotonic clock that it is given.

    Used from one thread, the event loop's.
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._known: dict[str, Boundary] = {}

    def declare(self, name: str, of: str = "", policy: BreakerPolicy = COMPONENT_BREAKER) -> None:
        """Say what stands behind a boundary, so that it is listed before it is first asked."""
        found = self._known.setdefault(name, Boundary(name=name, policy=policy))
        found.of = of or found.of

    def listing(self) -> Sequence[Boundary]:
        """Return every boundary by name."""
        return [self._known[name] for name in sorted(self._known)]

    def reset(self, name: str) -> bool:
        """Close a breaker; returns whether it was not closed already."""
        found = self._known.get(name)
        if found is None or not found.is_open:
            return False
        found.breaker = replace(CLOSED, generation=found.breaker.generation + 1)
        return True

    async def execute(
        self,
        name: str,
        fn: Callable[[], Awaitable[T]],
        timeout_ms: float | None = DEFAULT_TIMEOUT_MS,
        *,
        weigh: Weigh = weight_of,
        urgent: bool = False,
    ) -> T:
        """Return what `fn` does, unless the component is left alone, or takes longer than `timeout_ms`.

        Args:
            name: which boundary; an unknown one is begun closed.
            fn: asks the component once.
            timeout_ms: None where `fn` keeps a deadline of its own.
            weigh: what a failure of `fn` weighs.
            urgent: never held back (a cancel in a halt); it is counted all the same.

        Raises:
            BreakerOpenError: it failed too often a moment ago; `fn` was not called.
            UnavailableError: no answer came in time (slug `timeout`).
        """
        boundary = self._named(name)
        with self._passing(boundary, weigh, urgent=urgent):
            if timeout_ms is None:
                return await fn()
            deadline = asyncio.timeout(timeout_ms / 1000)
            try:
                async with deadline:
                    return await fn()
            except TimeoutError:
                if deadline.expired():
                    raise too_slow(boundary, timeout_ms) from None
                raise

    def call(self, name: str, fn: Callable[[], T], timeout_ms: float = DEFAULT_TIMEOUT_MS) -> T:
        """Return what a rule in this process gives; one that took longer than `timeout_ms` counts as a failure.

        It cannot be stopped half-way, so its answer is refused once it is too late: what cannot be checked in time
        is not checked. Raises as `execute`.
        """
        boundary = self._named(name)
        with self._passing(boundary, weight_of, urgent=False):
            begun = self._monotonic()
            answer = fn()
            if (self._monotonic() - begun) * 1000 > timeout_ms:
                raise too_slow(boundary, timeout_ms)
            return answer

    def _named(self, name: str) -> Boundary:
        found = self._known.get(name)
        if found is None:
            found = self._known[name] = Boundary(name=name)
        return found

    @contextmanager
    def _passing(self, boundary: Boundary, weigh: Weigh, *, urgent: bool) -> Iterator[None]:
        begun = self._monotonic()
        generation = self._admitted(boundary, begun, urgent=urgent)
        try:
            yield
        except BaseException as error:
            self._failed(boundary, generation, error, weigh(error), begun)
            raise
        now = self._monotonic()
        boundary.breaker = answered(boundary.breaker, generation)
        boundary.asked = replace(
            boundary.asked,
            calls=boundary.asked.calls + 1,
            waited_s=boundary.asked.waited_s + now - begun,
        )

    def _admitted(self, boundary: Boundary, now: float, *, urgent: bool) -> int:
        if boundary.breaker.admits(now):
            boundary.breaker = boundary.breaker.admitted(boundary.policy, now)
            return boundary.breaker.generation
        if urgent:
            return -1
        boundary.asked = replace(boundary.asked, refused=boundary.asked.refused + 1)
        raise held_back(boundary, now)

    def _failed(
        self, boundary: Boundary, generation: int, error: BaseException, weight: float, begun: float
    ) -> None:
        now, asked = self._monotonic(), boundary.asked
        if weight == 0 and is_answer(error):
            boundary.breaker = answered(boundary.breaker, generation)
        else:
            boundary.breaker = boundary.breaker.failed(
                boundary.policy, generation=generation, weight=weight, now=now
            )
        if weight > 0:
            boundary.cause = str(getattr(error, "cause", "")) or type(error).__name__
        boundary.asked = replace(
            asked,
            calls=asked.calls + 1,
            failures=asked.failures + (weight > 0),
            timeouts=asked.timeouts + (getattr(error, "slug", "") == "timeout"),
            waited_s=asked.waited_s + now - begun,
        )
