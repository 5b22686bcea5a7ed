"""Sessions of a paper competition: none is played before it is whole, none is decided on after the next open."""

from datetime import UTC, date, datetime, timedelta

import pytest

from quorate.arena.competition.sessions import (
    asks_again_at,
    decides_until,
    due_session,
    next_weekday,
)
from quorate.kernel.ids import Symbol

THURSDAY, FRIDAY, MONDAY = date(2026, 11, 19), date(2026, 11, 20), date(2026, 11, 23)
AAPL, IBM = Symbol("AAPL"), Symbol("IBM")


class Series:
    """What is looked at of a series: its sessions."""

    def __init__(self, *sessions):
        self.sessions = sessions


def at(day, hour, minute=0):
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


def test_a_weekend_is_no_session():
    assert [next_weekday(day) for day in (THURSDAY, FRIDAY, FRIDAY + timedelta(days=1))] == [
        FRIDAY,
        MONDAY,
        MONDAY,
    ]
    assert decides_until(FRIDAY) == at(MONDAY, 13, 30)


def test_nobody_is_asked_before_the_next_session_can_be_whole():
    now = at(FRIDAY, 22)
    assert asks_again_at(None, now) == now
    assert asks_again_at(FRIDAY, now) == at(MONDAY, 21, 15)


@pytest.mark.parametrize(
    ("series", "last", "now", "due"),
    [
        pytest.param({AAPL: (THURSDAY, FRIDAY)}, None, at(FRIDAY, 22), FRIDAY, id="the newest"),
        pytest.param({AAPL: (THURSDAY, FRIDAY)}, None, at(MONDAY, 14), None, id="the open is past"),
        pytest.param({AAPL: (THURSDAY, FRIDAY)}, FRIDAY, at(MONDAY, 22), None, id="none since"),
        pytest.param(
            {AAPL: (THURSDAY, FRIDAY, MONDAY)}, THURSDAY, at(MONDAY, 22), FRIDAY, id="one by one"
        ),
        pytest.param(
            {AAPL: (THURSDAY, FRIDAY), IBM: (THURSDAY,)},
            THURSDAY,
            at(FRIDAY, 21, 30),
            None,
            id="one bar is awaited",
        ),
        pytest.param(
            {AAPL: (THURSDAY, FRIDAY), IBM: (THURSDAY,)},
            THURSDAY,
            at(FRIDAY, 22, 15),
            FRIDAY,
            id="for an hour and no longer",
        ),
        pytest.param({AAPL: ()}, None, at(FRIDAY, 22), None, id="no bars"),
    ],
)
def test_which_session_is_due(series, last, now, due):
    known = {symbol: Series(*sessions) for symbol, sessions in series.items()}
    assert due_session(known, last, now) == due
