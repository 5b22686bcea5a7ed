"""How a result stands: fresh or stale by the clock of its book, newest or superseded."""

from datetime import timedelta

import pytest

from quorate.kernel.ids import BookName, Symbol
from quorate.kernel.stamps import stamp
from quorate.results.standing import (
    STALE_AFTER,
    Moment,
    ResultFilter,
    ResultState,
    is_wanted,
    stale_after_of,
)
from tests.fakes.clock import NOON
from tests.fakes.results import line_of, result

TICK = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("now", "stale"),
    [
        pytest.param(NOON + STALE_AFTER, False, id="at 15 min"),
        pytest.param(NOON + STALE_AFTER + TICK, True, id="just past"),
    ],
)
def test_in_paper_a_result_is_stale_after_15_minutes_of_the_wall(now, stale):
    one = result(book_mode="PAPER", analyzed_at=stamp(NOON))
    assert Moment(now, {}).is_stale(one) is stale


def test_in_replay_it_is_stale_when_its_book_has_gone_on():
    one, book = result(), BookName("replay")
    much_later = NOON + timedelta(days=9)
    assert not Moment(much_later, {book: "2013-03-01"}).is_stale(one)
    assert Moment(NOON, {book: "2013-03-04"}).is_stale(one)
    assert stale_after_of(one) is None


def test_states_hold_together():
    line = line_of(result(conflict=True, degraded_inference=True), is_newest=False)
    assert line.states == {
        *(ResultState.CONFLICT, ResultState.DEGRADED, ResultState.SUPERSEDED),
    }


def test_a_list_asks_for_symbol_and_state():
    line = line_of(result())
    assert is_wanted(line, ResultFilter(Symbol("AAPL"), ResultState.NEWEST))
    assert not is_wanted(line, ResultFilter(Symbol("IBM")))
    assert not is_wanted(line, ResultFilter(state=ResultState.STALE))
