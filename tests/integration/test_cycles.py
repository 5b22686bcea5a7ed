"""Cycles of a REPLAY book on both databases: they trade, protect, balance to the cent, and are gone on with."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import partial

import pytest

from quorate.adapters.sql.cycles import cycles_of, stage_of
from quorate.bootstrap.trading import ReplayTerms
from quorate.cycle.previewing import PREVIEWED
from quorate.cycle.record import CycleFact, read_cycle, stream_of
from quorate.cycle.risk_management.service import ALREADY_HELD
from quorate.cycle.schedule import ScheduleState
from quorate.cycle.stage import CycleStage
from quorate.execution.recorded import OrderFact
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import BookName, StrategyName, Symbol
from quorate.kernel.step_message import StepName
from quorate.risk import Leg, OrderKind
from tests.integration.homes import opened_home
from tests.integration.test_opening import home, seeded, store_of

__all__ = ["home", "seeded"]

pytestmark = pytest.mark.integration

AAPL = Symbol("AAPL")
TERMS = ReplayTerms(first=date(2012, 3, 1), last=date(2012, 3, 16), symbols=(AAPL, Symbol("MSFT")))
SESSIONS = 12
BOOK = BookName("replay-1")


@pytest.fixture
async def app(home):
    path, url = home
    async with opened_home(path, url) as app:
        yield app


@pytest.fixture
async def replayed(app):
    return await app.trading.replay(TERMS)


async def lines(app, book=BOOK):
    store = store_of(app)
    return await store.database.read(partial(cycles_of, tenant=store.tenant, book=book, most=500))


async def test_every_session_is_one_cycle_that_was_audited(app, replayed):
    assert [cycle.facts.session for cycle in replayed.cycles] == sorted(
        cycle.facts.session for cycle in replayed.cycles
    )
    assert len(replayed.cycles) == SESSIONS
    assert (replayed.failed, replayed.violations) == (0, ())
    assert {line.audit_passed for line in await lines(app)} == {True}
    assert {line.stage for line in await lines(app)} == {CycleStage.WAITING_FOR_NEXT_CYCLE}


async def test_it_trades_and_balances_to_the_cent(app, replayed):
    assert replayed.placed["entry"] > 0
    assert replayed.gap == 0
    book = await app.trading.open_book(BOOK)
    account = await book.broker.account()
    standing = await book.keeper.standing()
    assert (standing.cash, standing.equity) == (account.cash, account.equity)
    held = {position.symbol: position.quantity for position in await book.broker.positions()}
    assert await book.orders.held(BOOK) == held
    assert sum(standing.ledger.balances.values()) == Decimal(0)


async def test_every_filled_entry_has_its_stop_before_its_cycle_ends(app, replayed):
    """DESIGN 8, Exits: in the journal the stop's row stands before the row that ends the cycle."""
    rows = store_of(app).rows()
    ended = {row.stream: row.seq for row in rows if row.type == CycleFact.ENDED}
    stops = {
        row.facts["decisionId"]: row
        for row in rows
        if row.type == OrderFact.INTENDED and row.facts["request"]["leg"] == Leg.STOP
    }
    entries = [
        row
        for row in rows
        if row.type == OrderFact.INTENDED and row.facts["request"]["leg"] == Leg.ENTRY
    ]
    assert len(entries) == replayed.placed["entry"] > 0
    for entry in entries:
        stop = stops[entry.facts["decisionId"]]
        request = stop.facts["request"]
        assert request["kind"] == OrderKind.STOP
        assert request["price"] == entry.facts["request"]["protectiveStop"]
        over = min(seq for seq in ended.values() if seq > entry.seq)
        assert entry.seq < stop.seq < over


async def test_a_decision_leads_to_its_order_fill_and_outcome(app, replayed):
    run = await app.recorded_run(replayed.run_ids[0])
    assert run.header.fact.cycle_id == replayed.cycles[0].facts.cycle_id
    assert run.trace_id == replayed.cycles[0].facts.trace_id, "one trace from evidence to outcome"
    bought = [
        trade
        for cycle in replayed.cycles
        for trade in cycle.told(StepName.EXECUTION).items("orders")
        if trade.text("leg") == "entry"
    ]
    story = await app.orders.outcome(bought[0].text("decisionId"))
    assert story.order_intent_id == bought[0].text("clientOrderId")
    assert story.fill_ids
    assert story.position_snapshot_ids


async def test_the_journal_verifies_and_folds_again(replayed, app):
    told = await app.verify(projections=True, against=None)
    assert told.ok, told
    assert replayed.cycles


async def test_what_is_recorded_is_what_was_walked(app, replayed):
    journal = app._store.journal
    for cycle in replayed.cycles:
        told = read_cycle(await journal.entries(stream_of(cycle.facts.cycle_id)))
        assert told.trace == cycle.trace
        assert told.run_id == replayed.run_ids[cycle.facts.number - 1]


