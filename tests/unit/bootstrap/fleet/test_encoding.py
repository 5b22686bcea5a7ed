"""A turn that travels is the same turn, and its answer is the same answer."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from quorate.agents.prompts import BookView, Briefing, compose
from quorate.agents.prompts.templates import template_named
from quorate.arena.voting import AgentReply
from quorate.bootstrap.fleet.encoding import (
    analysis_assignment,
    analysis_result,
    question_of,
    read_assignment,
    reply_of,
)
from quorate.fleet.outcome import checked_result
from quorate.kernel.action import Action
from quorate.kernel.confidence import Confidence
from quorate.kernel.errors import InvalidOutputError, RejectedError
from quorate.kernel.ids import Symbol
from quorate.kernel.money import Usd
from quorate.kernel.vote import Answer, Sizing, SizingKind
from quorate.market import freeze_snapshot
from tests.fakes.analyses import AAPL, ANALYST, IBM, question
from tests.unit.arena.markets import series, snapshot
from tests.unit.market.histories import packaged

TEMPLATE = template_named(ANALYST.prompt_template)


def travelled(tree):
    return json.loads(json.dumps(tree))


def again(asked, template=TEMPLATE):
    assigned = read_assignment(travelled(analysis_assignment(asked, template)))
    stored = {view.symbol: view.series for view in asked.briefing.snapshot.views.values()}
    return question_of(assigned, stored), assigned


def answer(symbol, **changes):
    facts = {
        "action": Action.BUY,
        "confidence": Confidence(0.1 + 0.2),
        "rationale": "up \u00e9",
        "sizing": Sizing(kind=SizingKind.PCT_EQUITY, value=Decimal("0.05")),
        "stop": Decimal("560.10"),
        "target": Decimal(640),
        "horizon": 20,
        "risk_flags": ("gap",),
        "key_signals": ("SMA50 above SMA200",),
    }
    return Answer(symbol=symbol, **{**facts, **changes})


def spoken(**changes):
    facts = {
        "profile": ANALYST,
        "answers": (answer(AAPL), Answer(symbol=IBM, action=Action.ABSTAIN, reason="no_setup")),
        "model": "openai/gpt-5-mini",
        "latency_ms": 812.375,
        "cost": Usd(Decimal("0.000412")),
        "fallback_used": True,
        "call": {"promptHash": "ab", "callIds": ["call_1"], "exchanges": []},
        "attachments": (b"a prompt", b"\xff\x00 an answer"),
    }
    return AgentReply(**{**facts, **changes})


def test_a_question_comes_out_as_it_went_in():
    asked = question(before="VOTES so far", round=2)
    seen, _ = again(asked)
    assert seen.profile == asked.profile
    assert seen.context == asked.context
    assert (seen.purpose, seen.round, seen.before) == (asked.purpose, 2, "VOTES so far")
    assert seen.briefing.book == asked.briefing.book
    assert seen.briefing.news == asked.briefing.news
    assert seen.briefing.snapshot.hash == asked.briefing.snapshot.hash
    assert list(seen.briefing.snapshot.views) == list(asked.briefing.snapshot.views)


def test_the_prompt_that_a_worker_writes_is_the_hubs_to_the_letter():
    asked = question()
    seen, assigned = again(asked)
    assert compose(assigned.prompt, seen.briefing) == compose(TEMPLATE, asked.briefing)


def test_a_symbol_in_quarantine_and_one_without_bars_freeze_to_the_same_snapshot():
    held, gone = series("AAPL"), series("IBM", 10)
    requested = {Symbol("AAPL"): held, Symbol("IBM"): gone, Symbol("XYZ"): None}
    day = date(2001, 10, 27)
    frozen = freeze_snapshot(requested, day)
    assert frozen.quarantined
    briefing = Briefing(
        snapshot=frozen,
        symbols=tuple(requested),
        book=BookView(mode="REPLAY", cash=Decimal(1), equity=Decimal(1)),
    )
    seen, _ = again(replace(question(), briefing=briefing))
    assert seen.briefing.snapshot.hash == frozen.hash
    assert seen.briefing.snapshot.quarantined == frozen.quarantined
    assert seen.briefing.snapshot.without_data == (Symbol("XYZ"),)


def test_a_quarantine_that_is_told_of_a_day_past_the_last_session_freezes_alike():
    """As of a Sunday: the gap is of that day, the snapshot of the Friday before."""
    held, gone = series("AAPL", 299), series("IBM", 10)
    frozen = freeze_snapshot({AAPL: held, IBM: gone}, date(2001, 10, 26))
    later = freeze_snapshot({AAPL: series("AAPL"), IBM: gone}, date(2001, 10, 27))
    assert frozen.hash != later.hash
    briefing = replace(question().briefing, snapshot=frozen)
    seen, _ = again(replace(question(), briefing=briefing))
    assert seen.briefing.snapshot.hash == frozen.hash


def test_other_bars_than_those_of_the_task_are_refused():
    assigned = read_assignment(travelled(analysis_assignment(question(), TEMPLATE)))
    stored = packaged()
    swapped = {AAPL: stored[IBM], IBM: stored[IBM]}
    with pytest.raises(RejectedError) as refused:
        question_of(assigned, swapped)
    assert refused.value.slug == "inputs-changed"


def test_an_assignment_with_a_field_missing_is_refused():
    tree = travelled(analysis_assignment(question(), TEMPLATE))
    for name in tree:
        with pytest.raises(RejectedError):
            read_assignment({key: value for key, value in tree.items() if key != name})


def test_a_made_up_snapshot_is_refused():
    asked = replace(question(), briefing=replace(question().briefing, snapshot=snapshot()))
    with pytest.raises(RejectedError):
        again(asked)


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(spoken(), id="a vote and an abstention"),
        pytest.param(spoken(cost=None, failure="timeout", attachments=()), id="no cost is known"),
        pytest.param(spoken(call=None, fallback_used=False), id="no call"),
    ],
)
def test_a_reply_comes_out_as_it_went_in(said):
    result = checked_result("trading_analysis", travelled(analysis_result(said)))
    assert reply_of(travelled(result), question()) == said


def test_an_answer_that_was_not_asked_for_or_is_missing_is_refused():
    for answers in ((answer(AAPL),), (answer(AAPL), answer(IBM), answer(Symbol("FB")))):
        result = travelled(analysis_result(spoken(answers=answers)))
        with pytest.raises(InvalidOutputError):
            reply_of(result, question())


def test_an_attachment_that_cannot_be_unpacked_is_refused():
    for packed in ("%%%", "aGVsbG8=", ""):
        result = {**travelled(analysis_result(spoken())), "attachments": [packed]}
        with pytest.raises(InvalidOutputError):
            reply_of(result, question())
