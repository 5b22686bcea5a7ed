import numpy as np

from quorate.market.wyckoff.features import features_of
from tests.unit.market.histories import raw_bar, raw_bars, series_of, weekdays


def loud_bar(day, close, *, opened):
    high, low = max(close, opened) + 0.1, min(close, opened) - 0.1
    return raw_bar(day, close, open=opened, high=high, low=low, volume=5000)


def votes(last):
    rows = raw_bars([100.0] * 30)
    rows.append(last(weekdays(31)[-1]))
    features = features_of(series_of(rows))
    return int(features.demand[-1]), int(features.supply[-1])


def test_a_high_close_on_high_volume_shows_demand():
    assert votes(lambda day: loud_bar(day, 104, opened=100)) == (1, 0)


def test_a_low_close_on_high_volume_shows_supply():
    assert votes(lambda day: loud_bar(day, 96, opened=100)) == (0, 1)


def test_a_narrow_fall_that_nobody_sells_into_shows_demand():
    assert votes(lambda day: raw_bar(day, 99.9, high=100, low=99.8, volume=300)) == (1, 0)


def test_a_narrow_rise_that_nobody_buys_into_shows_supply():
    assert votes(lambda day: raw_bar(day, 100.1, high=100.2, low=100, volume=300)) == (0, 1)


def test_a_bar_without_a_spread_shows_nothing():
    rows = [raw_bar(day, 100, high=100, low=100) for day in weekdays(30)]
    features = features_of(series_of(rows))
    assert np.isnan(features.spread_ratio).all()
    assert not features.demand.any()
