"""Lists of orders and outcomes on both databases: pages without a gap, views that add up, names that are found."""

from dataclasses import replace
from decimal import Decimal

import pytest

from quorate.adapters.sql.decision_streams import decision_ids_like, streams_of
from quorate.adapters.sql.denial_listing import denial_count, denials_page, seq_of_verdict
from quorate.adapters.sql.journal import newest_rows
from quorate.adapters.sql.order_listing import (
    order_books,
    order_counts,
    order_symbols,
    orders_named,
    orders_of_decision,
    orders_page,
    seq_of_order,
)
from quorate.adapters.sql.outcome_listing import (
    newest_mark,
    outcome_of,
    outcome_totals,
    outcomes_page,
    seq_of_decision,
)
from quorate.cycle.story.denied import DenialFilter
from quorate.execution import OrderEvent
from quorate.execution.listing import OrderFilter, OrderView
from quorate.execution.outcome_link import OutcomeFilter, OutcomeStatus
from quorate.kernel.ids import BookName, DecisionId, Symbol
from quorate.kernel.journal import Event
from quorate.risk import Leg
from tests.fakes.order_rows import AAPL, BOOK, OrderTold, bought, outcome_event, request
from tests.integration.desk_facts import desk_events
from tests.integration.facts import run_requested
from tests.integration.order_facts import BOOK as RISK_BOOK

pytestmark = pytest.mark.integration

ALL = OrderFilter(book=BOOK)
OTHER = BookName("paper")


def entry(number, **changes):
    return bought(decision_id=DecisionId(f"dec_{number}"), **changes)


def stop(number):
    asked = request(Leg.STOP, decision_id=DecisionId(f"dec_{number}"))
    return OrderTold(request=asked).sent().works(f"b-stop-{number}")


def decided(decision_id, symbol):
    """Return a decision of run_1 to buy."""
    payload = {
        "decisionId": decision_id,
        "symbol": symbol,
        "finalAction": "BUY",
        "reasonCode": "consensus",
        "confidence": "0.7",
        "disagreement": "0.0",
        "regime": "bullish",
        "wyckoffPhase": "markup",
        "volumeTrend": "rising",
        "escalated": False,
        "triggers": [],
    }
    return Event(stream="run:run_1", type="decision.made", payload=payload)


@pytest.fixture
def read(store):
    """Return how a query is asked: on the store's tenant, with what else it takes."""

    def ask(query, *args, **kwargs):
        return store.database.read_now(
            lambda connection: query(connection, store.tenant, *args, **kwargs)
        )

    return ask


async def told(store, *orders):
    for order in orders:
        for event in order.events:
            await store.add(event)


async def test_pages_have_no_gap_and_no_repeat(store, read):
    await told(store, *(entry(number, symbol=Symbol(f"S{number}")) for number in range(7)))
    seen, below = [], None
    while page := read(orders_page, ALL, 3, below):
        seen += [line.request.decision_id for line in page]
        below = page[-1].seq
    assert seen == [f"dec_{number}" for number in range(6, -1, -1)]


async def test_every_order_is_in_one_view_and_the_counts_say_so(store, read):
    sent = OrderTold(request=request(decision_id=DecisionId("dec_sent"))).sent()
    denied = OrderTold(request=request(decision_id=DecisionId("dec_denied")))
    expired = OrderTold(request=request(decision_id=DecisionId("dec_old"))).sent().works()
    await told(
        store,
        entry(1),
        stop(1),
        sent,
        denied.ends(OrderEvent.DENY, "TRADING_HALTED"),
        expired.ends(OrderEvent.EXPIRED),
    )
    assert read(order_counts, ALL) == {
        OrderView.ALL: 5,
        OrderView.OPEN: 1,
        OrderView.UNKNOWN: 1,
        OrderView.FILLED: 1,
        OrderView.REFUSED: 1,
        OrderView.CANCELLED: 1,
    }
    for view in OrderView:
        assert len(read(orders_page, replace(ALL, view=view), 10)) == read(order_counts, ALL)[view]
    (refused,) = read(orders_page, replace(ALL, view=OrderView.REFUSED), 10)
    assert (refused.reason, refused.was_sent) == ("TRADING_HALTED", False)


async def test_a_line_tells_fills_average_and_the_newest_stop(store, read):
    order = OrderTold().sent().works().fills("4", "100.10", "x1").fills("6", "100.20", "x2")
    await told(store, order, stop(1))
    _, line = read(orders_page, ALL, 10)
    assert (line.filled, line.average_price) == (10, Decimal("100.16"))
    assert line.executed == ("x1", "x2")
    assert (line.stop.price, line.stop.quantity, line.symbol) == (95, 10, AAPL)
    assert line.request == order.request
    assert [each.request.leg for each in read(orders_of_decision, "dec_1")] == [
        Leg.ENTRY,
        Leg.STOP,
    ]


