"""A risk desk on orders in memory: its records, and a broker, a market and a keeper that say what a test tells them."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from quorate.adapters.keys.ed25519 import SigningKey, signature_check
from quorate.cycle.risk_desk import Lock, LockFact, LockKey, LockKind, RiskDesk
from quorate.cycle.risk_desk.gathering import OrderLine
from quorate.cycle.risk_desk.ports import SystemSigns, TradingFacts
from quorate.cycle.risk_desk.situations import Situations
from quorate.execution.broker import BrokerAccount, BrokerPosition, Instrument
from quorate.kernel.canonical import canonical_json
from quorate.kernel.ids import BookName, DecisionId, Symbol
from quorate.kernel.journal import Event
from quorate.portfolio.book import BookMode
from quorate.risk import RiskLimits
from quorate.risk.situation import MarketFacts, RecentExit
from quorate.risk.verdict import JUDGED, VerdictOutcome
from tests.fakes.clock import NOON
from tests.fakes.orders import HurriedClock, MemoryOrders
from tests.unit.risk.orders import AAPL, CALM, ENTRY, IBM

BOOK = BookName("paper")
TTL = timedelta(seconds=60)
KEY = SigningKey(Ed25519PrivateKey.from_private_bytes(bytes(32)))
HASH = "ab" * 32


@dataclass
class MemoryDesk(MemoryOrders):
    """The journal of a desk: orders, trading state, locks and verdicts."""

    kept: dict[LockKey, Lock] = field(default_factory=dict)
    set_by: dict[str, str] = field(default_factory=dict)
    placed_at: dict[str, datetime] = field(default_factory=dict)
    compared: datetime | None = NOON
    day_traded: int = 0

    def locks(self, book: BookName) -> Mapping[LockKey, Lock]:
        assert book == BOOK
        return dict(self.kept)

    async def entries(self, stream):
        return [_Row(row) for row in self.rows if row.stream == stream]

    def _project(self, event: Event) -> None:
        super()._project(event)
        match event.type:
            case LockFact.SET | LockFact.LIFTED:
                self._lock(event)
            case "trading.moved":
                self.set_by[event.book] = event.payload["by"]
            case "risk.judged":
                assert not self.rows_of(event.stream), "a verdict is on record once"

    def rows_of(self, stream: str) -> list[Event]:
        return [row for row in self.rows if row.stream == stream]

    def _lock(self, event: Event) -> None:
        told = event.payload
        key = LockKey(LockKind(told["kind"]), Symbol(told["symbol"]))
        before = self.kept.get(key)
        assert told["version"] == (before.version if before else 0) + 1
        until = told["untilSession"]
        self.kept[key] = Lock(
            kind=key.kind,
            symbol=key.symbol,
            reason=told["reason"],
            until=date.fromisoformat(until) if until else None,
            is_set=event.type == LockFact.SET,
            version=told["version"],
        )


@dataclass
class _Row:
    event: Event

    @property
    def facts(self):
        return json.loads(canonical_json(self.event.payload))


@dataclass
class MemoryRecords:
    """What the desk reads beside the writer."""

    store: MemoryDesk

    async def lines(
        self, book: BookName, since: datetime, decision_id: DecisionId | None = None
    ) -> Sequence[OrderLine]:
        found = []
        for id_, known in self.store.by_id.items():
            order = known.order
            placed = self.store.placed_at.get(id_, known.expires_at - TTL)
            line = OrderLine(
                client_order_id=id_,
                request=order.request,
                state=order.state,
                filled=order.filled,
                placed_at=placed,
            )
            wanted = line.is_open or placed >= since or order.request.decision_id == decision_id
            if known.book == book and wanted:
                found.append(line)
        return found

    async def trading(self, book: BookName) -> TradingFacts:
        return TradingFacts(standing=self.store.trading(book), by=self.store.set_by.get(book, ""))

    async def locks(self, book: BookName) -> Mapping[LockKey, Lock]:
        return self.store.locks(book)

    async def reconciled_at(self, book: BookName) -> datetime | None:
        assert book == BOOK
        return self.store.compared

    async def day_trades(self, book: BookName, since: datetime) -> int:
        assert book == BOOK
        assert since < NOON
        return self.store.day_traded

    async def approval_of(self, book: BookName, order_hash: str) -> str | None:
        ids = [
            row.payload["verdictId"]
            for row in self.store.rows
            if row.type == JUDGED
            and (row.book, row.payload["orderHash"], row.payload["outcome"])
            == (book, order_hash, VerdictOutcome.APPROVED)
        ]
        return ids[-1] if ids else None

    async def is_judged(self, verdict_id: str) -> bool:
        return bool(self.store.rows_of(f"verdict:{verdict_id}"))


@dataclass
class ToldBroker:
    """An account and positions as a test tells them; `asked` counts the questions."""

    account_now: BrokerAccount = field(
        default_factory=lambda: BrokerAccount(
            account_id="a",
            cash=Decimal(100_000),
            equity=Decimal(100_000),
            buying_power=Decimal(100_000),
            day_trades=None,
            blocked=False,
        )
    )
    held: dict[Symbol, tuple[Decimal, Decimal | None]] = field(default_factory=dict)
    instruments: dict[Symbol, Instrument | None] = field(default_factory=dict)
    asked: int = 0

    def holds(self, symbol: Symbol, quantity: str, worth: str | None = None) -> None:
        self.held[symbol] = (Decimal(quantity), None if worth is None else Decimal(worth))

    def is_worth(self, equity: str) -> None:
        self.account_now = replace(self.account_now, equity=Decimal(equity))

    async def account(self) -> BrokerAccount:
        self.asked += 1
        return self.account_now

    async def positions(self) -> Sequence[BrokerPosition]:
        return [
            BrokerPosition(
                symbol=symbol, quantity=quantity, average_price=Decimal(90), market_value=worth
            )
            for symbol, (quantity, worth) in self.held.items()
        ]

    async def instrument(self, symbol: Symbol) -> Instrument | None:
        return self.instruments.get(
            symbol,
            Instrument(
                symbol=symbol,
                tradable=True,
                fractionable=False,
                around_the_clock=False,
                quantity_step=Decimal(1),
                price_step=Decimal("0.01"),
            ),
        )


@dataclass
class ToldMarket:
    """The market that is asked where the cycle told nothing, or too long ago."""

    facts_now: dict[Symbol, MarketFacts] = field(default_factory=lambda: {AAPL: CALM.market})
    asked: list[Symbol] = field(default_factory=list)

    async def facts(self, symbols, as_of):  # noqa: ARG002  (the port's)
        self.asked += symbols
        return {symbol: self.facts_now[symbol] for symbol in symbols if symbol in self.facts_now}


@dataclass
class ToldStanding:
    """The book's newest mark."""

    session: date | None = date(2026, 11, 20)
    equity: Decimal = Decimal(100_000)
    day_start: Decimal = Decimal(100_000)
    peak: Decimal = Decimal(100_000)
    exits: tuple[RecentExit, ...] = ()

    async def standing(self) -> ToldStanding:
        return self


