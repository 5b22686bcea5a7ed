"""Checks of prices and of the instrument: 07, 08, 09, 10, 22."""

from __future__ import annotations

from decimal import Decimal

from quorate.portfolio.book import BookMode
from quorate.portfolio.check_code import CheckCode
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
from quorate.risk.order import Leg, OrderKind, OrderRequest
from quorate.risk.situation import MarketFacts, Situation

BPS = Decimal(10_000)
NO_QUOTES = "a REPLAY book has bars and no quotes"


def freshness(_order: OrderRequest, at: Situation, limits: RiskLimits) -> Answer:
    """07: the price is of now; a daily bar is fresh until the next session's close."""
    market = at.market
    if at.mode is BookMode.REPLAY:
        if market.is_fresh_bar:
            return passed()
        return denied(CheckCode.MARKET_DATA_STALE, "the last bar is not the newest session's")
    if market.quote_age_s is None:
        return unknown(CheckCode.MARKET_DATA_STALE, "the age of the quote")
    return at_most(
        market.quote_age_s,
        limits.max_quote_age_s,
        CheckCode.MARKET_DATA_STALE,
        "the age of the quote, in seconds",
    )


def spread(_order: OrderRequest, at: Situation, limits: RiskLimits) -> Answer:
    """08: bid and ask stand the right way round, and near to one another."""
    if at.mode is BookMode.REPLAY:
        return not_applicable(NO_QUOTES)
    wide = _spread_bps(at.market)
    if wide is None:
        return unknown(CheckCode.SPREAD_EXCEEDS_MAXIMUM, "bid or ask")
    if wide < 0:
        return denied(CheckCode.QUOTE_CROSSED, "the bid is above the ask, in basis points", wide)
    return at_most(
        wide,
        limits.max_spread_bps,
        CheckCode.SPREAD_EXCEEDS_MAXIMUM,
        "the spread, in basis points",
    )


def instrument(order: OrderRequest, at: Situation, _limits: RiskLimits) -> Answer:
    """09: the broker knows the symbol, trades it, and the user's list has it."""
    if at.instrument is None:
        return denied(CheckCode.INSTRUMENT_NOT_FOUND, f"the broker does not know {order.symbol}")
    if not at.instrument.tradable:
        return denied(CheckCode.INSTRUMENT_NOT_TRADABLE, f"{order.symbol} is not traded now")
    if not at.instrument.allowed:
        return denied(CheckCode.INSTRUMENT_RESTRICTED, f"{order.symbol} is not on the list")
    return passed()


def collar(order: OrderRequest, at: Situation, limits: RiskLimits) -> Answer:
    """10: the price is near the market's, and the market's near where it was; a market that fell holds no exit up."""
    if at.mode is BookMode.REPLAY:
        return not_applicable(NO_QUOTES)
    market = at.market
    if order.reduce_only:
        return _own_price(order, market, limits)
    if market.reference is None or market.before is None or market.before <= 0:
        return unknown(CheckCode.PRICE_OUTSIDE_COLLAR, "the price now or before")
    moved = abs(market.reference / market.before - 1)
    return first_denial(
        _own_price(order, market, limits),
        at_most(
            moved,
            limits.move_collar,
            CheckCode.PRICE_OUTSIDE_COLLAR,
            "how far the market moved, as a share",
        ),
    )


def session(order: OrderRequest, at: Situation, limits: RiskLimits) -> Answer:
    """22: the market is open, and an entry is not at its edge."""
    if at.mode is BookMode.REPLAY:
        return not_applicable("a REPLAY book fills at the next session's open")
    market = at.market
    if market.is_open is None:
        return unknown(CheckCode.MARKET_CLOSED, "whether the market is open")
    if not market.is_open:
        return denied(CheckCode.MARKET_CLOSED, "the market is closed")
    has_no_edge = at.instrument is not None and at.instrument.around_the_clock
    return passed() if order.reduce_only or has_no_edge else _edge(market, limits)


def _own_price(order: OrderRequest, market: MarketFacts, limits: RiskLimits) -> Answer:
    """Hold a limit against the middle, and let a market order go only where the spread is narrow.

    Who flattens takes the price that there is: the kill switch is not for narrow markets alone (08 bounds it still).
    """
    if order.kind is OrderKind.STOP or (
        order.kind is OrderKind.MARKET and order.leg is Leg.FLATTEN
    ):
        return passed()
    if order.kind is OrderKind.MARKET:
        wide = _spread_bps(market)
        if wide is None:
            return unknown(CheckCode.PRICE_OUTSIDE_COLLAR, "bid or ask")
        return at_most(
            wide,
            limits.max_market_order_spread_bps,
            CheckCode.PRICE_OUTSIDE_COLLAR,
            "the spread that a market order would pay, in basis points",
        )
    if order.price is None or not market.reference:
        return unknown(CheckCode.PRICE_OUTSIDE_COLLAR, "the limit or the price now")
    return at_most(
        abs(order.price / market.reference - 1),
        limits.limit_collar,
        CheckCode.PRICE_OUTSIDE_COLLAR,
        "the limit's distance from the middle, as a share",
    )


def _edge(market: MarketFacts, limits: RiskLimits) -> Answer:
    since, left = market.minutes_since_open, market.minutes_to_close
    if since is None or left is None:
        return unknown(CheckCode.SESSION_EDGE, "when the session began or ends")
    if since < limits.no_entry_after_open_min:
        return denied(
            CheckCode.SESSION_EDGE, "minutes since the open", since, limits.no_entry_after_open_min
        )
    if left < limits.no_entry_before_close_min:
        return denied(
            CheckCode.SESSION_EDGE, "minutes to the close", left, limits.no_entry_before_close_min
        )
    return passed()


def _spread_bps(market: MarketFacts) -> Decimal | None:
    """Return the spread in basis points of the middle, negative where the quote is crossed."""
    bid, ask = market.bid, market.ask
    if bid is None or ask is None or bid <= 0 or ask <= 0:
        return None
    return (ask - bid) / ((ask + bid) / 2) * BPS
