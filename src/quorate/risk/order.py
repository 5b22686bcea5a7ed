"""An order before anybody approved it: what is to be done, for which decision, and whether it only reduces."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from quorate.kernel.canonical import JsonValue, digest
from quorate.kernel.errors import InvariantBrokenError
from quorate.kernel.ids import DecisionId, Symbol
from quorate.portfolio.side import Side


class OrderKind(StrEnum):
    """How an order is to be filled."""

    MARKET = "market"
    LIMIT = "limit"
    STOP = "stop"
    """Sells at the market once the price has fallen to the stop."""


class Leg(StrEnum):
    """What an order is to its decision; each is sent at most once a generation. Source: DESIGN 8."""

    ENTRY = "entry"
    STOP = "stop"
    TARGET = "target"
    HORIZON = "horizon"
    EXIT = "exit"
    """A SELL that the arena decided."""
    FLATTEN = "flatten"
    """A person, or a limit, closes what is held."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRequest:
    """An order that somebody wants.

    `price` is the limit of a LIMIT, the stop of a STOP and None of a MARKET order; `protective_stop` is where an
    entry's loss ends, in USD a share. `intended_quantity` is what the decision asked for, all its orders together.
    """

    decision_id: DecisionId
    decision_hash: str
    symbol: Symbol
    side: Side
    leg: Leg
    kind: OrderKind
    quantity: Decimal
    intended_quantity: Decimal
    price: Decimal | None = None
    protective_stop: Decimal | None = None

    def __post_init__(self) -> None:
        """Refuse an order that contradicts itself; its size is for the checks to judge."""
        amounts = (self.quantity, self.intended_quantity, self.price, self.protective_stop)
        if any(amount is not None and not amount.is_finite() for amount in amounts):
            raise InvariantBrokenError(f"an order of {self.symbol} is not in finite numbers")
        if (self.price is None) != (self.kind is OrderKind.MARKET):
            raise InvariantBrokenError(f"a {self.kind} order has the wrong price: {self.price}")
        if (self.side is Side.BUY) != (self.leg is Leg.ENTRY):
            raise InvariantBrokenError(f"a {self.leg} does not {self.side}")

    @property
    def reduce_only(self) -> bool:
        """Return whether the order can only make a position smaller."""
        return self.leg is not Leg.ENTRY

    def payload(self) -> dict[str, JsonValue]:
        """Return all that an approval covers, as it is hashed and signed."""
        return {
            "decisionId": self.decision_id,
            "decisionHash": self.decision_hash,
            "symbol": self.symbol,
            "side": self.side,
            "leg": self.leg,
            "kind": self.kind,
            "quantity": self.quantity,
            "intendedQuantity": self.intended_quantity,
            "price": self.price,
            "protectiveStop": self.protective_stop,
        }

    @property
    def hash(self) -> str:
        """Return the hash of all that an approval covers."""
        return digest(self.payload())
