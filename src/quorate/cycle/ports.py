"""What a cycle asks of the world: market data, the arena, a risk desk, a broker's venue, and a keeper of the book."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol

from quorate.arena.record import RecordedRun
from quorate.cycle.record import BookStage, CycleFacts, RecordedCycle
from quorate.cycle.watch.alert import Alert, RaisedAlert
from quorate.execution.broker import BrokerAccount
from quorate.execution.recorded import RecordedOrder, TradingStanding
from quorate.execution.sending import Intent
from quorate.kernel.canonical import JsonValue
from quorate.kernel.ids import BookName, CycleId, DecisionId, Symbol
from quorate.kernel.journal import Event
from quorate.kernel.lease import Lease
from quorate.kernel.step_message import StepName
from quorate.market.actions import CorporateAction
from quorate.market.bar import Bar
from quorate.market.view import SymbolView
from quorate.portfolio.entry_size import Sized
from quorate.risk import ApprovedOrder, Leg, OrderRequest
from quorate.risk.assessment import Assessment
from quorate.risk.situation import AccountFacts, DecisionFacts, MarketFacts
from quorate.risk.sizing import EntryWish


class CycleTransaction(Protocol):
    """What is read inside the writer's transaction."""

    def lease(self, name: str) -> Lease | None:
        """Return the newest holding of `name`, held still or not."""
        ...

    def book_stage(self, book: BookName) -> BookStage:
        """Return where the book's cycles stand."""
        ...

    def trading(self, book: BookName) -> TradingStanding:
        """Return the book's trading state."""
        ...

    def alert(self, alert_id: str) -> RaisedAlert | None:
        """Return the alert as it stands, None where it was never raised."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedSymbol:
    """What was fetched of a symbol; prices in USD, `stale` when it is older than it should be, and why."""

    symbol: Symbol
    close: Decimal
    previous_close: Decimal
    session: date
    stale: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """The market as a cycle found it at session `as_of`; symbols without usable bars are in `left_out`, with why."""

    as_of: date
    snapshot_hash: str
    source: str
    fetched_at: datetime
    symbols: Mapping[Symbol, FetchedSymbol]
    left_out: Mapping[Symbol, str] = field(default_factory=dict)


class Market(Protocol):
    """The bars and quotes that a book trades on."""

    async def fetched(self, symbols: Sequence[Symbol], session: date | None) -> Fetched:
        """Return the market at the close of `session`, None being the newest that is known.

        Asked again for the same session it says the same.

        Raises:
            UnavailableError: nothing could be had, not even old data.
            RejectedError: there are no bars of any of the symbols.
        """
        ...

    async def views(self, symbols: Collection[Symbol], as_of: date) -> Mapping[Symbol, SymbolView]:
        """Return what is known of the symbols at the close of `as_of`; one without bars is absent."""
        ...

    async def facts(self, symbols: Collection[Symbol], as_of: date) -> Mapping[Symbol, MarketFacts]:
        """Return what the risk checks ask of the market now; a value that nobody knows is None."""
        ...

    async def bars(self, symbols: Collection[Symbol], as_of: date) -> Mapping[Symbol, Bar]:
        """Return the newest bar of each symbol by `as_of`, against which exits are judged."""
        ...


class Analyst(Protocol):
    """The arena, asked once a cycle."""

    async def analysed(
        self, cycle: CycleFacts, symbols: Sequence[Symbol], as_of: date
    ) -> RecordedRun:
        """Return the cycle's run; asked again for the same cycle it returns the same run, finished if need be.

        Raises:
            UnavailableError: the run failed for want of something outside.
            RejectedError: the run cannot be made: the strategy, a profile or a symbol is not there.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What the checks found on an order: the signed verdict's id, and its row, which the caller commits."""

    assessment: Assessment
    verdict_id: str
    event: Event


