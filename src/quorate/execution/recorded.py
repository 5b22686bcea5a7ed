"""An order as the journal keeps it, and the events by which it comes about and changes. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final

from quorate.execution.order import Change, Execution, Order
from quorate.execution.order_table import OrderState
from quorate.kernel.canonical import JsonValue
from quorate.kernel.ids import BookName, DecisionId, Symbol, TraceId
from quorate.kernel.journal import Event
from quorate.kernel.stamps import stamp
from quorate.portfolio.side import Side
from quorate.risk import Leg, OrderKind, OrderRequest, TradingState


class OrderFact(StrEnum):
    """The types of the journal rows that tell of orders."""

    INTENDED = "order.intended"
    MOVED = "order.moved"
    """A new state, new executions or both."""
    RESIZED = "order.resized"
    """A split changed the shares and the price of an order that rests."""
    SPLIT = "position.split"
    RECONCILED = "orders.reconciled"
    TRADING = "trading.moved"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedOrder:
    """An order with where it belongs; `version` counts its journal rows, so that nobody changes an old one.

    It is not sent for the first time, nor again, at or after `expires_at`.
    """

    order: Order
    book: BookName
    trace_id: TraceId
    generation: int
    expires_at: datetime
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldShares:
    """What a book holds of a symbol by its own executions, in shares; version 0 before the first."""

    quantity: Decimal = Decimal(0)
    version: int = 0


WHOLE_HOME: Final = BookName("*")
"""In place of a book: every book of the home, those too that are opened later. Only a halt is kept under it."""

_SCRATCH: Final = re.compile(r"drill-[0-9a-z]{26}")


def stands_alone(book: BookName) -> bool:
    """Return whether no halt of the home holds for it: the home itself, and the scratch book of a halt drill."""
    return book == WHOLE_HOME or _SCRATCH.fullmatch(book) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class TradingStanding:
    """A book's trading state, latched; version 0 before anybody changed it."""

    state: TradingState = TradingState.ACTIVE
    reason: str = ""
    version: int = 0

    def forbids(self, request: OrderRequest) -> bool:
        """Return whether the order may not be sent: only what reduces passes when trading is not active."""
        return self.state is not TradingState.ACTIVE and not request.reduce_only

    def under(self, home: TradingStanding) -> TradingStanding:
        """Return how a book stands whose whole home stands so: a halt of the home holds for every book."""
        if home.state is TradingState.ACTIVE or self.state is TradingState.HALTED:
            return self
        return replace(self, state=home.state, reason=home.reason)


def intended(recorded: RecordedOrder) -> Event:
    """Return the row that stands before anything is sent."""
    request = recorded.order.request
    return _event(
        recorded,
        OrderFact.INTENDED,
        {
            "decisionId": request.decision_id,
            "generation": recorded.generation,
            "expiresAt": stamp(recorded.expires_at),
            "state": recorded.order.state,
            "request": request_payload(request),
        },
    )


def moved(recorded: RecordedOrder, change: Change, held: HeldShares) -> Iterator[Event]:
    """Yield the row of a change, nothing where nothing changed; `held` is what the book holds before it."""
    before, after = recorded.order, change.order
    if after == before and not change.alerts:
        return
    new = after.executions[len(before.executions) :]
    told: dict[str, JsonValue] = {
        "from": before.state,
        "to": after.state,
        "version": recorded.version + 1,
        "beforeRequest": after.before_request or "",
        "brokerOrderId": after.broker_order_id,
        "filled": _text(after.filled),
        "averagePrice": None if after.average_price is None else _text(after.average_price),
        "reason": after.reason,
        "alerts": list(change.alerts),
        "executions": [_execution_payload(each) for each in new],
    }
    if new:
        told["held"] = _held_payload(_held_after(after.request.side, new, held))
    yield _event(recorded, OrderFact.MOVED, told)


