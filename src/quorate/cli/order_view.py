"""Orders and comparisons as a person reads them: made of what programs get, so a hub's answer reads alike."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from quorate.cli.listing import Row, part_of, parts_of
from quorate.execution.listing import exact
from quorate.execution.order_table import TERMINAL


def order_row(order: Row) -> Row:
    """Return the line of a list; in REPLAY an order is told by the session that it was wanted at the close of."""
    average = order["avgPrice"]
    stamp = order["submittedAt"] or order["changedAt"]
    return {
        "orderId": order["orderId"],
        "when": order["session"] or f"{str(stamp)[:19]}Z",
        "symbol": order["symbol"],
        "side": order["side"],
        "leg": order["leg"],
        "type": _kind(order),
        "qty": order["qty"],
        "filledQty": order["filledQty"],
        "avgPrice": None if average is None else _price(average),
        "status": order["status"],
        "decisionId": order["decisionId"],
    }


def order_lines(order: Row) -> Iterator[str]:
    """Yield an order: what it asks for, where it is, what it is for, and how it came there."""
    yield (
        f"{order['side']} {order['qty']} {order['symbol']}   "
        f"{_kind(order)}   {order['leg']}   book {order['book']}"
    )
    at = "" if order["avgPrice"] is None else f" at {_price(order['avgPrice'])}"
    reason = f"   {order['reason']}" if order["reason"] else ""
    yield f"{_status(order)}, {order['filledQty']} of {order['qty']} filled{at}{reason}"
    yield f"  client order id  {order['clientOrderId']}"
    yield f"  broker order id  {order['brokerOrderId'] or 'none'}"
    yield f"  decision         {order['decisionId']}"
    if order["session"]:
        yield f"  wanted           at the close of {order['session']}"
    stop = part_of(order, "protectiveStop")
    if stop and stop["price"] is not None:
        yield f"  protective stop  {stop['qty']} at {_price(stop['price'])}, {_status(stop)}"
    yield "History:"
    for step in parts_of(order, "history"):
        yield f"  {str(step['at'])[:19]}Z  {step['what']}  [{step['evidence']}]"
    yield f"Why: quorate explain {order['decisionId']}"


def cancelled_line(change: Row) -> str:
    """Return what became of a wish to cancel an order."""
    order = part_of(change, "order")
    name = f"{order['side']} {order['qty']} {order['symbol']} ({order['clientOrderId']})"
    if not change["applied"]:
        return f"{name} is {_status(order)} already; nothing was asked."
    if order["state"] in set(TERMINAL):
        return f"{name} is {_status(order)}."
    return f"The cancellation of {name} was asked for; it is {_status(order)} until the broker answers."


def closed_line(change: Row) -> str:
    """Return what became of a wish to sell all that is held of a symbol."""
    symbol, order = change["target"], part_of(change, "order")
    if not order:
        return f"Book {change['book']} holds no {symbol} any more."
    sale = f"SELL {order['qty']} {symbol} at the market"
    already = "" if change["applied"] else "is under way already, it "
    return f"{sale} ({order['clientOrderId']}): {already}is {_status(order)}."


def comparison_lines(found: Row) -> Iterator[str]:
    """Yield where the broker and we differ."""
    if found["agrees"]:
        yield f"Book {found['book']}: the broker and Quorate say the same, as of {str(found['at'])[:19]}Z."
        return
    yield f"Book {found['book']}: the broker and Quorate differ since {str(found['since'] or '')[:19]}Z."
    for gap in parts_of(found, "gaps"):
        ours, brokers = Decimal(str(gap["ours"])), Decimal(str(gap["brokers"]))
        yield (
            f"  {gap['symbol']}  ours {exact(ours)}, the broker's {exact(brokers)}, "
            f"difference {exact(brokers - ours)}"
        )
    for each in parts_of(found, "external"):
        yield (
            f"  order {each['brokerOrderId']} nobody here placed: {each['side']} "
            f"{each['qty'] or '?'} {each['symbol']}"
        )
    doubtful = found["inDoubt"]
    for id_ in doubtful if isinstance(doubtful, list | tuple) else ():
        yield f"  order {id_}: nobody knows yet whether the broker has it"
    yield "New risk is refused until a person has looked: quorate resume --reason TEXT"


def price(amount: Decimal) -> str:
    """Return a price of a share with at most four places, and two at least."""
    text = exact(amount.quantize(Decimal("0.0001"), ROUND_HALF_UP))
    whole, _, places = text.partition(".")
    return f"{whole}.{places.ljust(2, '0')}"


def _price(text: object) -> str:
    return price(Decimal(str(text)))


def _kind(order: Row) -> str:
    """Return what kind of order it is with its price: "market", "limit 184.2"."""
    return str(order["type"]) if order["price"] is None else f"{order['type']} {order['price']}"


def _status(order: Row) -> str:
    return str(order["status"]).replace("_", " ")
