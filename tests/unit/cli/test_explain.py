"""`quorate explain`: what became of a decision first, then every hop with its proof."""

import pytest

from quorate.cli.explain_view import WIDTH
from tests.fakes.order_rows import as_rows
from tests.unit.cycle.story.test_story import DECISION, cycle_rows, entry, stop, told, verdict


@pytest.fixture
def story(fake_app):
    rows = as_rows(entry().events, 201)
    fake_app.orders.tale = told(
        orders=[rows, as_rows(stop().events, 220)],
        verdicts=[verdict()],
        cycle=cycle_rows(),
        sessions={rows[-1].seq: "2012-08-09"},
    )
    return fake_app.orders


def test_what_became_of_it_stands_first(quorate, story):
    lines = quorate("explain", DECISION).lines
    assert lines[0] == "▲ BUY AAPL   decided at the close of 2012-08-08   book replay (REPLAY)"
    assert lines[1].startswith("Bought 10 AAPL at 100.10 on 2012-08-09. It is held, protected by")
    assert story.acts == [("story", DECISION)]


@pytest.mark.usefixtures("story")
def test_every_hop_has_a_heading_in_its_order_and_rows_behind_it(quorate):
    lines = quorate("explain", DECISION).lines
    heads = [line[4:] for line in lines if line[:2].strip().isdecimal()]
    assert heads == [
        *("What was seen", "Who said what", "What was concluded", "Backtest", "Risk", "Order"),
        *("Protection", "Exit", "Outcome", "Audit"),
    ]
    assert any("[journal:" in line for line in lines)
    assert all(len(line) <= WIDTH for line in lines)
    assert "      01 trading state     passed" in lines
    assert lines[-1] == "Every [journal:ROW] is a row of the hash chain: quorate audit verify"


@pytest.mark.usefixtures("story")
def test_a_program_gets_the_facts(quorate):
    tree = quorate("explain", DECISION, "--json").json
    assert {
        "readAt",
        "decisionId",
        "summary",
        "votes",
        "gate",
        "verdicts",
        "orders",
        "chapters",
    } <= set(tree)
    assert tree["chapters"][0]["sentences"][0]["evidence"][0].startswith("journal:")
