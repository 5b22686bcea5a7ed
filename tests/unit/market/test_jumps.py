from datetime import date

import pytest

from quorate.market import QuarantineCode
from quorate.market.actions import actions_of
from quorate.market.jumps import jump_defects
from tests.unit.market.histories import AAPL, MONDAY, packaged, raw_bar, weekdays

FIRST, SECOND = weekdays(2)


def jumps(*rows):
    return [defect.code for defect in jump_defects(rows, actions_of(rows))]


@pytest.mark.parametrize(
    ("close", "found"),
    [
        pytest.param(25, [QuarantineCode.UNADJUSTED_SPLIT], id="4:1"),
        pytest.param(200, [QuarantineCode.UNADJUSTED_SPLIT], id="1:2 reverse"),
        pytest.param(66, [QuarantineCode.UNADJUSTED_SPLIT], id="3:2"),
        pytest.param(80, [], id="a fall of 20 % may be news, 5:4 or not"),
        pytest.param(45, [], id="a crash of 55 % is no small ratio"),
        pytest.param(29, [QuarantineCode.UNEXPLAINED_JUMP], id="down to less than a third"),
        pytest.param(1130, [QuarantineCode.UNEXPLAINED_JUMP], id="a misplaced decimal point"),
    ],
)
def test_a_jump_needs_an_explanation(close, found):
    assert jumps(raw_bar(FIRST, 100), raw_bar(SECOND, close)) == found


def test_a_recorded_split_explains_the_jump():
    assert jumps(raw_bar(FIRST, 100, adj_close=25), raw_bar(SECOND, 25, adj_close=25)) == []


def test_a_gap_that_closes_again_is_no_split():
    assert jumps(raw_bar(FIRST, 100), raw_bar(SECOND, 80, open=50, low=50)) == []


def test_a_spike_inside_the_first_session_is_a_jump():
    assert jumps(raw_bar(MONDAY, 100, high=500)) == [QuarantineCode.UNEXPLAINED_JUMP]


def test_apples_crash_of_2000_is_real():
    series = packaged()[AAPL]
    index = series.index_at(date(2000, 9, 29))
    assert series.raw.close[index] / series.raw.close[index - 1] < 0.49
    assert series.quarantine is None
