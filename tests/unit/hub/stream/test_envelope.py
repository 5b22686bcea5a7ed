"""Envelopes: each kind of row as the stream tells it, and what nobody is told."""

import json

import pytest

from quorate.access import AccessEvent
from quorate.adapters.sql.projections import ALL
from quorate.arena.record.header import RunEvent
from quorate.hub.stream.envelope import RUN_ENDS, TYPES, event_of, gap, heartbeat, hello
from quorate.kernel.errors import InvariantBrokenError
from tests.fakes.clock import NOON
from tests.unit.hub.stream.feeds import PAYLOADS, parsed, row

SILENT = {
    "agent.draining",
    "agent.quarantined",
    "agent.restored",
    "answer.kept",
    "arena.booked",
    "control.resumed",
    "control.shut",
    "routing.decided",
    "routing.restored",
    "routing.rolled_back",
    "task.overridden",
    "book.opened",
    "broker-key.removed",
    "broker-key.stored",
    "broker.moved",
    "budget.set",
    "call.recalled",
    "call.reserved",
    "call.settled",
    "config.recorded",
    "config.reloaded",
    "database.restored",
    "key.registered",
    "key.rotated",
    "key.took_over",
    "lab.answered",
    "lab.begun",
    "lab.reported",
    "lease.acquired",
    "lease.renewed",
    "lease.released",
    "news.imported",
    "preset.applied",
    "price.set",
    "profile.tested",
    "prompt.version_added",
    "provider-key.removed",
    "provider-key.stored",
    "provider.tested",
    "request.accepted",
    "round.begun",
    "shadows.drawn",
    "snapshot.frozen",
    "task.adopted",
    "verdict.issued",
    "vote.cast",
    "waiver.added",
    "waiver.revoked",
    "worker.finished",
    # Trading: what the pages ask the database for, and what only the machinery asks for.
    "alert.delivered",
    "cycle.analysis",
    "halt.ordered",
    "orders.reconciled",
    "position.split",
    "risk.judged",
    "series.fetched",
    "usage.counted",
    "votes.resolved",
    "work.enqueued",
    "work.moved",
    *AccessEvent,
}
"""Types of rows that a stream passes over, on purpose."""


def told(kind, **changes):
    (envelope,) = parsed(event_of(row(7, kind, **changes)).message)
    return envelope


def test_every_type_of_row_is_told_or_passed_over_on_purpose():
    known = {*ALL, *RunEvent, "agent.answered"}
    mapped = {kind for kind in PAYLOADS if event_of(row(1, kind)) is not None}
    assert known - mapped - {"lease.renewed", "session.opened"} <= SILENT
    assert mapped.isdisjoint(SILENT)


@pytest.mark.parametrize("kind", ["lease.renewed", "session.opened"])
def test_what_is_nobodys_business_is_not_told(kind):
    assert event_of(row(1, kind)) is None


def test_an_envelope_names_its_row():
    envelope = told("run.completed")
    assert set(envelope) == {
        *("id", "seq", "schemaVersion", "type", "ts", "persistedAt"),
        *("traceId", "runId", "cycleId", "symbol", "decisionId", "data"),
    }
    assert (envelope["seq"], envelope["schemaVersion"]) == (7, 1)
    assert (envelope["type"], envelope["runId"]) == ("run.completed", "run_1")
    assert envelope["id"].startswith("evt_")
    assert len(envelope["id"]) == 30


def test_the_same_row_has_the_same_id_and_another_has_another():
    first, again, other = (event_of(row(seq)).message for seq in (7, 7, 8))
    assert first == again
    assert parsed(first)[0]["id"] != parsed(other)[0]["id"]


@pytest.mark.parametrize(
    ("kind", "name", "data"),
    [
        (
            "run.requested",
            "run.created",
            {
                "symbols": ["AAPL", "IBM"],
                "asOf": "2012-06-29",
                "book": "replay",
                "bookMode": "REPLAY",
                "mode": "debate",
                "profiles": ["momentum", "trend"],
                "triggeredBy": "manual",
            },
        ),
        (
            "agent.answered",
            "run.agentCompleted",
            {
                "profile": "trend",
                "latencyMs": 0.7,
                "costUsd": "0",
                "answers": [{"symbol": "AAPL", "action": "BUY"}],
            },
        ),
        (
            "decision.made",
            "decision.created",
            {
                "finalAction": "BUY",
                "reasonCode": "consensus",
                "confidence": 0.63,
                "disagreement": 0.0,
                "escalated": False,
            },
        ),
        (
            "run.completed",
            "run.completed",
            {
                "costUsd": "0",
                "latencyMs": 9.5,
                "finalActions": {"AAPL": "BUY"},
                "escalated": False,
            },
        ),
        (
            "run.failed",
            "run.failed",
            {"reason": "inputs-changed", "detail": "the bars changed"},
        ),
        (
            "task.received",
            "task.state",
            {"taskId": "tsk_1", "state": "RECEIVED", "from": None},
        ),
        (
            "task.moved",
            "task.state",
            {"taskId": "tsk_1", "state": "VALIDATING_SPEC", "from": "RECEIVED", "reason": ""},
        ),
        ("profile.registered", "profile.state", {"name": "trend", "enabled": True}),
        ("profile.disabled", "profile.state", {"name": "trend", "enabled": False}),
        (
            "series.imported",
            "series.imported",
            {"bars": 300, "lastSession": "2013-03-01", "quarantine": None},
        ),
    ],
)
def test_a_row_is_told_with_what_a_page_needs(kind, name, data):
    envelope = told(kind)
    assert (envelope["type"], envelope["data"]) == (name, data)
    assert name in TYPES


def test_a_decision_names_its_symbol_and_itself():
    envelope = told("decision.made")
    assert (envelope["symbol"], envelope["decisionId"]) == ("AAPL", "dec_1")
    assert event_of(row(1, "decision.made")).symbols == {"AAPL"}
    assert event_of(row(1, "run.requested")).symbols == {"AAPL", "IBM"}
    assert event_of(row(1, "profile.enabled")).symbols == frozenset()


def test_an_unknown_price_is_null():
    assert told("run.completed", costUsd=None)["data"]["costUsd"] is None


def test_a_row_that_is_not_what_was_written_is_noticed():
    with pytest.raises(InvariantBrokenError):
        event_of(row(1, "decision.made", confidence="very"))


def test_text_of_models_cannot_break_out_of_its_message():
    message = event_of(row(1, "run.failed", detail="x\n\ndata: {}\r\nid: 9\n")).message
    assert message.count(b"\n") == 3
    assert b"\r" not in message
    assert json.loads(message.partition(b"data: ")[2])["data"]["detail"].startswith("x\n")


def test_the_streams_own_messages_say_where_they_stand():
    (first,) = parsed(hello(head=9, start=5, mode="REPLAY", now=NOON))
    assert (first["type"], first["seq"]) == ("hello", 5)
    assert first["data"] == {
        "seq": 9,
        "serverTime": "2026-11-20T12:00:00.000000Z",
        "mode": "REPLAY",
    }
    (beat,) = parsed(heartbeat(9, NOON))
    assert (beat["type"], beat["data"]["seq"]) == ("heartbeat", 9)
    (lost,) = parsed(gap(3, 8, "slow_reader", NOON))
    assert (lost["seq"], lost["data"]) == (8, {"fromSeq": 3, "toSeq": 8, "reason": "slow_reader"})


def test_a_run_ends_in_one_of_three_ways():
    assert RUN_ENDS <= TYPES
