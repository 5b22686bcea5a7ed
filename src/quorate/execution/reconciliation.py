"""Reconciliation: where the broker's truth and ours differ. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from quorate.execution.broker import BrokerOrder, BrokerPosition
from quorate.execution.client_order_id import ClientOrderId
from quorate.execution.recorded import OrderFact
from quorate.kernel.ids import BookName, Symbol
from quorate.kernel.journal import Event
from quorate.kernel.stamps import stamp

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionGap:
    """A symbol of which the broker holds another number of shares than our executions say."""

    symbol: Symbol
    ours: Decimal
    brokers: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """What a comparison found: orders nobody here placed, positions that differ, orders that are still in doubt."""

    at: datetime
    external: tuple[BrokerOrder, ...]
    gaps: tuple[PositionGap, ...]
    in_doubt: tuple[ClientOrderId, ...]

    @property
    def agrees(self) -> bool:
        """Return whether the broker and we say the same."""
        return not (self.external or self.gaps or self.in_doubt)


def position_gaps(
    ours: Mapping[Symbol, Decimal], brokers: Iterable[BrokerPosition]
) -> tuple[PositionGap, ...]:
    """Return every symbol whose shares differ, in order."""
    theirs = {position.symbol: position.quantity for position in brokers}
    return tuple(
        PositionGap(symbol=symbol, ours=ours.get(symbol, ZERO), brokers=theirs.get(symbol, ZERO))
        for symbol in sorted({*ours, *theirs})
        if ours.get(symbol, ZERO) != theirs.get(symbol, ZERO)
    )


def reconciled(book: BookName, found: Reconciliation) -> Event:
    """Return the row of a comparison."""
    return Event(
        stream=f"reconciliation:{book}",
        type=OrderFact.RECONCILED,
        book=book,
        payload={
            "at": stamp(found.at),
            "agrees": found.agrees,
            "external": [
                {
                    "brokerOrderId": order.told.broker_order_id,
                    "clientOrderId": order.client_order_id,
                    "symbol": order.symbol,
                    "side": order.side,
                    "quantity": format(order.quantity, "f"),
                }
                for order in found.external
            ],
            "gaps": [
                {
                    "symbol": gap.symbol,
                    "ours": format(gap.ours, "f"),
                    "brokers": format(gap.brokers, "f"),
                }
                for gap in found.gaps
            ],
            "inDoubt": list(found.in_doubt),
        },
    )
