import numpy as np
import pytest

from quorate.market.wyckoff.events import bottom_events, top_events
from quorate.market.wyckoff.features import features_of
from quorate.market.wyckoff.trading_range import ranges_of
from tests.unit.market.wyckoff.schematics import decline, history, mirrored, sideways, spring

BASE = [*decline(), *sideways()]
BELOW = (98.0, 100.5, 99.0, 500)


def events_of(shapes, side):
    features = features_of(history(shapes))
    return side(features, ranges_of(features.prices))


@pytest.mark.parametrize(
    ("bars_below", "completes"),
    [
        pytest.param(0, True, id="the piercing bar itself"),
        pytest.param(4, True, id="the fifth bar"),
        pytest.param(5, False, id="the sixth bar"),
    ],
)
def test_a_spring_closes_back_within_five_bars(bars_below, completes):
    shapes = [*BASE, *[BELOW] * bars_below, (98.0, 102.0, 101.5, 500)]
    if bars_below == 5:
        shapes[-1] = (99.0, 102.0, 101.5, 500)
    springs = events_of(shapes, bottom_events).spring_volume
    assert np.isfinite(springs[-1]) == completes


def test_tops_are_bottoms_in_a_mirror():
    shapes = [*BASE, spring()]
    bottom = events_of(shapes, bottom_events)
    top = events_of(mirrored(shapes), top_events)
    assert np.array_equal(np.isfinite(bottom.spring_volume), np.isfinite(top.spring_volume))
    assert np.array_equal(bottom.strength, top.strength)
