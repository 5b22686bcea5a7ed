"""Corporate actions on what a book holds: a split changes the number of shares, a dividend pays cash."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from quorate.market.actions import ActionKind, CorporateAction
from quorate.portfolio.fill_model import TICK
from quorate.portfolio.ledger import cents
from quorate.portfolio.lot import Lot, Order


def lot_after(lot: Lot, action: CorporateAction, close: Decimal) -> Lot:
    """Return a lot that was held into the action's session; `close` is the last price before it.

    A split keeps the cost and moves the exits; a dividend is added to the lot's income, and leaves the exits where
    they were set: the price falls by it, as it does for whoever holds a stop at a broker.
    """
    if action.kind is ActionKind.DIVIDEND:
        return replace(lot, income=lot.income + dividend_on(lot.quantity, action, close))
    return replace(
        lot,
        quantity=split_shares(lot.quantity, action),
        stop=price_after(lot.stop, action),
        target=price_after(lot.target, action),
    )


def order_after(order: Order, action: CorporateAction) -> Order:
    """Return an order that waits over a split for as much of the company as before."""
    if action.kind is ActionKind.DIVIDEND:
        return order
    return replace(
        order,
        quantity=split_shares(order.quantity, action),
        stop=price_after(order.stop, action),
        target=price_after(order.target, action),
    )


def close_after(close: Decimal, action: CorporateAction) -> Decimal:
    """Return the last price in the shares that there are from the action's session on."""
    return close if action.kind is ActionKind.DIVIDEND else close / action.ratio


def dividend_on(quantity: Decimal, action: CorporateAction, close: Decimal) -> Decimal:
    """Return what a dividend pays on a quantity, in whole cents.

    The ratio of a dividend is close / (close - dividend), so the dividend is close x (1 - 1 / ratio).
    """
    if action.kind is not ActionKind.DIVIDEND:
        return Decimal(0)
    return cents(quantity * close * (1 - 1 / action.ratio))


def split_shares(quantity: Decimal, action: CorporateAction) -> Decimal:
    """Return shares after a split, exact where it is one of whole numbers; a part of a share is kept."""
    if action.numerator is None or action.denominator is None:
        return quantity * action.ratio
    return quantity * action.numerator / action.denominator


def price_after(price: Decimal | None, split: CorporateAction) -> Decimal | None:
    """Return a price that somebody set, in the shares that there are from the split on, to a tick."""
    return None if price is None else (price / split.ratio).quantize(TICK)
