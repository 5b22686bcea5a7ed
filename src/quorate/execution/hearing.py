"""What a frame of the broker's stream changes: frames are lost, repeated and out of order, so the total decides."""

from __future__ import annotations

from quorate.execution.broker import OrderUpdate
from quorate.execution.order import Change, Order, executed, happened, told
from quorate.execution.order_table import OrderEvent

_REFUSALS = frozenset({OrderEvent.CANCEL_REJECTED, OrderEvent.REPLACE_REJECTED})


def heard(order: Order, update: OrderUpdate) -> Change:
    """Return the order after a frame; one that tells less than is known already changes nothing.

    An execution is booked under the broker's id where the frame's total has room for it; what is missing to that total
    is made up, as its own frame is late or lost, and will be old news when it comes. Source: RELIABILITY 2.2.
    """
    if update.told.filled < order.filled:
        return Change(order)
    change = Change(order)
    new = update.execution
    if new is not None and order.filled + new.quantity <= update.told.filled:
        change = executed(order, new)
    if update.event in _REFUSALS:
        answered = happened(change.order, update.event)
        return Change(answered.order, (*change.alerts, *answered.alerts))
    known = told(change.order, update.told)
    return Change(known.order, (*change.alerts, *known.alerts))
