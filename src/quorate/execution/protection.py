"""Protection: which shares no order at the broker would sell if the price fell. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from quorate.execution.order_table import OrderState
from quorate.execution.recorded import RecordedOrder
from quorate.kernel.ids import Symbol
from quorate.portfolio.side import Side
from quorate.risk import Leg, OrderKind, OrderRequest


def protective_stop(
    symbol: Symbol, held: Decimal, orders: Sequence[RecordedOrder]
) -> tuple[OrderRequest, int] | None:
    """Return the stop that is missing and its generation, None where every share held is covered.

    `orders` are all of the symbol that are open, and the entries and stops of what is held, oldest first. The newest
    entry's stop is taken, where a split moved it as the stop that was placed for it. Source: DESIGN 8 (Exits).
    """
    entries = [
        each.order.request
        for each in orders
        if each.order.request.leg is Leg.ENTRY
        and each.order.filled
        and each.order.request.protective_stop is not None
    ]
    missing = held - _covered(orders)
    if missing <= 0 or not entries:
        return None
    entry = entries[-1]
    request = OrderRequest(
        decision_id=entry.decision_id,
        decision_hash=entry.decision_hash,
        symbol=symbol,
        side=Side.SELL,
        leg=Leg.STOP,
        kind=OrderKind.STOP,
        quantity=missing,
        intended_quantity=held,
        price=_moved_stop(entry, orders),
    )
    return request, _generation(request, orders)


def resting_stops(orders: Sequence[RecordedOrder]) -> list[RecordedOrder]:
    """Return the stops that are not over."""
    return [
        each for each in orders if each.order.request.leg is Leg.STOP and not each.order.is_over
    ]


def _covered(orders: Sequence[RecordedOrder]) -> Decimal:
    """Return the shares that open sales are still to sell; one that never left sells nothing."""
    return sum(
        (
            each.order.request.quantity - each.order.filled
            for each in orders
            if each.order.request.side is Side.SELL
            and not each.order.is_over
            and each.order.state is not OrderState.INITIALIZED
        ),
        Decimal(0),
    )


def _moved_stop(entry: OrderRequest, orders: Sequence[RecordedOrder]) -> Decimal | None:
    """Return where the stop of an entry is now: the newest one that was placed for it went with every split."""
    placed = [
        each.order.request.price
        for each in orders
        if each.order.request.leg is Leg.STOP
        and each.order.request.decision_id == entry.decision_id
    ]
    return placed[-1] if placed else entry.protective_stop


def _generation(request: OrderRequest, orders: Sequence[RecordedOrder]) -> int:
    """Return one more than the newest stop of the decision has; 0 for the first."""
    earlier = [
        each.generation
        for each in orders
        if each.order.request.leg is Leg.STOP
        and each.order.request.decision_id == request.decision_id
    ]
    return max(earlier, default=-1) + 1
