import json

import pytest

from quorate.arena.record.header import RunEvent, ended_payload
from quorate.arena.record.run import RunStatus, read_run
from quorate.kernel.errors import InvariantBrokenError
from quorate.kernel.ids import RunId
from tests.unit.arena.casts import entries, header
from tests.unit.arena.record.runs import SYMBOLS, facts

RUN_KEYS = {
    "runId",
    "traceId",
    "cycleId",
    "book",
    "bookMode",
    "mode",
    "status",
    "requestedAsOf",
    "asOf",
    "snapshotHash",
    "configHash",
    "bookStateHash",
    "learnedStateHash",
    "costUsd",
    "latencyMs",
    "decisions",
    "shadows",
}
DECISION_KEYS = {
    "decisionId",
    "symbol",
    "finalAction",
    "reasonCode",
    "confidence",
    "disagreement",
    "regime",
    "wyckoffPhase",
    "volumeTrend",
    "escalated",
    "sizing",
    "stop",
    "target",
    "timeHorizon",
    "triggers",
    "votes",
    "why",
}
VOTE_KEYS = {
    "profile",
    "role",
    "provider",
    "model",
    "voter",
    "action",
    "reasonCode",
    "veto",
    "confidence",
    "confidenceSteps",
    "rationale",
    "latencyMs",
    "costUsd",
}


@pytest.fixture
def run():
    return read_run(entries(facts()))


def test_the_object_has_every_name_of_design_15(run):
    shown = run.as_json()
    assert shown.keys() >= RUN_KEYS
    for decision in shown["decisions"]:
        assert decision.keys() >= DECISION_KEYS
        for vote in decision["votes"]:
            assert vote.keys() >= VOTE_KEYS
    assert shown["shadows"][0].keys() == {"arm", "symbol", "action"}


def test_numbers_are_numbers_money_is_text_and_unknown_is_null(run):
    shown = json.loads(json.dumps(run.as_json()))
    quarantined, bought = shown["decisions"]
    assert shown["costUsd"] == "0.00"
    assert shown["latencyMs"] == 9.5
    assert bought["confidence"] == 0.7
    assert bought["stop"] == "600.01"
    assert bought["sizing"] == {"kind": "pct_equity", "value": 0.014}
    assert bought["timeHorizon"] == "P20D"
    assert bought["triggers"][0] == {
        "name": "disagreement",
        "value": pytest.approx(1 / 3),
        "threshold": 0.34,
        "fired": False,
    }
    assert bought["votes"][0]["confidenceSteps"][0] == {
        "kind": "raw",
        "factor": None,
        "value": 0.7,
        "reason": "what the agent answered",
    }
    assert quarantined["confidence"] is None
    assert quarantined["disagreement"] is None


def test_decisions_stand_in_the_order_asked_and_votes_by_profile(run):
    shown = run.as_json()
    assert [decision["symbol"] for decision in shown["decisions"]] == list(SYMBOLS)
    votes = shown["decisions"][1]["votes"]
    assert [vote["profile"] for vote in votes] == ["a", "b", "c", "d", "rule_risk_manager"]


def test_every_sentence_names_rows_of_this_run(run):
    for decision in run.as_json()["decisions"]:
        assert 2 <= len(decision["why"]) <= 5
        for sentence in decision["why"]:
            assert sentence["text"].endswith(".")
            assert sentence["evidence"]
            rows = [int(row.removeprefix("journal:")) for row in sentence["evidence"]]
            assert all(101 <= row < 101 + len(facts()) for row in rows)


def test_runs_why_shows_the_same_sentences(run):
    shown = run.as_json()
    assert run.why_json() == {
        "runId": "run_1",
        "decisions": [
            {"symbol": decision["symbol"], "profile": None, "why": decision["why"]}
            for decision in shown["decisions"]
        ],
    }


def test_a_list_shows_the_run_in_one_line(run):
    assert run.row().as_json() == {
        "runId": "run_1",
        "traceId": "t1",
        "book": "replay",
        "mode": "debate",
        "symbols": ["IBM", "AAPL"],
        "startedAt": "2026-11-21T03:12:00.123456Z",
        "finalActions": {"IBM": "NO_TRADE", "AAPL": "BUY"},
        "costUsd": "0.00",
        "escalated": False,
        "status": "completed",
    }


@pytest.mark.parametrize("rows", range(1, len(facts())))
def test_a_run_killed_anywhere_still_reads(rows):
    run = read_run(entries(facts()[:rows]))
    shown = run.as_json()
    assert run.status is RunStatus.RUNNING
    assert shown["costUsd"] is None
    assert shown["latencyMs"] is None
    assert shown["failure"] is None
    assert run.row().cost_usd is None


@pytest.mark.parametrize(
    ("event", "status"),
    [
        pytest.param(RunEvent.FAILED, "failed", id="failed"),
        pytest.param(RunEvent.CANCELLED, "cancelled", id="cancelled"),
    ],
)
def test_a_run_that_ended_otherwise_says_why(event, status):
    ended = ended_payload(reason="abandoned", detail="the process was killed")
    shown = read_run(entries([*facts()[:2], (event, ended)])).as_json()
    assert shown["status"] == status
    assert shown["failure"] == {"reason": "abandoned", "detail": "the process was killed"}
    assert shown["decisions"] == []


def test_two_runs_of_one_request_differ_in_ids_alone():
    again = header(*SYMBOLS, run_id=RunId("run_2"))
    first, second = (read_run(entries(rows)).as_json() for rows in (facts(), facts(again)))
    assert {key for key in first if first[key] != second[key]} == {"runId"}


@pytest.mark.parametrize(
    "rows", [pytest.param([], id="none"), pytest.param(facts()[1:], id="without the first")]
)
def test_rows_that_begin_no_run_are_corrupt(rows):
    with pytest.raises(InvariantBrokenError, match=r"run\.requested"):
        read_run(entries(rows))


def test_a_decision_without_a_snapshot_row_still_has_its_case():
    rows = [row for row in facts() if row[0] != RunEvent.SNAPSHOT_FROZEN]
    run = read_run(entries(rows))
    assert run.snapshot_hash is None
    assert run.as_json()["decisions"][1]["why"][0]["evidence"] == ["journal:101"]
