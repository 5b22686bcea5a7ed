"""An alert: what is refused, what is masked, and when two are the same."""

from __future__ import annotations

from datetime import date

import pytest

from quorate.cycle.watch import AlertFact, Severity
from quorate.cycle.watch.alert import (
    LONGEST,
    HookState,
    acknowledged_event,
    alert_id_of,
    delivered_event,
    hook_body,
    raised_event,
)
from quorate.kernel.canonical import canonical_json
from quorate.kernel.errors import InvariantBrokenError
from quorate.kernel.ids import BookName, CycleId, DecisionId, TraceId
from tests.fakes.alerts import BOOK, CYCLE, alert, raised

DAY = date(2012, 6, 29)


@pytest.mark.parametrize("kind", ["", "Cash", "cash gap", "1st", "x" * 49])
def test_a_kind_is_a_word_that_can_be_looked_for(kind):
    with pytest.raises(InvariantBrokenError):
        alert(kind)


def test_an_alert_says_something():
    with pytest.raises(InvariantBrokenError):
        alert(text=" \n ")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("the key sk-abcdefgh1234 was refused", "the key *** was refused"),
        ("password=hunter22 is wrong", "password=*** is wrong"),
        ("https://me:secret99@host failed", "https://me:***@host failed"),
        ("hook in-my-url-9 failed", "hook *** failed"),
        ("two\nlines\u2028and\u200b more\x1b[2J", "two lines and more [2J"),
        ("a half \ud800 sign", "a half sign"),
    ],
    ids=["key", "password", "credentials", "known", "invisible", "surrogate"],
)
def test_what_is_shown_is_one_line_without_secrets(text, shown):
    assert alert(text=text).without_secrets(["in-my-url-9"]).text == shown


def test_a_long_text_is_cut():
    safe = alert(text="word " * 300).without_secrets()
    assert len(safe.text) <= LONGEST
    assert safe.text.endswith("word…")


def test_nothing_but_signs_that_nobody_sees_leaves_the_kind():
    assert alert(text="\u200b").without_secrets().text == "cash_gap"


def test_the_same_alert_of_a_cycle_has_the_same_id_on_any_day():
    assert alert_id_of(alert(), DAY) == alert_id_of(alert(), date(2012, 7, 2))


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "other"},
        {"text": "the broker has $6.00 more"},
        {"cycle_id": CycleId("cyc_02")},
        {"decision_id": DecisionId("dec_1")},
    ],
    ids=["kind", "text", "cycle", "decision"],
)
def test_another_alert_has_another_id(changes):
    assert alert_id_of(alert(**changes), DAY) != alert_id_of(alert(), DAY)


def test_outside_of_cycles_an_alert_is_new_every_day():
    outside = alert(cycle_id=None)
    assert alert_id_of(outside, DAY) == alert_id_of(outside, DAY)
    assert alert_id_of(outside, DAY) != alert_id_of(outside, date(2012, 7, 2))


@pytest.mark.parametrize("severity", list(Severity))
def test_an_alert_reaches_what_is_no_graver_than_it(severity):
    order = list(Severity)
    reached = [least for least in order if severity.reaches(least)]
    assert reached == order[: order.index(severity) + 1]


def test_an_alert_is_open_until_somebody_has_seen_to_it_and_information_never_is():
    assert raised().is_open
    assert not raised(severity=Severity.INFO).is_open


def test_the_rows_of_an_alert_tell_it_whole():
    one = raised(trace_id=TraceId("ab" * 16), decision_id=DecisionId("dec_1"))
    row = raised_event(one)
    assert (row.stream, row.type, row.book) == ("alerts:replay", AlertFact.RAISED, BOOK)
    assert row.trace_id == "ab" * 16
    assert row.payload == {
        "alertId": "alr_1",
        "kind": "cash_gap",
        "severity": "error",
        "text": "the broker has $5.00 more",
        "cycleId": CYCLE,
        "decisionId": "dec_1",
        "toHook": True,
    }
    sent = delivered_event(one, sent=True, tries=2, cause="")
    assert sent.payload == {"alertId": "alr_1", "state": "sent", "tries": 2, "cause": ""}
    seen = acknowledged_event(one, "operator")
    assert seen.payload == {"alertId": "alr_1", "by": "operator"}
    assert {canonical_json(each.payload) for each in (row, sent, seen)}


def test_what_did_not_arrive_is_told_without_secrets():
    failed = delivered_event(raised(), sent=False, tries=3, cause="token: abcdefgh failed")
    assert failed.payload["cause"] == "token: abcdefgh failed"
    failed = delivered_event(raised(), sent=False, tries=3, cause="api key: abcdefgh failed")
    assert failed.payload["cause"] == "api key: *** failed"


def test_the_webhook_gets_a_text_for_people_and_the_rest_for_programs():
    assert hook_body(raised(hook=HookState.WAITING)) == {
        "alertId": "alr_1",
        "kind": "cash_gap",
        "severity": "error",
        "text": "Quorate, book replay: the broker has $5.00 more",
        "book": BookName("replay"),
        "cycleId": CYCLE,
        "decisionId": None,
        "traceId": None,
        "raisedAt": "2026-11-20T12:00:00+00:00",
    }
