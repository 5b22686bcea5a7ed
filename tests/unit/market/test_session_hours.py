"""Sessions are told by New York's clock: the hours in UTC move with its summer time."""

from datetime import UTC, date, datetime

import pytest

from quorate.market.session_hours import close_of, open_of


@pytest.mark.parametrize(
    ("session", "opens", "closes"),
    [
        pytest.param("2012-03-09", 14, 21, id="the last before summer time"),
        pytest.param("2012-03-12", 13, 20, id="the first of summer time"),
        pytest.param("2012-11-02", 13, 20, id="the last of summer time"),
        pytest.param("2012-11-05", 14, 21, id="the first after summer time"),
        pytest.param("2006-03-31", 14, 21, id="until 2006 it began in April"),
        pytest.param("2006-04-03", 13, 20, id="the first of summer time in 2006"),
        pytest.param("2006-10-27", 13, 20, id="until 2006 it ended in October"),
        pytest.param("2006-10-30", 14, 21, id="the first after summer time in 2006"),
    ],
)
def test_a_session_opens_and_closes_by_new_yorks_clock(session, opens, closes):
    day = date.fromisoformat(session)
    assert open_of(day) == datetime(day.year, day.month, day.day, opens, 30, tzinfo=UTC)
    assert close_of(day) == datetime(day.year, day.month, day.day, closes, tzinfo=UTC)
    assert open_of(day).tzinfo is close_of(day).tzinfo is UTC
