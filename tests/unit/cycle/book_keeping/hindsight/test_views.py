"""What a run said, and how it turned out."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from quorate.cycle.book_keeping.hindsight.views import (
    AwaitedRun,
    Question,
    Said,
    Views,
    could_be_known,
    is_right,
    resolved_event,
    return_over,
    views_in,
)
from quorate.kernel.ids import BookName, RunId, Symbol
from quorate.market.actions import ActionKind, CorporateAction
from quorate.market.bar import Bar
from quorate.market.series import Series

AAPL = Symbol("AAPL")
DAYS = tuple(date(2012, 3, 1) + timedelta(days=number) for number in range(6))
RUN = AwaitedRun(RunId("run_1"), DAYS[0])


def vote(profile="trend", action="BUY", horizon="P2D", **parts):
    told = {
        "symbol": "AAPL",
        "profile": profile,
        "role": "trend",
        "provider": "rules",
        "model": "",
        "voter": True,
        "panel": False,
        "action": action,
        "confidence": "0.6",
        "timeHorizon": horizon,
        "rationale": "left out",
    }
    return Said("vote.cast", {**told, **parts})


def decision(action="BUY", horizon="P2D", **parts):
    told = {
        "decisionId": "dec_1",
        "symbol": "AAPL",
        "finalAction": action,
        "reasonCode": "consensus",
        "confidence": "0.7",
        "timeHorizon": horizon,
    }
    return Said("decision.made", {**told, **parts})


SHADOWS = Said(
    "shadows.drawn",
    {
        "shadows": [
            {"arm": "random", "symbol": "AAPL", "action": "SELL"},
            {"arm": "no_debate", "symbol": "AAPL", "action": None},
        ]
    },
)


def series(closes=(10, 11, 12, 13, 14, 15), actions=()):
    bars = tuple(
        Bar(day, *(Decimal(price) for price in (close, close, close, close)), Decimal(1))
        for day, close in zip(DAYS, closes, strict=True)
    )
    return Series(symbol=AAPL, source="test", bars=bars, actions=actions)


def test_views_are_gathered_by_the_question_that_answers_them():
    views = views_in(
        [vote(), vote("momentum", "SELL", "P5D"), decision(), SHADOWS, Said("run.completed", {})]
    )
    assert set(views) == {Question(AAPL, 2), Question(AAPL, 5)}
    short = views[Question(AAPL, 2)]
    assert (len(short.votes), len(short.shadows), short.count) == (1, 2, 4)
    assert short.decision["action"] == "BUY"
    assert "rationale" not in short.votes[0]


def test_an_abstention_is_left_out_and_a_view_without_a_horizon_holds_for_twenty_sessions():
    views = views_in([vote(action="ABSTAIN"), vote("wyckoff", "HOLD", None), SHADOWS])
    assert set(views) == {Question(AAPL, 20)}
    assert views[Question(AAPL, 20)].decision is None


def test_what_a_profile_decides_for_its_own_book_is_no_decision_of_the_run():
    assert views_in([decision(profile="trend")]) == {}


def test_a_return_is_from_the_next_open_to_the_close_of_the_horizon():
    told = series()
    assert return_over(told, DAYS[0], 2, DAYS[2]) == pytest.approx(12 / 11 - 1)
    assert return_over(told, DAYS[0], 1, DAYS[5]) == 0.0


def test_a_return_is_not_known_before_its_close():
    told = series()
    assert return_over(told, DAYS[0], 2, DAYS[1]) is None
    assert return_over(told, DAYS[4], 2, DAYS[5]) is None
    assert return_over(told, date(2011, 1, 1), 2, DAYS[5]) is None
    assert return_over(told, DAYS[0], 2, date(2011, 1, 1)) is None


def test_what_comes_after_the_session_changes_nothing():
    plain, wild = series(), series((10, 11, 12, 130, 1, 7))
    assert return_over(plain, DAYS[0], 2, DAYS[2]) == return_over(wild, DAYS[0], 2, DAYS[2])


def test_a_split_is_no_loss():
    split = CorporateAction(
        session=DAYS[2], kind=ActionKind.SPLIT, ratio=Decimal(2), numerator=2, denominator=1
    )
    told = series((10, 10, 5, 5, 5, 5), (split,))
    assert return_over(told, DAYS[0], 3, DAYS[5]) == 0.0


@pytest.mark.parametrize(
    ("days", "known"),
    [pytest.param(1, False, id="too early"), pytest.param(2, True, id="as many days")],
)
def test_no_market_has_two_sessions_in_a_day(days, known):
    session = DAYS[0] + timedelta(days=days)
    assert could_be_known(RUN, Question(AAPL, 2), session) is known


@pytest.mark.parametrize(
    ("action", "moved", "right"),
    [
        pytest.param("BUY", 0.01, True, id="a rise"),
        pytest.param("BUY", 0.0, False, id="no move"),
        pytest.param("SELL", -0.01, True, id="a fall"),
        pytest.param("SELL", 0.01, False, id="a rise after a sale"),
        pytest.param("HOLD", 0.01, None, id="no side"),
        pytest.param("NO_TRADE", 0.01, None, id="a refusal"),
        pytest.param(None, 0.01, None, id="nobody knows"),
    ],
)
def test_a_view_is_right_by_the_sign(action, moved, right):
    assert is_right(action, moved) is right


def test_the_row_tells_who_was_right():
    question, views = next(iter(views_in([vote(), decision("NO_TRADE"), SHADOWS]).items()))
    event = resolved_event(
        BookName("replay"), RUN, question, views, moved=-0.5, session=DAYS[2], last=True
    )
    told = event.payload
    assert (event.stream, event.type) == ("outcomes:run_1", "votes.resolved")
    assert (told["return"], told["horizon"], told["last"], told["views"]) == (-0.5, 2, True, 4)
    assert [each["hit"] for each in told["votes"]] == [False]
    assert [each["hit"] for each in told["shadows"]] == [True, None]
    assert told["decision"]["hit"] is None
    alone = resolved_event(
        BookName("replay"), RUN, question, Views(), moved=0.1, session=DAYS[2], last=False
    )
    assert alone.payload["decision"] is None


def steps(raw, fallback):
    return [
        {"kind": "raw", "factor": None, "value": raw},
        {"kind": "calibrated", "factor": None, "value": "0.4"},
        {"kind": "fallback", "factor": fallback, "value": "0.4"},
        {"kind": "hidden_hand", "factor": "0.5", "value": "0.2"},
    ]


@pytest.mark.parametrize(
    ("told", "stated"),
    [
        pytest.param(steps("0.61", "1.0"), "0.61", id="the agent's own word"),
        pytest.param(steps("0.61", "0.8"), None, id="a fallback model's word calibrates nobody"),
        pytest.param([], None, id="no word"),
        pytest.param(None, None, id="a row of old"),
    ],
)
def test_a_vote_keeps_what_its_agent_stated(told, stated):
    (views,) = views_in([vote(confidenceSteps=told)]).values()
    (kept,) = views.votes
    assert kept["rawConfidence"] == stated
    assert kept["confidence"] == "0.6"
