from datetime import date, timedelta
from decimal import Decimal

import pytest

from quorate.market import MarketCalendar, NoteCode, QuarantineCode
from quorate.market.quality import gap_defects, mended, row_defect
from tests.unit.market.histories import MONDAY, raw_bar, raw_bars

NO_OTHERS = MarketCalendar.of(())


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        pytest.param({"high": Decimal("NaN")}, QuarantineCode.NON_FINITE, id="not a number"),
        pytest.param({"volume": Decimal("Infinity")}, QuarantineCode.NON_FINITE, id="infinite"),
        pytest.param({"close": Decimal("1e400")}, QuarantineCode.NON_FINITE, id="too large"),
        pytest.param({"adj_close": Decimal("NaN")}, QuarantineCode.NON_FINITE, id="adjusted close"),
        pytest.param({"low": Decimal(-99)}, QuarantineCode.NEGATIVE_PRICE, id="negative price"),
        pytest.param({"open": Decimal(0)}, QuarantineCode.ZERO_PRICE, id="zero price"),
        pytest.param({"open": Decimal("1e-400")}, QuarantineCode.ZERO_PRICE, id="too small"),
        pytest.param({"volume": Decimal(-1)}, QuarantineCode.NEGATIVE_VOLUME, id="negative volume"),
        pytest.param({"volume": Decimal(0)}, QuarantineCode.ZERO_VOLUME, id="no volume"),
        pytest.param({"high": Decimal(98)}, QuarantineCode.HIGH_BELOW_LOW, id="high below low"),
        pytest.param({"close": Decimal(105)}, QuarantineCode.CLOSE_OUTSIDE_RANGE, id="close"),
        pytest.param({"open": Decimal(90)}, QuarantineCode.CLOSE_OUTSIDE_RANGE, id="open"),
    ],
)
def test_a_broken_row_is_named(changed, code):
    defect = row_defect(raw_bar(MONDAY)._replace(**changed))
    assert defect is not None
    assert (defect.code, defect.session) == (code, MONDAY)


def test_a_sound_row_has_no_defect():
    assert row_defect(raw_bar(MONDAY)) is None


def test_rows_out_of_order_are_sorted_and_noted():
    rows = raw_bars([100, 101, 102])
    tidy = mended([rows[2], rows[0], rows[1]])
    assert tidy.rows == tuple(rows)
    assert [note.code for note in tidy.notes] == [NoteCode.OUT_OF_ORDER]


def test_an_identical_row_is_dropped_and_noted():
    rows = raw_bars([100, 101])
    tidy = mended([*rows, rows[1]])
    assert tidy.rows == tuple(rows)
    assert tidy.conflicts == ()
    assert [note.code for note in tidy.notes] == [NoteCode.DUPLICATE_DROPPED]


def test_rows_of_one_session_that_differ_conflict():
    first, second = raw_bars([100, 101])
    (conflict,) = mended([first, second, raw_bar(second.session, 101.5)]).conflicts
    assert (conflict.code, conflict.session) == (QuarantineCode.DUPLICATE_CONFLICT, second.session)


@pytest.mark.parametrize(
    ("pause", "gaps"),
    [
        pytest.param(7, 0, id="2001-09-10 to 17"),
        pytest.param(10, 0, id="exactly ten days"),
        pytest.param(11, 1, id="one day more"),
    ],
)
def test_more_than_ten_days_without_a_bar_are_a_gap(pause, gaps):
    before = date(2001, 9, 10)
    sessions = [before, before + timedelta(days=pause)]
    defects = list(gap_defects(sessions, NO_OTHERS))
    assert [defect.session for defect in defects] == sessions[1:] * gaps


def test_a_missed_session_shows_on_the_next_bar():
    days = [row.session for row in raw_bars([100] * 4)]
    lacking = [days[0], *days[2:]]
    (defect,) = gap_defects(lacking, MarketCalendar.of([days, days, lacking]))
    assert (defect.code, defect.session) == (QuarantineCode.GAP, days[2])
    assert str(days[1]) in defect.detail
