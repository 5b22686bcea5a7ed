"""Bars, books and orders for the portfolio's tests, in dollars that can be added up by hand."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from quorate.kernel.ids import DecisionId, Symbol
from quorate.market.actions import ActionKind, CorporateAction
from quorate.market.bar import Bar
from quorate.portfolio import (
    Order,
    PortfolioPolicy,
    SessionMarket,
    Side,
    opened_book,
    play_session,
    with_orders,
)

MONDAY = date(2012, 1, 2)
AAPL, IBM = Symbol("AAPL"), Symbol("IBM")
FREE = PortfolioPolicy(slippage_bps=Decimal(0))
"""Fills at the bar's own prices, so that a test can say the cents."""


def day(number: int) -> date:
    return MONDAY + timedelta(days=number)


def bar(number: int, opened, high, low, close, volume="1000000") -> Bar:
    return Bar(day(number), *(Decimal(str(each)) for each in (opened, high, low, close, volume)))


def market(number: int, prices=(100, 101, 99, 100), symbol=AAPL, actions=()) -> SessionMarket:
    return SessionMarket(
        session=day(number),
        bars={symbol: bar(number, *prices)},
        actions={symbol: tuple(actions)} if actions else {},
    )


def split(number: int, numerator: int, denominator: int = 1) -> CorporateAction:
    return CorporateAction(
        session=day(number),
        kind=ActionKind.SPLIT,
        ratio=Decimal(numerator) / denominator,
        numerator=numerator,
        denominator=denominator,
    )


def dividend(number: int, ratio: str) -> CorporateAction:
    return CorporateAction(session=day(number), kind=ActionKind.DIVIDEND, ratio=Decimal(ratio))


def order(side=Side.BUY, quantity="10", stop="90", target=None, horizon=None, symbol=AAPL) -> Order:
    return Order(
        decision_id=DecisionId("dec_1"),
        symbol=symbol,
        side=side,
        quantity=Decimal(quantity),
        stop=None if stop is None else Decimal(stop),
        target=None if target is None else Decimal(target),
        horizon=horizon,
    )


def played(book, *markets: SessionMarket, policy=FREE):
    """Return what the last of the sessions did to the book."""
    found = None
    for each in markets:
        found = play_session(book if found is None else found.book, each, policy)
    return found


def seen(capital="100000"):
    """Return a book that has seen one close of 100."""
    return played(opened_book("trend", Decimal(capital)), market(0)).book


def holding(capital="100000", policy=FREE, **wish):
    """Return a book that bought at the open of the session after, and what that session did."""
    return play_session(with_orders(seen(capital), [order(**wish)]), market(1), policy)
