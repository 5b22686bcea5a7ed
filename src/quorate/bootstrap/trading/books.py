"""Books: one trading book, opened with everything that its cycles and its users need of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from random import SystemRandom
from types import MappingProxyType
from typing import Final

from quorate.adapters.simulated_broker.account import SimulatedAccount
from quorate.adapters.simulated_broker.broker import SimulatedBroker, SimulatedMarket
from quorate.adapters.sql.books import book_named
from quorate.adapters.sql.orders import SqlOrders
from quorate.adapters.sql.series import digests_of
from quorate.adapters.sql.transaction import Transaction
from quorate.arena.record.facts import Facts
from quorate.backtest import Costs, GatePolicy
from quorate.bootstrap.broking import OpenedBroker
from quorate.bootstrap.keeping import keeper_of
from quorate.bootstrap.live_market import LiveMarket
from quorate.bootstrap.risk_desk import HomeSigns, opened_risk_desk
from quorate.bootstrap.running import Runner
from quorate.bootstrap.store import Store
from quorate.bootstrap.trading.analyst import LoneAnalyst, RunAnalyst
from quorate.bootstrap.trading.listening import StreamListener
from quorate.bootstrap.trading.paper_market import PaperMarket
from quorate.bootstrap.trading.paper_venue import PaperVenue
from quorate.bootstrap.trading.replay_market import BookClock, ReplayMarket
from quorate.bootstrap.trading.replay_venue import ReplayVenue
from quorate.cycle.backtesting import Backtesting
from quorate.cycle.book_keeping.service import BookKeeper
from quorate.cycle.data_fetching import DataFetching
from quorate.cycle.executing import Executing
from quorate.cycle.market_analysis import MarketAnalysis
from quorate.cycle.monitoring import Monitoring
from quorate.cycle.ports import Analyst, Market, Step, Venue, Watch
from quorate.cycle.previewing import CyclePreview
from quorate.cycle.risk_desk.service import RiskDesk
from quorate.cycle.risk_management import RiskManagement
from quorate.cycle.service import CycleService
from quorate.execution.policy import ExecutionPolicy
from quorate.execution.ports import Broker
from quorate.execution.service import ExecutionService
from quorate.kernel.canonical import JsonValue
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import BookName, Symbol
from quorate.kernel.journal import Event
from quorate.kernel.ports import Clock
from quorate.market.series import Series
from quorate.portfolio.book import BookMode

PAPER_BOOK: Final = BookName("paper")
"""The book of the broker's paper account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenBook:
    """A trading book and all that stands on it; `clock` is the book's."""

    name: BookName
    mode: BookMode
    broker: Broker
    execution: ExecutionService
    orders: SqlOrders
    desk: RiskDesk
    keeper: BookKeeper
    market: Market
    venue: Venue
    clock: Clock

    @property
    def session(self) -> date | None:
        """Return the session that a REPLAY book stands at the close of, None for any other book."""
        return self.clock.session if isinstance(self.clock, BookClock) else None

    async def caught_up(self) -> None:
        """Bring a REPLAY book up to what another process did with it meanwhile."""
        if isinstance(self.broker, SimulatedBroker) and isinstance(self.clock, BookClock):
            await self.broker.load()
            self.clock.session = self.broker.session


@dataclass(frozen=True, slots=True, kw_only=True)
class BookParts:
    """What every book of this process shares."""

    store: Store
    runner: Runner
    watch: Watch
    owner: str


