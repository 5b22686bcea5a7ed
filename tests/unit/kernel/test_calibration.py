"""A calibration curve: read between its knots, and refused where it could not be one."""

import pytest

from quorate.kernel.calibration import CalibrationCurve
from quorate.kernel.confidence import Confidence
from quorate.kernel.errors import InvariantBrokenError

CURVE = CalibrationCurve(outcomes=40, knots=((0.5, 0.4), (0.6, 0.4), (0.8, 0.7)))


@pytest.mark.parametrize(
    ("stated", "worth"),
    [
        pytest.param(0.1, 0.4, id="below the first knot it is worth what that is"),
        pytest.param(0.5, 0.4, id="at a knot"),
        pytest.param(0.6, 0.4, id="at the end of a level"),
        pytest.param(0.7, 0.55, id="between two knots in proportion"),
        pytest.param(0.8, 0.7, id="at the last knot"),
        pytest.param(1.0, 0.7, id="above the last knot it is worth what that is"),
    ],
)
def test_a_stated_confidence_is_read_on_the_curve(stated, worth):
    assert CURVE.of(Confidence(stated)).value == pytest.approx(worth)


@pytest.mark.parametrize(
    "knots",
    [
        pytest.param((), id="no knot"),
        pytest.param(((0.5, 0.6), (0.6, 0.5)), id="it falls"),
        pytest.param(((0.6, 0.5), (0.5, 0.6)), id="knots out of order"),
        pytest.param(((0.5, 1.1),), id="above one"),
    ],
)
def test_what_is_no_curve_is_refused(knots):
    with pytest.raises(InvariantBrokenError):
        CalibrationCurve(outcomes=30, knots=knots)


@pytest.mark.parametrize("right", [-1, 31])
def test_more_or_fewer_hits_than_can_be_are_refused(right):
    with pytest.raises(InvariantBrokenError, match="of 30 outcomes were right"):
        CalibrationCurve(outcomes=30, knots=((0.5, 0.5),), right=right)


@pytest.mark.parametrize(
    ("right", "weight"),
    [
        pytest.param(None, 1, id="recorded before votes had weights"),
        pytest.param(15, 1, id="a coin"),
        pytest.param(30, 2 * 32 / 34, id="always right, and still no certainty"),
        pytest.param(0, 2 * 2 / 34, id="never right, and still heard"),
    ],
)
def test_a_vote_weighs_its_hit_rate_by_that_of_a_coin(right, weight):
    curve = CalibrationCurve(outcomes=30, knots=((0.5, 0.5),), right=right)
    assert curve.skill_weight == pytest.approx(weight, abs=1e-15)
