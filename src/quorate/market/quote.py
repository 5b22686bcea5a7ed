"""A quote: the best prices at which a symbol can be bought and sold now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from quorate.kernel.ids import Symbol


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """Bid and ask in USD, each None where nobody offers; `at` is when they were told, aware."""

    symbol: Symbol
    bid: Decimal | None
    ask: Decimal | None
    at: datetime
