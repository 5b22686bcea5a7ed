import numpy as np
import pytest

from quorate.market.rolling import (
    rolling_count,
    rolling_deviation,
    rolling_mean,
    share_below_last,
    shifted,
)

VALUES = np.array([3.0, 1.0, 4.0, 1.0, 5.0, 9.0])


def test_shifting_moves_values_later():
    assert np.array_equal(shifted(VALUES, 2), [np.nan, np.nan, 3, 1, 4, 1], equal_nan=True)
    assert np.isnan(shifted(VALUES, 9)).all()


def test_means_and_deviations_match_numpys():
    for end in range(3, 7):
        window = VALUES[end - 3 : end]
        assert rolling_mean(VALUES, 3)[end - 1] == pytest.approx(window.mean())
        assert rolling_deviation(VALUES, 3)[end - 1] == pytest.approx(window.std(ddof=1))
    assert np.isnan(rolling_mean(VALUES, 7)).all()
    assert np.isnan(rolling_deviation(VALUES, 7)).all()


def test_flags_are_counted_from_the_first_bar():
    assert rolling_count(VALUES > 2, 3).tolist() == [1, 1, 2, 1, 2, 2]


def test_the_largest_value_has_all_others_below_it():
    assert share_below_last(VALUES, 6)[-1] == 1.0
    assert share_below_last(VALUES, 3).tolist()[2:] == [1.0, 0.0, 1.0, 1.0]


def test_equal_values_are_not_below_each_other():
    assert share_below_last(np.ones(5), 5)[-1] == 0.0


def test_unknown_values_do_not_count():
    values = np.array([np.nan, 1.0, 2.0])
    assert share_below_last(values, 3)[-1] == 1.0
    assert np.isnan(share_below_last(values[::-1].copy(), 3)[-1])
