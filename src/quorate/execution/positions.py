"""Positions as lists show them: the broker's word beside ours, with the stop that protects them. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import Final

from quorate.execution.broker import BrokerPosition
from quorate.execution.closing import open_sales
from quorate.execution.listing import exact
from quorate.execution.protection import resting_stops
from quorate.execution.recorded import RecordedOrder
from quorate.kernel.canonical import JsonValue
from quorate.kernel.ids import BookName, DecisionId, Symbol
from quorate.risk import Leg

ZERO: Final = Decimal(0)


class Source(StrEnum):
    """Who says what is held. Source: R-104 (every answer is labelled)."""

    BROKER = "broker"
    """Asked just now."""
    LAST_MARK = "last_mark"
    """The broker gave no answer; so it stood when the book was marked last."""
    OWN_EXECUTIONS = "own_executions"
    """Neither told anything; what our own fills add up to, without prices."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionLine:
    """A position; `quantity` is the broker's where it was asked, `ours` what our fills add up to.

    Prices and worth are in USD, None where nobody told them; `stop` is where the resting stops sell `stopped` shares.
    `decision_id` is the newest entry's that was filled.
    """

    symbol: Symbol
    quantity: Decimal
    ours: Decimal
    average_price: Decimal | None = None
    market_value: Decimal | None = None
    stop: Decimal | None = None
    stopped: Decimal = ZERO
    being_sold: Decimal = ZERO
    decision_id: DecisionId | None = None

    @property
    def differs(self) -> bool:
        """Return whether the broker holds another number of shares than our fills say."""
        return self.quantity != self.ours

    @property
    def unrealized(self) -> Decimal | None:
        """Return what it gained since it was bought, None where a price is unknown."""
        if self.market_value is None or self.average_price is None:
            return None
        return self.market_value - self.quantity * self.average_price

    @property
    def change(self) -> float | None:
        """Return the gain as a share of what it cost."""
        gained, price = self.unrealized, self.average_price
        cost = self.quantity * price if price else ZERO
        return float(gained / cost) if gained is not None and cost else None

    @property
    def unprotected(self) -> Decimal:
        """Return the shares that no order at the broker would sell if the price fell."""
        return max(self.quantity - self.stopped - self.being_sold, ZERO)

    @property
    def risk_at_stop(self) -> Decimal | None:
        """Return what is lost from here to the stop, in USD, None where a price is unknown."""
        if self.market_value is None or self.stop is None or not self.quantity:
            return None
        return max(self.market_value - self.quantity * self.stop, ZERO)

    def as_json(self) -> dict[str, JsonValue]:
        """Return the object of UI 2 (`positions list`), with what else there is."""
        return {
            "symbol": self.symbol,
            "qty": exact(self.quantity),
            "avgPrice": _told(self.average_price),
            "marketValue": _told(self.market_value),
            "unrealizedPnl": _told(self.unrealized),
            "ourQty": exact(self.ours),
            "differs": self.differs,
            "stop": _told(self.stop),
            "stopQty": exact(self.stopped),
            "unprotectedQty": exact(self.unprotected),
            "decisionId": self.decision_id,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Positions:
    """What a book holds, who says so, and as of when.

    `as_of` is the session of a REPLAY book, else the moment of the answer; `why` says why the broker did not tell.
    """

    book: BookName
    mode: str
    source: Source
    read_at: str
    as_of: str
    items: tuple[PositionLine, ...]
    equity: Decimal | None = None
    cash: Decimal | None = None
    why: str = ""

    @property
    def is_stale(self) -> bool:
        """Return whether it is not the broker's word of just now."""
        return self.source is not Source.BROKER

    @property
    def worth(self) -> Decimal | None:
        """Return what all is worth, None where a price is unknown."""
        values = [each.market_value for each in self.items]
        return None if None in values else sum((value for value in values if value), ZERO)

    def head_json(self) -> dict[str, JsonValue]:
        """Return what stands above the list for programs."""
        return {
            "readAt": self.read_at,
            "asOf": self.as_of or None,
            "book": self.book,
            "bookMode": self.mode,
            "source": self.source.value,
            "isStale": self.is_stale,
            "why": self.why or None,
            "equity": _told(self.equity),
            "cash": _told(self.cash),
        }


def position_lines(
    told: Sequence[BrokerPosition],
    ours: Mapping[Symbol, Decimal],
    orders: Mapping[Symbol, Sequence[RecordedOrder]],
) -> tuple[PositionLine, ...]:
    """Return a line for every symbol that the broker or we hold, in order; `orders` are all of each, oldest first."""
    by_symbol = {each.symbol: each for each in told}
    return tuple(
        _line(symbol, by_symbol.get(symbol), ours.get(symbol, ZERO), orders.get(symbol, ()))
        for symbol in sorted({*by_symbol, *ours})
    )


def own_lines(lines: Sequence[PositionLine]) -> tuple[PositionLine, ...]:
    """Return the lines as our own fills tell them, for when nobody else does; without prices."""
    return tuple(
        replace(line, quantity=line.ours, average_price=None, market_value=None)
        for line in lines
        if line.ours
    )


def _line(
    symbol: Symbol,
    told: BrokerPosition | None,
    ours: Decimal,
    orders: Sequence[RecordedOrder],
) -> PositionLine:
    stops = resting_stops(orders)
    entries = [each for each in orders if each.order.request.leg is Leg.ENTRY and each.order.filled]
    return PositionLine(
        symbol=symbol,
        quantity=told.quantity if told else ZERO,
        ours=ours,
        average_price=told.average_price if told else None,
        market_value=told.market_value if told else None,
        stop=stops[-1].order.request.price if stops else None,
        stopped=_left(stops),
        being_sold=_left(open_sales(orders)),
        decision_id=entries[-1].order.request.decision_id if entries else None,
    )


def _left(orders: Sequence[RecordedOrder]) -> Decimal:
    return sum((each.order.request.quantity - each.order.filled for each in orders), ZERO)


def _told(number: Decimal | None) -> str | None:
    return None if number is None else exact(number)
