"""Orders, positions, outcomes on the command line: exact names for programs, plain words for people."""

from dataclasses import replace
from decimal import Decimal

import pytest

from quorate.execution import OrderState
from quorate.execution.comparison import External, Gap
from quorate.execution.outcome_link import OutcomeStatus
from quorate.execution.positions import Source
from quorate.kernel.errors import ConflictError, RejectedError
from quorate.risk import Leg
from tests.fakes.order_book import AAPL, AGREED, AT, line, link, position, protection, resting

FILLED = line(stop=protection())


@pytest.fixture
def book(fake_app):
    fake_app.orders.lines = [FILLED, resting()]
    fake_app.orders.holds = [position()]
    fake_app.orders.links = [link(), link(OutcomeStatus.PENDING, decision_id="dec_2", fill_ids=())]
    return fake_app.orders


def test_a_book_without_orders_says_so(quorate):
    shown = quorate("orders")
    assert shown.lines == ["Book replay-1 has no such order."]
    assert quorate("orders", "--json").json["items"] == []


@pytest.mark.usefixtures("book")
def test_orders_are_listed_newest_first_with_their_decision(quorate):
    shown = quorate("orders")
    assert [row.split()[4] for row in shown.lines[1:]] == ["stop", "entry"]
    assert shown.lines[2].split()[1:] == [
        *("2012-06-29", "AAPL", "BUY", "entry", "market", "10", "10", "100.10", "filled"),
        "dec_1",
    ]
    tree = quorate("orders", "list", "--json").json
    assert [item["status"] for item in tree["items"]] == ["working", "filled"]
    assert tree["nextCursor"] is None


@pytest.mark.usefixtures("book")
def test_a_list_goes_on_where_it_ended(quorate):
    first = quorate("orders", "--json", "--limit", 1).json
    assert first["nextCursor"] == resting().client_order_id
    rest = quorate("orders", "--json", "--limit", 1, "--cursor", first["nextCursor"]).json
    assert [item["leg"] for item in rest["items"]] == ["entry"]


@pytest.mark.usefixtures("book")
@pytest.mark.parametrize(
    ("words", "legs"),
    [
        (("--view", "filled"), ["entry"]),
        (("--leg", "stop"), ["stop"]),
        (("--symbol", "aapl"), ["stop", "entry"]),
        (("--symbol", "IBM"), []),
    ],
)
def test_filters_narrow_the_list(quorate, words, legs):
    items = quorate("orders", "list", *words, "--json").json["items"]
    assert [item["leg"] for item in items] == legs


@pytest.mark.parametrize(
    "words",
    [
        ("orders", "list", "--view", "new"),
        ("orders", "list", "--leg", "arm"),
        ("orders", "list", "--symbol", "A B"),
        ("outcomes", "list", "--status", "won"),
    ],
)
def test_a_word_that_is_none_is_refused_with_the_choices(quorate, words):
    refused = quorate(*words)
    assert refused.code == 2
    assert "choose from" in refused.err


def test_a_book_that_is_not_there_is_not_found(quorate):
    assert quorate("orders", "list", "--book", "nobody").code == 5


@pytest.mark.usefixtures("book")
def test_one_order_is_shown_with_its_history(quorate):
    shown = quorate("orders", "show", FILLED.client_order_id[:6])
    assert shown.lines[0] == "BUY 10 AAPL   market   entry   book replay-1"
    assert shown.lines[1] == "filled, 10 of 10 filled at 100.10"
    assert "  protective stop  10 at 95.00, working" in shown.lines
    assert any("working -> filled, 10 at 100.10 (fill x1)" in row for row in shown.lines)
    assert shown.lines[-1] == "Why: quorate explain dec_1"
    tree = quorate("orders", "show", FILLED.client_order_id, "--json").json
    assert tree["history"][0]["evidence"] == "journal:201"


def test_a_cancellation_is_asked_for_and_said_to_be_open(quorate, fake_app):
    open_order = line(state=OrderState.WORKING, filled=Decimal(0), average_price=None)
    fake_app.orders.lines = [open_order]
    done = quorate("orders", "cancel", open_order.client_order_id, "--json").json
    assert (done["target"], done["applied"]) == (open_order.client_order_id, True)
    assert (done["status"], done["dryRun"]) == ("pending_cancel", False)
    fake_app.orders.lines = [open_order]
    said = quorate("orders", "cancel", open_order.client_order_id).lines
    assert "was asked for; it is pending cancel until the broker answers" in said[0]