class Desk(Protocol):
    """The risk desk of a book: what is known of it now, and what the checks say to an order."""

    async def open(
        self,
        decisions: Mapping[DecisionId, DecisionFacts],
        market: Mapping[Symbol, MarketFacts],
        snapshot_hash: str,
    ) -> None:
        """Take what this cycle knows; the account, positions, open orders and activity are read by the desk itself.

        Raises:
            UnavailableError: the broker or the database told nothing.
        """
        ...

    async def account(self) -> AccountFacts:
        """Return the account as it stands; raises UnavailableError."""
        ...

    async def wished(self, wish: EntryWish) -> Sized:
        """Return the size that is left of a wish, orders approved in this cycle counted as open."""
        ...

    async def judged(self, request: OrderRequest) -> Judged:
        """Return what the 28 checks find; an order that passes counts as open from then on."""
        ...

    async def approved(self, request: OrderRequest) -> ApprovedOrder:
        """Return the approved order: judged in this cycle at most 15 s ago, or judged anew and its verdict journaled.

        Raises:
            RejectedError: a check denied it.
        """
        ...

    async def guarded(self) -> Sequence[Event]:
        """Return the rows by which losses and locks change what the book may do; none where nothing changes."""
        ...

    async def new_risk(self, fell: Collection[Symbol], bearish: Collection[Symbol]) -> str:
        """Return why no entry may be taken now, empty where one may. Source: DESIGN 8, L2."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitDue:
    """A position whose time has come: its target was reached, or its horizon is over."""

    decision_id: DecisionId
    decision_hash: str
    symbol: Symbol
    leg: Leg
    quantity: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkRequest:
    """What a book is marked with; `actions` are the corporate actions since the last mark, by symbol."""

    cycle_id: CycleId
    session: date
    at: datetime
    prices: Mapping[Symbol, Decimal]
    actions: Mapping[Symbol, Sequence[CorporateAction]]
    broker: BrokerAccount


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A book as it was marked, in USD; `gap` is the broker's cash less ours, zero when the books agree.

    `gap_is_new` when it was another one, or none, at the mark before.
    """

    number: int
    snapshot_id: str
    session: date
    cash: Decimal
    equity: Decimal
    gap: Decimal
    payload: Mapping[str, JsonValue]
    gap_is_new: bool = False


class Keeper(Protocol):
    """Who keeps the book: lots, ledger and outcomes, by our own executions."""

    async def due(self, bars: Mapping[Symbol, Bar], session: date) -> Sequence[ExitDue]:
        """Return the exits that are due at the close of `session`."""
        ...

    async def marked(self, close: MarkRequest) -> Mark:
        """Return the book after everything since its last mark; done once for a cycle, however often it is asked."""
        ...

    async def resolved(self, session: date) -> int:
        """Return how many outcomes of votes and shadow arms became known at the close of `session`, asked again too."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What the venue came to: the session that was played or waited in, the prices then, and what acted since.

    `protected` are the stops that rest then, for everything that is held.
    """

    session: date
    at: datetime
    prices: Mapping[Symbol, Decimal]
    actions: Mapping[Symbol, Sequence[CorporateAction]] = field(default_factory=dict)
    broker: BrokerAccount
    protected: Sequence[RecordedOrder] = ()
    is_last: bool = False
    """Whether a REPLAY book has no session left."""


class Venue(Protocol):
    """Where orders fill: the next session of a REPLAY book, or a while at a real broker."""

    async def ready(self) -> None:
        """Bring what we believe up to what the broker says, before anything is decided; raises UnavailableError."""
        ...

    async def settled(self, intent: Intent, as_of: date) -> Settled:
        """Let orders fill, every filled entry be protected, and what we believe be what the broker says.

        Raises:
            UnavailableError: the broker did not tell; nothing is concluded.
            RejectedError: a check denied a protective stop: a position is open and unprotected.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class StepResult:
    """What a step came to: the data of its message, the rows that are committed with it, and what to tell persons.

    `idle` says that it found nothing to do, so that after a kill it is walked again unseen. Source: ADR 25.
    """

    data: Mapping[str, JsonValue] = field(default_factory=dict)
    events: tuple[Event, ...] = ()
    alerts: tuple[Alert, ...] = ()
    idle: bool = False


class Step(Protocol):
    """One of the six steps that work; run again for the same cycle it has the same effect. Source: R-007, R-010."""

    @property
    def name(self) -> StepName:
        """Return which of them it is."""
        ...

    async def run(self, cycle: RecordedCycle) -> StepResult:
        """Do the step's work; what earlier steps said stands in `cycle`.

        Raises:
            UnavailableError: something outside gave no answer, after its retries.
            RejectedError: a rule said no to the cycle as a whole.
        """
        ...


class Watch(Protocol):
    """Who tells persons, and keeps the raw trace beside the database."""

    async def told(self, alerts: Sequence[Alert]) -> None:
        """Tell the alerts everywhere they go; never raises for a place that cannot be reached."""
        ...

    def prepared(self, alerts: Sequence[Alert]) -> Sequence[RaisedAlert]:
        """Return alerts as they go on record, each once, for the commit of what they tell of."""
        ...

    def announced(self, raised: Sequence[RaisedAlert]) -> None:
        """Tell alerts that are on record everywhere else they go; never raises."""
        ...

    async def logged(self, cycle_id: CycleId, trace: Sequence[Mapping[str, JsonValue]]) -> None:
        """Append a cycle's messages to its events file; never raises for a disk that is full."""
        ...