def resized(
    recorded: RecordedOrder, quantity: Decimal, price: Decimal | None, stop: Decimal | None
) -> Event:
    """Return the row of an order that a split changed: its whole shares, filled ones included, and its prices."""
    return _event(
        recorded,
        OrderFact.RESIZED,
        {
            "version": recorded.version + 1,
            "quantity": _text(quantity),
            "price": None if price is None else _text(price),
            "protectiveStop": None if stop is None else _text(stop),
        },
    )


def position_stream(book: BookName, symbol: Symbol) -> str:
    """Return the stream of what happened to a position by no order of ours."""
    return f"position:{book}:{symbol}"


def split_event(
    book: BookName, symbol: Symbol, held: HeldShares, after: Decimal, session: date
) -> Event:
    """Return the row of a split on what is held, effective from the open of `session`."""
    return Event(
        stream=position_stream(book, symbol),
        type=OrderFact.SPLIT,
        book=book,
        payload={
            "symbol": symbol,
            "session": session.isoformat(),
            "from": _text(held.quantity),
            "held": {"quantity": _text(after), "version": held.version + 1},
        },
    )


def trading_event(
    book: BookName, before: TradingStanding, state: TradingState, *, reason: str, by: str
) -> Event:
    """Return the row of a trading state that changed."""
    return Event(
        stream=f"trading:{book}",
        type=OrderFact.TRADING,
        book=book,
        payload={
            "from": before.state,
            "to": state,
            "reason": reason,
            "by": by,
            "version": before.version + 1,
        },
    )


def request_payload(request: OrderRequest) -> dict[str, JsonValue]:
    """Return a request as the journal keeps it."""
    return {
        "decisionId": request.decision_id,
        "decisionHash": request.decision_hash,
        "symbol": request.symbol,
        "side": request.side,
        "leg": request.leg,
        "kind": request.kind,
        "quantity": _text(request.quantity),
        "intendedQuantity": _text(request.intended_quantity),
        "price": None if request.price is None else _text(request.price),
        "protectiveStop": None
        if request.protective_stop is None
        else _text(request.protective_stop),
    }


def read_request(told: Mapping[str, object]) -> OrderRequest:
    """Return the request that `request_payload` wrote."""
    return OrderRequest(
        decision_id=DecisionId(str(told["decisionId"])),
        decision_hash=str(told["decisionHash"]),
        symbol=Symbol(str(told["symbol"])),
        side=Side(str(told["side"])),
        leg=Leg(str(told["leg"])),
        kind=OrderKind(str(told["kind"])),
        quantity=Decimal(str(told["quantity"])),
        intended_quantity=Decimal(str(told["intendedQuantity"])),
        price=_optional(told["price"]),
        protective_stop=_optional(told["protectiveStop"]),
    )


def is_in_doubt(order: Order) -> bool:
    """Return whether nobody knows if the broker has it."""
    return order.state in {OrderState.SUBMITTED, OrderState.SUBMIT_UNKNOWN}


def _event(recorded: RecordedOrder, kind: OrderFact, told: dict[str, JsonValue]) -> Event:
    id_ = recorded.order.client_order_id
    return Event(
        stream=f"order:{id_}",
        type=kind,
        book=recorded.book,
        trace_id=recorded.trace_id,
        payload={"clientOrderId": id_, "symbol": recorded.order.request.symbol, **told},
    )


def _execution_payload(execution: Execution) -> dict[str, JsonValue]:
    return {
        "id": execution.id,
        "quantity": _text(execution.quantity),
        "price": _text(execution.price),
    }


def _held_after(side: Side, new: tuple[Execution, ...], held: HeldShares) -> HeldShares:
    shares = sum((each.quantity for each in new), Decimal(0))
    after = held.quantity + (shares if side is Side.BUY else -shares)
    return HeldShares(quantity=after, version=held.version + 1)


def _held_payload(held: HeldShares) -> dict[str, JsonValue]:
    return {"quantity": _text(held.quantity), "version": held.version}


def _optional(text: object) -> Decimal | None:
    return None if text is None else Decimal(str(text))


def _text(number: Decimal) -> str:
    return format(number, "f")
