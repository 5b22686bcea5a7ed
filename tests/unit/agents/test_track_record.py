import numpy as np
import pytest

from quorate.agents.track_record import (
    Signal,
    TrackRecord,
    horizon_returns,
    non_overlapping,
    track_records,
)

RISING = np.array([10.0, 11.0, 12.0, 13.0, 14.0, 15.0, 16.0, 17.0])
FLAT = np.full(8, 10.0)


def constant(signal: Signal, bars: int = 8) -> np.ndarray:
    return np.full(bars, signal, dtype=np.int8)


@pytest.mark.parametrize(
    ("hits", "trials", "confidence"),
    [
        pytest.param(0, 0, 0.5, id="nothing known is a coin"),
        pytest.param(1, 1, 0.6, id="one right is no certainty"),
        pytest.param(0, 1, 0.4, id="one wrong is no certainty"),
        pytest.param(14, 22, 16 / 26, id="many"),
    ],
)
def test_the_confidence_is_the_hit_rate_shrunk_by_beta_2_2(
    hits: int, trials: int, confidence: float
) -> None:
    assert TrackRecord(hits, trials).confidence.value == confidence


def test_a_return_runs_from_the_next_open_to_the_close_of_the_horizon() -> None:
    opens, closes = np.array([1.0, 2.0, 4.0, 8.0]), np.array([1.5, 3.0, 6.0, 12.0])
    assert horizon_returns(opens, closes, 2).tolist() == [6 / 2 - 1, 12 / 4 - 1]


def test_a_horizon_of_one_session_is_that_session() -> None:
    opens, closes = np.array([1.0, 2.0]), np.array([1.5, 3.0])
    assert horizon_returns(opens, closes, 1).tolist() == [0.5]


def test_a_history_shorter_than_the_horizon_has_no_returns() -> None:
    assert [len(horizon_returns(RISING, RISING, horizon)) for horizon in (8, 9, 10, 20)] == [0] * 4


def test_of_signals_whose_windows_overlap_the_earliest_counts() -> None:
    bars = np.array([3, 4, 5, 6, 9, 30])
    assert non_overlapping(bars, 3).tolist() == [3, 6, 9, 30]


def test_without_signals_nothing_is_chosen() -> None:
    assert non_overlapping(np.array([], dtype=np.intp), 3).tolist() == []


def test_an_outcome_is_known_at_its_close_and_not_a_bar_earlier() -> None:
    records = track_records(constant(Signal.BUY), RISING, RISING, horizon=3, hold_band=0.02)
    known = [records.at(index, Signal.BUY).trials for index in range(8)]
    assert known == [0, 0, 0, 1, 1, 1, 2, 2]


@pytest.mark.parametrize(
    ("signal", "prices", "hits"),
    [
        pytest.param(Signal.BUY, RISING, 2, id="BUY before a rise"),
        pytest.param(Signal.SELL, RISING, 0, id="SELL before a rise"),
        pytest.param(Signal.HOLD, RISING, 0, id="HOLD before a rise"),
        pytest.param(Signal.BUY, RISING[::-1], 0, id="BUY before a fall"),
        pytest.param(Signal.SELL, RISING[::-1], 2, id="SELL before a fall"),
        pytest.param(Signal.HOLD, RISING[::-1], 0, id="HOLD before a fall"),
        pytest.param(Signal.BUY, FLAT, 0, id="BUY before nothing"),
        pytest.param(Signal.SELL, FLAT, 0, id="SELL before nothing"),
        pytest.param(Signal.HOLD, FLAT, 2, id="HOLD before nothing"),
    ],
)
def test_a_signal_is_right_when_its_sign_is(signal: Signal, prices: np.ndarray, hits: int) -> None:
    records = track_records(constant(signal), prices, prices, horizon=3, hold_band=0.02)
    assert records.at(7, signal) == TrackRecord(hits, trials=2)


def test_each_signal_has_its_own_score() -> None:
    signals = np.array([Signal.BUY, Signal.SELL] * 4, dtype=np.int8)
    records = track_records(signals, RISING, RISING, horizon=2, hold_band=0.02)
    assert records.at(7, Signal.BUY) == TrackRecord(3, 3)
    assert records.at(7, Signal.SELL) == TrackRecord(0, 3)
    assert records.at(7, Signal.HOLD) == TrackRecord(0, 0)


def test_a_hold_that_moved_exactly_the_band_was_wrong() -> None:
    closes = np.array([100.0, 100.0, 103.125])
    opens = np.array([100.0, 100.0, 100.0])
    signals = constant(Signal.HOLD, bars=3)
    wide = track_records(signals, opens, closes, horizon=2, hold_band=0.03126)
    exact = track_records(signals, opens, closes, horizon=2, hold_band=0.03125)
    assert wide.at(2, Signal.HOLD).hits == 1
    assert exact.at(2, Signal.HOLD).hits == 0
