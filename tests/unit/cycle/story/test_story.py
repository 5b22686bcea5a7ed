"""The story of a decision: every hop that its rows tell, and what is said where they end."""

from dataclasses import replace

import pytest

from quorate.cycle.record import (
    BookStage,
    advanced,
    ended_event,
    started_cycle,
    started_event,
    stepped_event,
)
from quorate.cycle.story import StoryRows, chapters_of, headline, read_story, story_json
from quorate.execution import OrderEvent
from quorate.kernel.errors import InvariantBrokenError
from quorate.kernel.ids import DecisionId
from quorate.kernel.journal import Event
from quorate.kernel.step_message import StepName
from quorate.risk import Leg
from tests.fakes.cycles import WORK, Walk, audit, message
from tests.fakes.order_rows import OrderTold, as_rows, bought, outcome_event, request
from tests.unit.arena.casts import AAPL, BUY, HOLD, ballot, decided, entries, risk_manager
from tests.unit.arena.record.runs import facts

IBM = "dec_of_ibm"
RUN = entries(
    (kind, {**payload, "decisionId": IBM} if payload.get("symbol") == "IBM" else payload)
    for kind, payload in facts()
)
DECISION = decided([*ballot(BUY, BUY, HOLD), risk_manager()]).decision_id
CHECKS = [
    {"number": 1, "name": "trading state", "outcome": "passed"},
    {"number": 8, "name": "spread", "outcome": "not_applicable", "detail": "no quotes"},
    {
        "number": 13,
        "name": "risk at the stop",
        "outcome": "passed",
        "value": "0.00048561234",
        "limit": "0.01",
    },
]


def verdict(leg="entry", code=None, number=1):
    denied = [{"number": 20, "name": "losses", "outcome": "denied", "code": code}] if code else []
    payload = {
        "verdictId": f"vrd_{number}",
        "decisionId": DECISION,
        "symbol": AAPL,
        "leg": leg,
        "side": "buy" if leg == "entry" else "sell",
        "quantity": "10",
        "outcome": "denied" if code else "approved",
        "code": code,
        "checks": [*CHECKS, *denied],
        "envelope": {"signatures": [{"keyid": "k1", "sig": "s"}]},
    }
    return as_rows(
        [Event(stream=f"verdict:vrd_{number}", type="risk.judged", payload=payload)], 300
    )


def entry(**changes):
    return bought(decision_id=DECISION, **changes)


def stop():
    return OrderTold(request=request(Leg.STOP, decision_id=DECISION)).sent().works("b-2")


def told(**streams):
    return read_story(DECISION, StoryRows(run=RUN, **streams))


def said(story, name):
    (chapter,) = [each for each in chapters_of(story) if each.name == name]
    return " ".join(sentence.text for sentence in chapter.sentences)


def names(story):
    return [chapter.name for chapter in chapters_of(story)]


def test_a_run_by_itself_ends_with_its_decision():
    story = told()
    assert headline(story) == (
        "It wanted to buy AAPL, and no order was sent: its run belongs to no trading cycle, and a "
        "run by itself sends nothing."
    )
    assert names(story) == ["evidence", "votes", "consensus", "order"]
    assert story_json(story)["cycleId"] is None


def test_what_was_refused_is_said_as_a_refusal():
    story = read_story(DecisionId(IBM), StoryRows(run=RUN))
    assert headline(story) == "It refused to trade IBM: symbol quarantined."


def test_a_decision_that_the_run_does_not_hold_is_an_error():
    with pytest.raises(InvariantBrokenError, match="holds no decision dec_none"):
        read_story(DecisionId("dec_none"), StoryRows(run=RUN))


def test_a_held_position_is_told_with_its_stop():
    rows = as_rows([*entry().events], 201)
    story = told(
        orders=[rows, as_rows(stop().events, 210)],
        verdicts=[verdict()],
        sessions={rows[-1].seq: "2012-08-09"},
    )
    assert headline(story) == (
        "Bought 10 AAPL at 100.10 on 2012-08-09. It is held, protected by a stop at 95.00; the "
        "outcome is pending."
    )
    assert said(story, "order") == (
        "BUY 10 AAPL at the market, to be stopped at 95.00: 10 of 10 filled at 100.10 on "
        "2012-08-09; it is filled."
    )
    assert said(story, "protection") == "SELL 10 AAPL, stop 95.00: it rests at the broker."
    assert said(story, "exit").startswith("Not sold yet; it ends at the stop")
    assert "3 checks: 2 passed and 1 do not apply. Verdict vrd_1, signed by k1." in said(
        story, "risk"
    )