async def test_the_same_replay_again_is_a_book_of_its_own_with_the_same_end(app, replayed):
    again = await app.trading.replay(TERMS)
    assert again.book == "replay-2"
    assert (again.cash, again.equity, again.placed) == (
        replayed.cash,
        replayed.equity,
        replayed.placed,
    )


async def test_the_working_book_walks_a_session_each_time_and_stops_at_the_end(home):
    path, url = home
    async with opened_home(path, url, CYCLE__FIRST_SESSIONS="2", CYCLE__SYMBOLS="AAPL") as app:
        first, second, last = [await app.trading.once() for _ in range(3)]
        assert [cycle.facts.session for cycle in (first, second, last)] == [
            date(2013, 2, 27),
            date(2013, 2, 28),
            date(2013, 3, 1),
        ]
        assert last.told(StepName.MONITORING).flag("lastSession")
        with pytest.raises(RejectedError, match="no bars are stored after 2013-03-01"):
            await app.trading.once()
        assert (await app.trading.status()).stage.number == 3


async def test_another_process_goes_on_with_the_working_book(home):
    path, url = home
    async with opened_home(path, url) as one, opened_home(path, url) as two:
        sessions = [(await app.trading.once()).facts.session for app in (one, two, one, two)]
    assert sessions == sorted(set(sessions))


async def test_the_schedule_is_kept_and_the_next_start_told(app):
    before = await app.trading.status()
    assert (before.schedule.state, before.stage.number) == (ScheduleState.STOPPED, 0)
    running = await app.trading.start(60.0)
    assert running.schedule.state is ScheduleState.RUNNING
    assert running.schedule.next_start_at is not None
    assert (await app.trading.stop()).schedule.next_start_at is None
    store = store_of(app)
    stage = await store.database.read(
        partial(stage_of, tenant=store.tenant, book=BookName("replay"))
    )
    assert stage.skipped == 0


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        (
            ReplayTerms(first=date(2012, 3, 1), last=date(2012, 3, 2), symbols=(Symbol("ZZZ"),)),
            "ZZZ",
        ),
        (ReplayTerms(first=date(2031, 3, 1), last=date(2031, 3, 2), symbols=(AAPL,)), "no session"),
        (
            ReplayTerms(
                first=date(2012, 3, 1),
                last=date(2012, 3, 2),
                symbols=(AAPL,),
                strategy=StrategyName("none-such"),
            ),
            "none-such",
        ),
    ],
    ids=["symbol", "days", "strategy"],
)
async def test_what_cannot_be_replayed_is_refused_before_a_book_is_opened(app, terms, said):
    with pytest.raises(RejectedError, match=said):
        await app.trading.replay(terms)
    assert await lines(app) == []


async def test_a_buy_of_what_is_held_is_refused_as_what_it_is(replayed):
    """Not as a wash trade: nothing is added to a position, whatever rests at the broker."""
    refused = [
        told
        for cycle in replayed.cycles
        for told in cycle.told(StepName.RISK_MANAGEMENT).items("orders")
        if not told.flag("approved")
    ]
    assert "WASH_TRADE_RISK" not in {told.text("code") for told in refused}
    added = [told for told in refused if told.text("code") == ALREADY_HELD]
    assert added
    assert all("nothing is added to a position" in told.text("detail") for told in added)
    assert {told.tree["verdictId"] for told in added} == {None}, "no check had to be asked"


async def test_a_dry_run_says_what_the_cycle_would_send_and_sends_nothing(home):
    """The cycle that is walked then wants the same, and everything that trades stood still before it."""
    path, url = home
    async with opened_home(path, url, CYCLE__SYMBOLS="AAPL") as app:
        before = await trading_rows(app)
        looked = await app.trading.preview()
        assert await trading_rows(app) == before
        assert [message.agent for message in looked.messages] == list(PREVIEWED)
        walked = await app.trading.once(await app.trading.working_book())
    wanted, sent = (
        [
            (told.text("symbol"), told.text("leg"), told.flag("approved"), told.tree["quantity"])
            for told in cycle.told(StepName.RISK_MANAGEMENT).items("orders")
            if told.flag("approved")
        ]
        for cycle in (looked, walked)
    )
    assert wanted == sent != []


async def test_a_cycle_of_a_book_that_is_not_there_is_refused(app):
    with pytest.raises(RejectedError, match="there is no book 'nobody'"):
        await app.trading.once(BookName("nobody"))


async def trading_rows(app):
    """Return every row that trades, or would have to be judged; a comparison with the broker only looks."""
    rows = store_of(app).rows()
    kinds = ("cycle.", "order.", "trading.", "lock.", "risk.", "book.", "account.")
    return [(row.seq, row.type) for row in rows if row.type.startswith(kinds)]
