"""The ledger: what does not balance cannot be written."""

from decimal import Decimal

import pytest

from quorate.kernel.errors import InvariantBrokenError
from quorate.portfolio.ledger import Account, cents, opened_ledger


def test_a_book_opens_with_its_capital_on_both_sides():
    ledger = opened_ledger(Decimal(100))
    assert (ledger.of(Account.CASH), ledger.of(Account.CAPITAL)) == (100, -100)
    assert ledger.of(Account.FEES) == 0


def test_a_movement_with_one_side_is_refused():
    with pytest.raises(InvariantBrokenError, match="does not balance"):
        opened_ledger(Decimal(100)).posted({Account.CASH: Decimal(1)})


def test_cash_that_is_not_there_cannot_be_spent():
    with pytest.raises(InvariantBrokenError, match="below nothing"):
        opened_ledger(Decimal(100)).posted(
            {Account.CASH: Decimal(-101), Account.FEES: Decimal(101)}
        )


@pytest.mark.parametrize(
    ("amount", "whole"), [("1.005", "1.00"), ("1.015", "1.02"), ("1.0049", "1.00")]
)
def test_cents_round_a_half_to_the_even_one(amount, whole):
    assert cents(Decimal(amount)) == Decimal(whole)
