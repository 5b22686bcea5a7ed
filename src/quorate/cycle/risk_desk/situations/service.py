"""The situation of an order: what the broker, the keeper, the market, our own orders and the system say of it now.

Raises UnavailableError wherever one of them told nothing: an order that cannot be judged is not sent.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Final

from quorate.cycle.risk_desk.gathering import (
    OrderLine,
    Reading,
    account_facts,
    activity_of,
    aged,
    entry_decision,
    instrument_facts,
    seconds,
    unrecorded,
    without,
)
from quorate.cycle.risk_desk.locks import LockKey, LockKind, standing
from quorate.cycle.risk_desk.ports import (
    BookReader,
    DeskRecords,
    MarketReader,
    SystemReader,
    SystemSigns,
)
from quorate.execution.broker import Instrument
from quorate.execution.ports import Broker
from quorate.kernel.ids import BookName, DecisionId, Symbol
from quorate.kernel.ports import Clock
from quorate.portfolio.book import BookMode
from quorate.risk import Leg, OrderRequest, RiskLimits, TradingState
from quorate.risk.situation import (
    AccountFacts,
    Activity,
    DecisionFacts,
    MarketFacts,
    Situation,
    SystemFacts,
)

AUDITOR: Final = "auditor"
"""Who halted a book when its breaker is open. Source: R-025, RELIABILITY 3 (02)."""

FRESH_READING: Final = timedelta(seconds=5)
"""For so long the broker's word on the account holds while orders are sized and judged. Ours."""

INSTRUMENT_LIFE: Final = timedelta(seconds=300)
"""Source: R-118, the data cache of a cycle."""

MINUTE: Final = timedelta(minutes=1)

DAY_TRADE_DAYS: Final = timedelta(days=7)
"""Five sessions, over a weekend. Source: RELIABILITY 3 (24)."""

UNKNOWN_MARKET: Final = MarketFacts(reference=None, before=None, quote_age_s=None)


@dataclass(frozen=True, slots=True)
class _Told:
    """What the market said of a symbol, and when that was."""

    facts: MarketFacts
    at: datetime


