"""Ten bins, and the two figures over them."""

import numpy as np
import pytest

from quorate.scoring.leaderboard import calibration_of


def shown(confidences, hits):
    return calibration_of(
        "trend", "replay", None, np.array(confidences, dtype=float), np.array(hits, dtype=np.int64)
    )


def test_a_confidence_falls_into_its_bin():
    found = shown([0.0, 0.05, 0.1, 0.65, 0.69, 1.0], [0, 1, 1, 1, 0, 1])
    assert [each.n for each in found.bins] == [2, 1, 0, 0, 0, 0, 2, 0, 0, 1]
    assert found.bins[6].mean_confidence == pytest.approx(0.67)
    assert found.bins[6].hit_rate.value == 0.5
    assert found.bins[3].hit_rate is None
    assert (found.bins[9].low, found.bins[9].high) == (0.9, 1.0)


def test_brier_and_the_calibration_error_are_those_of_the_definition():
    found = shown([0.8, 0.8, 0.8, 0.8, 0.2], [1, 1, 1, 0, 0])
    assert found.brier == pytest.approx((3 * 0.04 + 0.64 + 0.04) / 5)
    assert found.ece == pytest.approx((abs(3.2 - 3) + 0.2) / 5)


def test_who_states_no_confidence_is_in_no_bin():
    found = shown([float("nan"), 0.5], [1, 1])
    assert (found.n, found.brier) == (1, 0.25)


def test_of_nothing_there_is_nothing():
    found = shown([], [])
    assert (found.n, found.brier, found.ece) == (0, None, None)
    assert found.as_json()["curve"] is None
