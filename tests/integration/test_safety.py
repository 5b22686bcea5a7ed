"""The kill switch on a real home: what it stops, what it leaves, and what of it survives a restart."""

import asyncio
import shutil
from dataclasses import dataclass, field, replace

import pytest

from quorate.adapters.sql.desk_records import SqlDeskRecords
from quorate.adapters.sql.orders import SqlOrders
from quorate.arbiter.coordination import CircuitOpenError
from quorate.arena.acceptance import RequestKey
from quorate.bootstrap import open_app
from quorate.bootstrap.safety import HaltWish, Safety
from quorate.bootstrap.safety.reading import standings_of
from quorate.execution.broker import BrokerUnavailableError
from quorate.execution.halting import AUDITOR, HaltFact, HaltScope
from quorate.execution.policy import ExecutionPolicy
from quorate.execution.recorded import TradingStanding, trading_event
from quorate.execution.sending import Intent
from quorate.execution.service import ExecutionService
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import BookName, TraceId
from quorate.llm.call import ModelId
from quorate.llm.failover import WELL, ModelHealth
from quorate.portfolio.book import BookMode
from quorate.resilience import Breaker, BreakerPolicy, Circuit
from quorate.risk import Leg, TradingState
from tests.fakes.brokers import FakeBroker
from tests.fakes.clock import settle
from tests.fakes.homes import settings_of
from tests.fakes.orders import Rubberstamp
from tests.unit.execution.test_service import MARKET

pytestmark = pytest.mark.integration

REPLAY, PAPER = BookName("replay"), BookName("paper")
WISH = HaltWish(scope=HaltScope.CANCEL, reason="odd fills", by="operator")
MODEL = ModelId("openrouter", "openai/gpt")


@dataclass
class FakeModels:
    """One model that fails, whose breaker is open."""

    known: dict[ModelId, ModelHealth] = field(
        default_factory=lambda: {
            MODEL: ModelHealth(breaker=Breaker(circuit=Circuit.OPEN, until=10**9))
        }
    )
    breaker_policy: BreakerPolicy = field(default_factory=BreakerPolicy)

    def healths(self):
        return dict(self.known)

    def reset(self, model):
        self.known[model] = WELL


@dataclass
class Book:
    """A book at a broker in memory."""

    name: BookName
    execution: ExecutionService
    broker: FakeBroker
    lifts: list[object] = field(default_factory=list)

    @property
    def desk(self):
        return self

    async def lifted(self, kind, symbol, *, reason, by):
        self.lifts.append((kind, symbol, reason, by))

    async def entry(self, number=1):
        """Place an entry that nobody fills."""
        request = replace(MARKET, decision_id=f"dec_{number}")
        approved = await Rubberstamp().approved(request)
        intent = Intent(decided_at=self.execution._clock.now(), trace_id=TraceId("t"))
        return (await self.execution.place(approved, intent)).order

    async def bought(self):
        """Buy 10, have them filled and protected."""
        order = await self.entry()
        self.broker.fill(order.client_order_id, 10, 100)
        for frame in self.broker.delivered():
            await self.execution.hear(frame)
        intent = Intent(decided_at=self.execution._clock.now(), trace_id=TraceId("t"))
        await self.execution.protect(MARKET.symbol, intent)


@dataclass
class Books:
    """The books of a home; `missing` cannot be opened."""

    opened: dict[BookName, Book]
    current: BookName = REPLAY
    working: BookName = REPLAY
    missing: str = ""

    async def open_book(self, name):
        if self.missing:
            raise BrokerUnavailableError(self.missing, source="broker")
        return self.opened[name]

    async def current_book(self):
        return self.current

    async def working_book(self):
        return self.working


@dataclass
class Stage:
    """A home with two books, and its safety."""

    app: object
    books: Books
    models: FakeModels
    safety: Safety

    @property
    def replay(self):
        return self.books.opened[REPLAY]

    async def state(self, book=REPLAY):
        return (await self.safety.standings(book))[0].state

    async def rows(self, stream):
        return [each.type for each in await self.app._store.journal.entries(stream)]

    async def orders(self, book=REPLAY):
        found = await self.replay.execution._orders.orders_of(book, MARKET.symbol)
        return sorted((each.order.request.leg.value, each.order.state.value) for each in found)


