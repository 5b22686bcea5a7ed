"""The bridge: one reader of the stream's group, which hands every result to the event bus of its process.

read -> decode -> gap? then what is missing, from the database -> bus -> acknowledge

At least once (FM-RF-003): what was read and not acknowledged is taken over by another bridge after 30 s; what was told
is known by its id, so it is applied once. What cannot be decoded five times is buried, with one alert, and blocks
nobody. Every 2 s the bridge compares itself with the database: a stream that was stopped, trimmed or flushed costs
time, never a result.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import structlog

from quorate.kernel.errors import InvalidOutputError, UnavailableError
from quorate.kernel.ports import Clock
from quorate.resilience.ending import ended
from quorate.results.applying import Applied
from quorate.results.message import ResultMessage, read_message
from quorate.results.ports import CommittedResults, Delivery, ResultStream, Trouble
from quorate.results.relay.service import RETRY_SECONDS, Failpoint, Outage, unharmed

_LOG = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class BridgePolicy:
    """How a bridge reads. Source: RELIABILITY 1.5 for the idle time and the deliveries; the rest is ours."""

    batch: int = 200
    wait_seconds: float = 1.0
    idle_seconds: float = 30.0
    """After it an entry that nobody acknowledged is somebody else's: more than the slowest handler takes."""

    most_deliveries: int = 5
    compare_seconds: float = 2.0
    """Between two comparisons with the database: twice must fit into the 5 s in which readers equal it."""


@dataclass(slots=True)
class Bridge:
    """Hands the stream to the bus; `gaps` counts how often the database had to help."""

    results: CommittedResults
    stream: ResultStream
    applied: Applied
    clock: Clock
    trouble: Trouble
    policy: BridgePolicy = field(default_factory=BridgePolicy)
    failpoint: Failpoint = unharmed
    gaps: int = 0
    buried: int = 0
    _reached: int | None = None
    _head: int = 0

    async def run(self) -> None:
        """Read, take over and compare until cancelled."""
        works = [asyncio.create_task(self._read()), asyncio.create_task(self._compare())]
        try:
            over, _ = await asyncio.wait(works, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await ended(works)
        for work in over:
            work.result()

    async def _read(self) -> None:
        outage = Outage("bridge")
        while True:
            try:
                await self.stream.prepare()
                await self._pump(outage)
            except UnavailableError as error:
                outage.begins(error)
            await self.clock.sleep(RETRY_SECONDS)

    async def _pump(self, outage: Outage) -> None:
        looked = self.clock.monotonic() - self.policy.idle_seconds
        while True:
            await self._deal_with(
                await self.stream.fresh(self.policy.batch, self.policy.wait_seconds)
            )
            outage.ends()
            if self.clock.monotonic() - looked >= self.policy.compare_seconds:
                looked = self.clock.monotonic()
                left = await self.stream.abandoned(self.policy.idle_seconds, self.policy.batch)
                await self._deal_with(left)

    async def _deal_with(self, deliveries: Sequence[Delivery]) -> None:
        if not deliveries:
            return
        self.failpoint("bridge_read")
        done = []
        for delivery in deliveries:
            try:
                message = read_message(delivery.body)
            except InvalidOutputError as error:
                await self._refused(delivery, error.cause)
                continue
            await self._take(message)
            self.failpoint("bridge_pushed")
            done.append(delivery.entry_id)
        if done:
            await self.stream.acknowledge(done)
            self.failpoint("bridge_acknowledged")

    async def _take(self, message: ResultMessage) -> None:
        """Tell a result, and before it what was published before it and never arrived."""
        reached = self._reached
        if reached is None:
            for result in await self.results.newest():
                self.applied.newest.apply(result)
            reached = message.after
        if message.after > reached:
            self.gaps += 1
            _LOG.warning("results_gap", after=reached, before=message.result_seq)
            reached = await self._refetched(reached, message.after)
        self.applied.apply(message.result)
        self._reached = max(self._reached or 0, reached, message.result_seq)

    async def _refetched(self, after: int, upto: int) -> int:
        """Tell what the database holds behind `after`, as far as `upto`."""
        while after < upto and (found := await self.results.after(after, self.policy.batch)):
            for result in found:
                if result.result_seq <= upto:
                    self.applied.apply(result)
            after = min(found[-1].result_seq, upto)
        return max(after, upto)

    async def _refused(self, delivery: Delivery, why: str) -> None:
        """Leave what cannot be read where it is, to be delivered again; after the last delivery bury it."""
        _LOG.warning("result_refused", entry=delivery.entry_id, times=delivery.deliveries)
        if delivery.deliveries >= self.policy.most_deliveries:
            await self.stream.bury(delivery, why)
            self.buried += 1
            await self.trouble.poisoned(delivery.entry_id, why)

    async def _compare(self) -> None:
        """Fetch what the database has held since the last look and no message brought."""
        while True:
            await self.clock.sleep(self.policy.compare_seconds)
            try:
                await self.compare()
            except UnavailableError as error:
                _LOG.warning("results_not_compared", cause=error.cause)

    async def compare(self) -> None:
        """Tell what stood in the database at the last comparison and was not told yet."""
        head = await self.results.head()
        if self._reached is None:
            self._reached = self._head = head
            for result in await self.results.newest():
                self.applied.newest.apply(result)
        elif self._reached < self._head:
            self.gaps += 1
            _LOG.warning("results_behind", reached=self._reached, head=self._head)
            upto = await self._refetched(self._reached, self._head)
            self._reached = max(self._reached, upto)
        self._head = head
