"""Risk's figures: the 28 checks on an order, and an order judged by a desk with all that it reads, verdict signed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from benchmarks.measure import Figure, percentile, spread
from quorate.bootstrap.risk_desk import opened_risk_desk
from quorate.bootstrap.store import Store, opened_store
from quorate.config import Settings
from quorate.execution.broker import BrokerAccount, BrokerPosition, Instrument
from quorate.kernel.ids import BookName, DecisionId, Symbol, Tenant
from quorate.kernel.journal import Event
from quorate.portfolio.book import BookMode
from quorate.risk import (
    Leg,
    OrderKind,
    OrderRequest,
    RiskLimits,
    Side,
    TradingState,
    assess,
)
from quorate.risk.situation import (
    AccountFacts,
    Activity,
    DecisionFacts,
    InstrumentFacts,
    MarketFacts,
    RecentExit,
    Situation,
    SystemFacts,
)

ROUNDS: Final = 5000
JUDGED: Final = 500
BOOK: Final = BookName("bench")
AAPL: Final = Symbol("AAPL")
DECISION: Final = DecisionFacts(
    decision_id=DecisionId("dec_bench"),
    hash="0" * 64,
    acts=True,
    age_s=Decimal(0),
    confidence=Decimal("0.8"),
    escalated=False,
    vetoed=False,
)
ENTRY: Final = OrderRequest(
    decision_id=DECISION.decision_id,
    decision_hash=DECISION.hash,
    symbol=AAPL,
    side=Side.BUY,
    leg=Leg.ENTRY,
    kind=OrderKind.LIMIT,
    quantity=Decimal(10),
    intended_quantity=Decimal(10),
    price=Decimal("100.00"),
    protective_stop=Decimal("95.00"),
)
MARKET: Final = MarketFacts(
    reference=Decimal(100),
    before=Decimal(100),
    quote_age_s=Decimal(1),
    bid=Decimal("99.95"),
    ask=Decimal("100.05"),
    average_volume=Decimal(1_000_000),
    is_fresh_bar=True,
    is_open=True,
    minutes_since_open=Decimal(60),
    minutes_to_close=Decimal(60),
)
HUNDRED_THOUSAND: Final = Decimal(100_000)
SITUATION: Final = Situation(
    mode=BookMode.PAPER,
    decision=DECISION,
    market=MARKET,
    instrument=InstrumentFacts(
        tradable=True, allowed=True, quantity_step=Decimal(1), price_step=Decimal("0.01")
    ),
    account=AccountFacts(
        equity=HUNDRED_THOUSAND,
        buying_power=HUNDRED_THOUSAND,
        day_start_equity=HUNDRED_THOUSAND,
        peak_equity=HUNDRED_THOUSAND,
    ),
    activity=Activity(
        orders_last_minute=0,
        orders_today=0,
        calls_last_minute=0,
        repeats_today=0,
        day_trades=0,
        sent_for_decision=Decimal(0),
    ),
    system=SystemFacts(
        trading_state=TradingState.ACTIVE,
        breaker_open=False,
        audit_available=True,
        stream_ready=True,
        reconciliation_age_s=Decimal(10),
        budget_left=True,
    ),
)


class _Quiet:
    """A broker, a market and a keeper that have the same answer at once, always."""

    session: date | None = None
    equity = day_start = peak = HUNDRED_THOUSAND
    exits: Sequence[RecentExit] = ()

    async def account(self) -> BrokerAccount:
        """Return the account."""
        return BrokerAccount(
            account_id="bench",
            cash=HUNDRED_THOUSAND,
            equity=HUNDRED_THOUSAND,
            buying_power=HUNDRED_THOUSAND,
            day_trades=None,
            blocked=False,
        )

    async def positions(self) -> Sequence[BrokerPosition]:
        """Return none."""
        return ()

    async def instrument(self, symbol: Symbol) -> Instrument:
        """Return a stock in whole shares."""
        return Instrument(
            symbol=symbol,
            tradable=True,
            fractionable=False,
            around_the_clock=False,
            quantity_step=Decimal(1),
            price_step=Decimal("0.01"),
        )

    async def facts(
        self,
        symbols: Collection[Symbol],
        as_of: date,  # noqa: ARG002  (a calm market is the same every day)
    ) -> Mapping[Symbol, MarketFacts]:
        """Return a calm market."""
        return dict.fromkeys(symbols, MARKET)

    async def standing(self) -> _Quiet:
        """Return a book that was never marked."""
        return self


def figures(settings: Settings, database: str) -> Iterator[Figure]:
    """Yield the figures of the checks alone, and of a whole judgement on one database."""
    limits = RiskLimits()
    gate = [_timed(limits) for _ in range(ROUNDS)]
    p99 = percentile(gate, 0.99)
    yield Figure(
        what="28 checks on an order, CPU time",
        figure=spread(gate),
        bar="p99 < 1 ms",
        reached=p99 < 1,
    )
    with opened_store(settings, tenant=Tenant(f"bench-{time.time_ns()}")) as store:
        judged = asyncio.run(_judged(store))
        yield Figure(
            what=f"an order judged: all that the checks read, and the signed verdict, {database}",
            figure=spread(judged),
            bar="-",
            reached=True,
        )


def _timed(limits: RiskLimits) -> float:
    """Return what an assessment takes of this thread: it waits for nothing, so whatever else it took was others'."""
    began = time.thread_time()
    assess(ENTRY, SITUATION, limits)
    return time.thread_time() - began


async def _judged(store: Store) -> list[float]:
    quiet = _Quiet()
    desk = opened_risk_desk(
        store,
        BOOK,
        BookMode.REPLAY,
        broker=quiet,  # type: ignore[arg-type]  # the part of a broker that a desk asks
        keeper=quiet,
        market=quiet,
        clock=store.clock,
    )
    durations = []
    for _ in range(JUDGED):
        await desk.open({DECISION.decision_id: DECISION}, {AAPL: MARKET}, "bench")
        began = time.perf_counter()
        judged = await desk.judged(ENTRY)
        durations.append(time.perf_counter() - began)
        await _kept(store, judged.event)
    return durations


async def _kept(store: Store, row: Event) -> None:
    await store.journal.commit(lambda _tx: [row])
