"""Amounts as budgets count them: whole billionths of a dollar, so that sums are exact wherever they are made."""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal
from typing import Final, NewType

from quorate.kernel.money import Usd

Nanos = NewType("Nanos", int)
"""Billionths of a dollar, a hundredth of a token of the cheapest models."""

IN_A_DOLLAR: Final = 1_000_000_000


def nanos_of(amount: Usd) -> Nanos:
    """Return `amount` as budgets count it, rounded up."""
    return Nanos(int((amount.amount * IN_A_DOLLAR).to_integral_value(ROUND_CEILING)))


def usd_of(nanos: int) -> Usd:
    """Return what budgets count as dollars."""
    return Usd(Decimal(nanos) / IN_A_DOLLAR)


def exact(nanos: int | None) -> str | None:
    """Return an amount as JSON carries it, None where nobody knows it."""
    return None if nanos is None else str(usd_of(nanos))


def dollars(nanos: int) -> str:
    """Return an amount as people read it, with cents at least: `$0.50`, `$0.0187`."""
    whole, _, cents = format(usd_of(nanos).amount, "f").partition(".")
    return f"${whole}.{cents.ljust(2, '0')}"
