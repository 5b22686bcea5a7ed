"""Protection: every share that is held has its stop at the broker before a cycle ends. Source: DESIGN 8 (Exits)."""

from __future__ import annotations

from quorate.execution.ports import Orders
from quorate.execution.recorded import RecordedOrder
from quorate.execution.sending import Intent
from quorate.execution.service import ExecutionService
from quorate.kernel.ids import BookName
from quorate.risk import Leg


async def protect_all(
    execution: ExecutionService, orders: Orders, book: BookName, intent: Intent
) -> None:
    """Place the stops that are missing.

    Raises:
        RejectedError: a check denied a stop: a position is open and unprotected.
    """
    for symbol in sorted(await orders.held(book)):
        await execution.protect(symbol, intent)


async def resting_stops(orders: Orders, book: BookName) -> tuple[RecordedOrder, ...]:
    """Return the stops that rest at the broker."""
    return tuple(
        each for each in await orders.open_orders(book) if each.order.request.leg is Leg.STOP
    )
