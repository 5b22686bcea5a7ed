"""Orders and comparisons as a person reads them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from quorate.execution.listing import OrderLine, exact, order_kind_words
from quorate.execution.recorded import OrderFact

if TYPE_CHECKING:
    from quorate.execution.comparison import Comparison
    from quorate.kernel.journal import JournalEntry


def order_row(line: OrderLine) -> dict[str, object]:
    """Return the line of a list; in REPLAY an order is told by the session that it was wanted at the close of."""
    request = line.request
    return {
        "orderId": line.client_order_id,
        "when": line.session or f"{line.created_at[:19]}Z",
        "symbol": line.symbol,
        "side": line.side.name,
        "leg": request.leg.value,
        "type": order_kind_words(request.kind, request.price),
        "qty": exact(request.quantity),
        "filledQty": exact(line.filled),
        "avgPrice": None if line.average_price is None else price(line.average_price),
        "status": line.status,
        "decisionId": request.decision_id,
    }


def order_lines(line: OrderLine, entries: Sequence[JournalEntry]) -> Iterator[str]:
    """Yield an order: what it asks for, where it is, what it is for, and how it came there."""
    request = line.request
    yield (
        f"{line.side.name} {exact(request.quantity)} {line.symbol}   "
        f"{order_kind_words(request.kind, request.price)}   {request.leg.value}   book {line.book}"
    )
    at = "" if line.average_price is None else f" at {price(line.average_price)}"
    reason = f"   {line.reason}" if line.reason else ""
    yield f"{line.status.replace('_', ' ')}, {exact(line.filled)} of {exact(request.quantity)} filled{at}{reason}"
    yield f"  client order id  {line.client_order_id}"
    yield f"  broker order id  {line.broker_order_id or 'none'}"
    yield f"  decision         {request.decision_id}"
    if line.session:
        yield f"  wanted           at the close of {line.session}"
    if line.stop is not None and line.stop.price is not None:
        yield (
            f"  protective stop  {exact(line.stop.quantity)} at {price(line.stop.price)}, "
            f"{line.stop.state.value.lower().replace('_', ' ')}"
        )
    yield "History:"
    for step in history(entries):
        yield f"  {str(step['at'])[:19]}Z  {step['what']}  [{step['evidence']}]"
    yield f"Why: quorate explain {request.decision_id}"


def history(entries: Sequence[JournalEntry]) -> list[dict[str, object]]:
    """Return what happened to an order, oldest first, each with its journal row."""
    return [
        {"at": entry.ts, "what": _what(entry), "evidence": f"journal:{entry.seq}"}
        for entry in entries
    ]


def cancelled_line(line: OrderLine, *, applied: bool) -> str:
    """Return what became of a wish to cancel an order."""
    name = f"{line.side.name} {exact(line.request.quantity)} {line.symbol} ({line.client_order_id})"
    state = line.status.replace("_", " ")
    if not applied:
        return f"{name} is {state} already; nothing was asked."
    if line.is_over:
        return f"{name} is {state}."
    return f"The cancellation of {name} was asked for; it is {state} until the broker answers."


def comparison_lines(found: Comparison) -> Iterator[str]:
    """Yield where the broker and we differ."""
    if found.agrees:
        yield f"Book {found.book}: the broker and Quorate say the same, as of {found.at[:19]}Z."
        return
    yield f"Book {found.book}: the broker and Quorate differ since {found.since[:19]}Z."
    for gap in found.gaps:
        yield (
            f"  {gap.symbol}  ours {exact(gap.ours)}, the broker's {exact(gap.brokers)}, "
            f"difference {exact(gap.difference)}"
        )
    for each in found.external:
        yield (
            f"  order {each.broker_order_id} nobody here placed: {each.side.upper()} "
            f"{each.quantity or '?'} {each.symbol}"
        )
    for id_ in found.in_doubt:
        yield f"  order {id_}: nobody knows yet whether the broker has it"
    yield "New risk is refused until a person has looked: quorate resume --reason TEXT"


def price(amount: Decimal) -> str:
    """Return a price of a share with at most four places, and two at least."""
    text = exact(amount.quantize(Decimal("0.0001"), ROUND_HALF_UP))
    whole, _, places = text.partition(".")
    return f"{whole}.{places.ljust(2, '0')}"


def _what(entry: JournalEntry) -> str:
    facts = entry.facts
    if entry.type == OrderFact.INTENDED:
        return "intended: on record, nothing sent"
    if entry.type == OrderFact.RESIZED:
        return f"a split made it {facts['quantity']} shares"
    executions = facts.get("executions")
    fills = executions if isinstance(executions, list) else []
    parts = [f"{facts['from']} -> {facts['to']}".lower().replace("_", " ")]
    parts += [
        f"{each['quantity']} at {each['price']} (fill {each['id']})"
        for each in fills
        if isinstance(each, dict)
    ]
    parts += [str(facts["reason"])] if facts.get("reason") else []
    return ", ".join(parts)
