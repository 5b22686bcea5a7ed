"""Rules of the market room that hold for every history."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import pairwise
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quorate.adapters.files.csv_bars import read_bars
from quorate.market import (
    Series,
    freeze_snapshot,
    indicators_of,
    regimes_of,
    take_in,
    wyckoff_of,
)
from quorate.market.bar import NOT_A_NUMBER, RawBar
from tests.unit.market.histories import AAPL, PACKAGED, cut, packaged, weekdays

INDICATORS = (
    "sma50",
    "sma200",
    "rsi2",
    "rsi14",
    "macd",
    "macd_signal",
    "macd_histogram",
    "atr14",
)
symbols = st.sampled_from(sorted(packaged()))
shares = st.floats(0.02, 0.999)


def columns(series: Series) -> dict[str, np.ndarray]:
    indicators, regimes, wyckoff = indicators_of(series), regimes_of(series), wyckoff_of(series)
    prices = {name: getattr(series.adjusted, name) for name in ("open", "high", "low", "close")}
    return prices | {
        "volume": series.adjusted.volume,
        **{name: getattr(indicators, name) for name in INDICATORS},
        "regimes": regimes.codes,
        "percentile": regimes.volatility_percentile,
        "change": regimes.last_change,
        "phases": wyckoff.phases,
        "events": wyckoff.events,
        "range_low": wyckoff.ranges.low,
        "range_high": wyckoff.ranges.high,
        "drift": wyckoff.features.volume_drift,
    }


def assert_same_past(past: Series, present: Series, count: int) -> None:
    """Compare bit by bit what both knew after `count` bars."""
    assert past.prefix_digests[:count] == present.prefix_digests[:count]
    later = columns(present)
    for name, column in columns(past).items():
        assert column[:count].tobytes() == later[name][:count].tobytes(), name
    for index in {0, count // 2, count - 1}:
        assert wyckoff_of(past).at(index) == wyckoff_of(present).at(index)
        assert regimes_of(past).at(index) == regimes_of(present).at(index)


@settings(max_examples=20, deadline=None)
@given(symbols, shares)
def test_cutting_a_history_short_changes_nothing_before_the_cut(symbol, share):
    series = packaged()[symbol]
    count = max(int(share * len(series)), 1)
    assert_same_past(cut(series, count), series, count)


@cache
def packaged_rows() -> list[list[str]]:
    with gzip.open(PACKAGED, "rt") as file:
        return list(csv.reader(file))


def factor_times_seven(row: list[str]) -> list[str]:
    return [*row[:-1], repr(7 * float(row[-1]))]


def prices_times_three(row: list[str]) -> list[str]:
    prices = [str(3 * Decimal(price)) for price in row[2:6]]
    return [*row[:2], *prices, *row[6:]]


def nothing_readable(row: list[str]) -> list[str]:
    return [*row[:2], *["?"] * (len(row) - 2)]


def file_with_future(symbol: str, after: date, told: Callable[[list[str]], list[str]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    header, *rows = packaged_rows()
    writer.writerow(header)
    for row in rows:
        if row[0] == symbol:
            writer.writerow(told(row) if row[1] > after.isoformat() else row)
    return text.getvalue().encode()


@pytest.mark.parametrize("told", [factor_times_seven, prices_times_three, nothing_readable])
@settings(max_examples=4, deadline=None)
@given(symbols, shares)
def test_no_future_changes_anything_in_the_past(told, symbol, share):
    series = packaged()[symbol]
    index = int(share * len(series))
    day = series.sessions[index]
    (otherwise,) = read_bars(file_with_future(symbol, day, told), source="packaged").series
    assert_same_past(otherwise, series, index + 1)
    present = freeze_snapshot({symbol: series}, day)
    assert freeze_snapshot({symbol: otherwise}, day).hash == present.hash


numbers = st.one_of(
    st.just(NOT_A_NUMBER),
    st.just(Decimal("Infinity")),
    st.decimals(-10, 300, places=2, allow_nan=False, allow_infinity=False),
)
quiet = st.sampled_from([Decimal(100), Decimal(101)])
bars = st.builds(
    RawBar,
    session=st.sampled_from(weekdays(30)),
    open=quiet,
    high=st.one_of(st.just(Decimal(102)), numbers),
    low=st.one_of(st.just(Decimal(99)), numbers),
    close=st.one_of(quiet, numbers),
    volume=st.one_of(st.just(Decimal(1000)), numbers),
    adj_close=st.one_of(st.none(), quiet, numbers),
    dividend=st.one_of(st.none(), numbers),
    split=st.one_of(st.none(), st.sampled_from([Decimal(0), Decimal(2)]), numbers),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(bars, max_size=12))
def test_no_unsound_number_ever_enters_a_series(rows):
    series = take_in(AAPL, rows, source="test").series
    table = np.array([series.raw.open, series.raw.high, series.raw.low, series.raw.close])
    assert np.isfinite(table).all()
    assert (table > 0).all()
    assert (series.raw.volume > 0).all()
    assert (series.raw.high >= table.max(axis=0, initial=0)).all()
    assert np.isfinite(series.adjusted.close).all()
    assert all(before < after for before, after in pairwise(series.sessions))
    assert Series.from_bytes(series.to_bytes()) == series


@settings(max_examples=60, deadline=None)
@given(st.lists(bars, max_size=12, unique_by=lambda row: row.session), st.randoms())
def test_the_order_of_distinct_rows_does_not_matter(rows, random: Random):
    shuffled = random.sample(rows, len(rows))
    in_order = take_in(AAPL, rows, source="test").series
    assert take_in(AAPL, shuffled, source="test").series == in_order


@pytest.mark.parametrize("symbol", sorted(packaged()))
def test_a_phase_lasts_eight_bars_or_more_on_average(symbol):
    phases = wyckoff_of(packaged()[symbol]).phases
    changes = np.count_nonzero(phases[1:] != phases[:-1])
    assert changes / len(phases) < 1 / 8
