"""Closing a position outside of any decision: the sale of all that is held, bound to the entry that opened it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from quorate.execution.order_table import OrderState
from quorate.execution.recorded import RecordedOrder
from quorate.kernel.ids import Symbol
from quorate.portfolio.side import Side
from quorate.risk import Leg, OrderKind, OrderRequest


def closing_request(
    symbol: Symbol, held: Decimal, orders: Sequence[RecordedOrder]
) -> tuple[OrderRequest, int] | None:
    """Return the sale of `held` shares at the market and its generation; None where there is nothing to sell.

    `orders` are all of the symbol, oldest first. The newest entry that was filled says whose decision is closed. A sale
    that is on its way already keeps its generation: asked for twice, it is sent once.
    """
    entries = [
        each.order.request
        for each in orders
        if each.order.request.leg is Leg.ENTRY and each.order.filled
    ]
    if held <= 0 or not entries:
        return None
    entry = entries[-1]
    request = OrderRequest(
        decision_id=entry.decision_id,
        decision_hash=entry.decision_hash,
        symbol=symbol,
        side=Side.SELL,
        leg=Leg.FLATTEN,
        kind=OrderKind.MARKET,
        quantity=held,
        intended_quantity=held,
    )
    return request, _generation(request, orders)


def open_sales(orders: Sequence[RecordedOrder]) -> list[RecordedOrder]:
    """Return the sales that are under way, protective stops aside: what they sell needs no second sale."""
    return [
        each
        for each in orders
        if each.order.request.side is Side.SELL
        and each.order.request.leg is not Leg.STOP
        and not each.order.is_over
    ]


def is_closing(held: Decimal, orders: Sequence[RecordedOrder]) -> bool:
    """Return whether sales that were sent already sell all that is held; protective stops are none."""
    selling = sum(
        (
            each.order.request.quantity - each.order.filled
            for each in open_sales(orders)
            if each.order.state is not OrderState.INITIALIZED
        ),
        Decimal(0),
    )
    return selling >= held


def _generation(request: OrderRequest, orders: Sequence[RecordedOrder]) -> int:
    """Return that of the sale which is under way, else one more than the newest has; 0 for the first."""
    sales = [
        each
        for each in orders
        if each.order.request.leg is Leg.FLATTEN
        and each.order.request.decision_id == request.decision_id
    ]
    if not sales:
        return 0
    newest = max(sales, key=lambda each: each.generation)
    return newest.generation + (1 if newest.order.is_over else 0)
