"""A lease that is renewed as long as its holder works; whoever lost it learns so from its next commit.

take -> (renew every third of its time) beside the work -> let go with the work's last row
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Protocol

from quorate.kernel.errors import ConflictError, UnavailableError
from quorate.kernel.journal import Committed, Event
from quorate.kernel.lease import Lease, lease_event, renewed
from quorate.kernel.ports import Clock

SHARE: float = 1 / 3
"""A lease is renewed after this part of its time, so that two renewals may be lost. Source: R-048."""


class LeaseTransaction(Protocol):
    """What is read inside the writer's transaction."""

    def lease(self, name: str) -> Lease | None:
        """Return the newest holding of `name`, held still or not."""
        ...


class LeaseJournal(Protocol):
    """The part of the journal that leases are kept in."""

    async def commit(self, decide: Callable[[LeaseTransaction], Sequence[Event]]) -> Committed:
        """Return once the events of `decide` are durable; see the kernel's port."""
        ...


@asynccontextmanager
async def renewing(
    lease: Lease, journal: LeaseJournal, clock: Clock, duration: timedelta
) -> AsyncIterator[None]:
    """Keep `lease` alive beside the block; one that was lost is not fought for."""
    beats = asyncio.create_task(_renew(lease, journal, clock, duration))
    try:
        yield
    finally:
        beats.cancel()


async def _renew(lease: Lease, journal: LeaseJournal, clock: Clock, duration: timedelta) -> None:
    def decide(tx: LeaseTransaction) -> Sequence[Event]:
        kept = renewed(tx.lease(lease.name), lease, now=clock.now(), duration=duration)
        return [lease_event("renewed", kept)]

    while True:
        await clock.sleep(duration.total_seconds() * SHARE)
        try:
            await journal.commit(decide)
        except ConflictError:
            return
        except UnavailableError:
            continue