def test_each_check_stands_with_its_value_and_its_limit():
    (risk,) = [each for each in chapters_of(told(verdicts=[verdict()])) if each.name == "risk"]
    assert [(each.label, each.text) for each in risk.details] == [
        ("01 trading state", "passed"),
        ("08 spread", "not applicable: no quotes"),
        ("13 risk at the stop", "passed: 0.0004856 (limit 0.01)"),
    ]


def test_a_stop_that_was_hit_ends_in_a_loss():
    opened = as_rows(entry().events, 201)
    hit = as_rows(stop().fills("10", "94.90", "x2").events, 220)
    ended = as_rows([outcome_event("loss", DECISION, pnl="-52.00")], 230)
    sessions = {opened[-1].seq: "2012-08-09", hit[-1].seq: "2012-08-14"}
    story = told(orders=[opened, hit], outcome=ended, sessions=sessions)
    assert headline(story) == (
        "Bought 10 AAPL at 100.10 on 2012-08-09, sold 10 AAPL at 94.90 on 2012-08-14 by its "
        "protective stop: a loss of $52.00 after fees."
    )
    assert said(story, "exit") == (
        "Left by its protective stop: SELL 10 AAPL, stop 95.00, 10 of 10 filled at 94.90 on "
        "2012-08-14."
    )
    assert said(story, "outcome") == "Loss of $52.00 after fees."
    assert story_json(story)["outcome"]["pnl"] == "-52"


def test_outside_of_replay_a_fill_has_a_time():
    story = told(orders=[as_rows(entry().events, 201)])
    assert "at 2026-11-20 12:00:03 UTC. It is held, without a stop at the broker" in headline(story)
    assert said(story, "protection").startswith("No protective stop stands in the journal")


@pytest.mark.parametrize(
    ("order", "text"),
    [
        pytest.param(
            OrderTold().ends(OrderEvent.DENY, "TRADING_HALTED"),
            "it was denied here and never sent (TRADING_HALTED)",
            id="denied",
        ),
        pytest.param(OrderTold(), "it stands in the journal and has not been sent", id="intended"),
        pytest.param(OrderTold().sent(), "nobody knows yet whether the broker has it", id="sent"),
        pytest.param(
            OrderTold().sent().ends(OrderEvent.REJECTED, "no buying power"),
            "the broker refused it (no buying power)",
            id="refused",
        ),
        pytest.param(
            OrderTold().sent().works(), "it works at the broker and is not filled yet", id="works"
        ),
        pytest.param(
            OrderTold().sent().works().ends(OrderEvent.EXPIRED),
            "its time ended without a fill",
            id="expired",
        ),
    ],
)
def test_an_entry_of_which_nothing_was_filled_says_where_it_is(order, text):
    story = told(orders=[as_rows(order.events, 201)])
    assert headline(story) == f"It wanted to buy 10 AAPL: {text}."


def test_a_denial_names_its_check():
    story = told(verdicts=[verdict(code="DAILY_LOSS")])
    assert headline(story) == (
        "It wanted to buy AAPL, and no order was sent: risk denied it with DAILY_LOSS (check 20, "
        "losses)."
    )
    assert said(story, "risk").startswith(
        "Denied BUY 10 AAPL (entry) by check 20 (losses) with DAILY_LOSS"
    )


def walked(violations=(), **data):
    """Return the events of a whole cycle whose steps say what `data` names."""
    facts, stage = Walk(journal=None).facts, BookStage()
    events, cycle = [started_event(facts, "host:1", stage)], started_cycle(facts, stage)
    for step in WORK:
        says = message(step, **data.get(step.value, {}))
        events.append(stepped_event(cycle, says, stage, duration_ms=1.0))
        cycle = advanced(cycle, says)
    return [*events, ended_event(cycle, audit(violations), violations, stage)]


def cycle_rows(**data):
    """Return the rows of such a cycle."""
    return as_rows(walked(**data), 400)


def test_a_gate_that_refused_says_what_it_saw():
    told_by_gate = {
        "AAPL": {
            "passed": False,
            "trades": 35,
            "winRate": "0.4",
            "refusals": ["40.0% of them won, fewer than 45.0%"],
        }
    }
    story = told(cycle=cycle_rows(Backtesting={"backtest_results": told_by_gate}))
    assert headline(story).endswith(
        "the backtest gate refused it: 35 earlier trades in this setting, 40.0% of them won, "
        "fewer than 45.0%."
    )
    assert said(story, "gate").startswith("The backtest gate refused new risk: 35 earlier trades")
    assert said(story, "audit") == (
        "The auditor recomputed the cycle's checks and found nothing wrong."
    )


