"""A book kept beside its simulated broker: lots, ledger, outcomes and marks, on both databases."""

import asyncio
from dataclasses import replace
from decimal import Decimal

import pytest

from quorate.adapters.sql.book_marks import BOOK_MARKS
from quorate.adapters.sql.book_shelf import SqlShelf
from quorate.adapters.sql.books import BOOKS
from quorate.adapters.sql.holdings import HELD_SHARES, TRADING_STATES
from quorate.adapters.sql.orders import SqlOrders
from quorate.adapters.sql.outcomes import OUTCOMES
from quorate.adapters.sql.vote_outcomes import SqlAwaitedRuns
from quorate.cycle.book_keeping.hindsight import Hindsight
from quorate.cycle.book_keeping.service import BookKeeper
from quorate.cycle.ports import MarkRequest
from quorate.execution.policy import ExecutionPolicy
from quorate.execution.sending import Intent
from quorate.execution.service import ExecutionService
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import BookName, CycleId, TraceId
from quorate.kernel.journal import Event
from quorate.market.actions import ActionKind, CorporateAction
from quorate.market.session_hours import close_of
from quorate.portfolio import BookMode, PortfolioPolicy
from quorate.risk import Leg
from tests.fakes.clock import NOON
from tests.fakes.exchanges import AAPL, BOOK, SESSIONS, SimulatedStage, bar
from tests.fakes.orders import HurriedClock, Rubberstamp
from tests.integration.facts import one_of_each, run_requested
from tests.unit.execution.test_service import MARKET, SALE

pytestmark = pytest.mark.integration

INTENT = Intent(decided_at=NOON, trace_id=TraceId("t"))
FEE = Decimal("0.35")
POLICY = PortfolioPolicy(fee_per_fill_usd=FEE)


def sale(quantity=10):
    """Return a sale that another decision wants."""
    shares = Decimal(quantity)
    return replace(SALE, decision_id="dec_9", quantity=shares, intended_quantity=shares)


class NoBars:
    """A market without a stored series."""

    async def series(self, _symbols):
        return {}


class Desk:
    """A book, its simulated broker, its orders and its keeper."""

    def __init__(self, store):
        self.store = store
        self.stage = SimulatedStage(journal=store.journal, policy=POLICY)
        self.orders = SqlOrders(store.database, store.tenant)
        self.execution = ExecutionService(
            book=BOOK,
            broker=self.stage.broker,
            journal=store.journal,
            orders=self.orders,
            approval=Rubberstamp(),
            clock=HurriedClock(),
            policy=ExecutionPolicy(),
            jitter=lambda: 0.5,
        )
        self.keeper = self.another_keeper()

    def another_keeper(self, account=None):
        store = self.store
        return BookKeeper(
            book=BOOK,
            mode=BookMode.REPLAY,
            journal=store.journal,
            shelf=SqlShelf(store.database, store.tenant, FEE),
            account=account or self.stage.broker,
            hindsight=Hindsight(
                BOOK, store.journal, SqlAwaitedRuns(store.database, store.tenant), NoBars()
            ),
        )

    async def opened(self):
        await open_book(self.store)
        await self.stage.opened()
        await self.stage.broker.finish()
        return self

    async def placed(self, request=MARKET):
        return await self.execution.place(await Rubberstamp().approved(request), INTENT)

    async def day(self, opened, high, low, close, actions=()):
        """Play the next session as a REPLAY book's venue does."""
        await self.stage.morning(opened, high, low, close, actions=actions)
        for action in actions:
            if action.kind is ActionKind.SPLIT:
                await self.execution.split(
                    AAPL, action.numerator, action.denominator, action.session
                )
        await self.execution.reconcile()
        await self.execution.protect(AAPL, INTENT)
        await self.stage.broker.finish()
        await self.execution.reconcile()
        return await self.request(close, actions)

    async def request(self, close, actions=()):
        session = SESSIONS[self.stage.played]
        return MarkRequest(
            cycle_id=CycleId(f"cyc_{self.stage.played}"),
            session=session,
            at=close_of(session),
            prices={AAPL: Decimal(close)},
            actions={AAPL: actions} if actions else {},
            broker=await self.stage.broker.account(),
        )

    def rows(self, table, *names):
        columns = [column.name for column in table.columns][1:]
        return [
            tuple(dict(zip(columns, row, strict=True))[name] for name in names)
            for row in self.store.table(table)
        ]


async def open_book(store):
    opened = {"name": BOOK, "mode": BookMode.REPLAY, "cash": Decimal(100_000)}
    await store.add(Event(stream=f"book:{BOOK}", type="book.opened", book=BOOK, payload=opened))


@pytest.fixture
async def desk(store):
    return await Desk(store).opened()


