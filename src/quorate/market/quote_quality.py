"""The checks that stand between a quote and anything that prices by it: half a market is none."""

from __future__ import annotations

from enum import StrEnum

from quorate.market.quote import Quote


class QuoteCode(StrEnum):
    """Why a quote cannot be used. Source: RELIABILITY 1.2, bad_inputs.jsonl MD-012."""

    NON_FINITE = "QUOTE_NON_FINITE"
    NEGATIVE = "QUOTE_NEGATIVE_PRICE"
    ONE_SIDED = "QUOTE_ONE_SIDED"
    CROSSED = "QUOTE_CROSSED"


def quote_defect(quote: Quote) -> QuoteCode | None:
    """Return what is wrong with a quote, None where it is sound; its age is the risk checks' to judge."""
    prices = [price for price in (quote.bid, quote.ask) if price is not None]
    if not all(price.is_finite() for price in prices):
        return QuoteCode.NON_FINITE
    if any(price < 0 for price in prices):
        return QuoteCode.NEGATIVE
    bid, ask = quote.bid, quote.ask
    if not bid or not ask:
        return QuoteCode.ONE_SIDED
    return QuoteCode.CROSSED if bid > ask else None
