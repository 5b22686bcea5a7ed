"""The outcome link: from a decision over its orders and fills to what it came to. Pure.  Source: R-101 to R-103."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from quorate.execution.listing import OrderLine, exact
from quorate.execution.order_table import OrderState
from quorate.kernel.canonical import Json, JsonValue
from quorate.kernel.errors import InvariantBrokenError
from quorate.kernel.ids import BookName, DecisionId, Symbol
from quorate.risk import Leg


class OutcomeStatus(StrEnum):
    """What a decision came to. Source: DESIGN 8 (Outcome link)."""

    PENDING = "pending"
    """It is held, or its entry still works; never counted."""
    WIN = "win"
    LOSS = "loss"
    BREAKEVEN = "breakeven"
    CANCELLED = "cancelled"
    """Its entry ended without a fill."""
    REJECTED = "rejected"
    """Its entry was refused, here or by the broker."""


CLOSED: Final = (OutcomeStatus.WIN, OutcomeStatus.LOSS, OutcomeStatus.BREAKEVEN)
"""What counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeFilter:
    """What a list of outcomes is asked for; None asks for nothing."""

    book: BookName
    status: OutcomeStatus | None = None
    symbol: Symbol | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeLink:
    """A decision's way to its outcome; ids are empty where that hop did not happen, `pnl` None until it is closed.

    `pnl` is net of fees, in USD; `seq` is the journal row of the decision, by which lists are in order.
    """

    decision_id: DecisionId
    book: BookName
    symbol: Symbol
    status: OutcomeStatus
    order_intent_id: str
    broker_order_id: str
    fill_ids: tuple[str, ...] = ()
    position_snapshot_ids: tuple[str, ...] = ()
    pnl: Decimal | None = None
    opened_at: str = ""
    closed_at: str = ""
    run_id: str = ""
    seq: int = 0
    legs: tuple[Mapping[str, Json], ...] = ()
    reason: str = ""
    is_sale: bool = False
    """A sale that was decided: what it closed counts for the entries that had bought it, itself is even."""

    @property
    def is_closed(self) -> bool:
        """Return whether it counts."""
        return self.status in CLOSED

    def as_json(self) -> dict[str, JsonValue]:
        """Return the object of UI 2 (`outcomes show`), with what else there is."""
        return {
            "decisionId": self.decision_id,
            "orderIntentId": self.order_intent_id or None,
            "brokerOrderId": self.broker_order_id or None,
            "fillIds": list(self.fill_ids),
            "positionSnapshotIds": list(self.position_snapshot_ids),
            "status": self.status.value,
            "pnl": None if self.pnl is None else exact(self.pnl),
            "book": self.book,
            "symbol": self.symbol,
            "kind": "exit" if self.is_sale else "entry",
            "reason": self.reason or None,
            "runId": self.run_id or None,
            "openedAt": self.opened_at or None,
            "closedAt": self.closed_at or None,
            "legs": list(self.legs),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeTotals:
    """How many outcomes there are by status, and what the closed ones came to, net of fees, in USD.

    `entries` are those that count: a sale that was decided has its gain or loss in the entries that it closed.
    """

    counts: Mapping[OutcomeStatus, int]
    entries: Mapping[OutcomeStatus, int]
    pnl: Decimal
    first_closed_at: str = ""

    @property
    def closed(self) -> int:
        """Return how many count."""
        return sum(self.entries.get(status, 0) for status in CLOSED)

    @property
    def total(self) -> int:
        """Return how many there are."""
        return sum(self.counts.values())


def read_link(told: Mapping[str, Json], *, run_id: str = "", seq: int = 0) -> OutcomeLink:
    """Return the link that a journal row `outcome.moved` tells.

    Raises:
        InvariantBrokenError: the payload is not what was written.
    """
    try:
        return OutcomeLink(
            decision_id=DecisionId(str(told["decisionId"])),
            book=BookName(str(told["book"])),
            symbol=Symbol(str(told["symbol"])),
            status=OutcomeStatus(str(told["status"])),
            order_intent_id=_text(told.get("orderIntentId")),
            broker_order_id=_text(told.get("brokerOrderId")),
            fill_ids=_texts(told.get("fillIds")),
            position_snapshot_ids=_texts(told.get("positionSnapshotIds")),
            pnl=None if told.get("pnl") is None else Decimal(str(told["pnl"])),
            opened_at=_text(told.get("openedAt")),
            closed_at=_text(told.get("closedAt")),
            run_id=run_id,
            seq=seq,
            legs=_objects(told.get("legs")),
            reason=_text(told.get("reason")),
            is_sale=told.get("kind") == "exit",
        )
    except (KeyError, ValueError, ArithmeticError) as error:
        raise InvariantBrokenError(f"an outcome cannot be read back: {error}") from error


def link_of_orders(orders: Sequence[OrderLine]) -> OutcomeLink | None:
    """Return the link as far as a decision's orders alone tell, None where the decision wanted none.

    So it stands before its book was marked for the first time since.
    """
    entry = next((each for each in orders if each.request.leg in {Leg.ENTRY, Leg.EXIT}), None)
    if entry is None:
        return None
    return OutcomeLink(
        decision_id=entry.request.decision_id,
        book=entry.book,
        symbol=entry.symbol,
        status=_status(entry),
        order_intent_id=entry.client_order_id,
        broker_order_id=entry.broker_order_id,
        fill_ids=tuple(fill for each in orders for fill in each.executed),
        run_id=entry.run_id,
        is_sale=entry.request.leg is Leg.EXIT,
    )


def _status(entry: OrderLine) -> OutcomeStatus:
    if entry.filled or not entry.is_over:
        return OutcomeStatus.PENDING
    refused = entry.state in {OrderState.DENIED, OrderState.REJECTED}
    return OutcomeStatus.REJECTED if refused else OutcomeStatus.CANCELLED


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""


def _texts(value: Json) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list) else ()


def _objects(value: Json) -> tuple[Mapping[str, Json], ...]:
    return (
        tuple(each for each in value if isinstance(each, dict)) if isinstance(value, list) else ()
    )
