import math

import numpy as np
import pytest

from quorate.market import Regime, regime_at, regimes_of
from quorate.market.regime import volatility_percentile
from tests.unit.market.histories import packaged, raw_bars, rising, series_of

WAVES = [100 * math.exp((0.01 - n / 60_000) * math.sin(n)) for n in range(300)]


def last_reading(closes):
    series = series_of(raw_bars(closes))
    return regime_at(series, len(series) - 1)


@pytest.mark.parametrize(
    ("closes", "regime"),
    [
        pytest.param(rising(59), Regime.UNKNOWN, id="59 bars"),
        pytest.param(rising(60), Regime.SIDEWAYS, id="60 bars, no 200-session mean yet"),
        pytest.param(rising(260), Regime.BULLISH, id="above a rising mean"),
        pytest.param(rising(260, daily=-0.003), Regime.BEARISH, id="below a falling mean"),
        pytest.param(WAVES, Regime.SIDEWAYS, id="waves without a trend"),
        pytest.param([*rising(100), 125], Regime.BEARISH, id="a fall of more than 5 %"),
        pytest.param([*rising(100), 150], Regime.HIGH_VOLATILITY, id="a rise of more than 10 %"),
        pytest.param([*rising(100), 110], Regime.HIGH_VOLATILITY, id="a fall of more than 10 %"),
        pytest.param([*WAVES, 104], Regime.HIGH_VOLATILITY, id="wilder than 95 % of a year"),
    ],
)
def test_a_regime_is_read_in_the_order_of_the_rules(closes, regime):
    assert last_reading(closes).regime is regime


def test_a_reading_says_why():
    assert last_reading([*rising(100), 125]).reason == "changed -7.1% in one session"
    assert last_reading(rising(59)).reason == "fewer than 60 bars"
    assert "the last 252 sessions" in last_reading([*WAVES, 104]).reason


def test_the_percentile_is_known_from_the_252nd_bar_on():
    percentiles = volatility_percentile(np.array(WAVES))
    assert np.flatnonzero(np.isfinite(percentiles))[0] == 251
    assert last_reading(WAVES[:251]).volatility_percentile is None


def test_the_first_bar_has_no_change():
    assert regime_at(series_of(raw_bars([100])), 0).last_change is None


def test_the_95th_percentile_is_numpys():
    for series in packaged().values():
        change = np.diff(np.log(series.adjusted.close))
        for index in range(300, len(series), 397):
            days = range(index - 251, index + 1)
            wild = np.array([change[day - 20 : day].std(ddof=1) for day in days])
            is_high = regimes_of(series).volatility_percentile[index] >= 0.95
            assert is_high == (wild[-1] >= np.quantile(wild, 0.95))


def test_a_market_that_never_moves_is_not_volatile():
    assert last_reading([100.0] * 300).regime is Regime.SIDEWAYS
