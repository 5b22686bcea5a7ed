"""The queue of a reader: in order, bounded, compacted by symbol, and honest about what it left out."""

import pytest

from quorate.kernel.errors import RejectedError
from quorate.results.queue import BOUND, COMPACT_AT, CompactingQueue, Missed, Queued


def filled(*offers):
    queue = CompactingQueue()
    for offer in offers:
        queue.offer(offer)
    return queue


def keyed(seq, symbol):
    return Queued(seq, f"{symbol}{seq}", key=symbol, recency=("t", seq))


def test_items_are_taken_in_order_and_once():
    queue = filled(Queued(1, "a"), Queued(2, "b"))
    assert queue.take() == (["a", "b"], None, None)
    assert queue.take() == ([], None, None)


def test_up_to_the_limit_nothing_gives_way():
    queue = filled(*(keyed(seq, "AAPL") for seq in range(1, COMPACT_AT + 1)))
    assert len(queue) == COMPACT_AT


def test_above_it_only_the_newest_of_each_symbol_waits():
    offers = [keyed(seq, ("AAPL", "IBM")[seq % 2]) for seq in range(1, COMPACT_AT + 2)]
    taken = filled(*offers).take()
    assert taken.items == ["AAPL80", "IBM81"]
    assert taken.compacted == Missed(1, 79)
    assert taken.missed is None


def test_an_older_result_that_comes_later_gives_way():
    offers = [keyed(100, "AAPL"), *(keyed(seq, "AAPL") for seq in range(1, COMPACT_AT + 1))]
    assert filled(*offers).take().items == ["AAPL100"]


def test_what_has_no_symbol_stays_until_there_is_no_room():
    queue = filled(*(Queued(seq, seq) for seq in range(1, BOUND + 1)))
    assert len(queue) == BOUND
    queue.offer(Queued(BOUND + 1, BOUND + 1))
    assert (len(queue), queue.dropped) == (0, BOUND + 1)
    assert queue.take() == ([], None, Missed(1, BOUND + 1))


def test_a_gap_grows_until_it_is_told_and_memory_does_not():
    queue = filled(*(Queued(seq, seq) for seq in range(1, 10_001)))
    assert len(queue) == 0
    assert queue.take().missed == Missed(1, 10_000)
    queue.offer(Queued(10_001, "next"))
    assert queue.take().items == ["next"]


def test_a_queue_that_is_never_compacted_is_refused():
    with pytest.raises(RejectedError):
        CompactingQueue(bound=10, compact_at=11)
