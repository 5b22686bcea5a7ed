"""Upkeep: what dead processes left is finished while this one lives, not only when a home is opened.

wait -> charge abandoned calls -> adopt abandoned runs -> wait ...
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Final

import structlog

from quorate.kernel.errors import QuorateError
from quorate.kernel.ports import Clock

EVERY_SECONDS: Final = 600.0
"""How often it is looked for at the least: as long as a call is waited for before it counts as abandoned."""

SOONEST_SECONDS: Final = 0.5
"""How often it is looked for at the most, however short leases are. Ours."""

Recovery = Callable[[], Awaitable[Sequence[str]]]
"""Finishes what others left, and says a sentence on each; safe in any process at any time."""

_LOG = structlog.get_logger()


def looked_after_every(lease_seconds: float) -> float:
    """Return how often to look, in seconds: what a dead process held is taken up within two lengths of its lease."""
    return min(max(lease_seconds, SOONEST_SECONDS), EVERY_SECONDS)


@asynccontextmanager
async def kept_up(
    recover: Recovery, clock: Clock, every_seconds: float = EVERY_SECONDS
) -> AsyncIterator[None]:
    """Recover once in a while as long as the block lasts; a recovery that fails is tried again the next time."""
    task = asyncio.create_task(_recover_again_and_again(recover, clock, every_seconds))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _recover_again_and_again(recover: Recovery, clock: Clock, every_seconds: float) -> None:
    while True:
        await clock.sleep(every_seconds)
        try:
            for said in await recover():
                _LOG.info("recovered", said=said)
        except QuorateError as error:
            _LOG.warning("recovery_failed", slug=error.slug, cause=str(error))
        except Exception:  # noqa: BLE001  (the worker's edge: one recovery may fail, the next is due all the same)
            _LOG.exception("recovery_failed")
