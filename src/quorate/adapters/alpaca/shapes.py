"""The broker's JSON as it arrives: the fields that are used, every number a text or a number, all else passed over.

Fields that went in 2026 (`pattern_day_trader`, `daytrade_count` and the like) are asked for nowhere, or may be absent.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Final, TypeVar

import msgspec

Shape = TypeVar("Shape")

MOST_DIGITS: Final = 30
"""A number with more digits before or after its point is nonsense, and arithmetic on it might never end."""


class Unreadable(ValueError):  # noqa: N818  (it never leaves the adapter)
    """An answer that is not what the broker's description says."""


class OrderShape(msgspec.Struct, frozen=True):
    """An order; `type` may be absent where only the deprecated `order_type` is told."""

    id: str
    symbol: str
    side: str
    status: str
    client_order_id: str | None = None
    asset_class: str = "us_equity"
    type: str | None = None
    order_type: str | None = None
    qty: Decimal | None = None
    filled_qty: Decimal | None = None
    filled_avg_price: Decimal | None = None
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    created_at: datetime | None = None
    submitted_at: datetime | None = None
    replaced_by: str | None = None
    replaces: str | None = None


class PositionShape(msgspec.Struct, frozen=True):
    """A position; a short one's quantity is below 0, or its side says so."""

    symbol: str
    qty: Decimal
    avg_entry_price: Decimal
    asset_class: str = "us_equity"
    side: str = "long"
    market_value: Decimal | None = None


class AccountShape(msgspec.Struct, frozen=True):
    """The account; `portfolio_value` is the older name of `equity`."""

    id: str
    status: str
    cash: Decimal
    buying_power: Decimal
    equity: Decimal | None = None
    portfolio_value: Decimal | None = None
    daytrade_count: int | None = None
    trading_blocked: bool = False
    account_blocked: bool = False
    trade_suspended_by_user: bool = False


class ClockShape(msgspec.Struct, frozen=True):
    """The broker's clock."""

    timestamp: datetime
    is_open: bool
    next_open: datetime
    next_close: datetime


class SessionShape(msgspec.Struct, frozen=True):
    """A day on which the market opens; times of New York, "09:30"."""

    date: str
    open: str
    close: str


class AssetShape(msgspec.Struct, frozen=True):
    """What may be traded; crypto pairs tell their own steps."""

    symbol: str
    tradable: bool
    status: str = "active"
    fractionable: bool = False
    asset_class: str = msgspec.field(name="class", default="us_equity")
    min_trade_increment: Decimal | None = None
    price_increment: Decimal | None = None


class UpdateShape(msgspec.Struct, frozen=True):
    """A trade update; the three in the middle come with fills alone."""

    event: str
    order: OrderShape
    execution_id: str | None = None
    qty: Decimal | None = None
    price: Decimal | None = None


class ErrorShape(msgspec.Struct, frozen=True):
    """What the broker says with a status of 400 and more."""

    message: str
    code: int | str | None = None


def decoded(body: bytes, shape: type[Shape]) -> Shape:
    """Return `body` as `shape`.

    Raises:
        Unreadable: it is no JSON, or not of this shape, or holds a number that is none.
    """
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        cause = str(error)
    raise Unreadable(cause)


def number(value: Decimal | None, *, default: Decimal | None = None) -> Decimal:
    """Return a number that can be reckoned with.

    Raises:
        Unreadable: it is absent and has no default, not finite, or longer than `MOST_DIGITS`.
    """
    found = default if value is None else value
    if found is None:
        raise Unreadable("a number is absent")
    if not found.is_finite() or abs(found.adjusted()) > MOST_DIGITS:
        raise Unreadable("a number is none")
    return found


def number_or_none(value: Decimal | None) -> Decimal | None:
    """Return a number that can be reckoned with, None where none is told; raises Unreadable."""
    return None if value is None else number(value)