async def open_replay_book(
    parts: BookParts, name: BookName, symbols: Collection[Symbol] | None = None
) -> OpenBook:
    """Open a REPLAY book at its simulated broker, on the stored bars of `symbols`, by default of all that are stored.

    Raises:
        RejectedError: there is no such book, or no bars.
    """
    store = parts.store
    opened = await _opening_of(store, name)
    series = await _series(store, symbols)
    sessions = sorted({session for one in series.values() for session in one.sessions})
    if not sessions:
        raise RejectedError(
            "no bars are stored", effect="nothing was traded", fix="quorate data import FILE"
        )
    first = opened.optional("session", date.fromisoformat) or _first(store, sessions)
    broker = SimulatedBroker(
        name,
        store.journal,
        SimulatedMarket(sessions=sessions, symbols=frozenset(series)),
        store.settings.portfolio,
        _account(first, opened.value("cash", Decimal), series),
    )
    await broker.load()
    clock = BookClock(store.clock, broker.session)
    market = ReplayMarket(store, clock)
    keeper = keeper_of(store, name, BookMode.REPLAY, broker)
    desk = opened_risk_desk(
        store, name, BookMode.REPLAY, broker=broker, keeper=keeper, market=market, clock=clock
    )
    orders = SqlOrders(store.database, store.tenant)
    execution = _execution(store, name, broker, orders, desk, clock)
    venue = ReplayVenue(
        book=name,
        broker=broker,
        execution=execution,
        orders=orders,
        series=series,
        sessions=sessions,
        clock=clock,
    )
    return OpenBook(
        name=name,
        mode=BookMode.REPLAY,
        broker=broker,
        execution=execution,
        orders=orders,
        desk=desk,
        keeper=keeper,
        market=market,
        venue=venue,
        clock=clock,
    )


async def open_paper_book(
    parts: BookParts, broker: OpenedBroker, stack: AsyncExitStack
) -> OpenBook:
    """Open the book of the broker's paper account, its stream listening until `stack` is closed.

    Raises:
        UnavailableError: the broker gave no answer.
    """
    store, name, account = parts.store, PAPER_BOOK, broker.account
    await _ensure_paper_book(store, broker)
    live = LiveMarket(store, broker.data, account)
    market = PaperMarket(store, live, account)

    async def catch_up() -> object:
        return await execution.reconcile()

    keeper = keeper_of(store, name, BookMode.PAPER, account, catch_up=catch_up)
    signs = HomeSigns(
        store,
        stream_ready=lambda: listener.is_ready,
        calls_last_minute=lambda: account.calls_last_minute,
    )
    desk = opened_risk_desk(
        store,
        name,
        BookMode.PAPER,
        broker=account,
        keeper=keeper,
        market=market,
        clock=store.clock,
        signs=signs,
    )
    orders = SqlOrders(store.database, store.tenant)
    execution = _execution(store, name, account, orders, desk, store.clock)
    listener = StreamListener(account, execution, store.clock)
    await stack.enter_async_context(listener.listening())
    venue = PaperVenue(
        book=name,
        broker=account,
        execution=execution,
        orders=orders,
        keeper=keeper,
        live=live,
        listener=listener,
        clock=store.clock,
        policy=store.settings.cycle,
    )
    return OpenBook(
        name=name,
        mode=BookMode.PAPER,
        broker=account,
        execution=execution,
        orders=orders,
        desk=desk,
        keeper=keeper,
        market=market,
        venue=venue,
        clock=store.clock,
    )


def cycles_of(parts: BookParts, book: OpenBook) -> CycleService:
    """Return the cycles of an open book: the six steps on what it stands on."""
    settings, store = parts.store.settings, parts.store
    return CycleService(
        book=book.name,
        journal=store.journal,
        clock=store.clock,
        ids=store.ids,
        owner=parts.owner,
        lease_time=timedelta(seconds=settings.journal.lease_seconds),
        steps=(
            *_deciding(parts, book, RunAnalyst(store, parts.runner), book.desk),
            Executing(book.desk, book.execution),
            Monitoring(book.venue, book.keeper, parts.watch),
        ),
        watch=parts.watch,
    )


def preview_of(parts: BookParts, book: OpenBook) -> CyclePreview:
    """Return the deciding steps of an open book, on a desk that commits nothing."""
    return CyclePreview(
        book=book.name,
        clock=book.clock,
        ids=parts.store.ids,
        steps=_deciding(parts, book, LoneAnalyst(parts.runner), book.desk.looking()),
    )