async def test_a_trade_from_entry_to_target_is_kept_to_the_cent(desk):
    await desk.placed()
    mark = await desk.keeper.marked(await desk.day(100, 101, 99, "100.50"))
    assert (mark.number, mark.gap) == (1, 0)
    assert mark.cash == 100_000 - Decimal("1000.50") - FEE
    assert mark.equity == mark.cash + 1005
    assert desk.rows(OUTCOMES, "status", "pnl", "version") == [("pending", None, 1)]
    assert desk.rows(BOOKS, "cash", "positions") == [(str(mark.cash), '{"AAPL":"10"}')]
    await desk.execution.leave(sale(), INTENT)
    mark = await desk.keeper.marked(await desk.day(110, 111, 109, 110))
    gained = Decimal("1099.45") - Decimal("1000.50") - 2 * FEE
    assert mark.gap == 0
    assert mark.cash == mark.equity == 100_000 + gained
    assert desk.rows(OUTCOMES, "decision_id", "kind", "status", "pnl") == [
        ("dec_1", "entry", "win", str(gained)),
        ("dec_9", "exit", "breakeven", "0"),
    ]
    assert desk.rows(BOOK_MARKS, "number", "cycle_id", "session") == [
        (1, "cyc_1", "2012-03-02"),
        (2, "cyc_2", "2012-03-03"),
    ]
    assert desk.store.verified(projections=True).ok


async def test_a_stop_that_is_hit_loses(desk):
    await desk.placed()
    await desk.keeper.marked(await desk.day(100, 101, 99, 100))
    mark = await desk.keeper.marked(await desk.day(97, 98, 90, 92))
    assert mark.gap == 0
    ((payload,),) = desk.rows(OUTCOMES, "payload")
    assert '"status":"loss"' in payload
    standing = await desk.keeper.standing()
    assert [(each.stopped, each.sessions_ago) for each in standing.exits] == [(True, 0)]
    assert standing.lots == ()


async def test_a_mark_is_made_once_for_a_cycle(desk):
    await desk.placed()
    request = await desk.day(100, 101, 99, 100)
    first = await desk.keeper.marked(request)
    rows = len(desk.store.rows())
    assert await desk.keeper.marked(request) == first
    assert await desk.another_keeper().marked(request) == first
    later = await desk.keeper.marked(await desk.day(100, 101, 99, 100))
    assert await desk.keeper.marked(request) == first
    assert later.number == 2
    assert len(desk.rows(BOOK_MARKS, "number")) == 2
    assert len(desk.store.rows()) > rows


async def test_two_processes_that_mark_a_cycle_at_once_make_one_mark(desk):
    await desk.placed()
    request = await desk.day(100, 101, 99, 100)
    one, two = await asyncio.gather(  # noqa: TID251
        desk.keeper.marked(request), desk.another_keeper().marked(request)
    )
    assert one == two
    assert len(desk.rows(BOOK_MARKS, "number")) == 1


async def test_another_process_goes_on_where_the_first_left_off(desk):
    await desk.placed()
    await desk.keeper.marked(await desk.day(100, 101, 99, 100))
    known = await desk.keeper.standing()
    other = desk.another_keeper()
    assert await other.standing() == known
    await other.marked(await desk.day(100, 102, 99, 101))
    assert (await desk.keeper.standing()).number == 2


async def test_splits_and_dividends_keep_the_books_equal(desk):
    await desk.placed()
    await desk.keeper.marked(await desk.day(100, 101, 99, 100))
    session = SESSIONS[desk.stage.played + 1]
    split = CorporateAction(
        session=session, kind=ActionKind.SPLIT, ratio=Decimal(2), numerator=2, denominator=1
    )
    mark = await desk.keeper.marked(await desk.day(50, 51, 49, 50, [split]))
    assert (mark.gap, (await desk.keeper.standing()).kept.quantity_of(AAPL)) == (0, 20)
    assert desk.rows(HELD_SHARES, "quantity") == [("20",)]
    session = SESSIONS[desk.stage.played + 1]
    dividend = CorporateAction(
        session=session, kind=ActionKind.DIVIDEND, ratio=Decimal(50) / Decimal("49.63")
    )
    mark = await desk.keeper.marked(await desk.day(50, 51, 49, 50, [dividend]))
    assert mark.gap == 0
    assert mark.payload["ledger"]["dividends"] == "-7.40"
    await desk.execution.leave(sale(20), INTENT)
    mark = await desk.keeper.marked(await desk.day(50, 51, 49, 50))
    assert mark.gap == 0
    assert mark.cash == mark.equity


