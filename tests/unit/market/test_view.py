from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from quorate.market import Phase, Regime, SymbolView
from tests.unit.market.histories import AAPL, packaged


@pytest.fixture
def view():
    series = packaged()[AAPL]
    return SymbolView(series, series.index_at(date(2012, 8, 8)))


def test_the_close_is_the_one_that_was_traded(view):
    assert view.close == Decimal("619.86")
    assert view.adjusted_close == pytest.approx(4 * 619.86)


def test_columns_end_at_the_session_seen(view):
    assert (view.symbol, view.session) == (AAPL, date(2012, 8, 8))
    assert len(view.adjusted.close) == view.bars == view.index + 1
    assert view.digest == view.series.prefix_digests[view.index]


def test_an_amount_is_told_in_the_sessions_own_dollars(view):
    assert view.to_raw(view.adjusted_close) == pytest.approx(619.86)
    assert 5 < view.to_raw(view.atr14) < 20


def test_indicators_are_those_of_the_session(view):
    window = view.adjusted.close
    assert view.sma50 == pytest.approx(np.mean(window[-50:]))
    assert view.sma200 == pytest.approx(np.mean(window[-200:]))
    assert all(0 <= rsi <= 100 for rsi in (view.rsi2, view.rsi14))
    assert np.isfinite(view.macd_histogram)


def test_readings_are_those_of_the_session(view):
    assert view.regime.regime is Regime.BULLISH
    assert view.wyckoff.phase is Phase.DISTRIBUTION
