from datetime import timedelta

import pytest

from quorate.arena.acceptance import (
    Acceptance,
    RequestKey,
    acceptance_event,
    last_acceptance,
    standing,
)
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import RunId, TraceId
from tests.fakes.clock import NOON, FakeClock
from tests.fakes.journal import MemoryJournal

KEY = RequestKey(principal="operator", key="k-1", fingerprint="f-1")
DAY = timedelta(hours=24)
TICK = timedelta(microseconds=1)
RUN, TRACE = RunId("run_1"), TraceId("t1")


def accepted(key=KEY, run_id=RUN, last=None, now=NOON):
    return acceptance_event(key, run_id, TRACE, last=last, now=now)


async def read_back(*events):
    journal = MemoryJournal(FakeClock())
    await journal.commit(lambda _tx: events)
    return last_acceptance(await journal.entries(KEY.stream))


async def test_an_acceptance_reads_back_from_its_row():
    assert await read_back(accepted()) == Acceptance(
        run_id=RUN, trace_id=TRACE, fingerprint="f-1", expires_at=NOON + DAY
    )


async def test_of_several_acceptances_the_newest_counts():
    first = await read_back(accepted())
    again = accepted(run_id=RunId("run_2"), last=first, now=NOON + DAY)
    assert (await read_back(accepted(), again)).run_id == "run_2"


def test_a_key_that_was_never_used_is_free():
    assert last_acceptance([]) is None
    assert standing(KEY, None, NOON) is None


async def test_a_key_stands_for_its_run_for_a_day():
    last = await read_back(accepted())
    assert standing(KEY, last, NOON + DAY - TICK) is last
    assert standing(KEY, last, NOON + DAY) is None


async def test_a_key_is_not_for_two_requests():
    other = RequestKey(principal="operator", key="k-1", fingerprint="f-2")
    with pytest.raises(RejectedError, match="was used for another request") as refusal:
        standing(other, await read_back(accepted()), NOON)
    assert refusal.value.slug == "idempotency-reused"


def test_the_key_itself_is_not_written_down():
    assert "k-1" not in str(accepted().payload)


def test_the_same_key_of_another_principal_is_another_key():
    other = RequestKey(principal="a token", key="k-1", fingerprint="f-1")
    assert other.stream != KEY.stream
    assert accepted(other).step_key != accepted().step_key


async def test_only_one_acceptance_can_follow_the_same_one():
    """The step ledger refuses a second row of one step key: of two requests at once one is accepted."""
    last = await read_back(accepted())
    assert accepted(run_id=RunId("run_9")).step_key == accepted().step_key
    assert accepted(last=last).step_key != accepted().step_key
