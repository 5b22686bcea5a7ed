"""Money and quantities: exact decimals that refuse to be anything else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from quorate.kernel.errors import InvariantBrokenError


def _finite(value: Decimal, what: str) -> None:
    if not value.is_finite():
        raise InvariantBrokenError(f"{what} must be a finite decimal, not {value!r}")


@dataclass(frozen=True, slots=True, order=True)
class Usd:
    """An amount of US dollars, exact; may be negative."""

    amount: Decimal

    def __post_init__(self) -> None:
        """Refuse NaN and infinities."""
        _finite(self.amount, "an amount")

    def __add__(self, other: Usd) -> Usd:
        """Return the sum."""
        return Usd(self.amount + other.amount)

    def __sub__(self, other: Usd) -> Usd:
        """Return the difference."""
        return Usd(self.amount - other.amount)

    def __str__(self) -> str:
        """Return the amount as a plain decimal, as JSON carries it."""
        return format(self.amount, "f")


def total_cost(costs: Iterable[Usd | None]) -> Usd | None:
    """Return what calls cost together, None where nobody knows the cost of one of them."""
    total = Decimal(0)
    for cost in costs:
        if cost is None:
            return None
        total += cost.amount
    return Usd(total)


@dataclass(frozen=True, slots=True, order=True)
class Quantity:
    """A number of shares or coins held, exact, never negative (long only)."""

    amount: Decimal

    def __post_init__(self) -> None:
        """Refuse NaN, infinities and negative quantities."""
        _finite(self.amount, "a quantity")
        if self.amount < 0:
            raise InvariantBrokenError(f"a quantity cannot be negative: {self.amount}")
