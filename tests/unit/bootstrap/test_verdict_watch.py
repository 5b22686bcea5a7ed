"""The verdict watch finds a task that nobody let pass, and a verdict on another decision than the one on record."""

from dataclasses import replace

import pytest

from quorate.arbiter.moves import moved, received_event
from quorate.arbiter.task import TaskEvent, TaskState
from quorate.audit.verification import Verification
from quorate.bootstrap.verdict_watch import VerdictWatch
from quorate.kernel.account import Subject
from quorate.kernel.canonical import canonical_json, sha256_hex
from quorate.kernel.ids import TaskId
from quorate.kernel.journal import Event
from tests.fakes.courts import ACCOUNT, KEY, SPEC, TASK, verdict
from tests.unit.audit.chains import row

DECISION = Event(stream="run:run_1", type="decision.made", payload={"decisionId": "dec_1"})
SHA256 = sha256_hex(canonical_json(DECISION.payload))
RECEIVED = received_event(TASK, SPEC)
_, COMPLETED = moved(TASK, TaskEvent.POST_CHECK_OK, TaskEvent.PERSISTED)


def issued(**about):
    account = replace(ACCOUNT, subjects=(Subject(name="dec_1", sha256=SHA256),))
    made = verdict(**{"account": account, **about})
    return made.row(key_id=KEY.key_id, sign=KEY.sign)


def told(*events, rows=None, first_bad=None):
    """Return what is said of a chain of these rows."""
    watch = VerdictWatch(KEY.is_signed)
    entries = [
        row(seq, stream=event.stream, type=event.type, payload=canonical_json(event.payload))
        for seq, event in enumerate(events, start=1)
    ]
    assert list(watch.passed(entries)) == entries
    found = Verification(
        ok=first_bad is None,
        rows=len(entries) if rows is None else rows,
        first_bad=first_bad,
        checkpoint=None,
    )
    return watch.told(found)


def test_a_task_that_its_verdict_let_pass_is_in_order():
    assert told(RECEIVED, DECISION, issued(), COMPLETED).ok
    assert told(RECEIVED, COMPLETED, DECISION, issued()).ok, "they stand in one commit"


def test_a_task_that_completed_without_a_verdict_is_a_bypass():
    found = told(RECEIVED, DECISION, COMPLETED)
    assert (found.ok, found.first_bad) == (False, 3)
    assert "task t1 completed without a verdict that let it pass" in found.problems[0]


@pytest.mark.parametrize(
    "about",
    [
        pytest.param({"broken": ("AAPL has 2 decisions",)}, id="it failed"),
        pytest.param({"task": replace(TASK, task_id=TaskId("t2"))}, id="it is on another task"),
    ],
)
def test_a_verdict_that_does_not_let_the_task_pass_is_none(about):
    assert told(RECEIVED, DECISION, issued(**about), COMPLETED).first_bad == 4


def test_a_verdict_that_nobody_trusts_lets_nothing_pass():
    forged = issued()
    signature = {"keyid": "k9", "sig": forged.payload["envelope"]["signatures"][0]["sig"]}
    envelope = {**forged.payload["envelope"], "signatures": [signature]}
    found = told(
        RECEIVED,
        DECISION,
        replace(forged, payload={**forged.payload, "envelope": envelope}),
        COMPLETED,
    )
    assert found.first_bad == 3
    assert any("completed without a verdict" in each for each in found.problems)


def test_parts_unfinished_tasks_and_those_before_there_was_a_court_need_none():
    part = received_event(replace(TASK, parent=TaskId("t0")), SPEC)
    early = {name: value for name, value in RECEIVED.payload.items() if name != "priority"}
    _, failed = moved(replace(TASK, state=TaskState.EXECUTING), TaskEvent.CANCEL)
    assert told(part, COMPLETED).ok
    assert told(replace(RECEIVED, payload=early), COMPLETED).ok
    assert told(RECEIVED).ok
    assert told(RECEIVED, failed).ok


def test_what_a_broken_chain_cut_off_is_not_blamed_on_the_task():
    found = told(RECEIVED, DECISION, COMPLETED, rows=2, first_bad=3)
    assert (found.first_bad, found.problems) == (3, ())


def test_a_verdict_on_another_decision_than_the_one_on_record_is_found():
    changed = replace(DECISION, payload={"decisionId": "dec_1", "finalAction": "BUY"})
    found = told(RECEIVED, changed, issued(), COMPLETED)
    assert found.first_bad == 3
    assert "another decision dec_1 than the one on record" in found.problems[0]


def test_a_verdict_that_stands_there_again_is_found():
    found = told(RECEIVED, DECISION, issued(), issued(), COMPLETED)
    assert found.first_bad == 4
    assert "stands there again" in found.problems[0]
