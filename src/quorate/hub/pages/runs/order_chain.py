"""From decision to outcome: intent, broker order, fills, protective stop, exit and result of one decision."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from urllib.parse import urlencode

from quorate.arena.record.phrases import spaced
from quorate.bootstrap.ordering import DecisionOrders
from quorate.execution.listing import OrderLine, exact, order_kind_words
from quorate.execution.order_table import OrderState
from quorate.execution.outcome_link import OutcomeLink, OutcomeStatus
from quorate.hub.pages.orders.query import LIST
from quorate.hub.pages.orders.rows import price, signed
from quorate.hub.pages.runs.chain import Hop, HopState
from quorate.kernel.decision import Decision
from quorate.risk import Leg

SHORT: Final = 13
"""So many characters of a client order id tell orders apart: its prefix and fifty bits."""

REFUSED: Final = frozenset({OrderState.DENIED, OrderState.REJECTED})


def order_hops(decision: Decision | None, found: DecisionOrders | None) -> tuple[Hop, ...]:
    """Return the hops behind a decision, as far as they came; `found` is None where nothing could be read."""
    if decision is None or found is None:
        return ()
    wanted = _wanted(found.orders)
    if wanted is None:
        return (_none_sent(found.outcome),)
    return (
        _intent(wanted),
        _at_broker(wanted),
        _fills(wanted),
        *_protection(wanted, found.orders),
        *_exits(wanted, found.orders),
        *_outcome(found.outcome),
    )


def order_words(found: DecisionOrders | None) -> tuple[str, str]:
    """Return what is said beside a decision of its order, and the tone of it."""
    wanted = None if found is None else _wanted(found.orders)
    if wanted is None:
        return "no order sent", ""
    tone = {OrderState.FILLED: "gain", **dict.fromkeys(REFUSED, "loss")}.get(wanted.state, "brand")
    return f"order {spaced(wanted.status)}", tone


def _wanted(orders: Sequence[OrderLine]) -> OrderLine | None:
    """Return the order that the decision itself asked for."""
    asked = (each for each in orders if each.request.leg in {Leg.ENTRY, Leg.EXIT})
    return next(asked, None)


def _none_sent(outcome: OutcomeLink | None) -> Hop:
    if outcome is None:
        note = "a run decides, it sends nothing"
        return Hop(name="Order", value="none sent", state=HopState.NONE, note=note)
    note = f"refused: {spaced(outcome.reason)}" if outcome.reason else "its cycle refused it"
    return Hop(name="Order", value="none sent", state=HopState.FAILED, note=note)


def _intent(line: OrderLine) -> Hop:
    request = line.request
    parts = (
        order_kind_words(request.kind, request.price),
        "" if request.protective_stop is None else f"stop {price(request.protective_stop)}",
    )
    return Hop(
        name="Order intent",
        value=f"{line.side.name} {exact(request.quantity)} {line.symbol}",
        state=HopState.FAILED if line.state is OrderState.DENIED else HopState.DONE,
        mark=line.client_order_id[:SHORT],
        href=_href(line),
        note=", ".join(part for part in parts if part),
    )


def _at_broker(line: OrderLine) -> Hop:
    if not line.was_sent:
        return Hop(
            name="Broker order",
            value="never sent",
            state=HopState.FAILED if line.is_over else HopState.NOW,
            note=line.reason,
        )
    state = HopState.FAILED if line.state in REFUSED else HopState.DONE
    return Hop(
        name="Broker order",
        value=spaced(line.status),
        state=HopState.NOW if line.in_doubt else state,
        mark=line.broker_order_id,
        note=line.reason,
    )


def _fills(line: OrderLine) -> Hop:
    if line.average_price is None:
        return Hop(
            name="Fills", value="none", state=HopState.NONE if line.is_over else HopState.WAIT
        )
    whole = line.filled >= line.request.quantity
    return Hop(
        name="Fills",
        value=f"{exact(line.filled)} @ {price(line.average_price)}",
        state=HopState.DONE if whole or line.is_over else HopState.NOW,
        note="" if whole else f"of {exact(line.request.quantity)}",
    )


def _protection(wanted: OrderLine, orders: Sequence[OrderLine]) -> list[Hop]:
    if wanted.request.leg is not Leg.ENTRY or not wanted.filled:
        return []
    stops = [each for each in orders if each.request.leg is Leg.STOP]
    if not stops:
        return [Hop(name="Protective stop", value="none", state=HopState.FAILED)]
    newest = stops[-1]
    at = "" if newest.request.price is None else f" {price(newest.request.price)}"
    if newest.filled:
        said = f"hit{at}"
    elif newest.is_over:
        said = f"{'released' if newest.state is OrderState.CANCELED else spaced(newest.status)}{at}"
    else:
        said = f"resting{at}"
    return [
        Hop(
            name="Protective stop",
            value=said,
            state=HopState.FAILED if newest.state in REFUSED else HopState.DONE,
            mark=newest.client_order_id[:SHORT],
            href=_href(newest),
            note=f"{exact(newest.request.quantity)} shares{'' if newest.is_over else ', at the broker'}",
        )
    ]


def _exits(wanted: OrderLine, orders: Sequence[OrderLine]) -> list[Hop]:
    """Return what sold the shares; of an open position that nothing has yet."""
    if wanted.request.leg is not Leg.ENTRY or not wanted.filled:
        return []
    sales = [each for each in orders if each is not wanted and each.filled]
    if not sales:
        return [Hop(name="Position", value="open", state=HopState.WAIT)]
    return [
        Hop(
            name=f"Exit: {each.request.leg.value}",
            value=f"{exact(each.filled)} @ {price(each.average_price or each.filled)}",
            state=HopState.DONE,
            mark=each.client_order_id[:SHORT],
            href=_href(each),
        )
        for each in sales
    ]


def _outcome(outcome: OutcomeLink | None) -> list[Hop]:
    if outcome is None:
        return []
    pnl = "" if outcome.pnl is None or outcome.is_sale else f", {signed(outcome.pnl)}"
    state = {
        OutcomeStatus.PENDING: HopState.WAIT,
        OutcomeStatus.REJECTED: HopState.FAILED,
        OutcomeStatus.CANCELLED: HopState.NONE,
    }.get(outcome.status, HopState.DONE)
    closed = f"closed {outcome.closed_at[:10]}" if outcome.closed_at else ""
    return [
        Hop(
            name="Outcome",
            value=f"{outcome.status.value}{pnl}",
            state=state,
            note=closed or "never counted while it is pending",
        )
    ]


def _href(line: OrderLine) -> str:
    return f"{LIST}?{urlencode({'book': line.book, 'symbol': line.symbol})}#{line.client_order_id}"