class Situations:
    """What one book's orders are judged in; `clock` is the book's, and the date it tells is the book's day."""

    def __init__(  # noqa: PLR0913  (what it stands on, each named)
        self,
        *,
        book: BookName,
        mode: BookMode,
        broker: Broker,
        records: DeskRecords,
        keeper: BookReader,
        market: MarketReader,
        system: SystemReader,
        clock: Clock,
        limits: RiskLimits,
    ) -> None:
        self._book = book
        self._mode = mode
        self._broker = broker
        self._records = records
        self._keeper = keeper
        self._source = market
        self._system = system
        self._clock = clock
        self._limits = limits
        self.begin({}, {}, "")

    def begin(
        self,
        decisions: Mapping[DecisionId, DecisionFacts],
        market: Mapping[Symbol, MarketFacts],
        snapshot_hash: str,
    ) -> None:
        """Take what a cycle knows, and forget what an earlier one knew."""
        self._began_at = self._clock.now()
        self._decisions = dict(decisions)
        self._market = {symbol: _Told(facts, self._began_at) for symbol, facts in market.items()}
        self._snapshot_hash = snapshot_hash
        self._instruments: dict[Symbol, tuple[Instrument | None, datetime]] = {}
        self._reading: Reading | None = None

    async def of(
        self, request: OrderRequest, approved: Collection[OrderRequest], *, fresh: bool
    ) -> Situation:
        """Return what an order is judged on, those that were `approved` in this cycle counted as open."""
        lines = await self.lines(request.decision_id)
        others = without([*lines, *unrecorded(approved, lines, self._clock.now())], request)
        market = await self._market_of(request.symbol)
        reading, signs = await self.reading(fresh=fresh), await self._system.signs()
        return Situation(
            mode=self._mode,
            decision=self._decision(request, lines),
            market=market,
            instrument=instrument_facts(
                await self._instrument(request.symbol), request, self._limits, market.reference
            ),
            account=self._account(reading, others),
            activity=await self._activity(request, others, reading, signs),
            system=await self._system_facts(signs),
        )

    def snapshot_of(self, decision: DecisionFacts | None) -> str:
        """Return the hash of the evidence that a decision was taken on: its own, else the cycle's."""
        return (decision.snapshot_hash if decision else "") or self._snapshot_hash

    async def account(self, approved: Collection[OrderRequest], *, fresh: bool) -> AccountFacts:
        """Return the account, those that were `approved` in this cycle counted as open."""
        lines = await self.lines()
        waiting = unrecorded(approved, lines, self._clock.now())
        return self._account(await self.reading(fresh=fresh), [*lines, *waiting])

    async def reading(self, *, fresh: bool) -> Reading:
        """Return what broker and keeper say; within a cycle it holds for a few seconds, before a submit never."""
        now, known = self._clock.now(), self._reading
        if known is not None and not fresh and now - known.at <= FRESH_READING:
            return known
        self._reading = Reading(
            account=await self._broker.account(),
            positions=await self._broker.positions(),
            standing=await self._keeper.standing(),
            at=now,
        )
        return self._reading

    async def lines(self, decision_id: DecisionId | None = None) -> Sequence[OrderLine]:
        """Return our orders that are open, or of today, or of a decision, oldest first."""
        now = self._clock.now()
        midnight = datetime.combine(now.date(), time.min, tzinfo=UTC)
        return await self._records.lines(self._book, min(midnight, now - MINUTE), decision_id)

    def _decision(self, request: OrderRequest, lines: Sequence[OrderLine]) -> DecisionFacts | None:
        """Return the decision behind an order: the cycle's, or of an exit the one that its entry was sent for."""
        now = self._clock.now()
        told = self._decisions.get(request.decision_id)
        if told is not None:
            return replace(told, age_s=told.age_s + seconds(now - self._began_at))
        return entry_decision(request, lines, now) if request.reduce_only else None

    def _account(self, reading: Reading, lines: Sequence[OrderLine]) -> AccountFacts:
        market = {symbol: told.facts for symbol, told in self._market.items()}
        return account_facts(reading, lines, market, self._clock.now())

    async def _market_of(self, symbol: Symbol) -> MarketFacts:
        """Return the market of a symbol as it is now; where the cycle told none, or too long ago, it is asked again."""
        now = self._clock.now()
        told = self._market.get(symbol)
        if told is None or self._is_old(told, now):
            found = await self._source.facts([symbol], now.date())
            told = _Told(found.get(symbol, UNKNOWN_MARKET), self._clock.now())
            self._market[symbol] = told
        return aged(told.facts, seconds(max(now - told.at, timedelta(0))))

    def _is_old(self, told: _Told, now: datetime) -> bool:
        if self._mode is BookMode.REPLAY:
            return now.date() != told.at.date()
        age = told.facts.quote_age_s
        return age is None or age + seconds(now - told.at) > self._limits.max_quote_age_s

    async def _instrument(self, symbol: Symbol) -> Instrument | None:
        """Return what the broker says of a symbol; within a few minutes it says the same."""
        now = self._clock.now()
        found, at = self._instruments.get(symbol, (None, None))
        if at is None or now - at > INSTRUMENT_LIFE:
            found = await self._broker.instrument(symbol)
            self._instruments[symbol] = (found, now)
        return found

    async def _activity(
        self,
        request: OrderRequest,
        lines: Sequence[OrderLine],
        reading: Reading,
        signs: SystemSigns,
    ) -> Activity:
        now = self._clock.now()
        found = activity_of(request, lines, mode=self._mode, now=now, exits=reading.standing.exits)
        locks = await self._records.locks(self._book)
        locked = standing(locks, LockKey(LockKind.REPEATED_EXECUTION, request.symbol))
        least = self._limits.max_repeats_per_day if locked else 0
        return replace(
            found,
            repeats_today=max(found.repeats_today, least),
            day_trades=await self._day_trades(request, reading, now),
            calls_last_minute=signs.calls_last_minute,
        )

    async def _day_trades(self, request: OrderRequest, reading: Reading, now: datetime) -> int:
        """Return the day trades, where they bear on the order: by the broker, else by our own executions."""
        if request.leg is not Leg.ENTRY or self._mode is BookMode.REPLAY:
            return 0
        if reading.account.day_trades is not None:
            return reading.account.day_trades
        return await self._records.day_trades(self._book, now - DAY_TRADE_DAYS)

    async def _system_facts(self, signs: SystemSigns) -> SystemFacts:
        trading = await self._records.trading(self._book)
        return SystemFacts(
            trading_state=trading.standing.state,
            breaker_open=trading.standing.state is TradingState.HALTED and trading.by == AUDITOR,
            audit_available=signs.audit_available,
            stream_ready=signs.stream_ready,
            reconciliation_age_s=await self._reconciliation_age(),
            budget_left=signs.budget_left,
        )

    async def _reconciliation_age(self) -> Decimal | None:
        if self._mode is BookMode.REPLAY:
            return None
        at = await self._records.reconciled_at(self._book)
        return None if at is None else seconds(max(self._clock.now() - at, timedelta(0)))
