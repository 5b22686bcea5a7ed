"""The request: an approved order in the broker's words, in its steps, or a refusal before anything is sent."""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal
from typing import Final

import msgspec

from quorate.adapters.alpaca.pairs import is_pair, symbol_of
from quorate.adapters.alpaca.reading import CENT, FRACTION
from quorate.adapters.alpaca.shapes import OrderShape
from quorate.execution.broker import ONE_DOLLAR, SUB_DOLLAR_STEP, OrderRefusedError
from quorate.execution.client_order_id import ClientOrderId
from quorate.risk import Leg, OrderKind, OrderRequest

RESTING: Final = frozenset({Leg.STOP, Leg.TARGET})
"""Legs that stay at the broker until they are cancelled."""

PAIRS_STOP_ROOM: Final = Decimal("0.95")
"""The limit of a pair's stop: the broker takes no plain stop of a crypto pair, and 5 % is its own collar of a stock's
market order. A fall past it leaves the order resting, as reconciliation finds. Source: RELIABILITY 2.0."""


def order_body(request: OrderRequest, client_order_id: ClientOrderId) -> bytes:
    """Return the body of POST /v2/orders.

    Raises:
        OrderRefusedError: a quantity or price that the broker does not take.
    """
    _check_quantity(request)
    body: dict[str, object] = {
        "symbol": request.symbol,
        "qty": _plain(request.quantity),
        "side": request.side.value,
        "type": request.kind.value,
        "time_in_force": _time_in_force(request),
        "client_order_id": client_order_id,
    }
    if request.price is not None:
        check_price(request.symbol, request.price)
        body |= _priced(request, request.price)
    return msgspec.json.encode(body)


def replacement_body(order: OrderShape, price: Decimal, client_order_id: ClientOrderId) -> bytes:
    """Return the body of PATCH /v2/orders/{id} that gives `order` another price.

    Raises:
        OrderRefusedError: it has no price, or the new one is none that the broker takes.
    """
    symbol = symbol_of(order.symbol, order.asset_class)
    check_price(symbol, price)
    match order.type or order.order_type:
        case "limit":
            prices = {"limit_price": _plain(price)}
        case "stop":
            prices = {"stop_price": _plain(price)}
        case "stop_limit":
            prices = pair_stop(price)
        case other:
            raise _refused(f"an order of type {other} has no price to change")
    return msgspec.json.encode({**prices, "client_order_id": client_order_id})


def check_price(symbol: str, price: Decimal) -> None:
    """Refuse a price off the broker's steps: 2 decimals from a dollar on, 4 below; a pair's may have 9.

    Raises:
        OrderRefusedError: it is.
    """
    step = FRACTION if is_pair(symbol) else CENT if price >= ONE_DOLLAR else SUB_DOLLAR_STEP
    if price <= 0 or price % step:
        raise _refused(f"a price of {price} USD is not in steps of {_plain(step)}")


def pair_stop(stop: Decimal) -> dict[str, str]:
    """Return the two prices of a pair's stop limit."""
    step = CENT if stop >= ONE_DOLLAR else FRACTION
    limit = (stop * PAIRS_STOP_ROOM).quantize(step, rounding=ROUND_DOWN)
    return {"stop_price": _plain(stop), "limit_price": _plain(limit)}


def _priced(request: OrderRequest, price: Decimal) -> dict[str, object]:
    if request.kind is OrderKind.LIMIT:
        return {"limit_price": _plain(price)}
    if is_pair(request.symbol):
        return {"type": "stop_limit", **pair_stop(price)}
    return {"stop_price": _plain(price)}


def _time_in_force(request: OrderRequest) -> str:
    """Return how long the order lives: a pair has no day, a fraction of a share nothing else."""
    if is_pair(request.symbol):
        return "gtc"
    if request.quantity % 1:
        return "day"
    return "gtc" if request.leg in RESTING else "day"


def _check_quantity(request: OrderRequest) -> None:
    if request.quantity <= 0 or request.quantity % FRACTION:
        raise _refused(f"a quantity of {request.quantity} is not above 0 with at most 9 decimals")


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


def _refused(cause: str) -> OrderRefusedError:
    return OrderRefusedError(cause, effect="nothing was sent to the broker")
