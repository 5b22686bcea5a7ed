"""Linking: what the orders and the closed lots of a period make of the outcomes of decisions. Pure.

A win or a loss is the net profit of a decision's own lots once all of them are closed; while they are held it is
pending. A sale that was decided has no lots: what it closed counts for the entries that had bought it, itself is even.
Source: DESIGN 8 (Outcomes), R-101 to R-103.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Final

from quorate.cycle.book_keeping.folding import Folded
from quorate.cycle.book_keeping.outcome import (
    REASON_OF,
    DecisionOrder,
    DecisionOutcome,
    Linked,
    OutcomeLeg,
    Refused,
)
from quorate.cycle.book_keeping.standing import BookStanding
from quorate.execution.order_table import OrderState
from quorate.execution.outcome_link import CLOSED, OutcomeStatus
from quorate.kernel.ids import DecisionId
from quorate.portfolio.kept_book import Closing
from quorate.portfolio.ledger import ZERO
from quorate.risk import Leg

_LEG_OF: Final = {reason: leg for leg, reason in REASON_OF.items()}


def outcomes_at(mark: BookStanding, linked: Linked, folded: Folded) -> list[DecisionOutcome]:
    """Return the outcomes that a mark changes, each with its next version, by decision.

    What was filled after the mark's last row is left to the next mark.
    """
    found = [_rejected(mark, each) for each in linked.refused]
    seen = {trade.id for trade in folded.entered} | {each.trade for each in folded.closings}
    sold_by = {each.decision_id for each in folded.closings}
    for decision_id in sorted({*linked.orders, *sold_by}):
        orders = linked.orders.get(decision_id, ())
        before = linked.outcomes.get(decision_id) or _first(mark, decision_id, orders)
        if before is not None:
            known = seen.union(before.fill_ids)
            told = [_as_of(order, known) for order in orders]
            found.append(_after(before, mark, told, _closings_of(before, told, folded.closings)))
    return [
        replace(each, version=each.version + 1)
        for each in found
        if each != linked.outcomes.get(each.decision_id)
    ]


def _rejected(mark: BookStanding, refused: Refused) -> DecisionOutcome:
    return DecisionOutcome(
        decision_id=refused.decision_id,
        book=mark.book,
        symbol=refused.symbol,
        is_entry=refused.is_entry,
        status=OutcomeStatus.REJECTED,
        closed_at=mark.at,
        reason=refused.reason,
    )


def _first(
    mark: BookStanding, decision_id: DecisionId, orders: Sequence[DecisionOrder]
) -> DecisionOutcome | None:
    """Return the outcome of a decision that has none yet; a decision without orders here is another book's."""
    if not orders:
        return None
    return DecisionOutcome(
        decision_id=decision_id,
        book=mark.book,
        symbol=orders[0].symbol,
        is_entry=any(order.leg is Leg.ENTRY for order in orders),
    )


def _as_of(order: DecisionOrder, known: Collection[str]) -> DecisionOrder:
    """Return the order as the fold saw it: without the fills that came after, and not over where there are any."""
    fills = tuple(fill for fill in order.fills if fill.id in known)
    if len(fills) == len(order.fills):
        return order
    return replace(order, fills=fills, state=OrderState.PARTIALLY_FILLED)


def _closings_of(
    outcome: DecisionOutcome, orders: Sequence[DecisionOrder], closings: Sequence[Closing]
) -> list[Closing]:
    """Return what closed an entry's lots, or what a sale closed."""
    if outcome.is_entry:
        return [each for each in closings if each.decision_id == outcome.decision_id]
    ids = {order.client_order_id for order in orders}
    return [each for each in closings if each.order in ids]


