"""For how many sessions a lot was held."""

from dataclasses import replace
from datetime import date

import pytest

from quorate.cycle.book_keeping.sessions import sessions_held
from quorate.kernel.ids import Symbol
from quorate.portfolio.book import BookMode
from tests.unit.cycle.book_keeping.test_folding import HELD

MONDAY, FRIDAY = date(2012, 3, 5), date(2012, 3, 9)
LOT = replace(HELD.lots[0], opened=MONDAY, sessions=3)


@pytest.mark.parametrize(
    ("since", "expected"),
    [
        pytest.param(None, 4, id="the first mark"),
        pytest.param(MONDAY, 4, id="a new session"),
        pytest.param(FRIDAY, 3, id="the same session again"),
    ],
)
def test_a_replay_book_counts_the_sessions_that_it_was_marked_in(since, expected):
    assert sessions_held(BookMode.REPLAY, since, FRIDAY)(LOT) == expected


@pytest.mark.parametrize(
    ("until", "stock", "pair"),
    [
        pytest.param(MONDAY, 1, 1, id="the day of its entry"),
        pytest.param(FRIDAY, 5, 5, id="a week"),
        pytest.param(date(2012, 3, 11), 5, 7, id="a Sunday"),
        pytest.param(date(2012, 3, 19), 11, 15, id="two weeks"),
    ],
)
def test_a_paper_book_counts_weekdays_and_a_pair_every_day(until, stock, pair):
    held = sessions_held(BookMode.PAPER, MONDAY, until)
    assert held(LOT) == stock
    assert held(replace(LOT, symbol=Symbol("BTC/USD"))) == pair


def test_a_pair_that_was_entered_on_a_weekend_is_a_session_old():
    lot = replace(LOT, symbol=Symbol("BTC/USD"), opened=date(2012, 3, 10))
    assert sessions_held(BookMode.PAPER, None, date(2012, 3, 10))(lot) == 1
