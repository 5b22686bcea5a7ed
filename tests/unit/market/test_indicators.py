from datetime import date

import numpy as np
import pytest

from quorate.market import indicators_of
from tests.unit.market.histories import AAPL, packaged, raw_bars, rising, series_of


def test_means_are_those_of_the_adjusted_closes():
    series = packaged()[AAPL]
    index = series.index_at(date(2005, 3, 31))
    window = series.adjusted.close[index - 49 : index + 1]
    assert indicators_of(series).sma50[index] == pytest.approx(window.mean())


def test_a_split_does_not_look_like_a_crash():
    series = packaged()[AAPL]
    index = series.index_at(date(2005, 2, 28))
    assert indicators_of(series).rsi14[index] > 40


def test_nothing_is_known_before_there_are_enough_bars():
    indicators = indicators_of(series_of(raw_bars(rising(60))))
    assert np.isnan(indicators.sma200).all()
    assert np.flatnonzero(np.isfinite(indicators.sma50))[0] == 49
    assert np.flatnonzero(np.isfinite(indicators.atr14))[0] == 14


def test_a_single_bar_has_no_indicators():
    assert np.isnan(indicators_of(series_of(raw_bars([100]))).rsi2).all()


def test_a_steady_rise_is_as_strong_as_can_be():
    assert indicators_of(series_of(raw_bars(rising(30)))).rsi14[-1] == pytest.approx(100)
