"""Journal rows as the page says them, and a trace over its time."""

import pytest

from quorate.hub.pages.audit.rows import (
    LONGEST,
    event_row,
    lanes,
    said_of,
    short_hash,
    subject_href,
)
from tests.unit.audit.chains import row

HASH = "ab" * 32


@pytest.mark.parametrize(
    ("kind", "facts", "said"),
    [
        ("vote.cast", {"profile": "trend", "action": "BUY", "confidence": "0.685435"}, "trend BUY 0.6854"),
        ("task.moved", {"from": "ROUTING", "to": "EXECUTING", "reason": ""}, "ROUTING to EXECUTING"),
        (
            "order.intended",
            {"request": {"side": "buy", "quantity": "2", "symbol": "AAPL", "kind": "limit"}},
            "buy 2 AAPL, limit",
        ),
        ("snapshot.frozen", {"snapshotHash": HASH}, "snapshot ababab…ababab"),
        ("session.opened", {"expiresAt": "2026-11-21T12:00:00.000000Z"},
         "somebody signed in, until 2026-11-21 12:00:00"),
        ("waiver.added", {}, "by until"),
        ("some.news", {"newsId": "n1", "count": 3, "flag": True, "word": "ok"}, "count 3, word ok"),
        ("some.news", {}, ""),
    ],
)  # fmt: skip
def test_a_row_is_said_in_a_few_words(kind, facts, said):
    assert said_of(kind, facts) == said


def test_what_is_said_is_never_long():
    said = said_of("alert.raised", {"text": "x" * 900})
    assert len(said) <= LONGEST + 1
    assert said.endswith("…")


@pytest.mark.parametrize(
    ("kind", "payload", "tone"),
    [
        ("verdict.issued", '{"decision":"PASS"}', "gain"),
        ("verdict.issued", '{"decision":"FAIL"}', "loss"),
        ("risk.judged", '{"outcome":"denied"}', "loss"),
        ("task.moved", '{"to":"FAILED"}', "loss"),
        ("run.requested", '{"decision":{"a":"tree"}}', ""),
    ],
)
def test_a_row_has_the_tone_of_what_it_says(kind, payload, tone):
    assert event_row(row(1, type=kind, payload=payload)).tone == tone


def test_a_row_leads_to_itself_and_to_what_it_is_about():
    shown = event_row(row(7))
    assert (shown.href, shown.stream_href) == (
        "/admin/audit/events/7",
        "/admin/arena/runs/run_1",
    )
    assert shown.at == "03:12:00.000"
    assert subject_href("verdict:vrd_1") == "/admin/audit/verdicts/vrd_1"
    assert subject_href("keys") == subject_href("lock:a") == ""
    assert short_hash("short") == "short"


def test_a_trace_is_its_streams_over_one_time():
    rows = [
        row(1, ts="2026-11-21T03:12:00.000000Z", stream="cycle:c1"),
        row(2, ts="2026-11-21T03:12:00.250000Z", stream="run:run_1", type="run.requested"),
        row(3, ts="2026-11-21T03:12:00.750000Z", stream="run:run_1"),
        row(4, ts="2026-11-21T03:12:01.000000Z", stream="cycle:c1"),
    ]
    (cycle, run), ticks = lanes(rows)
    assert (cycle.stream, cycle.left, cycle.width, cycle.rows) == ("cycle:c1", 0, 100, 2)
    assert (run.left, run.width, run.took, run.types) == (
        25,
        50,
        "500 ms",
        "run.requested, vote.cast",
    )
    assert (ticks[0], ticks[-1]) == ("0", "1.00 s")


def test_a_trace_of_one_moment_can_still_be_seen():
    ((lane,), _) = lanes([row(1)])
    assert (lane.left, lane.width, lane.took) == (0, 0.5, "at once")
    assert lanes([]) == ((), ())
