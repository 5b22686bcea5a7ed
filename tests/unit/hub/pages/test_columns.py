from datetime import date

import pytest

from quorate.arena.record import SessionActions
from quorate.hub.pages.columns import actions_in_words, columns_of
from quorate.kernel.action import FinalAction

BUY, NO_TRADE = FinalAction.BUY, FinalAction.NO_TRADE
FIRST = SessionActions(date(2013, 2, 28), {BUY: 1, NO_TRADE: 3})
LAST = SessionActions(date(2013, 3, 1), {BUY: 2})


def test_a_column_is_as_high_as_its_share_of_the_fullest_session():
    chart = columns_of([FIRST, LAST])
    assert chart.most == 4
    assert [sum(part.height for part in column.parts) for column in chart.columns] == [100, 50]


def test_parts_stand_on_each_other_from_the_bottom():
    buy, no_trade = columns_of([FIRST]).columns[0].parts
    assert (buy.y, buy.height) == (75, 25)
    assert (no_trade.y, no_trade.height) == (0, 75)


def test_columns_share_the_width_and_never_touch():
    left, right = columns_of([FIRST, LAST]).columns
    assert left.x + left.width < 50 < right.x
    assert right.x + right.width < 100


def test_the_chart_says_itself_in_words():
    chart = columns_of([FIRST, LAST])
    assert chart.summary == "2 sessions from 2013-02-28 to 2013-03-01: 3 BUY and 3 NO_TRADE."
    assert chart.columns[0].words == "1 BUY and 3 NO_TRADE"
    assert columns_of([LAST]).summary == "1 session of 2013-03-01: 2 BUY."


@pytest.mark.parametrize("sessions", [(), (SessionActions(date(2013, 3, 1), {}),)])
def test_without_a_decision_there_is_nothing_to_draw(sessions):
    assert all(column.parts == () for column in columns_of(sessions).columns)


def test_no_action_at_all_is_said():
    assert actions_in_words({}) == "none"
