from decimal import Decimal

import pytest

from quorate.market import NoteCode, QuarantineCode, take_in
from tests.unit.market.histories import (
    AAPL,
    FB,
    GOOG,
    IBM,
    MSFT,
    packaged,
    raw_bar,
    raw_bars,
)

BARS = {AAPL: 3270, IBM: 3270, MSFT: 3270, GOOG: 2148, FB: 196}


@pytest.mark.parametrize("symbol", BARS)
def test_every_packaged_symbol_passes_whole(symbol):
    series = packaged()[symbol]
    assert series.quarantine is None
    assert len(series) == BARS[symbol]


def test_a_series_ends_before_its_first_defect():
    rows = raw_bars([100, 101, 102, 103, 104])
    rows[2] = rows[2]._replace(volume=Decimal(0))
    rows[3] = rows[3]._replace(close=Decimal(-1))
    series = take_in(AAPL, rows, source="test").series
    assert series.sessions == (rows[0].session, rows[1].session)
    assert series.quarantine is not None
    assert series.quarantine.code is QuarantineCode.ZERO_VOLUME
    assert series.quarantine.session == rows[2].session
    assert series.quarantine.last_session == rows[4].session


def test_actions_after_a_defect_are_left_out():
    rows = [row._replace(adj_close=row.close / 2) for row in raw_bars([100, 101, 102])]
    rows[2] = raw_bar(rows[2].session, 1000, adj_close=1000)
    assert take_in(AAPL, rows, source="test").series.actions == ()


def test_no_rows_make_an_empty_series():
    series = take_in(AAPL, [], source="test").series
    assert (len(series), series.quarantine) == (0, None)


def test_a_split_already_applied_is_noted():
    first, second = raw_bars([100, 101])
    intake = take_in(AAPL, [first, second._replace(split=Decimal(4))], source="test")
    assert [note.code for note in intake.notes] == [NoteCode.SPLIT_ALREADY_APPLIED]
    assert intake.series.actions == ()
