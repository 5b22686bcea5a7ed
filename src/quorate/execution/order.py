"""An order as it stands: folded from what we did and what the broker told, in whatever sequence it arrived."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from typing import Final

from quorate.execution.client_order_id import ClientOrderId
from quorate.execution.order_table import (
    ORDER_TABLE,
    STATE_OF_STATUS,
    TERMINAL,
    Effect,
    OrderEvent,
    OrderState,
)
from quorate.kernel.errors import ConflictError
from quorate.risk import OrderRequest

ZERO: Final = Decimal(0)


class Alert(StrEnum):
    """What a person should hear of."""

    LATE_EXECUTION = "late_execution"
    OVERFILL = "overfill"
    """More was filled than was ordered. Trading halts."""
    IMPOSSIBLE_EXECUTION = "impossible_execution"
    """An order that was over, or never sent, was filled. Trading halts."""
    UNKNOWN_STATUS = "unknown_status"
    """The broker used a word that we do not know: the symbol is locked, the order is asked about again."""
    QUANTITY_FELL = "quantity_fell"
    """The broker tells fewer filled shares than it told before."""


HALTING: Final = frozenset({Alert.OVERFILL, Alert.IMPOSSIBLE_EXECUTION})
"""After these trading halts. Source: RELIABILITY 2.2 (last row)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """Shares that changed hands; `id` is the broker's, or made of the order's id and what was filled by then."""

    id: str
    quantity: Decimal
    price: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An order with all that is known of it; `before_request` is where a refused cancel or replace leads back to."""

    client_order_id: ClientOrderId
    request: OrderRequest
    state: OrderState = OrderState.INITIALIZED
    broker_order_id: str = ""
    before_request: OrderState | None = None
    executions: tuple[Execution, ...] = ()
    reason: str = ""

    @property
    def filled(self) -> Decimal:
        """Return the shares filled, in all."""
        return sum((each.quantity for each in self.executions), ZERO)

    @property
    def average_price(self) -> Decimal | None:
        """Return the price of a share over all fills, None before the first."""
        filled = self.filled
        spent = sum((each.quantity * each.price for each in self.executions), ZERO)
        return spent / filled if filled else None

    @property
    def is_over(self) -> bool:
        """Return whether nothing more is expected of it."""
        return self.state in TERMINAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the broker tells of an order at once: its status, what is filled by then, and at what average price."""

    status: str
    broker_order_id: str
    filled: Decimal
    average_price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """An order after something happened, and what a person should hear of it."""

    order: Order
    alerts: tuple[Alert, ...] = field(default=())

    @property
    def halts(self) -> bool:
        """Return whether trading must halt."""
        return not HALTING.isdisjoint(self.alerts)


def happened(order: Order, event: OrderEvent, *, reason: str = "") -> Change:
    """Return the order after an event that brings no execution and no status.

    Raises:
        ConflictError: the table forbids it.
    """
    move = ORDER_TABLE[order.state, event]
    if move.effect is Effect.ILLEGAL:
        raise ConflictError(
            f"an order in state {order.state} does not allow '{event}'",
            effect="it stays as it is",
            slug="illegal-transition",
        )
    if move.effect is Effect.BACK:
        back = order.before_request or OrderState.WORKING
        return Change(replace(order, state=back, before_request=None, reason=reason))
    if move.target is None:
        return Change(order)
    asks = event in {OrderEvent.CANCEL_REQUESTED, OrderEvent.REPLACE_REQUESTED}
    return Change(
        replace(
            order,
            state=move.target,
            before_request=order.state if asks else None,
            reason=reason or order.reason,
        )
    )


def proven_absent(order: Order, *, in_time: bool) -> Change:
    """Return the order that the broker does not know: sent again with the same id while `in_time`, else over.

    Raises:
        ConflictError: the order is not one that nobody knows of.
    """
    if ORDER_TABLE[order.state, OrderEvent.PROVEN_ABSENT].effect is not Effect.RESEND:
        return happened(order, OrderEvent.PROVEN_ABSENT)
    if in_time:
        return Change(replace(order, state=OrderState.SUBMITTED))
    return Change(replace(order, state=OrderState.REJECTED, reason="NEVER_ACCEPTED"))


def executed(order: Order, execution: Execution) -> Change:
    """Return the order after shares changed hands; an execution that is known already changes nothing."""
    if any(each.id == execution.id for each in order.executions):
        return Change(order)
    filled = order.filled + execution.quantity
    whole = filled >= order.request.quantity
    event = OrderEvent.FILL if whole else OrderEvent.PARTIAL
    booked = replace(order, executions=(*order.executions, execution))
    move = ORDER_TABLE[order.state, event]
    alerts = _alerts_of(move.effect)
    if filled > order.request.quantity:
        alerts = (*alerts, Alert.OVERFILL)
    if move.effect is Effect.LATE_FILL:
        return Change(replace(booked, state=OrderState.FILLED), alerts)
    return Change(replace(booked, state=move.target or order.state), alerts)


def told(order: Order, news: Told) -> Change:
    """Return the order as the broker tells it now; news that is older than what is known moves nothing back.

    What is filled beyond the executions that are known becomes one of its own, priced so that the average is right.

    Raises:
        ConflictError: the order was never sent, so nobody can tell of it.
    """
    happened(order, OrderEvent.FOUND)
    known = replace(order, broker_order_id=news.broker_order_id or order.broker_order_id)
    missing = news.filled - known.filled
    change = Change(known)
    if missing > 0:
        change = executed(known, _made_up_for(known, news, missing))
    alerts = [*change.alerts, *([Alert.QUANTITY_FELL] if missing < 0 else [])]
    state = STATE_OF_STATUS.get(news.status)
    if state is None:
        return Change(change.order, (*alerts, Alert.UNKNOWN_STATUS))
    return Change(_by_status(change.order, state), tuple(alerts))


def _by_status(order: Order, state: OrderState) -> Order:
    """Return the order in the state of a status, unless that is older news than what is known.

    Over is over; filled shares are never unfilled; what we asked for (a cancel, a replace) stands until it is answered.
    """
    if order.is_over or _RANK[state] < _RANK[order.state]:
        return order
    if state is OrderState.FILLED and order.filled < order.request.quantity:
        return order
    return replace(order, state=state)


_RANK: Final = {
    **dict.fromkeys(OrderState, 3),
    OrderState.INITIALIZED: 0,
    OrderState.SUBMITTED: 0,
    OrderState.SUBMIT_UNKNOWN: 0,
    OrderState.ACCEPTED: 1,
    OrderState.WORKING: 2,
    OrderState.SUSPENDED: 2,
    OrderState.DORMANT: 2,
    OrderState.PENDING_CANCEL: 4,
    OrderState.PENDING_REPLACE: 4,
    **dict.fromkeys(TERMINAL, 5),
}
"""What is later: a status of a lower rank is old news."""


def _alerts_of(effect: Effect) -> tuple[Alert, ...]:
    if effect in {Effect.LATE, Effect.LATE_FILL}:
        return (Alert.LATE_EXECUTION,)
    if effect is Effect.HALT:
        return (Alert.IMPOSSIBLE_EXECUTION,)
    return ()


def _made_up_for(order: Order, news: Told, missing: Decimal) -> Execution:
    """Return the execution that explains what the broker tells beyond those that we know."""
    average = news.average_price or order.average_price or ZERO
    spent = sum((each.quantity * each.price for each in order.executions), ZERO)
    return Execution(
        id=f"{order.client_order_id}:{news.filled:f}",
        quantity=missing,
        price=(average * news.filled - spent) / missing,
    )
