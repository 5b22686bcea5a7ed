import json
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from quorate.arena.record.header import RunEvent
from quorate.arena.record.trace import SpanKind, read_trace
from quorate.kernel.canonical import canonical_json
from quorate.kernel.stamps import stamp
from tests.fakes.clock import NOON
from tests.unit.arena.casts import entries
from tests.unit.arena.record.runs import facts

STEPS = [
    ("RECEIVED", 0),
    ("VALIDATING_SPEC", 2),
    ("SPEC_APPROVED", 3),
    ("ROUTING", 4),
    ("ROUTED", 5),
    ("EXECUTING", 6),
    ("EXECUTION_COMPLETE", 60),
    ("VERIFYING", 61),
    ("VERIFIED", 63),
    ("COMPLETED", 65),
]
"""The states of a task, and at which millisecond each was entered."""

AT = {
    RunEvent.REQUESTED: 0,
    RunEvent.SNAPSHOT_FROZEN: 10,
    RunEvent.AGENT_ANSWERED: 40,
    RunEvent.COMPLETED: 65,
}
"""When the run's rows were written; the others stand with the task's result."""


def task_rows():
    yield 0, "task.received", {"state": "RECEIVED"}
    events = {"VERIFIED": "post_check_ok"}
    for (before, _), (state, at) in pairwise(STEPS):
        event = events.get(state, "any")
        yield at, "task.moved", {"from": before, "to": state, "event": event, "reason": ""}


def rows(*, until=1000, facts_of=facts):
    """Return the rows of a run and its task as they stand in the journal `until` a millisecond."""
    run = [(AT.get(kind, 60), kind, payload) for kind, payload in facts_of()]
    timed = sorted([*run, *task_rows()], key=lambda row: row[0])
    template = entries([(kind, payload) for _, kind, payload in timed])
    stamped = [
        replace(entry, ts=stamp(NOON + timedelta(milliseconds=at)))
        for entry, (at, _, _) in zip(template, timed, strict=True)
    ]
    return [entry for entry, (at, _, _) in zip(stamped, timed, strict=True) if at <= until]


def spans(kind, **about):
    return [span for span in read_trace(rows(**about)).spans if span.kind is kind]


def test_without_rows_there_is_nothing_to_show():
    assert read_trace([]).spans == ()
    assert read_trace([]).total_ms == 0.0


def test_the_run_is_the_whole_of_it():
    trace = read_trace(rows())
    (run,) = [span for span in trace.spans if span.depth == 0]
    assert (run.name, run.start_ms, run.end_ms) == ("run", 0.0, 65.0)
    assert (run.cost_usd, run.detail, trace.total_ms) == ("0.00", "completed", 65.0)


def test_every_state_of_the_task_lasts_until_the_next():
    shown = [(span.name, span.start_ms, span.end_ms) for span in spans(SpanKind.TASK)]
    ends = [at for _, at in STEPS[1:]] + [65]
    assert shown == [(name, at, end) for (name, at), end in zip(STEPS, ends, strict=True)]


def test_the_snapshot_takes_from_the_begin_of_the_work_to_its_row():
    (snapshot,) = spans(SpanKind.TOOL)
    assert (snapshot.start_ms, snapshot.end_ms, snapshot.depth) == (6.0, 10.0, 2)
    assert snapshot.detail.startswith("AAPL, IBM at ")


def slow_answer(milliseconds):
    def changed():
        for kind, payload in facts():
            if kind == RunEvent.AGENT_ANSWERED:
                yield kind, {**payload, "latencyMs": str(milliseconds), "costUsd": "0.01"}
            else:
                yield kind, payload

    return changed


@pytest.mark.parametrize(
    ("latency", "start"),
    [
        pytest.param(12.5, 27.5, id="as long as it says"),
        pytest.param(99.0, 10.0, id="never before it was asked"),
    ],
)
def test_an_agent_answers_for_as_long_as_its_row_says(latency, start):
    (agent,) = spans(SpanKind.AGENT, facts_of=slow_answer(latency))
    assert (agent.name, agent.start_ms, agent.end_ms) == ("trend", start, 40.0)
    assert (agent.cost_usd, agent.detail) == ("0.01", "trend/1: AAPL BUY")


def test_a_decision_is_made_between_the_last_answer_and_its_row():
    made = spans(SpanKind.RULE)
    assert [(span.name, span.start_ms, span.end_ms) for span in made] == [
        ("decide AAPL", 40.0, 60.0),
        ("decide IBM", 40.0, 60.0),
    ]
    assert made[1].detail == "NO_TRADE, symbol_quarantined"


def test_the_post_check_says_how_it_ended():
    (check,) = spans(SpanKind.CHECK)
    assert (check.start_ms, check.end_ms, check.detail) == (61.0, 63.0, "post check ok")


def test_a_span_names_the_row_that_tells_of_it():
    by_seq = {entry.seq: entry for entry in rows()}
    for span in read_trace(rows()).spans:
        entry = by_seq[span.seq]
        if span.kind is SpanKind.AGENT:
            assert json.loads(entry.payload)["profile"] == span.name
        assert entry.ts == stamp(NOON + timedelta(milliseconds=span.end_ms)) or span.depth < 2


def test_parents_stand_before_their_children_and_enclose_them():
    parents = []
    for span in read_trace(rows()).spans:
        del parents[span.depth :]
        if parents:
            assert parents[-1].start_ms <= span.start_ms <= span.end_ms <= parents[-1].end_ms
        parents.append(span)


@pytest.mark.parametrize("until", [0, 4, 8, 30, 62])
def test_a_run_that_goes_on_is_shown_as_far_as_it_came(until):
    trace = read_trace(rows(until=until))
    assert trace.spans[0].detail == "running"
    assert trace.spans[0].cost_usd is None
    assert max(span.end_ms for span in trace.spans) == trace.total_ms <= until
    assert not [span for span in trace.spans if span.kind is SpanKind.CHECK]


def test_a_task_that_was_taken_over_says_so():
    journal = rows()
    place = next(n for n, entry in enumerate(journal) if '"to":"ROUTED"' in entry.payload)
    adopted = replace(journal[place], type="task.adopted", payload=canonical_json({"token": 2}))
    journal.insert(place + 1, adopted)
    (routed,) = [span for span in read_trace(journal).spans if span.name == "ROUTED"]
    assert routed.detail == "taken over by another process"


def test_a_failed_run_says_so():
    journal = rows(until=62)
    failed = canonical_json({"reason": "storage-full", "detail": "no room"})
    end = replace(journal[-1], seq=journal[-1].seq + 1, type="run.failed", payload=failed)
    assert read_trace([*journal, end]).spans[0].detail == "failed"
