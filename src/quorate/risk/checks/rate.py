"""Checks of how much is sent: 16, 17, 18, 19."""

from __future__ import annotations

from decimal import Decimal

from quorate.portfolio.check_code import CheckCode
from quorate.risk.checks.judging import Answer, denied, passed
from quorate.risk.limits import RiskLimits
from quorate.risk.order import Leg, OrderRequest
from quorate.risk.situation import OpenOrder, Situation


def repeats(_order: OrderRequest, at: Situation, limits: RiskLimits) -> Answer:
    """16: the same symbol is not bought over and over on one day."""
    return _below(
        at.activity.repeats_today,
        limits.max_repeats_per_day,
        CheckCode.REPEATED_EXECUTION,
        "orders of this symbol and side today",
    )


def rate(order: OrderRequest, at: Situation, limits: RiskLimits) -> Answer:
    """17: orders and requests stay within their rates; an exit is not held up by the day's count."""
    activity = at.activity
    counted = [
        (activity.orders_last_minute, limits.max_orders_per_minute, "orders in a minute"),
        (activity.calls_last_minute, limits.max_calls_per_minute, "requests in a minute"),
    ]
    if not order.reduce_only:
        counted.append((activity.orders_today, limits.max_orders_per_day, "orders today"))
    for count, limit, what in counted:
        if count >= limit:
            return denied(CheckCode.RATE_LIMIT_EXCEEDED, what, Decimal(count), Decimal(limit))
    return passed()


def duplicate(order: OrderRequest, at: Situation, limits: RiskLimits) -> Answer:
    """18: the same order does not go out twice within a short time.

    Stops are bounded by what is held (15, 23), and a sale takes the place of the stop that rests.
    """
    if order.leg is Leg.STOP:
        return passed()
    for other in at.account.open_orders:
        if (
            not other.is_protective
            and _is_same(order, other)
            and other.age_s <= limits.duplicate_window_s
        ):
            return denied(
                CheckCode.DUPLICATE_ORDER,
                "seconds since the same order was sent",
                other.age_s,
                limits.duplicate_window_s,
            )
    return passed()


def wash_trade(order: OrderRequest, at: Situation, _limits: RiskLimits) -> Answer:
    """19: no order meets one of ours on the other side; a resting stop is cancelled first.

    A protective stop may stand below the rest of its own entry: what is filled is not left bare until all is.
    """
    for other in at.account.open_orders:
        if order.leg is Leg.STOP and other.decision_id == order.decision_id:
            continue
        if other.symbol == order.symbol and other.side is not order.side:
            return denied(CheckCode.WASH_TRADE_RISK, "an open order stands on the other side")
    return passed()


def _is_same(order: OrderRequest, other: OpenOrder) -> bool:
    return (order.symbol, order.side, order.quantity) == (
        other.symbol,
        other.side,
        other.quantity,
    )


def _below(count: int, limit: int, code: CheckCode, what: str) -> Answer:
    if count >= limit:
        return denied(code, what, Decimal(count), Decimal(limit))
    return passed(Decimal(count), Decimal(limit))
