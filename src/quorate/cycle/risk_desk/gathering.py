"""Gathering: the account and its activity as the checks read them, from the broker's word and our own orders. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final, Protocol

from quorate.execution.broker import BrokerAccount, BrokerPosition, Instrument
from quorate.execution.client_order_id import ClientOrderId
from quorate.execution.listing import IN_DOUBT
from quorate.execution.order_table import TERMINAL, OrderState
from quorate.kernel.ids import Symbol
from quorate.portfolio.book import BookMode
from quorate.portfolio.side import Side
from quorate.risk import Leg, OrderRequest, RiskLimits
from quorate.risk.situation import (
    AccountFacts,
    Activity,
    DecisionFacts,
    InstrumentFacts,
    MarketFacts,
    OpenOrder,
    RecentExit,
)

ZERO: Final = Decimal(0)
MINUTE: Final = timedelta(minutes=1)

NEVER_SENT: Final = frozenset({OrderState.DENIED})
"""An order here was refused before its first byte left; nothing of it counts as sent."""


class Standing(Protocol):
    """A book as it was marked last, in USD; `session` is None before its first mark."""

    @property
    def session(self) -> date | None:
        """The session, or the UTC day, of the mark."""
        ...

    @property
    def equity(self) -> Decimal:
        """The book's worth then."""
        ...

    @property
    def day_start(self) -> Decimal:
        """Its worth when that day began."""
        ...

    @property
    def peak(self) -> Decimal:
        """The most that it was ever worth."""
        ...

    @property
    def exits(self) -> Sequence[RecentExit]:
        """What was closed lately."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """One of our orders as the desk counts it; `placed_at` is on the book's clock."""

    client_order_id: ClientOrderId
    request: OrderRequest
    state: OrderState
    filled: Decimal
    placed_at: datetime

    @property
    def is_open(self) -> bool:
        """Return whether it may still fill."""
        return self.state not in TERMINAL

    @property
    def rest(self) -> Decimal:
        """Return the shares that may still be filled."""
        return self.request.quantity - self.filled if self.is_open else ZERO

    def is_of(self, request: OrderRequest) -> bool:
        """Return whether it is the very order that is asked for: a decision has one entry, whoever asks again."""
        own, other = self.request, request
        return own.leg is other.leg is Leg.ENTRY and (own.decision_id, own.symbol) == (
            other.decision_id,
            other.symbol,
        )

    def is_in_doubt_for(self, request: OrderRequest) -> bool:
        """Return whether it is the same order to the letter, and nobody knows whether the broker has it."""
        return self.state in IN_DOUBT and self.request.hash == request.hash


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What the broker and the keeper told at one moment."""

    account: BrokerAccount
    positions: Sequence[BrokerPosition]
    standing: Standing
    at: datetime


def account_facts(
    reading: Reading,
    lines: Iterable[OrderLine],
    market: Mapping[Symbol, MarketFacts],
    now: datetime,
) -> AccountFacts:
    """Return the account; `lines` are our orders and those that were approved and are not on record yet.

    A day begins with the worth of the book's last mark before it, or where its first mark of the day says it began.
    Positions are worth what the market says now, else what the broker says, else what they cost.
    """
    standing, equity = reading.standing, reading.account.equity
    marked_today = standing.session is not None and standing.session >= now.date()
    if standing.session is None:
        day_start = peak = equity
    else:
        day_start = standing.day_start if marked_today else standing.equity
        peak = max(standing.peak, equity)
    held = {each.symbol: each.quantity for each in reading.positions if each.quantity}
    return AccountFacts(
        equity=equity,
        buying_power=ZERO if reading.account.blocked else reading.account.buying_power,
        day_start_equity=day_start,
        peak_equity=peak,
        held=held,
        worth={
            each.symbol: _worth(each, market.get(each.symbol))
            for each in reading.positions
            if each.quantity
        },
        open_orders=tuple(
            _open(line, market.get(line.request.symbol), now) for line in lines if line.is_open
        ),
    )


def activity_of(
    request: OrderRequest,
    lines: Sequence[OrderLine],
    *,
    mode: BookMode,
    now: datetime,
    exits: Sequence[RecentExit],
) -> Activity:
    """Return what was sent lately, as it bears on `request`; requests to the broker and day trades are added later.

    In REPLAY a session is one moment, so nothing is counted by the minute: its broker is itself. Elsewhere an entry
    counts with the stop that must follow it, so that the stop is not held up by the entries before it.
    """
    sent = [line for line in lines if _was_sent(line)]
    today = [line for line in sent if line.placed_at.date() == now.date()]
    minute = [line for line in sent if now - line.placed_at < MINUTE]
    return Activity(
        orders_last_minute=0 if mode is BookMode.REPLAY else _messages(request, minute),
        orders_today=len(today),
        calls_last_minute=0,
        repeats_today=repeats(today, request.symbol, request.side),
        day_trades=0,
        sent_for_decision=sent_for(request, lines),
        exits=tuple(exits),
    )


def sent_for(request: OrderRequest, lines: Iterable[OrderLine]) -> Decimal:
    """Return the shares of the same decision and leg that count against what it intended. Source: RELIABILITY 3 (23).

    Of an entry every share ever sent counts; of a sale what was sold or may still be; a protective stop intends what is
    held now, so only stops that still rest count.
    """
    of_leg = [
        line
        for line in lines
        if (line.request.decision_id, line.request.symbol, line.request.leg)
        == (request.decision_id, request.symbol, request.leg)
        and _was_sent(line)
    ]
    if request.leg is Leg.ENTRY:
        return sum((line.request.quantity for line in of_leg), ZERO)
    if request.leg is Leg.STOP:
        return sum((line.rest for line in of_leg), ZERO)
    return sum((line.filled + line.rest for line in of_leg), ZERO)


def repeats(lines: Iterable[OrderLine], symbol: Symbol, side: Side) -> int:
    """Return how many of the orders are of this symbol and side. Source: RTS 6 Art. 15.3."""
    return sum((line.request.symbol, line.request.side) == (symbol, side) for line in lines)


def entries_today(lines: Iterable[OrderLine], today: date) -> Mapping[Symbol, int]:
    """Return how often each symbol was bought today."""
    bought: dict[Symbol, int] = {}
    for line in lines:
        if line.request.side is Side.BUY and line.placed_at.date() == today and _was_sent(line):
            bought[line.request.symbol] = bought.get(line.request.symbol, 0) + 1
    return bought


def instrument_facts(
    found: Instrument | None,
    request: OrderRequest,
    limits: RiskLimits,
    reference: Decimal | None,
) -> InstrumentFacts | None:
    """Return what the broker says of the symbol, None where it knows none.

    The user's list says what may be entered; what is held may always be left.
    """
    if found is None:
        return None
    listed = not limits.allowed_symbols or request.symbol in limits.allowed_symbols
    price = request.price if request.price is not None else reference
    return InstrumentFacts(
        tradable=found.tradable,
        allowed=listed or request.reduce_only,
        quantity_step=found.quantity_step,
        price_step=found.price_step if price is None else found.price_step_at(price),
        around_the_clock=found.around_the_clock,
    )


def aged(facts: MarketFacts, seconds: Decimal) -> MarketFacts:
    """Return market facts that were told so many seconds ago."""
    if facts.quote_age_s is None or not seconds:
        return facts
    return replace(facts, quote_age_s=facts.quote_age_s + seconds)


def entry_decision(
    request: OrderRequest, lines: Iterable[OrderLine], now: datetime
) -> DecisionFacts | None:
    """Return the decision that an exit carries out, as the entry on record names it; None where none was ever sent."""
    for line in lines:
        own = line.request
        if (own.decision_id, own.leg) == (request.decision_id, Leg.ENTRY) and _was_sent(line):
            return DecisionFacts(
                decision_id=own.decision_id,
                hash=own.decision_hash,
                acts=True,
                age_s=seconds(now - line.placed_at),
                confidence=None,
                escalated=False,
                vetoed=False,
            )
    return None


def seconds(duration: timedelta) -> Decimal:
    """Return a duration in seconds, exactly."""
    return Decimal(duration // timedelta(microseconds=1)) / 1_000_000


def without(lines: Iterable[OrderLine], request: OrderRequest) -> list[OrderLine]:
    """Return the orders other than the very one that is asked for: an order does not stand in its own way."""
    return [line for line in lines if not line.is_of(request)]


def unrecorded(
    approved: Collection[OrderRequest], lines: Sequence[OrderLine], now: datetime
) -> list[OrderLine]:
    """Return the entries that were approved and have no order on record yet, as orders that will be open."""
    return [
        OrderLine(
            client_order_id=ClientOrderId(""),
            request=request,
            state=OrderState.INITIALIZED,
            filled=ZERO,
            placed_at=now,
        )
        for request in approved
        if request.leg is Leg.ENTRY and not any(line.is_of(request) for line in lines)
    ]


def _was_sent(line: OrderLine) -> bool:
    return line.state not in NEVER_SENT


def _messages(request: OrderRequest, minute: Sequence[OrderLine]) -> int:
    """Return the orders of a minute; for an entry with the stops that the entries among them still need."""
    if request.reduce_only:
        return len(minute)
    protected = {line.request.decision_id for line in minute if line.request.leg is Leg.STOP}
    due = sum(
        line.request.leg is Leg.ENTRY and line.request.decision_id not in protected
        for line in minute
    )
    return len(minute) + due


def _worth(position: BrokerPosition, market: MarketFacts | None) -> Decimal:
    if market is not None and market.reference is not None:
        return position.quantity * market.reference
    if position.market_value is not None:
        return position.market_value
    return position.quantity * position.average_price


def _open(line: OrderLine, market: MarketFacts | None, now: datetime) -> OpenOrder:
    """Return an order with what a share of it could still cost: its limit, or the market where that is higher."""
    request = line.request
    reference = market.reference if market else None
    prices = [price for price in (request.price, reference) if price is not None]
    return OpenOrder(
        decision_id=request.decision_id,
        symbol=request.symbol,
        side=request.side,
        quantity=request.quantity,
        rest=line.rest,
        worst_price=max(prices, default=ZERO),
        age_s=seconds(now - line.placed_at),
        is_protective=request.leg is Leg.STOP,
    )
