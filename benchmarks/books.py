"""A book's figures: what a mark costs besides its commit, in a young book and in one with a long history."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from benchmarks.measure import Figure, percentile, spread
from quorate.bootstrap.keeping import keeper_of
from quorate.bootstrap.store import Store, opened_store
from quorate.config import Settings
from quorate.cycle.ports import MarkRequest
from quorate.execution import (
    Execution,
    Order,
    OrderEvent,
    client_order_id,
    executed,
    happened,
)
from quorate.execution.broker import BrokerAccount
from quorate.execution.recorded import HeldShares, RecordedOrder, intended, moved
from quorate.kernel.ids import BookName, CycleId, DecisionId, Symbol, Tenant, TraceId
from quorate.kernel.journal import Committed, Event
from quorate.market.session_hours import close_of
from quorate.portfolio.book import BookMode
from quorate.risk import Leg, OrderKind, OrderRequest, Side

MARKS: Final = 600
BAR_MS: Final = 1.5
BOOK: Final = BookName("bench")
SYMBOLS: Final = tuple(map(Symbol, ("AAPL", "GOOG", "IBM", "MSFT")))
SHARES: Final = Decimal(10)
PRICE: Final = Decimal(100)
CASH: Final = Decimal(100_000)
FIRST: Final = date(2001, 1, 1)


class _Account:
    """A broker whose cash is what the fills leave."""

    def __init__(self) -> None:
        self.cash = CASH

    async def account(self) -> BrokerAccount:
        """Return the account."""
        return BrokerAccount(
            account_id="bench",
            cash=self.cash,
            equity=self.cash,
            buying_power=self.cash,
            day_trades=None,
            blocked=False,
        )


class _Apart:
    """The store's journal, with the time that its commits take counted apart."""

    def __init__(self, store: Store) -> None:
        self._journal = store.journal
        self.committing = 0.0

    async def commit(self, decide: Callable[..., Sequence[Event]]) -> Committed:
        """Commit, and count."""
        began = time.thread_time()
        try:
            return await self._journal.commit(decide)
        finally:
            self.committing += time.thread_time() - began


def figures(settings: Settings, database: str) -> Iterator[Figure]:
    """Yield what a mark costs of this thread in the first and in the last hundred cycles, all traded."""
    with opened_store(settings, tenant=Tenant(f"bench-{time.time_ns()}")) as store:
        durations = asyncio.run(_marked(store))
    for what, part in (("young", durations[:100]), ("old", durations[-100:])):
        p50 = percentile(part, 0.5)
        yield Figure(
            what=f"a mark, 4 symbols traded, commit aside, {what} book, CPU time, {database}",
            figure=spread(part),
            bar=f"p50 < {BAR_MS} ms",
            reached=p50 < BAR_MS,
        )


async def _marked(store: Store) -> list[float]:
    opened = {"name": BOOK, "mode": BookMode.REPLAY, "cash": CASH}
    await _add(store, Event(stream=f"book:{BOOK}", type="book.opened", book=BOOK, payload=opened))
    account, journal, durations = _Account(), _Apart(store), []
    keeper = keeper_of(store, BOOK, BookMode.REPLAY, account)
    keeper._journal = journal  # noqa: SLF001  (what is measured is all but the commit)
    for number in range(MARKS):
        is_entry = number % 2 == 0
        await _add(store, *_traded(number, is_entry=is_entry))
        account.cash += (-1 if is_entry else 1) * len(SYMBOLS) * SHARES * PRICE
        request = await _request(number, account)
        journal.committing, began = 0.0, time.thread_time()
        mark = await keeper.marked(request)
        durations.append(time.thread_time() - began - journal.committing)
        if mark.gap:
            raise RuntimeError(f"the books differ by {mark.gap}")
    return durations


async def _add(store: Store, *events: Event) -> None:
    await store.journal.commit(lambda _tx: events)


async def _request(number: int, account: _Account) -> MarkRequest:
    session = FIRST + timedelta(days=number)
    return MarkRequest(
        cycle_id=CycleId(f"cyc_{number}"),
        session=session,
        at=close_of(session),
        prices=dict.fromkeys(SYMBOLS, PRICE),
        actions={},
        broker=await account.account(),
    )


def _traded(number: int, *, is_entry: bool) -> Iterator[Event]:
    """Yield the rows of an order of each symbol that was intended, sent and filled."""
    for symbol in SYMBOLS:
        request = OrderRequest(
            decision_id=DecisionId(f"dec_{number}_{symbol}"),
            decision_hash="0" * 64,
            symbol=symbol,
            side=Side.BUY if is_entry else Side.SELL,
            leg=Leg.ENTRY if is_entry else Leg.EXIT,
            kind=OrderKind.MARKET,
            quantity=SHARES,
            intended_quantity=SHARES,
            protective_stop=Decimal(90) if is_entry else None,
        )
        yield from _rows(
            request, HeldShares(quantity=Decimal(0 if is_entry else 10), version=number)
        )


def _rows(request: OrderRequest, held: HeldShares) -> Iterator[Event]:
    id_ = client_order_id(request.decision_id, request.symbol, request.side, request.leg)
    known = RecordedOrder(
        order=Order(client_order_id=id_, request=request),
        book=BOOK,
        trace_id=TraceId("0" * 32),
        generation=0,
        expires_at=close_of(FIRST),
    )
    yield intended(known)
    sent = happened(known.order, OrderEvent.SEND)
    yield from moved(known, sent, held)
    at_broker = RecordedOrder(
        order=sent.order,
        book=BOOK,
        trace_id=known.trace_id,
        generation=0,
        expires_at=known.expires_at,
        version=2,
    )
    fill = Execution(id=f"x-{id_}", quantity=SHARES, price=PRICE)
    yield from moved(at_broker, executed(sent.order, fill), held)
