"""What people do about orders at a broker that answers late, refuses, or holds something else."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from quorate.adapters.sql.orders import SqlOrders
from quorate.arena.acceptance import RequestKey
from quorate.bootstrap.ordering import OrderBook
from quorate.bootstrap.store import opened_store
from quorate.execution import OrderState
from quorate.execution.policy import ExecutionPolicy
from quorate.execution.positions import Source
from quorate.execution.sending import Intent
from quorate.execution.service import ExecutionService
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import BookName, TraceId
from quorate.kernel.journal import Event
from quorate.risk import Leg
from tests.fakes.brokers import FakeBroker, Placed
from tests.fakes.clock import NOON
from tests.fakes.homes import settings_of
from tests.fakes.order_rows import OrderTold, request
from tests.fakes.orders import HurriedClock, Rubberstamp
from tests.unit.execution.test_service import MARKET
from tests.unit.risk.orders import AAPL

pytestmark = pytest.mark.integration

PAPER = BookName("paper")
INTENT = Intent(decided_at=NOON, trace_id=TraceId("t"))
KEY = RequestKey(principal="operator", key="k", fingerprint="f")


class Denies:
    """Risk that lets entries and stops through, and no sale."""

    async def approved(self, request):
        if request.leg is Leg.FLATTEN:
            raise RejectedError("check 10 (price collar) denied the order with PRICE_COLLAR")
        return await Rubberstamp().approved(request)


@dataclass
class PaperBook:
    """A book at a broker in memory."""

    store: object
    approval: object = field(default_factory=Rubberstamp)
    broker: FakeBroker = field(default_factory=FakeBroker)
    clock: HurriedClock = field(default_factory=HurriedClock)
    session = None

    def __post_init__(self):
        self.execution = ExecutionService(
            book=PAPER,
            broker=self.broker,
            journal=self.store.journal,
            orders=SqlOrders(self.store.database, self.store.tenant),
            approval=self.approval,
            clock=self.clock,
            policy=ExecutionPolicy(),
            jitter=lambda: 0.5,
        )

    async def open_book(self, name):
        assert name == PAPER
        return self

    async def current_book(self):
        return PAPER

    async def placed(self, request=MARKET):
        approved = await Rubberstamp().approved(request)
        return (await self.execution.place(approved, INTENT)).order.client_order_id

    async def bought(self):
        """Buy ten AAPL and protect them."""
        id_ = await self.placed()
        self.broker.fill(id_, 10, 100)
        for frame in self.broker.delivered():
            await self.execution.hear(frame)
        await self.execution.protect(AAPL, INTENT)
        return id_


@pytest.fixture
def store(ground, tmp_path):
    (tmp_path / "home").mkdir()
    settings = settings_of(tmp_path / "home", DATABASE_URL=ground.url)
    with opened_store(settings, tenant=ground.tenant) as opened:
        yield opened


@pytest.fixture
async def paper(store):
    opened = Event(
        stream=f"book:{PAPER}",
        type="book.opened",
        payload={"name": PAPER, "mode": "PAPER", "cash": "100000"},
        book=PAPER,
    )
    await store.journal.commit(lambda _tx: [opened])
    return PaperBook(store)


@pytest.fixture
def orders(store, paper):
    return OrderBook(store, paper)


async def test_a_working_order_is_cancelled_once(paper, orders):
    id_ = await paper.placed()
    change = await orders.cancel(id_, KEY)
    assert (change.applied, change.line.state) == (True, OrderState.CANCELED)
    again = await orders.cancel(id_, KEY)
    assert (again.applied, again.replayed, paper.broker.cancels) == (False, True, 1)


async def test_a_cancellation_that_loses_the_race_ends_as_the_fill_that_it_was(paper, orders):
    id_ = await paper.placed()
    paper.broker.fill(id_, 10, 100)
    change = await orders.cancel(id_)
    assert change.line.state is OrderState.FILLED


async def test_a_stop_that_protects_nothing_any_more_may_be_cancelled(store, paper, orders):
    stop = OrderTold(request=request(Leg.STOP), book=PAPER).sent()
    stop.works(f"b-{stop.id}")
    paper.broker.placed[stop.id] = Placed(stop.id, stop.request)
    for event in stop.events:
        await store.journal.commit(lambda _tx, event=event: [event])
    change = await orders.cancel(stop.id)
    assert (change.applied, change.line.state) == (True, OrderState.CANCELED)


async def test_a_sale_that_risk_denies_leaves_the_position_protected(store, paper, orders):
    await paper.bought()
    strict = PaperBook(store, approval=Denies(), broker=paper.broker)
    with pytest.raises(RejectedError, match="PRICE_COLLAR") as denied:
        await OrderBook(store, strict).close(await orders.book(), AAPL)
    assert denied.value.slug == "risk-denied"
    resting = [
        each.order.request.leg
        for each in await SqlOrders(store.database, store.tenant).open_orders(PAPER)
    ]
    assert resting == [Leg.STOP]


async def test_a_position_that_nobody_ordered_is_a_difference(paper, orders):
    await paper.bought()
    foreign = Placed("stranger", MARKET, fills=[(10, 100)], status="filled")
    paper.broker.placed["stranger"] = foreign
    found = (await orders.reconcile(await orders.book())).comparison
    assert not found.agrees
    assert (found.gap_of(AAPL).ours, found.gap_of(AAPL).brokers) == (10, 20)
    again = (await orders.reconcile(await orders.book())).comparison
    assert again.since == found.at


async def test_an_account_that_does_not_answer_is_no_zero(paper, orders):
    await paper.bought()
    paper.broker.loss = 1.0
    held = await orders.positions(await orders.book())
    assert (held.source, held.why) == (Source.OWN_EXECUTIONS, "no answer")
    (line,) = held.items
    assert (line.quantity, line.market_value, line.stop) == (10, None, 95)


async def test_an_outcome_is_told_before_the_book_is_marked(paper, orders):
    id_ = await paper.bought()
    found = (await orders.of_decision(MARKET.decision_id)).outcome
    assert (found.status, found.order_intent_id, found.broker_order_id) == (
        "pending",
        id_,
        f"b-{id_}",
    )
