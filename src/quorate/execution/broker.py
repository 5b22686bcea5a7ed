"""What a broker tells, in no broker's words, and the three ways in which asking it can fail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_CEILING, Decimal
from typing import Final

from quorate.execution.client_order_id import ClientOrderId
from quorate.execution.order import Execution, Told
from quorate.execution.order_table import OrderEvent
from quorate.kernel.errors import RejectedError, UnavailableError
from quorate.kernel.ids import Symbol
from quorate.risk import OrderKind, Side

ONE_DOLLAR: Final = Decimal(1)
CENT: Final = Decimal("0.01")
SUB_DOLLAR_STEP: Final = Decimal("0.0001")


def price_in_steps(price: Decimal) -> Decimal:
    """Return a stock's price in the steps that brokers take, rounded up: a stop that a split moved is no farther away.

    Source: RELIABILITY 2.0 (two decimals from a dollar on, four below).
    """
    step = CENT if price >= ONE_DOLLAR else SUB_DOLLAR_STEP
    return price.quantize(step, rounding=ROUND_CEILING)


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerOrder:
    """An order as the broker has it; `client_order_id` is empty where somebody else placed it without one.

    Strangers' orders may be of a kind that we never send (`kind` None), or in dollars (`quantity` None).
    """

    told: Told
    client_order_id: ClientOrderId
    symbol: Symbol
    side: Side
    kind: OrderKind | None
    quantity: Decimal | None
    price: Decimal | None
    submitted_at: datetime
    replaced_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerPosition:
    """What the broker holds for the account; `quantity` in shares, prices and worth in USD."""

    symbol: Symbol
    quantity: Decimal
    average_price: Decimal
    market_value: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerAccount:
    """The account in USD; `blocked` when the broker takes no orders from it.

    `day_trades` is None of a broker that does not count them (Alpaca's field went on 2026-07-06).
    """

    account_id: str
    cash: Decimal
    equity: Decimal
    buying_power: Decimal
    day_trades: int | None
    blocked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketClock:
    """The broker's clock, which is the authority on sessions."""

    now: datetime
    is_open: bool
    next_open: datetime
    next_close: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketSession:
    """A session by the broker's calendar, from its open to its close, in UTC."""

    opens_at: datetime
    closes_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """What may be traded and in which steps; `price_step` is that of a price of 1 USD and more."""

    symbol: Symbol
    tradable: bool
    fractionable: bool
    around_the_clock: bool
    """Crypto pairs trade at any hour."""
    quantity_step: Decimal
    price_step: Decimal

    def price_step_at(self, price: Decimal) -> Decimal:
        """Return the step of prices near `price`: a stock below a dollar has four decimals. Source: RELIABILITY 2.0."""
        if self.around_the_clock or price >= ONE_DOLLAR:
            return self.price_step
        return SUB_DOLLAR_STEP


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderUpdate:
    """A frame of the broker's stream: a hint, never the truth. `event` is None for a word that nobody knows."""

    client_order_id: ClientOrderId
    event: OrderEvent | None
    word: str
    told: Told
    execution: Execution | None = None


class OrderRefusedError(RejectedError):
    """The broker refused an order for good: it does not exist, and sending it again would change nothing."""


class OutcomeUnknownError(UnavailableError):
    """Nobody knows whether the broker took an order: it may exist. It is asked for by its id, never sent blindly."""


class BrokerUnavailableError(UnavailableError):
    """The broker gave no answer to a question, or took nothing for certain (the request never left)."""


class KeysRefusedError(BrokerUnavailableError):
    """The broker refuses the keys, so it took nothing and will take nothing: trading halts. Source: RELIABILITY 1.3."""