@pytest.fixture(scope="module")
def fresh_home(tmp_path_factory):
    """Return a home that was opened once, to be copied: seeding takes longer than a test."""
    home = tmp_path_factory.mktemp("fresh")

    async def opened():
        async with open_app(settings_of(home)):
            pass

    asyncio.run(opened())
    return home


@pytest.fixture
async def stage(tmp_path, fresh_home):
    shutil.copytree(fresh_home, tmp_path, dirs_exist_ok=True)
    async with open_app(settings_of(tmp_path)) as app:
        store = app._store
        opened = {name: made_book(store, name) for name in (REPLAY, PAPER)}
        books, models = Books(opened), FakeModels()
        yield Stage(app, books, models, Safety(store, books, models, lambda: app.coordination))


def made_book(store, name):
    broker = FakeBroker()
    execution = ExecutionService(
        book=name,
        broker=broker,
        journal=store.journal,
        orders=SqlOrders(store.database, store.tenant),
        approval=Rubberstamp(),
        clock=store.clock,
        policy=ExecutionPolicy(),
        jitter=lambda: 0.0,
    )
    return Book(name, execution, broker)


async def test_a_halt_cancels_entries_keeps_positions_and_refuses_what_comes(stage):
    await stage.replay.bought()
    await stage.replay.entry(2)
    outcome = await stage.safety.halt(WISH)
    assert (outcome.target, outcome.applied, outcome.complete) == ("replay", True, True)
    (book,) = outcome.books
    assert (len(book.report.cancelled), book.reach.positions) == (1, ("AAPL",))
    assert (await stage.replay.entry(3)).reason == "TRADING_HALTED"
    assert await stage.orders() == [
        ("entry", "CANCELED"),
        ("entry", "DENIED"),
        ("entry", "FILLED"),
        ("stop", "WORKING"),
    ]


async def test_it_is_still_halted_in_another_process_and_says_by_whom(stage, tmp_path):
    await stage.safety.halt(WISH)
    async with open_app(settings_of(tmp_path)) as other:
        (line,) = await other.safety.standings(REPLAY)
        assert (line.state, line.reason, line.by) == (TradingState.HALTED, "odd fills", "operator")
        assert (await other.verify(projections=True, against=None)).ok


async def test_every_book_that_trades_now_is_halted_and_one_alone_where_it_is_named(stage):
    stage.books.working = PAPER
    outcome = await stage.safety.halt(WISH)
    assert outcome.target == "replay,paper"
    assert len({each.halt.id for each in outcome.books}) == 1
    assert await stage.safety.resume("ok", "operator") != ()
    alone = await stage.safety.halt(replace(WISH, book=REPLAY))
    assert alone.target == "replay"
    assert [line.trades for line in await stage.safety.standings()] == [False, True]


async def test_a_book_that_is_made_after_a_halt_of_the_home_is_halted_too_until_it_is_resumed(
    stage,
):
    """Without a book named the whole home stops: a replay that is started afterwards may not trade either."""
    later = BookName("replay-7")
    await stage.safety.halt(WISH)
    new = stage.books.opened[later] = made_book(stage.app._store, later)
    assert (await new.entry()).reason == "TRADING_HALTED"
    (line,) = await standings_of(stage.app._store, [later])
    assert (line.state, line.reason, line.by) == (TradingState.HALTED, "odd fills", "operator")
    assert (await desk_records(stage).trading(later)).standing.state is TradingState.HALTED
    with pytest.raises(RejectedError, match="the whole home was halted by operator: odd fills"):
        await stage.safety.resume("ok", "operator", REPLAY)
    await stage.safety.resume("looked into it", "operator")
    assert (await new.entry(2)).state == "WORKING"
    assert (await stage.replay.entry(3)).state == "WORKING"
    assert (await stage.app.verify(projections=True, against=None)).ok


async def test_a_halt_of_one_book_stops_no_other(stage):
    await stage.safety.halt(replace(WISH, book=REPLAY))
    new = stage.books.opened[BookName("b")] = made_book(stage.app._store, BookName("b"))
    assert (await new.entry()).state == "WORKING"
    assert (await stage.safety.resume("ok", "operator", REPLAY)).resumed == (REPLAY,)


def desk_records(stage):
    store = stage.app._store
    return SqlDeskRecords(store.database, store.tenant, BookMode.REPLAY, decision_ttl_s=60)


