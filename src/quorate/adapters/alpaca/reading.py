"""Reading: the broker's shapes become what execution knows; its words of status stay as they are."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from quorate.adapters.alpaca.pairs import CRYPTO, symbol_of
from quorate.adapters.alpaca.shapes import (
    AccountShape,
    AssetShape,
    ClockShape,
    OrderShape,
    PositionShape,
    SessionShape,
    Unreadable,
    UpdateShape,
    number,
    number_or_none,
)
from quorate.execution.broker import (
    BrokerAccount,
    BrokerOrder,
    BrokerPosition,
    Instrument,
    MarketClock,
    MarketSession,
    OrderUpdate,
)
from quorate.execution.client_order_id import ClientOrderId
from quorate.execution.order import Execution, Told
from quorate.execution.order_table import OrderEvent
from quorate.risk import OrderKind, Side

ZERO: Final = Decimal(0)
FRACTION: Final = Decimal("0.000000001")
"""Source: RELIABILITY 2.0: fractional quantities have at most 9 decimals."""
CENT: Final = Decimal("0.01")
ACTIVE: Final = "ACTIVE"
NEW_YORK: Final = ZoneInfo("America/New_York")

EVENT_OF_WORD: Final[Mapping[str, OrderEvent]] = MappingProxyType(
    {
        "accepted": OrderEvent.NEW,
        "calculated": OrderEvent.DONE_FOR_DAY,
        "canceled": OrderEvent.CANCELED,
        "done_for_day": OrderEvent.DONE_FOR_DAY,
        "expired": OrderEvent.EXPIRED,
        "fill": OrderEvent.FILL,
        "new": OrderEvent.NEW,
        "order_cancel_rejected": OrderEvent.CANCEL_REJECTED,
        "order_replace_rejected": OrderEvent.REPLACE_REJECTED,
        "partial_fill": OrderEvent.PARTIAL,
        "pending_cancel": OrderEvent.FOUND,
        "pending_new": OrderEvent.NEW,
        "pending_replace": OrderEvent.FOUND,
        "rejected": OrderEvent.REJECTED,
        "replaced": OrderEvent.REPLACED,
        "stopped": OrderEvent.STOPPED,
        "suspended": OrderEvent.SUSPENDED,
    }
)
"""The stream's words; any other is kept and means nothing. Source: RELIABILITY 2.0 (stream events)."""

_KIND_OF_TYPE: Final = MappingProxyType(
    {
        "market": OrderKind.MARKET,
        "limit": OrderKind.LIMIT,
        "stop": OrderKind.STOP,
        "stop_limit": OrderKind.STOP,
    }
)
"""A stop of a crypto pair is sent as a stop limit; strangers' kinds are None."""


def told_of(shape: OrderShape) -> Told:
    """Return what is told of an order; raises Unreadable."""
    return Told(
        status=shape.status,
        broker_order_id=shape.id,
        filled=number(shape.filled_qty, default=ZERO),
        average_price=number_or_none(shape.filled_avg_price),
    )


def order_of(shape: OrderShape) -> BrokerOrder:
    """Return the order; raises Unreadable."""
    kind = _KIND_OF_TYPE.get(shape.type or shape.order_type or "")
    return BrokerOrder(
        told=told_of(shape),
        client_order_id=ClientOrderId(shape.client_order_id or ""),
        symbol=symbol_of(shape.symbol, shape.asset_class),
        side=_side_of(shape.side),
        kind=kind,
        quantity=number_or_none(shape.qty),
        price=_price_of(shape, kind),
        submitted_at=submitted_at(shape),
        replaced_by=shape.replaced_by or "",
    )


def submitted_at(shape: OrderShape) -> datetime:
    """Return when the order was submitted; raises Unreadable."""
    moment = shape.submitted_at or shape.created_at
    if moment is None:
        raise Unreadable("an order has no date")
    return _utc(moment)


def position_of(shape: PositionShape) -> BrokerPosition:
    """Return the position, below 0 where shares are owed; raises Unreadable."""
    quantity = number(shape.qty)
    is_short = shape.side == "short"
    return BrokerPosition(
        symbol=symbol_of(shape.symbol, shape.asset_class),
        quantity=-abs(quantity) if is_short else quantity,
        average_price=number(shape.avg_entry_price),
        market_value=number_or_none(shape.market_value),
    )


def account_of(shape: AccountShape) -> BrokerAccount:
    """Return the account; raises Unreadable."""
    return BrokerAccount(
        account_id=shape.id,
        cash=number(shape.cash),
        equity=number(shape.equity, default=shape.portfolio_value),
        buying_power=number(shape.buying_power),
        day_trades=shape.daytrade_count,
        blocked=shape.status != ACTIVE
        or shape.trading_blocked
        or shape.account_blocked
        or shape.trade_suspended_by_user,
    )


def clock_of(shape: ClockShape) -> MarketClock:
    """Return the clock, in UTC; raises Unreadable."""
    return MarketClock(
        now=_utc(shape.timestamp),
        is_open=shape.is_open,
        next_open=_utc(shape.next_open),
        next_close=_utc(shape.next_close),
    )


def session_of(shape: SessionShape) -> MarketSession:
    """Return the session, whose hours are New York's; raises Unreadable."""
    try:
        opens, closes = (
            datetime.fromisoformat(f"{shape.date}T{told}") for told in (shape.open, shape.close)
        )
    except ValueError:
        raise Unreadable("a session has no hours") from None
    return MarketSession(
        opens_at=_utc(opens.replace(tzinfo=NEW_YORK)),
        closes_at=_utc(closes.replace(tzinfo=NEW_YORK)),
    )


def instrument_of(shape: AssetShape) -> Instrument:
    """Return what may be traded; raises Unreadable."""
    is_crypto = shape.asset_class == CRYPTO
    fractionable = shape.fractionable or is_crypto
    step = number(shape.min_trade_increment, default=FRACTION) if is_crypto else FRACTION
    price_step = number(shape.price_increment, default=CENT) if is_crypto else CENT
    if step <= 0 or price_step <= 0:
        raise Unreadable("a step is not above 0")
    return Instrument(
        symbol=symbol_of(shape.symbol, shape.asset_class),
        tradable=shape.tradable and shape.status == "active",
        fractionable=fractionable,
        around_the_clock=is_crypto,
        quantity_step=step if fractionable else Decimal(1),
        price_step=price_step,
    )


def update_of(shape: UpdateShape) -> OrderUpdate:
    """Return what a frame tells; raises Unreadable.

    A fill without an id or a price tells no execution: the order's own figures make up for it.
    """
    execution = None
    if shape.execution_id and shape.qty is not None and shape.price is not None:
        execution = Execution(
            id=shape.execution_id, quantity=number(shape.qty), price=number(shape.price)
        )
    return OrderUpdate(
        client_order_id=ClientOrderId(shape.order.client_order_id or ""),
        event=EVENT_OF_WORD.get(shape.event),
        word=shape.event,
        told=told_of(shape.order),
        execution=execution,
    )


def _price_of(shape: OrderShape, kind: OrderKind | None) -> Decimal | None:
    if kind is None:
        return None
    return number_or_none(shape.stop_price if kind is OrderKind.STOP else shape.limit_price)


def _side_of(word: str) -> Side:
    """Return the side; strangers may sell short, which is a sale too."""
    if word.startswith("buy"):
        return Side.BUY
    if word.startswith("sell"):
        return Side.SELL
    raise Unreadable("an order neither buys nor sells")


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise Unreadable("a time has no zone")
    return moment.astimezone(UTC)
