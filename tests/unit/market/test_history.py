import math
from datetime import date, timedelta
from itertools import pairwise

import pytest

from quorate.market.history import price_history
from tests.unit.market.histories import AAPL, MONDAY, cut, packaged, raw_bars, rising, series_of

SPLIT = date(2005, 2, 28)
"""Apple's 2:1 split: from 88.99 to 44.86 dollars a share."""


def closes(bars):
    return [bar.close for bar in bars]


def test_the_last_sessions_up_to_a_day_are_given_oldest_first():
    bars = price_history(series_of(raw_bars(rising(10))), MONDAY + timedelta(days=4), 3)
    assert [bar.session for bar in bars] == [MONDAY + timedelta(days=n) for n in (2, 3, 4)]


def test_a_day_without_a_session_means_the_one_before_it():
    saturday = MONDAY + timedelta(days=5)
    series = series_of(raw_bars(rising(10)))
    assert price_history(series, saturday, 2) == price_history(
        series, saturday - timedelta(days=1), 2
    )


def test_before_the_first_session_there_is_nothing():
    series = series_of(raw_bars(rising(3)))
    assert price_history(series, MONDAY - timedelta(days=1), 5) == ()


def test_prices_end_in_the_dollars_in_which_the_last_session_was_traded():
    for as_of in (SPLIT - timedelta(days=3), SPLIT, date(2012, 6, 29)):
        series = packaged()[AAPL]
        last = price_history(series, as_of, 1)[-1]
        traded = series.bars[series.index_at(as_of)]
        assert last.close == pytest.approx(float(traded.close))
        assert last.volume == pytest.approx(float(traded.volume))


def test_a_split_is_no_fall():
    bars = price_history(packaged()[AAPL], SPLIT, 5)
    changes = [later / earlier for earlier, later in pairwise(closes(bars))]
    assert all(0.95 < change < 1.05 for change in changes)
    assert (
        bars[0].volume
        > 2 * float(packaged()[AAPL].bars[packaged()[AAPL].index_at(SPLIT) - 4].volume) * 0.99
    )


def test_nothing_after_the_day_can_be_told_from_it():
    whole = packaged()[AAPL]
    day = whole.sessions[999]
    assert price_history(whole, day, 250) == price_history(cut(whole, 1000), day, 250)


def test_a_mean_is_unknown_until_there_are_enough_bars():
    bars = price_history(series_of(raw_bars(rising(210))), date(2021, 1, 1), 210)
    assert [bar.sma50 is None for bar in bars] == [True] * 49 + [False] * 161
    assert [bar.sma200 is None for bar in bars] == [True] * 199 + [False] * 11
    assert bars[-1].sma50 == pytest.approx(math.fsum(closes(bars)[-50:]) / 50)
