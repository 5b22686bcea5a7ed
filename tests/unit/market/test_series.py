from datetime import date, timedelta
from decimal import Decimal

import pytest

from quorate.kernel.canonical import sha256_hex
from quorate.kernel.errors import InvariantBrokenError
from quorate.market import Quarantine, QuarantineCode, Series, take_in
from tests.unit.market.histories import AAPL, FB, MSFT, cut, packaged, raw_bars, series_of


@pytest.mark.parametrize("symbol", [FB, MSFT])
def test_a_series_reads_back_from_its_own_bytes(symbol):
    series = packaged()[symbol]
    again = Series.from_bytes(series.to_bytes())
    assert again == series
    assert (again.bars, again.actions) == (series.bars, series.actions)
    assert sha256_hex(series.to_bytes()) == series.digest


def test_a_quarantine_is_kept_with_the_series():
    rows = raw_bars([100, 101])
    rows[1] = rows[1]._replace(volume=Decimal(0))
    series = take_in(AAPL, rows, source="test").series
    assert Series.from_bytes(series.to_bytes()).quarantine == series.quarantine


@pytest.mark.parametrize("content", [b"", b"[]", b'{"symbol":"AAPL"}', b"{}x"])
def test_bytes_that_nobody_wrote_are_corrupt_data(content):
    with pytest.raises(InvariantBrokenError):
        Series.from_bytes(content)


def test_series_of_equal_content_are_equal():
    assert series_of(raw_bars([1, 2])) == series_of(raw_bars([1, 2]))
    assert hash(series_of(raw_bars([1, 2]))) == hash(series_of(raw_bars([1, 2])))
    assert series_of(raw_bars([1, 2])) != series_of(raw_bars([1, 3]))
    assert series_of(raw_bars([1, 2])) != object()


def test_a_prefix_digest_covers_bars_and_actions_up_to_its_session():
    series = packaged()[AAPL]
    split = series.index_at(date(2000, 6, 21))
    without = Series(symbol=AAPL, source="other", bars=series.bars)
    assert series.prefix_digests[:split] == without.prefix_digests[:split]
    assert series.prefix_digests[split] != without.prefix_digests[split]
    assert cut(series, 300).prefix_digests == series.prefix_digests[:300]


def test_the_last_session_on_or_before_a_date_is_found():
    series = series_of(raw_bars([100] * 6))
    friday, monday = series.sessions[4], series.sessions[5]
    assert series.index_at(friday) == 4
    assert series.index_at(monday - timedelta(days=1)) == 4
    assert series.index_at(monday + timedelta(days=99)) == 5
    assert series.index_at(series.sessions[0] - timedelta(days=1)) is None
    assert series_of([]).index_at(friday) is None


def test_the_summary_tells_what_is_stored():
    summary = packaged()[MSFT].summary
    assert (summary.bars, summary.actions) == (3270, 38)
    assert (summary.first, summary.last) == (date(2000, 3, 1), date(2013, 3, 1))


def test_the_summary_of_no_sound_bars_has_no_dates():
    quarantine = Quarantine(
        code=QuarantineCode.NON_FINITE,
        session=date(2026, 3, 2),
        last_session=date(2026, 3, 2),
        detail="",
    )
    summary = Series(symbol=AAPL, source="test", bars=(), quarantine=quarantine).summary
    assert (summary.first, summary.last, summary.quarantine) == (None, None, quarantine)
