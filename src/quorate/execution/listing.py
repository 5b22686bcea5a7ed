"""Orders as lists show them: what was asked for, how far it came, and which decision is behind it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple

from quorate.execution.client_order_id import ClientOrderId
from quorate.execution.order_table import TERMINAL, OrderState
from quorate.kernel.canonical import JsonValue
from quorate.kernel.ids import BookName, DecisionId, Symbol, TraceId
from quorate.risk import Leg, OrderKind, OrderRequest, Side

NEVER_SENT: Final = frozenset({OrderState.INITIALIZED, OrderState.DENIED})
"""Nothing of these ever left this machine."""

IN_DOUBT: Final = frozenset({OrderState.SUBMITTED, OrderState.SUBMIT_UNKNOWN})
"""Nobody knows yet whether the broker has these."""

CANCELLABLE: Final = frozenset(
    {
        OrderState.INITIALIZED,
        OrderState.ACCEPTED,
        OrderState.WORKING,
        OrderState.PARTIALLY_FILLED,
        OrderState.SUSPENDED,
        OrderState.DORMANT,
    }
)
"""A person may ask for the cancellation of these. Source: the order table, its column `crq`."""


class OrderView(StrEnum):
    """A list of orders by where they are; every order is in exactly one of the views beside ALL."""

    ALL = "all"
    OPEN = "open"
    UNKNOWN = "unknown"
    FILLED = "filled"
    REFUSED = "refused"
    CANCELLED = "cancelled"


STATES_OF: Final[Mapping[OrderView, frozenset[OrderState]]] = MappingProxyType(
    {
        OrderView.ALL: frozenset(OrderState),
        OrderView.OPEN: frozenset(OrderState) - TERMINAL - IN_DOUBT,
        OrderView.UNKNOWN: IN_DOUBT,
        OrderView.FILLED: frozenset({OrderState.FILLED}),
        OrderView.REFUSED: frozenset({OrderState.DENIED, OrderState.REJECTED}),
        OrderView.CANCELLED: frozenset(
            {OrderState.CANCELED, OrderState.EXPIRED, OrderState.REPLACED}
        ),
    }
)
"""The states of each view."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFilter:
    """What a list of orders is asked for; None asks for nothing."""

    book: BookName
    view: OrderView = OrderView.ALL
    symbol: Symbol | None = None
    leg: Leg | None = None
    decision_id: DecisionId | None = None


class Protection(NamedTuple):
    """The newest protective stop of an entry: where it stands and for how many shares."""

    client_order_id: ClientOrderId
    state: OrderState
    price: Decimal | None
    quantity: Decimal
    filled: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """An order with what a list tells of it.

    `session` is the REPLAY session in which it was wanted, None outside of REPLAY; times are those of the journal.
    `executed` are its fills' ids, oldest first; `stop` stands beside an entry alone.
    """

    client_order_id: ClientOrderId
    book: BookName
    trace_id: TraceId
    request: OrderRequest
    state: OrderState
    broker_order_id: str
    filled: Decimal
    average_price: Decimal | None
    reason: str
    generation: int
    created_at: str
    changed_at: str
    seq: int
    executed: tuple[str, ...] = ()
    run_id: str = ""
    cycle_id: str = ""
    session: str = ""
    stop: Protection | None = None

    @property
    def symbol(self) -> Symbol:
        """Return the symbol."""
        return self.request.symbol

    @property
    def side(self) -> Side:
        """Return whether it buys or sells."""
        return self.request.side

    @property
    def status(self) -> str:
        """Return the state in the words of lists: `filled`, `partially_filled`, `submit_unknown`."""
        return self.state.value.lower()

    @property
    def was_sent(self) -> bool:
        """Return whether anything of it left this machine."""
        return self.state not in NEVER_SENT

    @property
    def in_doubt(self) -> bool:
        """Return whether nobody knows if the broker has it."""
        return self.state in IN_DOUBT

    @property
    def is_over(self) -> bool:
        """Return whether nothing more is expected of it."""
        return self.state in TERMINAL

    @property
    def can_be_cancelled(self) -> bool:
        """Return whether a person may cancel it: a protective stop is released by closing its position."""
        return self.state in CANCELLABLE and self.request.leg is not Leg.STOP

    def as_json(self) -> dict[str, JsonValue]:
        """Return the object of UI 2 (`orders list`), with what else there is."""
        request = self.request
        return {
            "orderId": self.client_order_id,
            "clientOrderId": self.client_order_id,
            "brokerOrderId": self.broker_order_id or None,
            "decisionId": request.decision_id,
            "traceId": self.trace_id,
            "runId": self.run_id or None,
            "cycleId": self.cycle_id or None,
            "book": self.book,
            "symbol": request.symbol,
            "side": request.side.value.upper(),
            "leg": request.leg.value,
            "type": request.kind.value,
            "qty": exact(request.quantity),
            "filledQty": exact(self.filled),
            "avgPrice": None if self.average_price is None else exact(self.average_price),
            "price": None if request.price is None else exact(request.price),
            "status": self.status,
            "state": self.state.value,
            "reason": self.reason or None,
            "fillIds": list(self.executed),
            "protectiveStop": self._stop_json(),
            "session": self.session or None,
            "submittedAt": self.created_at if self.was_sent else None,
            "changedAt": self.changed_at,
        }

    def _stop_json(self) -> dict[str, JsonValue] | None:
        if self.stop is None:
            return None
        return {
            "clientOrderId": self.stop.client_order_id,
            "status": self.stop.state.value.lower(),
            "price": None if self.stop.price is None else exact(self.stop.price),
            "qty": exact(self.stop.quantity),
        }


def exact(number: Decimal) -> str:
    """Return a number as plain text without zeros that say nothing: "18", "0.25", "584.5", "100.16"."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def order_kind_words(kind: OrderKind, price: Decimal | None) -> str:
    """Return what kind of order it is with its price: "market", "limit 184.2", "stop 181.2"."""
    return kind.value if price is None else f"{kind.value} {exact(price)}"
