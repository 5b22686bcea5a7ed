"""A quote that cannot be used is told by its code."""

from decimal import Decimal

import pytest

from quorate.kernel.ids import Symbol
from quorate.market.quote import Quote
from quorate.market.quote_quality import QuoteCode, quote_defect
from tests.fakes.clock import NOON


def quote(bid, ask):
    prices = [None if price is None else Decimal(price) for price in (bid, ask)]
    return Quote(symbol=Symbol("AAPL"), bid=prices[0], ask=prices[1], at=NOON)


@pytest.mark.parametrize(
    ("bid", "ask", "code"),
    [
        ("99", "100", None),
        ("100", "100", None),
        ("0", "100", QuoteCode.ONE_SIDED),
        (None, "100", QuoteCode.ONE_SIDED),
        ("100", None, QuoteCode.ONE_SIDED),
        (None, None, QuoteCode.ONE_SIDED),
        ("101", "100", QuoteCode.CROSSED),
        ("-1", "100", QuoteCode.NEGATIVE),
        ("NaN", "100", QuoteCode.NON_FINITE),
        ("99", "Infinity", QuoteCode.NON_FINITE),
    ],
)
def test_half_a_market_or_an_impossible_one_is_none(bid, ask, code):
    assert quote_defect(quote(bid, ask)) is code
