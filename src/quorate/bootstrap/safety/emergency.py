"""A halt while the database gives no answer: nothing can be sent without it, so what is open at the broker is the risk.

reason kept in a file of the home -> buys cancelled at the broker -> the first process that opens the database halts
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from quorate.adapters.clock.system import SystemClock
from quorate.bootstrap.broking import open_broker
from quorate.config import Settings
from quorate.execution.halting import Left, checked_reason
from quorate.execution.ports import Broker
from quorate.kernel.errors import QuorateError
from quorate.portfolio.side import Side

LATCH: Final = "HALT"
"""The file in the home that keeps a halt until the database can."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Emergency:
    """What came of a halt without a database; `cancelled` and `left` are orders by the broker's id."""

    latch: Path
    cancelled: tuple[str, ...]
    left: tuple[Left, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Latched:
    """A halt that waits for the database."""

    reason: str
    by: str


async def emergency_halt(settings: Settings, reason: str, by: str) -> Emergency:
    """Keep a halt in the home, and cancel every open buy at the broker, whoever placed it; stops and sales stay.

    Raises:
        RejectedError: there is no reason.
    """
    said = checked_reason(reason)
    latch = settings.home / LATCH
    latch.parent.mkdir(parents=True, exist_ok=True)
    latch.write_text(json.dumps({"reason": said, "by": by}))
    cancelled: list[str] = []
    left: list[Left] = []
    try:
        async with open_broker(settings, SystemClock()) as broker:
            if broker is not None:
                await cancel_buys(broker.account, cancelled, left)
    except QuorateError as error:
        left.append(Left(name="the broker", cause=error.cause))
    return Emergency(latch=latch, cancelled=tuple(sorted(cancelled)), left=tuple(left))


async def cancel_buys(broker: Broker, cancelled: list[str], left: list[Left]) -> None:
    """Cancel every open buy of an account, all at once; raises UnavailableError where the account tells nothing."""
    buys = [each for each in await broker.orders(open_only=True) if each.side is Side.BUY]

    async def cancel(id_: str) -> None:
        try:
            await broker.cancel(id_)
        except QuorateError as error:
            left.append(Left(name=id_, cause=error.cause))
        else:
            cancelled.append(id_)

    async with asyncio.TaskGroup() as group:
        for each in buys:
            group.create_task(cancel(each.told.broker_order_id))


def latched(home: Path) -> Latched | None:
    """Return the halt that waits in a home, None where none does; a file that cannot be read is a halt too."""
    try:
        told = json.loads((home / LATCH).read_text())
        return Latched(reason=checked_reason(str(told["reason"])), by=str(told["by"]))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, QuorateError):
        return Latched(reason=f"the file {LATCH} of the home could not be read", by="emergency")


def released(home: Path) -> Sequence[str]:
    """Take the file away once the halt stands in the journal."""
    (home / LATCH).unlink(missing_ok=True)
    return [f"a halt that waited in {home / LATCH} is in force now: quorate resume ends it"]