async def test_filters_and_books_keep_orders_apart(store, read):
    ibm = OrderTold(request=request(symbol=Symbol("IBM"), decision_id=DecisionId("dec_2")))
    paper = OrderTold(request=request(decision_id=DecisionId("dec_3")), book=OTHER)
    await told(store, entry(1), ibm, paper)
    assert read(order_symbols, BOOK) == ["AAPL", "IBM"]
    assert read(order_books) == [OTHER, BOOK]
    assert len(read(orders_page, replace(ALL, symbol=AAPL), 10)) == 1
    assert len(read(orders_page, replace(ALL, leg=Leg.STOP), 10)) == 0
    assert len(read(orders_page, replace(ALL, decision_id=DecisionId("dec_2")), 10)) == 1
    assert [line.book for line in read(orders_page, replace(ALL, book=OTHER), 10)] == [OTHER]


async def test_an_order_is_found_by_either_id_or_a_beginning(store, read):
    one, two = entry(1), stop(1)
    await told(store, one, two)
    assert [each.client_order_id for each in read(orders_named, one.id)] == [one.id]
    assert [each.client_order_id for each in read(orders_named, "b-stop-1")] == [two.id]
    assert [each.client_order_id for each in read(orders_named, one.id[:10])] == [one.id]
    assert len(read(orders_named, "a1-")) == 2
    assert read(orders_named, "nothing") == []
    assert read(seq_of_order, "nothing") is None


async def test_another_tenant_sees_nothing(store):
    await told(store, entry(1))
    stranger = store.of(type(store.tenant)("somebody-else"))
    assert (
        stranger.database.read_now(lambda link: orders_page(link, stranger.tenant, ALL, 10)) == []
    )


async def test_outcomes_stand_in_the_order_of_their_decisions(store, read):
    await store.add(run_requested("run_1"))
    for number in range(3):
        await store.add(decided(f"dec_{number}", f"S{number}"))
    await store.add(outcome_event("win", "dec_1", pnl="38.14", closedAt="2012-08-20"))
    await store.add(outcome_event("loss", "dec_0", pnl="-21.60", closedAt="2012-08-14"))
    await store.add(
        outcome_event("breakeven", "dec_2", kind="exit", pnl="0", closedAt="2012-08-21")
    )
    wanted = OutcomeFilter(book=BOOK)
    found = read(outcomes_page, wanted, 10)
    assert [link.decision_id for link in found] == ["dec_2", "dec_1", "dec_0"]
    assert read(outcomes_page, wanted, 1, found[0].seq)[0].decision_id == "dec_1"
    assert [link.run_id for link in found] == ["run_1"] * 3
    won = read(outcomes_page, replace(wanted, status=OutcomeStatus.WIN), 10)
    assert [str(link.pnl) for link in won] == ["38.14"]
    totals = read(outcome_totals, BOOK)
    assert (str(totals.pnl), totals.closed, totals.total) == ("16.54", 2, 3)
    assert totals.first_closed_at == "2012-08-14"
    assert read(outcome_of, "dec_1").is_closed
    assert read(outcome_of, "dec_9") is None
    assert read(seq_of_decision, "dec_1") == found[1].seq


async def test_a_decision_names_its_streams(store, read):
    await store.add(run_requested("run_1"))
    await store.add(decided("dec_1", "AAPL"))
    order = entry(1)
    await told(store, order)
    found = read(streams_of, DecisionId("dec_1"))
    assert (found.run_id, found.order_ids, found.book) == ("run_1", (order.id,), BOOK)
    assert (found.cycle_id, found.verdict_ids) == ("", ())
    assert read(streams_of, DecisionId("dec_2")) is None
    assert read(decision_ids_like, "dec_") == ["dec_1"]


async def test_the_end_of_a_stream_is_read_without_the_rest(store, read):
    order = entry(1)
    await told(store, order)
    rows = read(newest_rows, f"order:{order.id}", 2)
    assert [row.seq for row in rows] == sorted((row.seq for row in rows), reverse=True)
    assert len(rows) == 2
    assert read(newest_mark, BOOK) is None


async def test_what_risk_refused_is_listed_with_code_and_reason(store, read):
    """What was approved is not, and neither is another book's; pages have no gap."""
    for event in desk_events():
        await store.add(event)
    (denied,) = read(denials_page, DenialFilter(book=RISK_BOOK), 10)
    assert denied.verdict.code
    assert denied.reason.startswith(f"check {denied.verdict.denial.number}, ")
    assert denied.as_json()["evidence"] == f"journal:{denied.seq}"
    assert read(denial_count, DenialFilter(book=RISK_BOOK)) == 1
    assert read(seq_of_verdict, denied.verdict.verdict_id) == denied.seq
    assert read(denials_page, DenialFilter(book=RISK_BOOK), 10, denied.seq) == []
    assert read(denials_page, DenialFilter(book=RISK_BOOK, symbol=Symbol("NONE")), 10) == []
    assert read(denial_count, DenialFilter(book=OTHER)) == 0