@pytest.mark.usefixtures("book")
def test_what_is_over_is_not_cancelled_again(quorate):
    said = quorate("orders", "cancel", FILLED.client_order_id)
    assert said.lines[0].endswith("is filled already; nothing was asked.")


def test_a_stop_is_not_cancelled_away_from_what_it_protects(quorate, book):
    book.refusal = ConflictError("the order is the protective stop of the AAPL that is held")
    assert quorate("orders", "cancel", resting().client_order_id).code == 8


def test_agreement_with_the_broker_ends_well(quorate, book):
    done = quorate("orders", "reconcile")
    assert done.code == 0
    assert done.lines == [
        "Book replay-1: the broker and Quorate say the same, as of 2026-11-20T12:00:00Z."
    ]
    assert book.acts == [("reconcile", "replay-1")]


def test_a_difference_is_a_problem_found(quorate, book):
    book.compared = replace(
        AGREED,
        gaps=(Gap(AAPL, Decimal(18), Decimal(16)),),
        external=(External("b-9", AAPL, "buy", "3"),),
        in_doubt=("a1-x-00",),
        since=AT,
    )
    done = quorate("positions", "reconcile")
    assert done.code == 3
    assert "  AAPL  ours 18, the broker's 16, difference -2" in done.lines
    tree = quorate("orders", "reconcile", "--json").json
    assert (tree["agrees"], tree["applied"], tree["inDoubt"]) == (False, True, ["a1-x-00"])


@pytest.mark.usefixtures("book")
def test_positions_say_who_says_so_and_as_of_when(quorate):
    shown = quorate("positions")
    assert shown.lines[1].split() == [
        *("AAPL", "10", "100.10", "$1,020.00", "$19.00", "95.00", "dec_1")
    ]
    assert shown.lines[-1] == ("Book replay-1 (REPLAY), by the broker's word, as of 2012-07-02.")
    tree = quorate("positions", "list", "--json").json
    (item,) = tree["items"]
    assert (tree["source"], tree["isStale"], tree["asOf"]) == ("broker", False, "2012-07-02")
    assert {"symbol", "qty", "avgPrice", "marketValue", "unrealizedPnl"} <= set(item)


def test_what_the_broker_did_not_say_is_told_as_old(quorate, book):
    book.source, book.why = Source.LAST_MARK, "no answer in 10 s"
    assert quorate("positions").lines[-1] == (
        "Book replay-1 (REPLAY), as the book was marked last; the broker gave no answer (no answer "
        "in 10 s), as of 2012-07-02."
    )


def test_nothing_held_is_said(quorate):
    assert quorate("positions").lines[0] == "Book replay-1 holds nothing."


@pytest.mark.usefixtures("book")
def test_one_position_is_shown(quorate):
    assert quorate("positions", "show", "aapl").lines[:4] == [
        "AAPL   10 shares   bought at 100.10",
        "  worth            $1,020.00",
        "  unrealized       $19.00",
        "  protective stop  95.00",
    ]
    assert quorate("positions", "show", "IBM").code == 5


def test_a_position_is_closed(quorate, book):
    said = quorate("positions", "close", "aapl").lines[0]
    assert said.startswith("SELL 10 AAPL at the market (")
    assert said.endswith("is working.")
    assert book.acts == [("close", "replay-1", "AAPL")]
    tree = quorate("positions", "close", "aapl", "--json").json
    assert (tree["target"], tree["order"]["leg"]) == ("AAPL", Leg.FLATTEN)


def test_a_close_that_risk_denies_ends_as_a_refusal_by_safety(quorate, book):
    book.refusal = RejectedError("check 10 denied it", slug="risk-denied")
    assert quorate("positions", "close", "AAPL").code == 6


@pytest.mark.usefixtures("book")
def test_outcomes_are_listed_and_shown(quorate):
    rows = quorate("outcomes").lines
    assert rows[1].split()[:4] == ["dec_1", "AAPL", "win", "18"]
    tree = quorate("outcomes", "show", "dec_1", "--json").json
    assert {
        *("decisionId", "orderIntentId", "brokerOrderId", "fillIds", "positionSnapshotIds"),
        *("status", "pnl"),
    } <= set(tree)
    assert quorate("outcomes", "show", "dec_1").lines[0] == (
        "AAPL   win   $18.00 net of fees   book replay-1"
    )
    pending = quorate("outcomes", "list", "--status", "pending", "--json").json["items"]
    assert [(item["decisionId"], item["pnl"]) for item in pending] == [("dec_2", None)]
