"""A work item: the same work has one id, waits double, and a lost lease is taken over."""

from dataclasses import replace
from datetime import timedelta

import pytest

from quorate.execution.work_queue import Failure, WorkItem, WorkPolicy, WorkState, WorkType
from quorate.execution.work_queue.item import (
    claimed,
    deferred,
    enqueued_event,
    failed,
    moved_event,
    revived,
    succeeded,
)
from quorate.kernel.errors import ConflictError, RejectedError
from quorate.kernel.ids import BookName
from tests.fakes.clock import NOON
from tests.fakes.work_queue import work_order

POLICY = WorkPolicy()
TRANSIENT = Failure(code="TIMEOUT", reason="no answer", permanent=False)


def item(state=WorkState.PENDING, attempts=0, **changes):
    fresh = WorkItem(
        order=work_order(),
        state=state,
        attempts=attempts,
        owner="",
        due_at=NOON,
        created_at=NOON,
        changed_at=NOON,
        version=1,
        result={},
    )
    return replace(fresh, **changes)


def test_the_same_work_has_the_same_id_and_other_work_another():
    order = work_order(key="k")
    assert order.work_id == work_order(key="k", other="payload").work_id
    others = [
        work_order(key="l"),
        work_order(WorkType.POSITION_CLOSE, key="k"),
        replace(order, book=BookName("other")),
    ]
    assert len({order.work_id, *(each.work_id for each in others)}) == 4
    assert order.work_id.startswith("wrk_")


@pytest.mark.parametrize(("attempts", "least"), [(1, 2.0), (2, 4.0), (3, 8.0), (4, 16.0)])
def test_waits_double_and_have_up_to_a_second_of_jitter(attempts, least):
    assert POLICY.wait_s(attempts, 0.0) == least
    assert least < POLICY.wait_s(attempts, 0.99) <= least + 1


def test_a_claim_is_an_attempt_under_a_lease():
    taken = claimed(item(), "me", NOON, POLICY)
    assert (taken.state, taken.attempts, taken.owner) == (WorkState.RUNNING, 1, "me")
    assert taken.due_at == NOON + timedelta(seconds=POLICY.lease_s)
    assert taken.version == 2


def test_an_item_whose_worker_fell_silent_is_taken_over():
    left = item(WorkState.RUNNING, attempts=2, owner="dead")
    assert claimed(left, "me", NOON, POLICY).attempts == 3


def test_an_item_whose_workers_all_fell_silent_is_buried():
    left = claimed(item(WorkState.RUNNING, attempts=5, owner="dead"), "me", NOON, POLICY)
    assert (left.state, left.code) == (WorkState.DEAD_LETTER, "WORKER_LOST")


def test_a_transient_failure_waits_and_the_fifth_is_the_last():
    waiting = failed(item(WorkState.RUNNING, attempts=4), TRANSIENT, NOON, POLICY, jitter=0.5)
    assert (waiting.state, waiting.code) == (WorkState.FAILED, "TIMEOUT")
    assert waiting.due_at == NOON + timedelta(seconds=16.5)
    buried = failed(item(WorkState.RUNNING, attempts=5), TRANSIENT, NOON, POLICY, jitter=0.5)
    assert buried.state is WorkState.DEAD_LETTER


def test_a_permanent_failure_is_buried_at_once():
    failure = replace(TRANSIENT, permanent=True)
    after = failed(item(WorkState.RUNNING, attempts=1), failure, NOON, POLICY, jitter=0.0)
    assert (after.state, after.reason) == (WorkState.DEAD_LETTER, "no answer")


def test_the_other_sides_wait_counts_where_it_is_longer():
    failure = replace(TRANSIENT, retry_after_s=60.0)
    after = failed(item(WorkState.RUNNING, attempts=1), failure, NOON, POLICY, jitter=0.0)
    assert after.due_at == NOON + timedelta(seconds=60)


def test_what_waits_for_something_loses_no_attempt():
    after = deferred(item(WorkState.RUNNING, attempts=1), "the run goes on", NOON, POLICY)
    assert (after.state, after.attempts, after.code) == (WorkState.PENDING, 0, "WAITING")
    assert after.due_at > NOON


def test_success_keeps_what_came_of_it_and_forgets_earlier_failures():
    running = item(WorkState.RUNNING, attempts=2, code="TIMEOUT", reason="no answer")
    after = succeeded(running, {"cycleId": "c"}, NOON)
    assert (after.state, after.result, after.code, after.reason) == (
        WorkState.SUCCEEDED,
        {"cycleId": "c"},
        "",
        "",
    )
    assert after.is_over


def test_only_a_dead_letter_is_revived_with_all_its_attempts():
    again = revived(item(WorkState.DEAD_LETTER, attempts=5), NOON)
    assert (again.state, again.attempts) == (WorkState.PENDING, 0)
    with pytest.raises(ConflictError):
        revived(item(WorkState.SUCCEEDED), NOON)


def test_rows_tell_the_whole_item():
    order = work_order(WorkType.KILL_SWITCH, "k", scope="new")
    told = enqueued_event(order, NOON)
    assert (told.stream, told.book) == (f"work:{order.work_id}", order.book)
    assert told.payload["order"] == {"scope": "new"}
    before = item()
    moved = moved_event(before, claimed(before, "me", NOON, POLICY)).payload
    assert (moved["from"], moved["to"], moved["version"]) == ("PENDING", "RUNNING", 2)
    assert set(item().as_json()) >= {"workId", "type", "state", "attempts", "dueAt", "result"}


@pytest.mark.parametrize("broken", [{"attempts": 0}, {"base_s": 0}, {"lease_s": 0}, {"defer_s": 0}])
def test_a_policy_that_never_tries_or_never_waits_is_refused(broken):
    with pytest.raises(RejectedError):
        WorkPolicy(**broken)
