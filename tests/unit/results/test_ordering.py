"""Ordering: whatever the order of arrival, the newest of each symbol stands."""

import random

from quorate.kernel.ids import BookName
from quorate.results.ordering import Arrival, Newest
from tests.fakes.results import result


def test_an_older_result_of_the_symbol_is_dropped_and_counted():
    newest = Newest([result(8)])
    assert newest.apply(result(7)) is Arrival.STALE
    assert newest.stale == 1
    assert [each.result_id for each in newest.by_key.values()] == ["res_8"]


def test_the_same_result_again_is_known():
    newest = Newest([result(8)])
    assert newest.apply(result(8)) is Arrival.KNOWN
    assert newest.stale == 0


def test_a_fresh_result_of_another_symbol_or_book_is_not_dropped():
    newest = Newest([result(8)])
    assert newest.apply(result(3, "IBM")) is Arrival.NEWEST
    assert newest.apply(result(4, book=BookName("other"))) is Arrival.NEWEST
    assert len(newest.by_key) == 3


def test_at_equal_times_the_later_row_stands_however_they_arrive():
    one, other = (result(number, analyzed_at="2026-11-20T12:00:00Z") for number in (1, 2))
    for order in ([one, other], [other, one]):
        assert Newest(order).by_key[one.key] == other


def test_every_order_comes_to_the_same():
    results = [result(number, symbol) for number in range(1, 6) for symbol in ("AAPL", "IBM")]
    shuffled = random.Random(7)  # noqa: S311  (an order, no secret)
    for _ in range(50):
        shuffled.shuffle(results)
        found = Newest(results).by_key.values()
        assert {each.result_seq for each in found} == {result(5).result_seq}