def _after(
    before: DecisionOutcome,
    mark: BookStanding,
    orders: Sequence[DecisionOrder],
    closings: Sequence[Closing],
) -> DecisionOutcome:
    main = [order for order in orders if order.leg is _main_leg(before)]
    legs = _legs(before, orders, closings, mark.session)
    fills = tuple(dict.fromkeys((*before.fill_ids, *(id_ for leg in legs for id_ in leg.fill_ids))))
    moved = bool(closings) or fills != before.fill_ids
    snapshots = (mark.snapshot_id,) if moved else ()
    pnl = _pnl(legs) if before.is_entry else ZERO
    status = _status(before, mark, main, pnl if fills else None)
    is_pending = status is OutcomeStatus.PENDING
    return replace(
        before,
        status=status,
        order_intent_id=main[-1].client_order_id if main else before.order_intent_id,
        broker_order_id=main[-1].broker_order_id if main else before.broker_order_id,
        fill_ids=fills,
        position_snapshot_ids=(*before.position_snapshot_ids, *snapshots),
        pnl=pnl if status in CLOSED else None,
        opened_at=before.opened_at or (mark.at if fills else ""),
        closed_at="" if is_pending else before.closed_at or mark.at,
        legs=legs,
    )


def _main_leg(outcome: DecisionOutcome) -> Leg:
    return Leg.ENTRY if outcome.is_entry else Leg.EXIT


def _status(
    before: DecisionOutcome,
    mark: BookStanding,
    main: Sequence[DecisionOrder],
    pnl: Decimal | None,
) -> OutcomeStatus:
    """Return where a decision stands; `pnl` is what its lots came to, None where nothing was ever filled."""
    is_held = any(lot.decision_id == before.decision_id for lot in mark.lots)
    if is_held or any(not order.is_over for order in main):
        return OutcomeStatus.PENDING
    if pnl is None:
        refused = main and main[-1].state in {OrderState.DENIED, OrderState.REJECTED}
        return OutcomeStatus.REJECTED if refused else OutcomeStatus.CANCELLED
    if pnl == 0:
        return OutcomeStatus.BREAKEVEN
    return OutcomeStatus.WIN if pnl > 0 else OutcomeStatus.LOSS


def _legs(
    before: DecisionOutcome,
    orders: Sequence[DecisionOrder],
    closings: Sequence[Closing],
    session: date | None,
) -> tuple[OutcomeLeg, ...]:
    """Return what each order had to do with the decision, its own first, those that sold its lots after them."""
    legs = {leg.client_order_id: leg for leg in before.legs}
    for order in orders:
        known = legs.get(order.client_order_id)
        legs[order.client_order_id] = _refreshed(known, order, _main_leg(before), session)
    for closing in closings:
        known = legs.get(closing.order) or OutcomeLeg(
            leg=_LEG_OF[closing.reason], client_order_id=closing.order
        )
        if known.leg is _main_leg(before):
            legs[closing.order] = replace(known, pnl=(known.pnl or ZERO) + closing.pnl)
        else:
            legs[closing.order] = _closed_by(known, closing)
    return tuple(legs.values())


def _refreshed(
    known: OutcomeLeg | None, order: DecisionOrder, main: Leg, session: date | None
) -> OutcomeLeg:
    """Return the part of an order of the decision's own; what an exit of it sold, the closings tell."""
    leg = known or OutcomeLeg(leg=order.leg, client_order_id=order.client_order_id)
    if order.leg is not main or not order.fills:
        return replace(leg, broker_order_id=order.broker_order_id, state=order.state.value)
    return replace(
        leg,
        broker_order_id=order.broker_order_id,
        state=order.state.value,
        quantity=order.filled,
        price=order.average_price,
        session=leg.session or session,
        fill_ids=tuple(fill.id for fill in order.fills),
    )


def _closed_by(leg: OutcomeLeg, closing: Closing) -> OutcomeLeg:
    quantity = leg.quantity + closing.quantity
    brought = (leg.price or ZERO) * leg.quantity + closing.price * closing.quantity
    return replace(
        leg,
        quantity=quantity,
        price=brought / quantity,
        session=closing.closed,
        pnl=(leg.pnl or ZERO) + closing.pnl,
        fill_ids=tuple(dict.fromkeys((*leg.fill_ids, closing.trade))),
    )


def _pnl(legs: Iterable[OutcomeLeg]) -> Decimal:
    return sum((leg.pnl for leg in legs if leg.pnl is not None), ZERO)
