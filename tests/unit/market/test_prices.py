from datetime import date

import numpy as np
import pytest

from tests.unit.market.histories import AAPL, packaged, raw_bars, series_of


def test_columns_cannot_be_written_to():
    series = series_of(raw_bars([100, 101]))
    with pytest.raises(ValueError, match="read-only"):
        series.adjusted.close[0] = 1.0


def test_a_mirror_turns_highs_into_lows_and_back():
    prices = series_of(raw_bars([100, 120])).adjusted
    assert np.all(prices.mirrored.high >= prices.mirrored.low)
    assert np.allclose(prices.mirrored.mirrored.high, prices.high)


def test_later_prices_grow_by_a_split_and_earlier_ones_stay():
    series = packaged()[AAPL]
    day = series.index_at(date(2000, 6, 21))
    assert np.array_equal(series.adjusted.close[:day], series.raw.close[:day])
    assert series.adjusted.close[day] == 2 * series.raw.close[day]


def test_volume_grows_by_splits_alone():
    series = packaged()[AAPL]
    shares = series.raw.volume / series.adjusted.volume
    assert sorted(set(shares.tolist())) == [1.0, 2.0, 4.0]


def test_a_history_can_be_cut_short():
    prices = series_of(raw_bars([100, 101, 102])).raw.until(2)
    assert prices.close.tolist() == [100, 101]
