from datetime import date

import pytest

from quorate.llm.budget import CallStatus
from quorate.llm.call import Purpose
from quorate.llm.call_listing import CallFilter
from tests.unit.llm.calls import call_line


@pytest.fixture
def known(fake_app):
    fake_app.money.calls_known = tuple(
        call_line(f"call_{number}", cost=None if number == 2 else "0.0187") for number in (3, 2, 1)
    )
    return fake_app.money


def test_calls_are_listed_with_what_nobody_knows_as_null(quorate, known):
    listed = quorate("cost", "calls", "--json").json
    assert set(listed) == {"readAt", "items", "nextCursor"}
    assert [item["callId"] for item in listed["items"]] == ["call_3", "call_2", "call_1"]
    assert [item["costUsd"] for item in listed["items"]] == ["0.0187", None, "0.0187"]
    assert known.asked == [(CallFilter(), 25, None)]


def test_people_see_unpriced_and_never_zero(quorate, known):
    assert known.calls_known
    shown = {line.split()[0]: line for line in quorate("cost", "calls").lines}
    assert "unpriced" in shown["call_2"]
    assert "$0.0187" in shown["call_1"]


def test_the_list_goes_on_where_it_ended(quorate, known):
    first = quorate("cost", "calls", "--limit", 2, "--json").json
    rest = quorate("cost", "calls", "--cursor", first["nextCursor"], "--json").json
    assert [item["callId"] for item in rest["items"]] == ["call_1"]
    assert rest["nextCursor"] is None
    assert known.asked[-1] == (CallFilter(), 25, "call_2")
    assert "More: add --cursor call_2" in quorate("cost", "calls", "--limit", 2).err


def test_every_filter_reaches_the_list(quorate, known):
    words = ("--model", "openai/gpt-5-mini", "--profile", "judge", "--run", "run_1")
    more = ("--purpose", "panel", "--status", "late", "--unpriced", "--since", "2026-11-01")
    assert quorate("cost", "calls", *words, *more, "--until", "1d").code == 0
    assert known.asked[0][0] == CallFilter(
        model="openai/gpt-5-mini",
        profile="judge",
        run_id="run_1",
        purpose=Purpose.PANEL,
        status=CallStatus.LATE,
        unpriced=True,
        since=date(2026, 11, 1),
        until=date(2026, 11, 21),
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(("--purpose", "fun"), "choose from answer, repair, panel", id="purpose"),
        pytest.param(("--status", "gone"), "choose from reserved, answered", id="status"),
        pytest.param(("--since", "soon"), "is no date and no span", id="day"),
        pytest.param(("--cursor", "run_1"), "belongs to no list of calls", id="cursor"),
    ],
)
def test_what_no_list_has_is_refused_with_the_next_act(quorate, words, said):
    shown = quorate("cost", "calls", *words)
    assert shown.code == 2
    assert said in shown.err


def test_no_call_is_said(quorate):
    assert quorate("cost", "calls").lines == ["No such call."]
