"""Checks of size, exposure and margin: 11, 12, 13, 14, 15, 23, 24."""

from __future__ import annotations

from decimal import Decimal

from quorate.portfolio.book import BookMode
from quorate.portfolio.check_code import CheckCode
from quorate.portfolio.policy import MAX_RISK
from quorate.portfolio.side import Side
from quorate.risk.checks.judging import (
    Answer,
    at_most,
    denied,
    first_denial,
    not_applicable,
    passed,
    unknown,
)
from quorate.risk.limits import RiskLimits
from quorate.risk.order import OrderRequest
from quorate.risk.situation import InstrumentFacts, Situation


def notional(order: OrderRequest, at: Situation, limits: RiskLimits) -> Answer:
    """11: one order is worth neither too much nor next to nothing."""
    value = value_of(order, at)
    if value is None:
        return unknown(CheckCode.NOTIONAL_EXCEEDS_MAX_PER_ORDER, "the price")
    if value < limits.min_order_usd:
        return denied(
            CheckCode.NOTIONAL_BELOW_MINIMUM, "the order's value", value, limits.min_order_usd
        )
    if order.reduce_only:
        return passed(value)
    most = min(limits.max_order_equity * at.account.equity, limits.max_order_usd)
    return at_most(value, most, CheckCode.NOTIONAL_EXCEEDS_MAX_PER_ORDER, "the order's value")


def quantity(order: OrderRequest, at: Situation, limits: RiskLimits) -> Answer:
    """12: shares and prices come in the broker's steps, and an entry is small beside a day's volume."""
    if order.quantity <= 0:
        return denied(CheckCode.QUANTITY_PRECISION, "shares", order.quantity, Decimal(0))
    if at.instrument is None:
        return unknown(CheckCode.QUANTITY_PRECISION, "the broker's step")
    steps = _in_steps(order, at.instrument)
    if order.reduce_only:
        return steps
    volume = at.market.average_volume
    if volume is None:
        return unknown(CheckCode.QUANTITY_EXCEEDS_MAXIMUM, "the average volume")
    most = min(limits.max_order_shares, limits.max_volume_share * volume)
    return first_denial(
        steps, at_most(order.quantity, most, CheckCode.QUANTITY_EXCEEDS_MAXIMUM, "shares")
    )


def risk_at_stop(order: OrderRequest, at: Situation, _limits: RiskLimits) -> Answer:
    """13: the loss at the stop is at most 1 % of equity, and a loss of nothing is a mistake."""
    price, stop, equity = at.market.reference, order.protective_stop, at.account.equity
    if price is None or stop is None or equity <= 0:
        return unknown(CheckCode.RISK_EXCEEDS_MAX_PER_TRADE, "price, stop or equity")
    share = order.quantity * (price - stop) / equity
    if share <= 0:
        return denied(CheckCode.RISK_ZERO_WITH_SIZE, "the share of equity lost at the stop", share)
    return at_most(
        share,
        MAX_RISK,
        CheckCode.RISK_EXCEEDS_MAX_PER_TRADE,
        "the share of equity lost at the stop",
    )


def position(order: OrderRequest, at: Situation, limits: RiskLimits) -> Answer:
    """14: what would be held of the symbol, and of all, stays within its share of equity."""
    account, value = at.account, value_of(order, at)
    if value is None or account.equity <= 0:
        return unknown(CheckCode.POSITION_EXCEEDS_MAXIMUM, "the price or the equity")
    pending = account.pending_buys(order.symbol)
    held = account.worth.get(order.symbol, Decimal(0))
    gross = sum(account.worth.values(), Decimal(0)) + account.pending_buys()
    return first_denial(
        at_most(
            (held + pending + value) / account.equity,
            limits.max_position_equity,
            CheckCode.POSITION_EXCEEDS_MAXIMUM,
            "the symbol's share of equity",
        ),
        at_most(
            (gross + value) / account.equity,
            limits.max_gross_equity,
            CheckCode.GROSS_EXPOSURE,
            "the share of equity that is held",
        ),
    )


def free_balance(order: OrderRequest, at: Situation, limits: RiskLimits) -> Answer:
    """15: a buy is paid from what open buys leave; a sale sells what is held."""
    account = at.account
    if order.side is Side.SELL:
        return at_most(
            order.quantity,
            account.quantity_of(order.symbol),
            CheckCode.SHORT_POSITION,
            "shares to sell of those held",
        )
    value = value_of(order, at)
    if value is None:
        return unknown(CheckCode.NOTIONAL_EXCEEDS_FREE_BALANCE, "the price")
    free = account.buying_power * limits.usable_buying_power - account.pending_buys()
    return at_most(
        value, free, CheckCode.NOTIONAL_EXCEEDS_FREE_BALANCE, "the order's value of what is free"
    )


def out_of_in(order: OrderRequest, at: Situation, _limits: RiskLimits) -> Answer:
    """23: all orders of a decision together are no more than it asked for."""
    return at_most(
        at.activity.sent_for_decision + order.quantity,
        order.intended_quantity,
        CheckCode.OUT_EXCEEDS_IN,
        "shares sent for the decision",
    )


def margin(order: OrderRequest, at: Situation, limits: RiskLimits) -> Answer:
    """24: equity covers what would be held, and few positions are opened and closed on one day."""
    if at.mode is BookMode.REPLAY:
        return not_applicable("a REPLAY book has no margin and trades once a session")
    account, value = at.account, value_of(order, at)
    if value is None:
        return unknown(CheckCode.INTRADAY_MARGIN, "the price")
    if at.activity.day_trades >= limits.max_day_trades:
        return denied(
            CheckCode.DAY_TRADE_SPEED_BUMP,
            "day trades within five sessions",
            Decimal(at.activity.day_trades),
            Decimal(limits.max_day_trades),
        )
    held = sum(account.worth.values(), Decimal(0)) + account.pending_buys() + value
    share = account.equity / held if held > 0 else Decimal(1)
    if share < limits.min_maintenance_margin:
        return denied(
            CheckCode.INTRADAY_MARGIN,
            "equity over what would be held",
            share,
            limits.min_maintenance_margin,
        )
    return passed(share, limits.min_maintenance_margin)


def value_of(order: OrderRequest, at: Situation) -> Decimal | None:
    """Return what the order is worth in USD at its own price, or at the market's where that is higher."""
    prices = [price for price in (order.price, at.market.reference) if price is not None]
    return order.quantity * max(prices) if prices else None


def _in_steps(order: OrderRequest, instrument: InstrumentFacts) -> Answer:
    if order.quantity % instrument.quantity_step:
        return denied(
            CheckCode.QUANTITY_PRECISION,
            "shares, in the broker's steps",
            order.quantity,
            instrument.quantity_step,
        )
    if order.price is not None and order.price % instrument.price_step:
        return denied(
            CheckCode.PRICE_INCREMENT,
            "the price, in the broker's steps",
            order.price,
            instrument.price_step,
        )
    return passed(order.quantity)
