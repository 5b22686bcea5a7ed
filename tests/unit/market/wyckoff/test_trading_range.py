import numpy as np

from quorate.market.wyckoff.trading_range import ranges_of
from tests.unit.market.histories import raw_bars, rising, series_of
from tests.unit.market.wyckoff.schematics import decline, history, sideways, spring


def ranges_at_end(shapes):
    ranges = ranges_of(history(shapes).adjusted)
    return float(ranges.low[-1]), float(ranges.high[-1]), float(ranges.prior_trend[-1])


def test_swings_between_two_edges_are_a_range():
    low, high, prior = ranges_at_end([*decline(), *sideways()])
    assert (low, high) == (100, 110)
    assert prior < -0.05


def test_a_range_does_not_know_the_bar_it_is_asked_on():
    low, _, _ = ranges_at_end([*decline(), *sideways(), spring()])
    assert low == 100


def test_a_trend_is_no_range():
    assert np.isnan(ranges_of(series_of(raw_bars(rising(90))).adjusted).low).all()


def test_an_edge_touched_once_is_none():
    once = [(105, 106, 105.5, 1000)] * 10 + [(100, 102, 101, 1000)] + [(105, 106, 105.5, 1000)] * 10
    assert np.isnan(ranges_at_end(once)[0])


def test_too_short_a_history_has_no_range():
    assert np.isnan(ranges_at_end(sideways(12))).all()