async def test_a_book_that_was_never_opened_can_be_halted_before_its_first_cycle(stage):
    stage.books.current = stage.books.working = PAPER
    await stage.safety.halt(replace(WISH, scope=HaltScope.NEW))
    (line,) = await stage.safety.standings()
    assert (line.book, line.state, line.mode) == (PAPER, TradingState.HALTED, "")


@pytest.mark.parametrize("scope", sorted(HaltScope))
async def test_a_broker_that_cannot_be_opened_leaves_the_halt_standing(stage, scope):
    await stage.replay.bought()
    await stage.replay.entry(2)
    stage.books.missing = "no answer in 10 s"
    outcome = await stage.safety.halt(replace(WISH, scope=scope))
    assert await stage.state() is TradingState.HALTED
    (book,) = outcome.books
    assert outcome.complete is (scope is HaltScope.NEW)
    assert len(book.report.unconfirmed) == (0 if scope is HaltScope.NEW else 1)
    assert [each.name for each in book.report.held] == (
        ["AAPL"] if scope is HaltScope.FLATTEN else []
    )


async def test_flattening_sells_what_is_held(stage):
    await stage.replay.bought()
    outcome = await stage.safety.halt(replace(WISH, scope=HaltScope.FLATTEN))
    assert outcome.books[0].report.closing == ("AAPL",)
    assert await stage.orders() == [
        ("entry", "FILLED"),
        (Leg.FLATTEN.value, "WORKING"),
        ("stop", "CANCELED"),
    ]


async def test_a_slow_broker_is_not_waited_for_longer_than_told_and_goes_on_after(stage):
    await stage.replay.entry()
    answers, cancel = asyncio.Event(), stage.replay.broker.cancel

    async def slow(id_):
        await answers.wait()
        await cancel(id_)

    stage.replay.broker.cancel = slow
    outcome = await stage.safety.halt(replace(WISH, patience_s=0.0))
    assert (outcome.books[0].report, outcome.complete) == (None, False)
    view = await stage.safety.view()
    assert (view.standing.trades, view.unfinished) == (False, outcome.books[0].halt.id)
    answers.set()
    async with asyncio.timeout(30):
        while (await stage.safety.view()).unfinished:
            await settle()
    (told,) = (await stage.safety.halted(outcome.books[0].halt.id)).books
    assert len(told.report.cancelled) == 1


async def test_the_same_key_is_one_halt_and_another_wish_with_it_is_refused(stage):
    key = RequestKey(principal="op", key="k1", fingerprint="a")
    first = await stage.safety.halt(replace(WISH, key=key))
    again = await stage.safety.halt(replace(WISH, key=key))
    assert (first.replayed, again.replayed, again.applied) == (False, True, False)
    assert again.books[0].halt.id == first.books[0].halt.id
    assert (await stage.rows("halt:replay")).count(HaltFact.ORDERED) == 1
    with pytest.raises(RejectedError, match="was used for another request"):
        await stage.safety.halt(replace(WISH, key=replace(key, fingerprint="b")))


async def test_two_processes_that_halt_at_once_halt_once(stage):
    other = Safety(stage.app._store, stage.books, stage.models, lambda: stage.app.coordination)
    async with asyncio.TaskGroup() as group:
        for safety in (stage.safety, other):
            group.create_task(safety.halt(replace(WISH, scope=HaltScope.NEW)))
    assert await stage.rows("trading:replay") == ["trading.moved"]


@pytest.mark.parametrize("reason", ["", "   "])
async def test_without_a_reason_nothing_happens(stage, reason):
    for act in (stage.safety.halt(replace(WISH, reason=reason)), stage.safety.resume(reason, "op")):
        with pytest.raises(RejectedError, match="a reason is wanted"):
            await act
    assert await stage.rows("trading:replay") == []


@pytest.mark.parametrize("name", ["nobody", "../etc", "Replay", ""])
async def test_a_book_that_is_not_there_is_not_found(stage, name):
    with pytest.raises(RejectedError, match="no book") as refused:
        await stage.safety.halt(replace(WISH, book=BookName(name)))
    assert refused.value.slug == "not-found"


