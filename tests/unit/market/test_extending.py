"""Extending: a series grows by what is new, and its past is never said anew."""

from datetime import date
from decimal import Decimal

from quorate.market import ActionKind, QuarantineCode
from quorate.market.extending import extended
from tests.unit.market.histories import raw_bar, raw_bars, rising, series_of, weekdays

ROWS = raw_bars(rising(6))
KEPT = series_of(ROWS[:4])


def adjusted(row, close):
    return row._replace(adj_close=Decimal(str(close)))


def test_what_came_after_is_added():
    grown = extended(KEPT, ROWS[3:])
    assert grown is not None
    assert grown.series.bars == tuple(row.bar for row in ROWS)
    assert grown.series.quarantine is None


def test_earlier_rows_are_passed_over():
    grown = extended(KEPT, [*ROWS[:2], *ROWS[3:]])
    assert grown is not None
    assert len(grown.series) == len(ROWS)


def test_nothing_new_leaves_it_as_it_was():
    grown = extended(KEPT, ROWS[3:4])
    assert grown is not None
    assert grown.series == KEPT


def test_rows_in_any_order_are_taken():
    grown = extended(KEPT, ROWS[5:2:-1])
    assert grown is not None
    assert grown.series.bars == tuple(row.bar for row in ROWS)


def test_a_corrected_last_bar_is_not_built_on():
    corrected = ROWS[3]._replace(close=ROWS[3].low)
    assert extended(KEPT, [corrected, *ROWS[4:]]) is None


def test_rows_that_leave_a_hole_are_not_built_on():
    assert extended(KEPT, ROWS[4:]) is None
    assert extended(KEPT, []) is None


def test_a_last_bar_that_is_no_number_any_more_is_not_built_on():
    assert extended(KEPT, [ROWS[3]._replace(close=Decimal("NaN")), *ROWS[4:]]) is None


def test_an_empty_or_quarantined_series_is_read_anew():
    assert extended(series_of([]), ROWS) is None
    broken = extended(KEPT, [*ROWS[3:5], ROWS[5]._replace(low=Decimal(-1))])
    assert broken is not None
    assert broken.series.quarantine is not None
    assert extended(broken.series, ROWS[3:]) is None


def test_a_defect_ends_what_is_trusted_and_keeps_the_past():
    grown = extended(KEPT, [ROWS[3], ROWS[4]._replace(high=Decimal(1)), ROWS[5]])
    assert grown is not None
    assert grown.series.bars == KEPT.bars
    assert grown.series.quarantine is not None
    assert grown.series.quarantine.code is QuarantineCode.HIGH_BELOW_LOW


def test_a_split_after_the_last_bar_is_an_action_of_its_own_day():
    days = weekdays(3)
    kept = series_of([raw_bar(days[0], 400), raw_bar(days[1], 404)])
    rows = [adjusted(raw_bar(days[1], 404), 101), adjusted(raw_bar(days[2], 100), 100)]
    grown = extended(kept, rows)
    assert grown is not None
    (action,) = grown.series.actions
    assert (action.session, action.kind, action.ratio) == (days[2], ActionKind.SPLIT, Decimal(4))
    assert grown.series.quarantine is None


def test_the_digests_of_the_past_stay_what_they_were():
    grown = extended(KEPT, [adjusted(ROWS[3], 7), adjusted(ROWS[4], 7.1), adjusted(ROWS[5], 7.2)])
    assert grown is not None
    assert grown.series.prefix_digests[:4] == KEPT.prefix_digests
    assert all(action.session > date(2020, 1, 9) for action in grown.series.actions)
