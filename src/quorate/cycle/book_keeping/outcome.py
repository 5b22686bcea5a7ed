"""Outcomes: what became of each decision that wanted an order, as the journal keeps it and reads it back. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

from quorate.execution.order_table import TERMINAL, OrderState
from quorate.execution.outcome_link import OutcomeStatus
from quorate.kernel.canonical import JsonValue
from quorate.kernel.errors import InvariantBrokenError
from quorate.kernel.ids import BookName, DecisionId, Symbol
from quorate.kernel.journal import Event
from quorate.portfolio.ledger import ZERO
from quorate.portfolio.lot import FillReason
from quorate.risk import Leg

MOVED: Final = "outcome.moved"

REASON_OF: Final[Mapping[Leg, FillReason]] = {
    Leg.ENTRY: FillReason.ENTRY,
    Leg.STOP: FillReason.STOP,
    Leg.TARGET: FillReason.TARGET,
    Leg.HORIZON: FillReason.HORIZON,
    Leg.EXIT: FillReason.SALE,
    Leg.FLATTEN: FillReason.FLATTEN,
}
"""Why a leg's shares change hands."""


class Fill(NamedTuple):
    """Shares that an order brought."""

    id: str
    quantity: Decimal
    price: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionOrder:
    """An order of a decision as it stands."""

    client_order_id: str
    decision_id: DecisionId
    symbol: Symbol
    leg: Leg
    state: OrderState
    broker_order_id: str
    fills: tuple[Fill, ...] = ()

    @property
    def filled(self) -> Decimal:
        """Return the shares filled."""
        return sum((fill.quantity for fill in self.fills), ZERO)

    @property
    def average_price(self) -> Decimal | None:
        """Return the price of a share over all fills, None before the first."""
        spent = sum((fill.quantity * fill.price for fill in self.fills), ZERO)
        return spent / self.filled if self.filled else None

    @property
    def is_over(self) -> bool:
        """Return whether nothing more is expected of it."""
        return self.state in TERMINAL


class Refused(NamedTuple):
    """A decision to trade of a cycle's run for which no order was ever intended, and the check that said so."""

    decision_id: DecisionId
    symbol: Symbol
    is_entry: bool
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeLeg:
    """One order's part in an outcome: what it bought, or what it sold of the decision's own lots, and for how much.

    `pnl` is None of an entry, and of an exit that closed nothing.
    """

    leg: Leg
    client_order_id: str
    broker_order_id: str = ""
    state: str = ""
    quantity: Decimal = ZERO
    price: Decimal | None = None
    session: date | None = None
    pnl: Decimal | None = None
    fill_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionOutcome:
    """A decision's outcome link; `version` counts its rows. Times are the book's, empty for what did not happen."""

    decision_id: DecisionId
    book: BookName
    symbol: Symbol
    is_entry: bool
    status: OutcomeStatus = OutcomeStatus.PENDING
    order_intent_id: str = ""
    broker_order_id: str = ""
    fill_ids: tuple[str, ...] = ()
    position_snapshot_ids: tuple[str, ...] = ()
    pnl: Decimal | None = None
    opened_at: str = ""
    closed_at: str = ""
    reason: str = ""
    legs: tuple[OutcomeLeg, ...] = ()
    version: int = 0

    def payload(self) -> dict[str, JsonValue]:
        """Return the payload of `outcome.moved`."""
        return {
            "decisionId": self.decision_id,
            "book": self.book,
            "symbol": self.symbol,
            "kind": "entry" if self.is_entry else "exit",
            "orderIntentId": self.order_intent_id,
            "brokerOrderId": self.broker_order_id,
            "fillIds": list(self.fill_ids),
            "positionSnapshotIds": list(self.position_snapshot_ids),
            "status": self.status.value,
            "pnl": _optional(self.pnl),
            "openedAt": self.opened_at,
            "closedAt": self.closed_at,
            "reason": self.reason,
            "legs": [_leg_payload(leg) for leg in self.legs],
            "version": self.version,
        }

    def event(self) -> Event:
        """Return the row of the outcome as it stands."""
        return Event(
            stream=f"outcome:{self.decision_id}",
            type=MOVED,
            book=self.book,
            payload=self.payload(),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """What the database tells of decisions that something happened to: their orders, and their outcomes so far."""

    orders: Mapping[DecisionId, Sequence[DecisionOrder]] = field(default_factory=dict)
    outcomes: Mapping[DecisionId, DecisionOutcome] = field(default_factory=dict)
    refused: tuple[Refused, ...] = ()


def read_outcome(told: Mapping[str, object]) -> DecisionOutcome:
    """Return the outcome that a payload of `outcome.moved` tells.

    Raises:
        InvariantBrokenError: it is none.
    """
    try:
        return DecisionOutcome(
            decision_id=DecisionId(str(told["decisionId"])),
            book=BookName(str(told["book"])),
            symbol=Symbol(str(told["symbol"])),
            is_entry=told["kind"] == "entry",
            status=OutcomeStatus(str(told["status"])),
            order_intent_id=str(told["orderIntentId"]),
            broker_order_id=str(told["brokerOrderId"]),
            fill_ids=_texts(told["fillIds"]),
            position_snapshot_ids=_texts(told["positionSnapshotIds"]),
            pnl=_decimal(told["pnl"]),
            opened_at=str(told["openedAt"]),
            closed_at=str(told["closedAt"]),
            reason=str(told["reason"]),
            legs=tuple(map(_read_leg, _objects(told["legs"]))),
            version=int(str(told["version"])),
        )
    except (KeyError, TypeError, ValueError, ArithmeticError) as error:
        raise InvariantBrokenError(f"an outcome cannot be read back: {error!r}") from error


def _leg_payload(leg: OutcomeLeg) -> dict[str, JsonValue]:
    return {
        "leg": leg.leg.value,
        "clientOrderId": leg.client_order_id,
        "brokerOrderId": leg.broker_order_id,
        "state": leg.state,
        "quantity": format(leg.quantity, "f"),
        "price": _optional(leg.price),
        "session": leg.session,
        "pnl": _optional(leg.pnl),
        "fillIds": list(leg.fill_ids),
    }


def _read_leg(told: Mapping[str, object]) -> OutcomeLeg:
    session = told["session"]
    return OutcomeLeg(
        leg=Leg(str(told["leg"])),
        client_order_id=str(told["clientOrderId"]),
        broker_order_id=str(told["brokerOrderId"]),
        state=str(told["state"]),
        quantity=Decimal(str(told["quantity"])),
        price=_decimal(told["price"]),
        session=None if session is None else date.fromisoformat(str(session)),
        pnl=_decimal(told["pnl"]),
        fill_ids=_texts(told["fillIds"]),
    )


def _optional(number: Decimal | None) -> str | None:
    return None if number is None else format(number, "f")


def _decimal(value: object) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError(f"{value!r} is no list")
    return tuple(map(str, value))


def _objects(value: object) -> tuple[Mapping[str, object], ...]:
    if not isinstance(value, list):
        raise TypeError(f"{value!r} is no list")
    return tuple(value)