def _deciding(
    parts: BookParts, book: OpenBook, analyst: Analyst, desk: RiskDesk
) -> tuple[Step, ...]:
    """Return the four steps that say what is to be ordered."""
    settings = parts.store.settings
    costs = Costs(
        fee_bps=float(settings.portfolio.fee_per_fill_usd),
        slippage_bps=float(settings.portfolio.slippage_bps),
    )
    return (
        DataFetching(book.market, book.venue),
        MarketAnalysis(analyst),
        Backtesting(book.market, costs, GatePolicy(), settings.agents),
        RiskManagement(
            book=book.name,
            desk=desk,
            keeper=book.keeper,
            market=book.market,
            broker=book.broker,
            orders=book.orders,
            clock=book.clock,
        ),
    )


def replay_book_event(name: BookName, cash: Decimal, session: date | None = None) -> Event:
    """Return the row that opens a REPLAY book, which stands at the close of `session`."""
    payload: dict[str, JsonValue] = {"name": name, "mode": BookMode.REPLAY, "cash": cash}
    if session is not None:
        payload["session"] = session.isoformat()
    return Event(stream=f"book:{name}", type="book.opened", payload=payload, book=name)


def _execution(
    store: Store, name: BookName, broker: Broker, orders: SqlOrders, desk: RiskDesk, clock: Clock
) -> ExecutionService:
    return ExecutionService(
        book=name,
        broker=broker,
        journal=store.journal,
        orders=orders,
        approval=desk,
        clock=clock,
        policy=ExecutionPolicy(decision_ttl_s=float(store.settings.risk.decision_ttl_s)),
        jitter=SystemRandom().random,
    )


async def _opening_of(store: Store, name: BookName) -> Facts:
    """Return the payload of the row that opened a book.

    Raises:
        RejectedError: there is none of that name.
    """
    rows = await store.journal.entries(f"book:{name}")
    if not rows:
        raise RejectedError(
            f"there is no book '{name}'",
            effect="nothing was traded",
            fix="quorate cycle status",
            slug="not-found",
        )
    return Facts(rows[0].facts)


async def _series(store: Store, symbols: Collection[Symbol] | None) -> Mapping[Symbol, Series]:
    wanted = (
        await store.database.look_up(partial(digests_of, tenant=store.tenant))
        if symbols is None
        else symbols
    )
    return await store.market.series(list(wanted))


def _first(store: Store, sessions: list[date]) -> date:
    """Return where the working book begins that was opened without a day: so many sessions before the last."""
    return sessions[max(0, len(sessions) - 1 - store.settings.cycle.first_sessions)]


def _account(session: date, cash: Decimal, series: Mapping[Symbol, Series]) -> SimulatedAccount:
    """Return the account of a book before its first row: cash, and what everything costs by then."""
    closes = {
        symbol: one.bars[place].close
        for symbol, one in series.items()
        if (place := one.index_at(session)) is not None
    }
    return SimulatedAccount(session=session, cash=cash, closes=MappingProxyType(closes))


async def _ensure_paper_book(store: Store, broker: OpenedBroker) -> None:
    """Open the paper book with what the account holds in cash, the first time it is used."""
    known = await store.database.look_up(
        lambda connection: book_named(connection, store.tenant, PAPER_BOOK)
    )
    if known is not None:
        return
    cash = (await broker.account.account()).cash

    def decide(tx: Transaction) -> list[Event]:
        if tx.has_book(PAPER_BOOK):
            return []
        payload: dict[str, JsonValue] = {"name": PAPER_BOOK, "mode": BookMode.PAPER, "cash": cash}
        return [
            Event(stream=f"book:{PAPER_BOOK}", type="book.opened", payload=payload, book=PAPER_BOOK)
        ]

    await store.journal.commit(decide)
