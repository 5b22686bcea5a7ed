"""The order book on a real home: what a replay left is read, and what people do about it is done once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import pytest
import pytest_asyncio

from quorate.arena.acceptance import RequestKey
from quorate.arena.record import RunFilter
from quorate.bootstrap import open_app
from quorate.bootstrap.ordering import OrderBook
from quorate.bootstrap.trading.facade import ReplayTerms
from quorate.cycle.story import chapters_of, headline, story_json
from quorate.execution import OrderState
from quorate.execution.listing import OrderFilter, OrderView
from quorate.execution.outcome_link import OutcomeFilter, OutcomeStatus
from quorate.execution.positions import Source
from quorate.kernel.action import FinalAction
from quorate.kernel.errors import ConflictError, RejectedError, UnavailableError
from quorate.kernel.ids import BookName, Symbol
from quorate.risk import Leg
from tests.fakes.homes import settings_of

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]

AAPL, GOOG = Symbol("AAPL"), Symbol("GOOG")
TERMS = ReplayTerms(
    first=date(2012, 7, 16), last=date(2012, 8, 20), symbols=tuple(map(Symbol, ("AAPL", "GOOG")))
)
"""Sessions of the packaged bars in which GOOG is bought and reaches its target, and AAPL is bought and held."""


def key(text="k", *, fingerprint="f"):
    return RequestKey(principal="operator", key=text, fingerprint=fingerprint)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def app(tmp_path_factory):
    """Return a home with one replayed book."""
    async with open_app(settings_of(tmp_path_factory.mktemp("orders-home"))) as opened:
        await opened.trading.replay(TERMS)
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def book(app):
    return await app.orders.book()


async def orders_of(app, book, **wanted):
    return (await app.orders.orders(OrderFilter(book=book.name, **wanted), 200)).items


async def entry_of(app, book, symbol):
    return (await orders_of(app, book, symbol=symbol, leg=Leg.ENTRY))[0]


async def test_the_book_of_the_newest_cycle_is_shown(app, book):
    assert book.name == "replay-1"
    assert await app.orders.books() == ["replay-1"]
    assert (await app.orders.book("replay")).name == "replay"
    with pytest.raises(RejectedError, match="there is no book 'nobody'"):
        await app.orders.book("nobody")


async def test_every_order_leads_to_its_decision_its_run_and_its_cycle(app, book):
    lines = await orders_of(app, book)
    assert {line.symbol for line in lines} == {AAPL, GOOG}
    for line in lines:
        run = await app.recorded_run(line.run_id)
        assert line.request.decision_id in [made.fact.decision_id for made in run.decisions]
        assert (line.cycle_id.startswith("cyc_"), line.session >= "2012-07-16") == (True, True)
    entry = await entry_of(app, book, AAPL)
    assert (entry.state, entry.stop.state) == (OrderState.FILLED, OrderState.WORKING)
    counts = await app.orders.counts(OrderFilter(book=book.name))
    assert counts[OrderView.ALL] == len(lines)


async def test_positions_are_the_brokers_word_with_their_stop(app, book):
    held = await app.orders.positions(book)
    (line,) = held.items
    assert (held.source, held.as_of, held.is_stale) == (Source.BROKER, "2012-08-21", False)
    assert (line.symbol, line.differs, line.unprotected) == (AAPL, False, 0)
    assert line.decision_id == (await entry_of(app, book, AAPL)).request.decision_id
    assert held.equity == held.cash + line.market_value


async def test_an_outcome_links_decision_order_fills_and_snapshots(app, book):
    totals = await app.orders.totals(book.name)
    assert (totals.entries[OutcomeStatus.WIN], totals.closed) == (1, 1)
    (won,) = (
        await app.orders.outcomes(OutcomeFilter(book=book.name, status=OutcomeStatus.WIN), 10)
    ).items
    entry = await entry_of(app, book, GOOG)
    assert (won.decision_id, won.order_intent_id) == (
        entry.request.decision_id,
        entry.client_order_id,
    )
    assert set(entry.executed) < set(won.fill_ids)
    assert won.position_snapshot_ids
    assert won == await app.orders.outcome(won.decision_id[:12])


async def test_a_decision_without_an_order_has_no_outcome_to_show(app):
    runs = (await app.list_runs(RunFilter(), 200, None)).items
    quiet = next(
        made for run in runs for made in run.decisions if made.action is FinalAction.NO_TRADE
    )
    with pytest.raises(RejectedError, match="has no order, so it has no outcome"):
        await app.orders.outcome(quiet.decision_id)
    assert headline(await app.orders.story(quiet.decision_id)).startswith("It refused to trade")


async def test_the_story_is_told_from_the_journal_alone(app, book):
    entry = await entry_of(app, book, GOOG)
    story = await app.orders.story(entry.request.decision_id)
    said = headline(story)
    assert said.startswith("Bought ")
    assert "by its target: a win of $" in said
    assert [chapter.name for chapter in chapters_of(story)] == [
        *("evidence", "votes", "consensus", "gate", "risk", "order", "protection", "exit"),
        *("outcome", "audit"),
    ]
    tree = story_json(story)
    assert len(tree["verdicts"][0]["checks"]) == 28
    assert [order["leg"] for order in tree["orders"]] == ["entry", "stop", "target"]
    assert all(fill["session"] for order in tree["orders"] for fill in order["fills"])
    head = await app.feed().head()
    cited = {
        int(row.removeprefix("journal:"))
        for chapter in chapters_of(story)
        for sentence in chapter.sentences
        for row in sentence.evidence
    }
    assert cited <= set(range(1, head + 1))


async def test_a_protective_stop_is_not_cancelled_while_it_protects(app, book):
    entry = await entry_of(app, book, AAPL)
    with pytest.raises(ConflictError, match="is the protective stop of the AAPL that is held"):
        await app.orders.cancel(entry.stop.client_order_id)
    assert (await entry_of(app, book, AAPL)).stop.state is OrderState.WORKING


async def test_what_is_over_is_not_cancelled_again(app, book):
    entry = await entry_of(app, book, GOOG)
    change = await app.orders.cancel(entry.client_order_id)
    assert (change.applied, change.line.state) == (False, OrderState.FILLED)
    with pytest.raises(RejectedError, match="there is no order 'a1-none'"):
        await app.orders.cancel("a1-none")


async def test_a_comparison_is_recorded_and_its_key_is_good_once(app, book):
    first = await app.orders.reconcile(book, key("compare"))
    again = await app.orders.reconcile(book, key("compare"))
    assert (first.comparison.agrees, first.replayed, again.replayed) == (True, False, True)
    assert first.comparison.seq == again.comparison.seq
    with pytest.raises(RejectedError, match="was used for another request"):
        await app.orders.reconcile(book, key("compare", fingerprint="another"))
    assert await app.orders.comparison(BookName("replay")) is None


async def test_a_position_is_closed_once_however_often_it_is_asked(app, book):
    change = await app.orders.close(book, AAPL, key("close"))
    assert (change.applied, change.line.request.leg) == (True, Leg.FLATTEN)
    entry = await entry_of(app, book, AAPL)
    assert entry.stop.state is OrderState.CANCELED
    assert change.line.request.decision_id == entry.request.decision_id
    replayed = await app.orders.close(book, AAPL, key("close"))
    under_way = await app.orders.close(book, AAPL, key("another"))
    assert (replayed.applied, replayed.replayed) == (False, True)
    assert (under_way.applied, under_way.replayed) == (False, False)
    assert under_way.line.client_order_id == change.line.client_order_id
    assert len(await orders_of(app, book, leg=Leg.FLATTEN)) == 1
    (line,) = (await app.orders.positions(book)).items
    assert (line.being_sold, line.unprotected) == (line.quantity, 0)


async def test_what_is_not_held_cannot_be_closed(app, book):
    with pytest.raises(RejectedError, match="book replay-1 holds no GOOG"):
        await app.orders.close(book, GOOG)


@dataclass
class Silent:
    """Books whose broker gives no answer."""

    current: BookName
    asked: list[BookName] = field(default_factory=list)

    async def open_book(self, name):
        self.asked.append(name)
        raise UnavailableError("no answer in 10 s", source="broker")

    async def current_book(self):
        return self.current


async def test_without_a_broker_the_newest_mark_is_told_as_what_it_is(app, book):
    silent = OrderBook(app._store, Silent(book.name))
    held = await silent.positions(await silent.book())
    assert (held.source, held.is_stale, held.why) == (Source.LAST_MARK, True, "no answer in 10 s")
    assert (held.as_of, [line.symbol for line in held.items]) == ("2012-08-21", [AAPL])
    assert held.items[0].average_price
    with pytest.raises(UnavailableError):
        await silent.reconcile(book)


async def test_without_broker_or_mark_our_own_fills_are_told(app):
    empty = await app.orders.book("replay")
    held = await OrderBook(app._store, Silent(empty.name)).positions(empty)
    assert (held.source, held.items, held.equity) == (Source.OWN_EXECUTIONS, (), None)
