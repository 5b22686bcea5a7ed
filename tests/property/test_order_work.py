"""What holds for order work whatever fails, falls silent or waits, and in any order (R-105, invariants 16 and 22)."""

import asyncio
import contextlib
import itertools

from hypothesis import given
from hypothesis import strategies as st

from quorate.arbiter.order_work.ports import NotYetError
from quorate.arbiter.task import TASK_TABLE, TERMINAL, TaskState
from quorate.execution.acts import Failure, RetryPolicy
from quorate.execution.broker import BrokerUnavailableError, OrderRefusedError
from tests.fakes.clock import NOON, FakeClock
from tests.fakes.journal import MemoryJournal
from tests.fakes.order_work import FakeDoer, order_act, work_on

POLICY = RetryPolicy()
ENDS = {
    "silent": BrokerUnavailableError("HTTP 503", source="broker"),
    "refused": OrderRefusedError("insufficient buying power"),
    "not yet": NotYetError("the run goes on"),
    "bug": KeyError("x"),
    "died": asyncio.CancelledError(),
}
PERMANENT = {"refused", "bug"}


@given(
    attempts=st.integers(1, 12),
    jitter=st.floats(0, 1, exclude_max=True),
    asked=st.floats(0, 600),
    permanent=st.booleans(),
)
def test_a_wait_is_never_shorter_than_either_side_asks_and_the_fifth_has_none(
    attempts, jitter, asked, permanent
):
    failure = Failure(code="X", reason="", permanent=permanent, retry_after_s=asked)
    after = POLICY.next_at(attempts, failure, NOON, jitter=jitter)
    if permanent or attempts >= POLICY.attempts:
        assert after is None
        return
    waited = (after - NOON).total_seconds()
    base = POLICY.base_s * 2 ** (attempts - 1)
    assert waited >= max(base, asked) - 1e-6
    assert waited <= max(base + POLICY.jitter_s, asked) + 1e-6


@given(st.lists(st.sampled_from(sorted([*ENDS, "done"])), max_size=12))
def test_every_act_ends_and_is_never_tried_more_often_than_it_may(ends):
    asyncio.run(_walk([*ends, "done"]))


async def _walk(ends):
    journal, doer, tries = MemoryJournal(FakeClock()), FakeDoer(), list[str]()
    work = work_on(journal, doer)
    task_id = (await work.enqueue(order_act())).item.task_id
    for end in [*ends, *["done"] * POLICY.attempts]:
        if journal.task(task_id).state in TERMINAL:
            break
        doer.errors, before = [ENDS[end]] if end in ENDS else [], len(doer.did)
        with contextlib.suppress(asyncio.CancelledError):
            await work.run_due()
        tries += [end] * (len(doer.did) - before)
        journal.clock.jump(301)
    _is_told(tries, journal.task(task_id).state)
    for before, after in itertools.pairwise(journal.walked(task_id)):
        assert TaskState(after) in TASK_TABLE.moves[TaskState(before)].values(), (before, after)
    done = journal.types(f"task:{task_id}").count("task.result")
    assert done == (journal.task(task_id).state is TaskState.COMPLETED)


def _is_told(tries, state):
    """The end follows from the tries; what only had to wait is none."""
    counted = [end for end in tries if end != "not yet"]
    assert len(counted) <= POLICY.attempts
    if state is TaskState.COMPLETED:
        assert counted[-1] == "done"
    else:
        assert state is TaskState.FAILED
        assert counted[-1] in PERMANENT or len(counted) == POLICY.attempts
