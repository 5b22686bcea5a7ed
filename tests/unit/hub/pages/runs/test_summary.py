from dataclasses import replace
from decimal import Decimal

import pytest

from quorate.arena.record.header import RunEvent
from quorate.hub.pages.runs.summary import (
    Place,
    Tab,
    TraceView,
    chosen_case,
    enumerated,
    fired,
    limits_of,
    log_href,
    market_words,
    several_decisions,
    status_words,
    title_of,
    told,
    wish_of,
)
from quorate.kernel.decision import TriggerName
from quorate.kernel.vote import Sizing, SizingKind
from tests.unit.arena.casts import BUY, HOLD, SELL, ballot, decided, risk_manager, scene
from tests.unit.hub.pages.runs.cases import (
    HERE,
    case,
    completed_rows,
    failed_rows,
    run_of,
    running_rows,
)


@pytest.mark.parametrize(
    ("place", "href"),
    [
        pytest.param(HERE, "/admin/arena/runs/run_1", id="the run"),
        pytest.param(
            replace(HERE, symbol="BRK/B", tab=Tab.AGENTS),
            "/admin/arena/runs/run_1?symbol=BRK%2FB&tab=agents",
            id="a tab of a symbol",
        ),
        pytest.param(
            replace(HERE, tab=Tab.TRACE, view=TraceView.LOG, page=2),
            "/admin/arena/runs/run_1?tab=trace&view=log&page=2",
            id="a page of the log",
        ),
    ],
)
def test_a_place_has_one_address(place, href):
    assert place.href == href


def test_a_journal_row_is_found_from_anywhere_in_the_run():
    place = Place(run_id="run_1", symbol="AAPL", tab=Tab.CONSENSUS, page=3)
    assert log_href(place, 104) == (
        "/admin/arena/runs/run_1?symbol=AAPL&tab=trace&view=log&row=104#journal-104"
    )


def test_the_first_decision_is_shown_unless_another_is_asked_for():
    run = run_of(completed_rows())
    assert chosen_case(run, None).decision.fact.symbol == "IBM"
    assert chosen_case(run, "AAPL").decision.fact.symbol == "AAPL"
    assert chosen_case(run, "TSLA").decision.fact.symbol == "IBM"


def test_before_any_decision_there_is_none_to_show():
    run = run_of(running_rows(RunEvent.AGENT_ANSWERED))
    assert chosen_case(run, "AAPL") is None
    assert title_of(run, None) == "IBM, AAPL, as of 2012-08-08"


def test_the_title_names_the_symbol_and_the_session():
    run = run_of(completed_rows())
    assert title_of(run, chosen_case(run, "AAPL")) == "AAPL, as of 2012-08-08"


def test_many_symbols_are_counted_past_the_fourth():
    assert enumerated("ABCDEFG") == "A, B, C, D and 3 more"
    assert enumerated("ABCD") == "A, B, C, D"


def test_every_sentence_of_the_why_links_to_the_rows_that_prove_it():
    sentences = told(case(ballot(BUY, BUY)), HERE)
    assert [[proof.seq for proof in sentence.proofs] for sentence in sentences] == [
        [2],
        [10, 11],
        [10, 11],
        [2, 99],
        [99, 1],
    ]
    assert sentences[-1].proofs[0].href.endswith("row=99#journal-99")


def test_the_limits_are_those_that_the_decision_recorded():
    limits = limits_of(decided(ballot(BUY, BUY)))
    assert (limits.confidence, limits.disagreement) == (0.62, 0.34)
    none = limits_of(replace(decided(ballot(BUY, BUY)), triggers=()))
    assert (none.confidence, none.disagreement) == (None, None)


def test_the_fired_triggers_are_shown():
    assert [trigger.name for trigger in fired(decided(ballot(BUY, HOLD)))] == [
        TriggerName.DISAGREEMENT
    ]


def test_a_buy_says_what_it_would_do():
    wish = wish_of(decided([*ballot(BUY, BUY), risk_manager()]))
    assert (wish.size, wish.stop, wish.target, wish.horizon) == (
        "1.4 % of equity",
        "600.01",
        "649.64",
        "20 sessions",
    )


def test_an_exit_says_how_many_and_a_hold_says_nothing():
    assert wish_of(decided(ballot(SELL, SELL), scene(held="12"))).size == "12"
    quantity = Sizing(kind=SizingKind.QTY, value=Decimal("0.5"))
    assert wish_of(replace(decided(ballot(BUY, BUY)), sizing=quantity)).size == "0.5"
    assert wish_of(decided(ballot(HOLD, HOLD))).size == ""


def test_the_market_is_said_in_words():
    calm = replace(decided(ballot(BUY, BUY)), regime="high_volatility", wyckoff_phase="markup")
    assert market_words(calm) == "high volatility, markup, volume neutral"


def test_a_run_that_did_not_complete_says_what_can_be_relied_on():
    assert status_words(run_of(completed_rows())) == ""
    assert "still running" in status_words(run_of(running_rows(RunEvent.REQUESTED)))
    assert "no decision of it counts" in status_words(run_of(failed_rows()))


def test_only_several_decisions_are_switched_between():
    assert len(several_decisions(run_of(completed_rows()))) == 2
    one = run_of(completed_rows())
    assert several_decisions(replace(one, decisions=one.decisions[:1])) == ()
