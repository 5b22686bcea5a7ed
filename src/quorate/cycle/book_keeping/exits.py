"""Which positions have to be left at the close of a session: their target was reached, or their time is over. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from quorate.kernel.ids import DecisionId, Symbol
from quorate.market.bar import Bar
from quorate.portfolio.ledger import ZERO
from quorate.portfolio.lot import Lot
from quorate.risk import Leg


class LotsDue(NamedTuple):
    """Shares of a decision that are to be sold, and why."""

    decision_id: DecisionId
    symbol: Symbol
    leg: Leg
    quantity: Decimal


def lots_due(lots: Sequence[Lot], bars: Mapping[Symbol, Bar], session: date) -> list[LotsDue]:
    """Return what is to be sold after `session`, one for each decision and reason, oldest lots first.

    A target that was reached comes before a horizon that is over; a bar of before the lot was opened says nothing.
    Source: DESIGN 8 (Exits).
    """
    due: dict[tuple[DecisionId, Symbol, Leg], Decimal] = {}
    for lot in lots:
        leg = _reason(lot, bars.get(lot.symbol), session)
        if leg is not None:
            key = (lot.decision_id, lot.symbol, leg)
            due[key] = due.get(key, ZERO) + lot.quantity
    return [LotsDue(*key, quantity) for key, quantity in due.items()]


def _reason(lot: Lot, bar: Bar | None, session: date) -> Leg | None:
    seen = bar is not None and lot.opened <= bar.session <= session
    if bar is not None and seen and lot.target is not None and bar.high >= lot.target:
        return Leg.TARGET
    if lot.horizon is not None and lot.sessions >= lot.horizon:
        return Leg.HORIZON
    return None