async def test_sessions_that_nobody_marked_are_made_up_for(desk):
    """The cycle of a session failed: its dividend fell between what was bought before it and after it."""
    await desk.placed()
    await desk.day(100, 101, 99, 100)
    session = SESSIONS[desk.stage.played + 1]
    dividend = CorporateAction(
        session=session, kind=ActionKind.DIVIDEND, ratio=Decimal(100) / Decimal(99)
    )
    await desk.placed(replace(MARKET, decision_id="dec_2"))
    await desk.day(100, 101, 99, 100, [dividend])
    await desk.execution.leave(sale(20), INTENT)
    request = await desk.day(100, 101, 99, 100)
    mark = await desk.keeper.marked(replace(request, actions={AAPL: [dividend]}))
    assert mark.gap == 0
    assert mark.payload["ledger"]["dividends"] == "-10.00"


class Richer:
    """A broker's account with more cash than there should be."""

    def __init__(self, whole, more):
        self._whole, self.more, self.asked = whole, more, 0

    async def account(self):
        self.asked += 1
        account = await self._whole.account()
        return replace(account, cash=account.cash + self.more)


async def test_a_new_gap_reduces_and_is_never_booked(desk):
    await desk.placed()
    rich = Richer(desk.stage.broker, Decimal("0.01"))
    keeper = desk.another_keeper(rich)
    request = await desk.day(100, 101, 99, 100)
    mark = await keeper.marked(replace(request, broker=await rich.account()))
    assert mark.gap == Decimal("0.01")
    assert rich.asked == 4
    assert desk.rows(TRADING_STATES, "state", "changed_by") == [("REDUCING", "keeper")]
    assert mark.cash == (await desk.stage.broker.account()).cash
    request = await desk.day(100, 101, 99, 100)
    rows = [row.type for row in desk.store.rows()].count("trading.moved")
    again = await keeper.marked(replace(request, broker=await rich.account()))
    assert again.gap == mark.gap
    assert [row.type for row in desk.store.rows()].count("trading.moved") == rows


async def test_a_gap_that_the_broker_takes_back_is_none(desk):
    await desk.placed()
    rich = Richer(desk.stage.broker, Decimal(0))
    request = await desk.day(100, 101, 99, 100)
    stale = replace(request.broker, cash=request.broker.cash + 5)
    mark = await desk.another_keeper(rich).marked(replace(request, broker=stale))
    assert (mark.gap, rich.asked) == (0, 1)
    assert desk.rows(TRADING_STATES, "state") == []


async def test_there_is_nothing_to_keep_of_a_book_that_was_never_opened(store):
    shelf = SqlShelf(store.database, store.tenant, FEE)
    with pytest.raises(RejectedError):
        await shelf.newest(BookName("nowhere"), -1)


async def test_an_entry_that_never_filled_is_cancelled(desk):
    placed = await desk.placed()
    await desk.execution.cancel(placed.order.client_order_id)
    await desk.keeper.marked(await desk.day(100, 101, 99, 100))
    assert desk.rows(OUTCOMES, "status", "pnl", "opened_at") == [("cancelled", None, "")]


async def test_due_exits_carry_the_hash_that_the_entry_was_approved_for(desk):
    await desk.placed()
    await desk.keeper.marked(await desk.day(100, 101, 99, 100))
    standing = await desk.keeper.standing()
    assert await desk.keeper.due({}, standing.session) == []
    hashes = await SqlShelf(desk.store.database, desk.store.tenant, FEE).hashes(["dec_1", "dec_2"])
    assert hashes == {"dec_1": "h"}


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        pytest.param(
            {"stop": "91", "target": "130", "timeHorizon": "P5D"},
            (Decimal(91), Decimal(130), 5),
            id="what the decision names",
        ),
        pytest.param({}, (None, None, 20), id="twenty sessions where it names nothing"),
    ],
)
async def test_without_a_cycle_an_entry_is_left_as_its_decision_says(desk, told, expected):
    (decision,) = [event for event in one_of_each() if event.type == "decision.made"]
    made = replace(decision, payload={**decision.payload, **told})
    await desk.store.add(run_requested("run_1"), made)
    await desk.placed()
    await desk.keeper.marked(await desk.day(100, 101, 99, 100))
    (lot,) = (await desk.keeper.standing()).lots
    assert (lot.stop, lot.target, lot.horizon) == expected


async def test_a_target_that_was_reached_is_due(desk):
    (decision,) = [event for event in one_of_each() if event.type == "decision.made"]
    made = replace(decision, payload={**decision.payload, "target": "102"})
    await desk.store.add(run_requested("run_1"), made)
    await desk.placed()
    request = await desk.day(100, 103, 99, 100)
    await desk.keeper.marked(request)
    session = request.session
    assert await desk.keeper.due({AAPL: bar(session, 100, "101.99", 99, 100)}, session) == []
    (due,) = await desk.keeper.due({AAPL: bar(session, 100, 103, 99, 100)}, session)
    assert (due.decision_id, due.decision_hash, due.leg, due.quantity) == (
        "dec_1",
        "h",
        Leg.TARGET,
        10,
    )
