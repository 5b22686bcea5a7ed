"""A reader's queue: in order, bounded, and a gap in place of what did not fit."""

from quorate.hub.stream.envelope import StreamEvent, event_of, heartbeat
from quorate.hub.stream.reader import QUEUE, Reader
from quorate.hub.stream.wanted import Wanted
from tests.fakes.clock import NOON
from tests.unit.hub.stream.feeds import parsed, row


def reader(**wanted):
    return Reader("me", Wanted(**wanted))


EVENT = event_of(row(1))


def offered(to, *seqs):
    for seq in seqs:
        message = heartbeat(seq, NOON)
        to.offer(StreamEvent(seq, EVENT.type, EVENT.symbols, message))
    return to


def taken(from_, after=0):
    return parsed(b"".join(from_.taken(after, NOON)))


def test_events_are_taken_in_order_and_once():
    queue = offered(reader(), 1, 2, 3)
    assert [each["seq"] for each in taken(queue)] == [1, 2, 3]
    assert taken(queue) == []


def test_what_the_reader_knows_is_left_out():
    assert [each["seq"] for each in taken(offered(reader(), 1, 2, 3), after=2)] == [3]


def test_what_it_did_not_ask_for_is_not_queued():
    assert taken(offered(reader(types=frozenset({"run.created"})), 1, 2)) == []


def test_the_queue_holds_what_it_may_hold():
    queue = offered(reader(), *range(1, QUEUE + 1))
    assert queue.waiting == QUEUE
    assert len(taken(queue)) == QUEUE


def test_one_more_makes_it_all_one_gap():
    queue = offered(reader(), *range(1, QUEUE + 2))
    assert queue.waiting == 0
    (gap,) = taken(queue)
    assert gap["data"] == {"fromSeq": 1, "toSeq": QUEUE + 1, "reason": "slow_reader"}


def test_a_gap_grows_until_it_is_told_and_memory_does_not():
    queue = offered(reader(), *range(1, 10_001))
    assert queue.waiting == 0
    (gap,) = taken(queue)
    assert gap["data"]["toSeq"] == 10_000
    assert [each["seq"] for each in taken(offered(queue, 10_001))] == [10_001]


def test_a_gap_begins_behind_what_the_reader_knows():
    queue = offered(reader(), *range(1, QUEUE + 2))
    (gap,) = taken(queue, after=50)
    assert gap["data"]["fromSeq"] == 51
    queue = offered(queue, *range(200, 200 + QUEUE + 1))
    assert taken(queue, after=1000) == []


async def test_a_reader_waits_until_something_comes():
    queue = offered(reader(), 1)
    await queue.stirred()
    queue.stir()
    await queue.stirred()
    queue.end()
    await queue.stirred()
    assert queue.ended
