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
