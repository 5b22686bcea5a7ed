"""The double-entry ledger: every movement of money has two sides, so the accounts always add up to nothing.

A debit is positive, a credit negative. Cash and positions are what a book has (debit); capital, gains and dividends are
where it came from (credit); fees and model costs are where it went (debit); what is owed is a debt (credit).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from quorate.kernel.errors import InvariantBrokenError

CENT: Final = Decimal("0.01")
ZERO: Final = Decimal(0)


class Account(StrEnum):
    """Where money stands. POSITIONS is at cost; OWED is model cost that the cash did not cover."""

    CASH = "cash"
    POSITIONS = "positions"
    CAPITAL = "capital"
    GAINS = "gains"
    DIVIDENDS = "dividends"
    FEES = "fees"
    MODEL_COST = "model_cost"
    OWED = "owed"


@dataclass(frozen=True, slots=True)
class Ledger:
    """The balance of every account, exact; an account without movements is absent."""

    balances: Mapping[Account, Decimal] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        """Refuse balances that do not add up to nothing, and cash that is not there.

        Raises:
            InvariantBrokenError: a movement had one side, or cash was spent twice.
        """
        if sum(self.balances.values(), ZERO) != 0:
            raise InvariantBrokenError(f"the ledger does not balance: {dict(self.balances)}")
        if self.of(Account.CASH) < 0:
            raise InvariantBrokenError(f"cash is {self.of(Account.CASH)}, below nothing")

    def of(self, account: Account) -> Decimal:
        """Return an account's balance, its debits less its credits."""
        return self.balances.get(account, ZERO)

    def posted(self, movement: Mapping[Account, Decimal]) -> Ledger:
        """Return the ledger after a movement, whose sides add up to nothing."""
        after = {**self.balances}
        for account, amount in movement.items():
            after[account] = after.get(account, ZERO) + amount
        return Ledger(MappingProxyType(after))


def opened_ledger(capital: Decimal) -> Ledger:
    """Return the ledger of a book that starts with `capital` in cash."""
    return Ledger().posted({Account.CASH: capital, Account.CAPITAL: -capital})


def cents(amount: Decimal) -> Decimal:
    """Return an amount in whole cents, a half to the even one."""
    return amount.quantize(CENT, rounding=ROUND_HALF_EVEN)
