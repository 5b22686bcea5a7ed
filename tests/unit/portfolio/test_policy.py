"""The policy: numbers with which no book could be kept are refused."""

from decimal import Decimal

import pytest

from quorate.kernel.errors import RejectedError
from quorate.portfolio.policy import MAX_RISK, PortfolioPolicy


def test_the_defaults_are_those_of_the_checks():
    policy = PortfolioPolicy()
    assert (policy.slippage_bps, policy.fee_per_fill_usd) == (5, 0)
    assert (policy.max_order_equity, policy.max_position_equity) == (
        Decimal("0.05"),
        Decimal("0.10"),
    )
    assert Decimal("0.01") == MAX_RISK


@pytest.mark.parametrize(
    "wrong",
    [
        {"slippage_bps": Decimal(-1)},
        {"fee_per_fill_usd": Decimal("NaN")},
        {"max_order_usd": Decimal(0)},
        {"max_order_shares": Decimal(0)},
        {"max_position_equity": Decimal("1.01")},
        {"max_cash_share": Decimal(0)},
    ],
)
def test_what_no_book_could_be_kept_with_is_refused(wrong):
    with pytest.raises(RejectedError, match=next(iter(wrong))):
        PortfolioPolicy(**wrong)