async def halted_by_auditor(stage):
    event = trading_event(
        REPLAY, TradingStanding(), TradingState.HALTED, reason="RISK_ABOVE_LIMIT", by=AUDITOR
    )
    await stage.app._store.journal.commit(lambda _tx: [event])


async def breaker(stage, name):
    """Return the only breaker of that name."""
    (line,) = [each for each in await stage.safety.breakers() if each.name == name]
    return line


async def test_the_auditors_breaker_is_open_until_a_person_closes_it(stage):
    await halted_by_auditor(stage)
    line = await breaker(stage, "trading")
    assert (line.circuit, line.latched) == ("open", True)
    assert "RISK_ABOVE_LIMIT" in line.detail
    change = await stage.safety.reset_breaker("trading", "the rule was wrong", "operator")
    assert (change.applied, change.line.closed) == (True, True)
    assert await stage.state() is TradingState.ACTIVE
    assert not (await stage.safety.reset_breaker("trading", "again", "operator")).applied


async def test_a_persons_halt_is_no_trip_of_the_auditor(stage):
    await stage.safety.halt(WISH)
    assert (await breaker(stage, "trading")).closed


async def test_a_models_breaker_is_told_and_closed(stage):
    line = await breaker(stage, "openrouter~openai~gpt")
    assert line.dependency == "openrouter/openai/gpt"
    assert (line.circuit, line.left_s > 0) == ("open", True)
    change = await stage.safety.reset_breaker(line.name, "it is back", "operator")
    assert change.applied
    with pytest.raises(RejectedError, match="no breaker"):
        await stage.safety.reset_breaker("nobody", "x", "operator")


async def test_the_breaker_of_new_tasks_is_held_open_by_a_shutdown_and_closed_by_a_person(stage):
    coordination = stage.app.coordination
    assert (await breaker(stage, "tasks")).closed
    await coordination.shut(["tsk_1"])
    line = await breaker(stage, "tasks")
    assert (line.circuit, line.latched, line.left_s) == ("open", True, None)
    assert "tsk_1 completed without a valid verdict" in line.detail
    with pytest.raises(CircuitOpenError):
        await coordination.admit()
    change = await stage.safety.reset_breaker("tasks", "a row was lost, restored", "operator")
    assert (change.applied, change.line.closed) == (True, True)
    await coordination.admit()


async def test_what_stopped_trading_is_told_newest_first(stage):
    await stage.replay.entry()
    await stage.safety.halt(WISH)
    await stage.safety.resume("fills match the tape", "operator")
    trips = (await stage.safety.view()).trips
    assert [(trip.title, trip.text) for trip in trips] == [
        ("Resumed by operator", "fills match the tape"),
        ("Open orders cancelled", "1 cancelled"),
        ("Halted by operator", "odd fills"),
    ]


async def test_limits_are_told_with_the_keys_that_set_them(stage):
    lines = await stage.safety.limits()
    assert (lines[0].key, str(lines[0].limit)) == ("", "0.01")
    by_key = {line.key: line for line in lines}
    assert by_key["risk.max_orders_per_day"].now == 0
    assert by_key["risk.reducing_day_loss"].now is None
    assert stage.safety.limits_etag == stage.safety.limits_etag


async def test_a_drill_proves_the_way_and_changes_nothing_real(stage):
    report = await stage.safety.drill("operator")
    assert report.passed, report.steps
    assert await stage.state() is TradingState.ACTIVE
    assert await stage.rows("trading:replay") == []
    assert await stage.rows(f"trading:{report.book}") == ["trading.moved"] * 2
    last = await stage.safety.last_drill()
    assert (last.halt_id, last.steps) == (report.halt_id, report.steps)
    assert (await stage.app.verify(projections=True, against=None)).ok


async def test_a_drill_while_trading_is_halted_leaves_it_halted(stage):
    await stage.safety.halt(WISH)
    assert (await stage.safety.drill("operator")).passed
    assert await stage.state() is TradingState.HALTED


async def test_closing_waits_for_cancels_that_are_under_way_and_then_leaves_them(stage):
    await stage.replay.entry()

    async def never(_id):
        await asyncio.Event().wait()

    stage.replay.broker.cancel = never
    await stage.safety.halt(replace(WISH, patience_s=0.0))
    await stage.safety.close(patience=0.01)
    assert (await stage.safety.view()).unfinished
    assert await stage.state() is TradingState.HALTED
