"""Approved orders for tests that are not about the approval."""

from __future__ import annotations

from decimal import Decimal

from quorate.kernel.ids import DecisionId, Symbol
from quorate.risk import ApprovedOrder, Leg, OrderKind, OrderRequest, Side, approve
from quorate.risk.assessment import Assessment

AAPL = Symbol("AAPL")
PRICED = {Leg.STOP: OrderKind.STOP, Leg.TARGET: OrderKind.LIMIT}


def approved(
    leg: Leg = Leg.ENTRY,
    quantity: str = "10",
    *,
    price: str | None = None,
    symbol: str = AAPL,
    decision: str = "dec_1",
) -> ApprovedOrder:
    """Return an order that nobody checked: a stop or a target at its price, else a limit where a price is given."""
    kind = PRICED.get(leg, OrderKind.MARKET if price is None else OrderKind.LIMIT)
    request = OrderRequest(
        decision_id=DecisionId(decision),
        decision_hash="h",
        symbol=Symbol(symbol),
        side=Side.BUY if leg is Leg.ENTRY else Side.SELL,
        leg=leg,
        kind=kind,
        quantity=Decimal(quantity),
        intended_quantity=Decimal(quantity),
        price=None if price is None else Decimal(price),
    )
    return approve(Assessment(order=request, findings=()))
