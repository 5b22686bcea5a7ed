"""Guarding: ports whose every call passes a boundary, for adapters that know none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from quorate.arbiter.ports import Court, Judgement
from quorate.arbiter.spec import TaskSpec
from quorate.arbiter.task import Task
from quorate.bootstrap.boundaries import REDIS, VALIDATOR
from quorate.kernel.account import Account
from quorate.resilience.boundary import COMPONENT_BREAKER, VALIDATOR_TIMEOUT_MS
from quorate.resilience.bounding import Boundaries
from quorate.results.ports import Delivery, Entry, ResultStream

REDIS_BREAKER: Final = replace(COMPONENT_BREAKER, open_s=1.0, trial_s=10.0)
"""The backlog waits in the database, so a server that is back is to be found soon. Ours."""


class GuardedCourt:
    """A court that is given 5 s for a judgement; what is not judged in time is not judged, so nothing passes.

    See `arbiter.ports.Court`. Source: R-138 (validator 5000 ms, fails closed).
    """

    def __init__(self, court: Court, boundaries: Boundaries) -> None:
        self._court = court
        self._boundaries = boundaries

    def before(self, task: Task, spec: TaskSpec) -> Judgement:
        """Return whether the task may be done; raises UnavailableError when the checks gave no answer."""
        return self._boundaries.call(
            VALIDATOR, lambda: self._court.before(task, spec), VALIDATOR_TIMEOUT_MS
        )

    def after(
        self, task: Task, spec: TaskSpec, account: Account, broken: Sequence[str]
    ) -> Judgement:
        """Return whether what was done may stand; raises as `before`."""
        return self._boundaries.call(
            VALIDATOR,
            lambda: self._court.after(task, spec, account, broken),
            VALIDATOR_TIMEOUT_MS,
        )


class GuardedStream:
    """A stream of results whose server is left alone for a while after it failed too often; see `ResultStream`."""

    def __init__(self, stream: ResultStream, boundaries: Boundaries) -> None:
        self._stream = stream
        self._boundaries = boundaries
        boundaries.declare(REDIS, "the Redis server of results", REDIS_BREAKER)

    async def cursor(self) -> int | None:
        """Return the number of the newest result that was published."""
        return await self._boundaries.execute(REDIS, self._stream.cursor, None)

    async def publish(self, after: int | None, upto: int, entries: Sequence[Entry]) -> bool:
        """Append all entries and move the cursor, both or neither."""
        return await self._boundaries.execute(
            REDIS, lambda: self._stream.publish(after, upto, entries), None
        )

    async def prepare(self) -> None:
        """Make the group at the stream's beginning."""
        await self._boundaries.execute(REDIS, self._stream.prepare, None)

    async def fresh(self, most: int, wait_seconds: float) -> Sequence[Delivery]:
        """Return entries that no reader of the group was given."""
        return await self._boundaries.execute(
            REDIS, lambda: self._stream.fresh(most, wait_seconds), None
        )

    async def abandoned(self, idle_seconds: float, most: int) -> Sequence[Delivery]:
        """Return entries that nobody acknowledged for so long, as ours now."""
        return await self._boundaries.execute(
            REDIS, lambda: self._stream.abandoned(idle_seconds, most), None
        )

    async def acknowledge(self, entry_ids: Sequence[str]) -> None:
        """Take note that these entries were dealt with."""
        await self._boundaries.execute(REDIS, lambda: self._stream.acknowledge(entry_ids), None)

    async def bury(self, delivery: Delivery, why: str) -> None:
        """Move an entry to the stream of dead ones, and acknowledge it, both or neither."""
        await self._boundaries.execute(REDIS, lambda: self._stream.bury(delivery, why), None)
