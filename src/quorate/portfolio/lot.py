"""Orders, fills and lots: what a book wants, what it got, what it holds, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from quorate.kernel.ids import DecisionId, Symbol
from quorate.portfolio.side import Side


class FillReason(StrEnum):
    """Why something was filled: an entry or a sale that was decided, or an exit that was set at the entry."""

    ENTRY = "entry"
    SALE = "sale"
    STOP = "stop"
    TARGET = "target"
    HORIZON = "horizon"
    FLATTEN = "flatten"
    """A person, or a limit, closed what was held."""


class Result(StrEnum):
    """What a closed lot came to, net of fees. Source: DESIGN 8 (Outcomes)."""

    WIN = "win"
    LOSS = "loss"
    BREAKEVEN = "breakeven"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A market order for the next open; a SELL carries no exits and closes every lot of its symbol."""

    decision_id: DecisionId
    symbol: Symbol
    side: Side
    quantity: Decimal
    stop: Decimal | None = None
    target: Decimal | None = None
    horizon: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    """What was traded; `notional` is quantity times price in whole cents, `fee` comes on top."""

    session: date
    decision_id: DecisionId
    symbol: Symbol
    side: Side
    reason: FillReason
    quantity: Decimal
    price: Decimal
    notional: Decimal
    fee: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """Shares that one fill brought. `cost` is what they cost in all, `fee` and `income` what came on top.

    `sessions` counts the sessions that it was held for at the close, that of its entry included.
    """

    decision_id: DecisionId
    symbol: Symbol
    opened: date
    quantity: Decimal
    cost: Decimal
    fee: Decimal
    income: Decimal = Decimal(0)
    stop: Decimal | None = None
    target: Decimal | None = None
    horizon: int | None = None
    sessions: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A lot that was closed. `pnl` is proceeds and dividends less cost and the fees of both fills."""

    decision_id: DecisionId
    symbol: Symbol
    opened: date
    closed: date
    sessions: int
    reason: FillReason
    pnl: Decimal

    @property
    def result(self) -> Result:
        """Return whether it won."""
        if self.pnl == 0:
            return Result.BREAKEVEN
        return Result.WIN if self.pnl > 0 else Result.LOSS
