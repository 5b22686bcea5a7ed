"""The situation that an order is judged in: all that the checks read, frozen; None is "nobody knows"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from quorate.kernel.ids import DecisionId, Symbol
from quorate.portfolio.book import BookMode
from quorate.portfolio.side import Side
from quorate.risk.trading_state import TradingState

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionFacts:
    """The decision behind an order, as the journal tells it; `age_s` counts on the book's clock."""

    decision_id: DecisionId
    hash: str
    acts: bool
    """Whether it is a BUY or a SELL that consensus or panel decided, and no refusal."""
    age_s: Decimal
    confidence: Decimal | None
    escalated: bool
    vetoed: bool
    snapshot_hash: str = ""
    """Of the evidence that it was decided on, where that is another than the cycle's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketFacts:
    """The market of the symbol now: prices in USD, `quote_age_s` on the book's clock.

    `reference` is the price that an order is valued at: the middle of the quote, or the last close in REPLAY;
    `before` is the last close before it. `average_volume` is of 20 days, in shares.
    """

    reference: Decimal | None
    before: Decimal | None
    quote_age_s: Decimal | None
    bid: Decimal | None = None
    ask: Decimal | None = None
    average_volume: Decimal | None = None
    is_fresh_bar: bool | None = None
    """In REPLAY: whether the last bar is the newest session's."""
    is_open: bool | None = None
    minutes_since_open: Decimal | None = None
    minutes_to_close: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InstrumentFacts:
    """What the broker says of the symbol."""

    tradable: bool
    allowed: bool
    """Whether the user's own list of symbols has it."""
    quantity_step: Decimal
    price_step: Decimal
    around_the_clock: bool = False
    """Whether it trades at any hour, so that no session begins or ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenOrder:
    """An order that may still fill; `worst_price` is what its rest could cost a share."""

    decision_id: DecisionId
    symbol: Symbol
    side: Side
    quantity: Decimal
    rest: Decimal
    worst_price: Decimal
    age_s: Decimal
    is_protective: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFacts:
    """The account: USD; positions in shares and their worth now."""

    equity: Decimal
    buying_power: Decimal
    day_start_equity: Decimal
    peak_equity: Decimal
    held: Mapping[Symbol, Decimal] = field(default_factory=dict)
    worth: Mapping[Symbol, Decimal] = field(default_factory=dict)
    open_orders: tuple[OpenOrder, ...] = ()

    def quantity_of(self, symbol: Symbol) -> Decimal:
        """Return what is held of `symbol`, zero included."""
        return self.held.get(symbol, ZERO)

    def pending_buys(self, symbol: Symbol | None = None) -> Decimal:
        """Return what open buys could still cost, of one symbol or of all."""
        return sum(
            (
                order.rest * order.worst_price
                for order in self.open_orders
                if order.side is Side.BUY and symbol in (None, order.symbol)
            ),
            ZERO,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RecentExit:
    """A position that was closed: how many sessions ago, whether by its stop, and its gain as a share of its cost."""

    symbol: Symbol
    sessions_ago: int
    stopped: bool
    gain: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """What was sent lately; days are the book's."""

    orders_last_minute: int
    orders_today: int
    calls_last_minute: int
    repeats_today: int
    """Orders of the same symbol and side."""
    day_trades: int
    """Within five sessions."""
    sent_for_decision: Decimal
    """Of the same decision and leg, in shares."""
    exits: tuple[RecentExit, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemFacts:
    """Whether the system itself may send."""

    trading_state: TradingState
    breaker_open: bool
    audit_available: bool
    stream_ready: bool
    reconciliation_age_s: Decimal | None
    budget_left: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """All that an order is judged on; None for what could not be had at all."""

    mode: BookMode
    decision: DecisionFacts | None
    market: MarketFacts
    instrument: InstrumentFacts | None
    account: AccountFacts
    activity: Activity
    system: SystemFacts
