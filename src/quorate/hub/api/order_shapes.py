"""Orders, positions and outcomes as the API gives them. Quantities, prices and money are exact decimal text."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from quorate.hub.api.counting import Total
from quorate.hub.api.shape import Day, Given, Moment, Shape, Usd

Qty = Annotated[str, msgspec.Meta(description="Shares as exact decimal text.")]
OptionalQty = Annotated[
    str | None, msgspec.Meta(description="Shares as exact decimal text; null where unknown.")
]


class BookWish(Given):
    """A request that may name a book; without it the one of the newest cycle is meant."""

    book: str | None = None


class StopShape(Shape):
    """The newest protective stop of an entry."""

    client_order_id: str
    status: str
    price: Usd
    qty: Qty


class OrderShape(Shape):
    """An order. `orderId` is our own id of it, which the broker gets as client order id; `session` is that of REPLAY.

    `submittedAt` is null of an order of which nothing ever left this machine.
    """

    order_id: str
    client_order_id: str
    broker_order_id: str | None
    decision_id: str
    trace_id: str
    run_id: str | None
    cycle_id: str | None
    book: str
    symbol: str
    side: str
    leg: str
    type: str
    qty: Qty
    filled_qty: Qty
    avg_price: Usd
    price: Usd
    status: str
    state: str
    reason: str | None
    fill_ids: tuple[str, ...]
    protective_stop: StopShape | None
    session: Day | None
    submitted_at: Moment | None
    changed_at: Moment


class OrderStep(Shape):
    """A move of an order, in words too, and the journal row that tells it."""

    at: Moment
    from_: str | None = msgspec.field(name="from")
    to: str
    reason: str | None
    what: str
    evidence: str


class OrderDetailsShape(OrderShape):
    """An order with every move of it, oldest first."""

    history: tuple[OrderStep, ...]


class OrderList(Shape):
    """The orders of a book, newest first; `reconciledAt` is when they were held against the broker last."""

    read_at: Moment
    as_of: Moment
    book: str
    reconciled_at: Moment | None
    items: tuple[OrderShape, ...]
    next_cursor: str | None = None
    total: Total = None


class OrderChanged(Shape):
    """What became of a wish to cancel an order; it is over when its status says so. `applied` is false where it was."""

    target: str
    applied: bool
    dry_run: bool
    status: str
    order: OrderShape


class PositionShape(Shape):
    """A position: `qty` by the broker's word, `ourQty` by our own fills; what differs is nobody's to trade on."""

    symbol: str
    qty: Qty
    avg_price: Usd
    market_value: Usd
    unrealized_pnl: Usd
    our_qty: Qty
    differs: bool
    stop: Usd
    stop_qty: Qty
    unprotected_qty: Qty
    decision_id: str | None


class PositionList(Shape):
    """What a book holds. `source` is broker, last_mark or own_executions; `isStale`: the broker gave no answer."""

    read_at: Moment
    as_of: str | None
    book: str
    book_mode: str
    source: str
    is_stale: bool
    why: str | None
    equity: Usd
    cash: Usd
    items: tuple[PositionShape, ...]
    next_cursor: str | None = None


class PositionChanged(Shape):
    """What became of a wish to close a position; `order` is its sale, null where nothing was held any more."""

    target: str
    applied: bool
    dry_run: bool
    book: str
    order: OrderShape | None


class GapShape(Shape):
    """A symbol of which the broker holds another number of shares than our fills say."""

    symbol: str
    ours: Qty
    brokers: Qty


class ExternalShape(Shape):
    """An order at the broker that nobody here placed; `qty` is null of one in dollars."""

    broker_order_id: str
    symbol: str
    side: str
    qty: OptionalQty


class Reconciled(Shape):
    """What a comparison with the broker found; `since` is when they first disagreed without a break."""

    target: str
    applied: bool
    dry_run: bool
    book: str
    at: Moment
    agrees: bool
    since: Moment | None
    gaps: tuple[GapShape, ...]
    external: tuple[ExternalShape, ...]
    in_doubt: tuple[str, ...]


class OutcomeShape(Shape):
    """A decision's way to its outcome; null and nothing where a hop did not happen. `pnl` is net of fees."""

    decision_id: str
    order_intent_id: str | None
    broker_order_id: str | None
    fill_ids: tuple[str, ...]
    position_snapshot_ids: tuple[str, ...]
    status: str
    pnl: Usd
    book: str
    symbol: str
    kind: str
    reason: str | None
    run_id: str | None
    opened_at: str | None
    closed_at: str | None
    legs: tuple[dict[str, Any], ...]


class OutcomeList(Shape):
    """The outcomes of a book, those of the newest decisions first; `pnl` is what the closed ones came to."""

    read_at: Moment
    as_of: Moment
    book: str
    counts: dict[str, int]
    pnl: Usd
    items: tuple[OutcomeShape, ...]
    next_cursor: str | None = None
    total: Total = None