def test_a_gate_that_passed_says_its_figures():
    passed = {"AAPL": {"passed": True, "trades": 44, "winRate": "0.659", "maxDrawdown": "0.03"}}
    story = told(cycle=cycle_rows(Backtesting={"backtest_results": passed}))
    assert said(story, "gate") == (
        "The backtest gate let it through: 44 earlier trades in this setting, 65.9% of them won, "
        "equity fell 3.0% at most."
    )


def test_a_cycle_that_refused_the_order_says_why():
    refusal = {
        "decisionId": DECISION,
        "approved": False,
        "code": "trading_paused",
        "detail": "the market fell",
    }
    story = told(cycle=cycle_rows(RiskManagement={"orders": [refusal]}))
    assert headline(story).endswith("its cycle refused it, trading paused: the market fell.")
    assert story_json(story)["refused"]["code"] == "trading_paused"


def test_what_refused_an_order_is_told_though_the_gate_would_have_too():
    refusal = {
        "decisionId": DECISION,
        "approved": False,
        "code": "NEW_RISK_PAUSED",
        "detail": "the market is bearish",
    }
    gate = {"AAPL": {"passed": False, "trades": 35, "winRate": "0.4", "refusals": ["too few"]}}
    rows = cycle_rows(Backtesting={"backtest_results": gate}, RiskManagement={"orders": [refusal]})
    assert headline(told(cycle=rows)).endswith(": the market is bearish.")
    by_gate = {**refusal, "code": "BACKTEST_GATE"}
    rows = cycle_rows(Backtesting={"backtest_results": gate}, RiskManagement={"orders": [by_gate]})
    assert "the backtest gate refused it" in headline(told(cycle=rows))


def test_a_buy_of_what_is_held_is_told_as_what_it_is():
    """Though the backtest gate would have let it through, or not: nothing is added to a position."""
    detail = "the book holds 24 AAPL already, and nothing is added to a position"
    refusal = {"decisionId": DECISION, "approved": False, "code": "ALREADY_HELD", "detail": detail}
    gate = {"AAPL": {"passed": False, "trades": 35, "winRate": "0.4", "refusals": ["too few"]}}
    rows = cycle_rows(Backtesting={"backtest_results": gate}, RiskManagement={"orders": [refusal]})
    assert headline(told(cycle=rows)) == (
        f"It wanted to buy AAPL, and no order was sent: {detail}."
    )


def test_every_sentence_names_rows_that_are_there():
    streams = {
        "orders": [as_rows(entry().events, 201), as_rows(stop().events, 220)],
        "verdicts": [verdict()],
        "cycle": cycle_rows(),
        "outcome": as_rows([outcome_event(decision=DECISION)], 500),
    }
    rows = {
        entry.seq
        for stream in (RUN, *streams["orders"], *streams["verdicts"], streams["cycle"])
        for entry in stream
    } | {500}
    for chapter in chapters_of(told(**streams)):
        for sentence in chapter.sentences:
            cited = {int(each.removeprefix("journal:")) for each in sentence.evidence}
            assert cited, sentence
            assert cited <= rows


def test_a_program_gets_every_fact_beside_the_story():
    tree = story_json(
        told(
            orders=[as_rows(entry().events, 201)],
            verdicts=[verdict()],
            cycle=cycle_rows(),
        )
    )
    assert tree["decisionId"] == DECISION
    assert tree["snapshotHash"]
    assert [vote["profile"] for vote in tree["votes"]][:3] == ["a", "b", "c"]
    assert tree["gate"]["passed"] is True
    assert [check["number"] for check in tree["verdicts"][0]["checks"]] == [1, 8, 13]
    (order,) = tree["orders"]
    assert [step["state"] for step in order["history"]] == [
        *("INITIALIZED", "SUBMITTED", "WORKING", "FILLED")
    ]
    assert order["fills"][0]["price"] == "100.1"
    assert tree["audit"] == {"passed": True, "violations": []}
    assert tree["summary"] == headline(replace(told(orders=[as_rows(entry().events, 201)])))


def test_an_audit_with_violations_lists_them():
    story = told(cycle=as_rows(walked(violations=("the risk was 2 %",)), 400))
    assert said(story, "audit") == "The auditor found 1 violation and halted trading."
    (audit,) = [each for each in chapters_of(story) if each.name == "audit"]
    assert audit.details[0].text == "the risk was 2 %"
    assert StepName.AUDITOR in story.steps