@dataclass
class ToldSigns:
    """The signs of the system."""

    now: SystemSigns = field(
        default_factory=lambda: SystemSigns(
            stream_ready=True, audit_available=True, calls_last_minute=0, budget_left=True
        )
    )

    async def signs(self) -> SystemSigns:
        return self.now


class TestKey:
    """A key that everybody may know."""

    __test__ = False
    key_id = "k1"

    def sign(self, message: bytes) -> bytes:
        return KEY.sign(message)

    def is_signed(self, key_id: str, message: bytes, signature: bytes) -> bool:
        return signature_check({self.key_id: KEY.public}, key_id, message, signature)


@dataclass
class CountedIds:
    """Ids that are counted."""

    count: itertools.count = field(default_factory=lambda: itertools.count(1))

    def ulid(self, prefix: str) -> str:
        return f"{prefix}{next(self.count):026d}"

    def trace_id(self):
        return f"{next(self.count):032x}"


@dataclass
class DeskStage:
    """A desk with everything that it stands on, in reach of a test."""

    mode: BookMode = BookMode.PAPER
    limits: RiskLimits = field(default_factory=RiskLimits)
    store: MemoryDesk = field(default_factory=MemoryDesk)
    broker: ToldBroker = field(default_factory=ToldBroker)
    market: ToldMarket = field(default_factory=ToldMarket)
    keeper: ToldStanding = field(default_factory=ToldStanding)
    system: ToldSigns = field(default_factory=ToldSigns)
    clock: HurriedClock = field(default_factory=HurriedClock)
    ids: CountedIds = field(default_factory=CountedIds)

    def __post_init__(self) -> None:
        self.desk = self.fresh()

    def fresh(self) -> RiskDesk:
        """Return a desk as a process has it that starts now."""
        records = MemoryRecords(self.store)
        return RiskDesk(
            book=BOOK,
            situations=Situations(
                book=BOOK,
                mode=self.mode,
                broker=self.broker,
                records=records,
                keeper=self.keeper,
                market=self.market,
                system=self.system,
                clock=self.clock,
                limits=self.limits,
            ),
            records=records,
            journal=self.store,
            signer=TestKey(),
            clock=self.clock,
            ids=self.ids,
            limits=self.limits,
        )

    async def opened(self, *decisions: str, market: Mapping | None = None) -> RiskDesk:
        """Begin a cycle in which `decisions` were taken just now."""
        known = {
            DecisionId(name): replace(
                CALM.decision, decision_id=DecisionId(name), hash=HASH, age_s=Decimal(0)
            )
            for name in decisions or ("dec_1",)
        }
        told = {AAPL: CALM.market, IBM: CALM.market} if market is None else market
        await self.desk.open(known, told, "snap")
        return self.desk

    async def committed(self, request):
        """Judge an order and commit its verdict, as a cycle does."""
        judged = await self.desk.judged(request)
        await self.store.commit(lambda _tx: [judged.event])
        return judged


def entry(decision: str = "dec_1", symbol: Symbol = AAPL, quantity: str = "10", **changes):
    """Return an entry that passes in a calm market."""
    return replace(
        ENTRY,
        decision_id=DecisionId(decision),
        decision_hash=HASH,
        symbol=symbol,
        quantity=Decimal(quantity),
        intended_quantity=Decimal(quantity),
        **changes,
    )
