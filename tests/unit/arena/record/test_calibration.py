"""The curves of a run, written and read back."""

import json

import pytest

from quorate.arena.record.calibration import curves_payload, read_curves
from quorate.arena.record.facts import Facts
from quorate.kernel.calibration import CalibrationCurve
from quorate.kernel.canonical import canonical_json
from quorate.kernel.errors import InvariantBrokenError

CURVES = {
    "trend": CalibrationCurve(outcomes=31, knots=((0.5123, 0.25), (0.7, 1 / 3)), right=9),
    "judge": CalibrationCurve(outcomes=44, knots=((0.6, 0.9),)),
}


def test_curves_are_read_back_as_they_were_written():
    stored = json.loads(canonical_json({"calibration": curves_payload(CURVES)}))
    assert read_curves(Facts(stored)) == CURVES


def test_a_run_that_speaks_of_none_has_none():
    assert read_curves(Facts({})) == {}


@pytest.mark.parametrize(
    "told",
    [
        pytest.param({"trend": {"outcomes": 31}}, id="no knots"),
        pytest.param({"trend": {"outcomes": 31, "knots": []}}, id="an empty curve"),
        pytest.param({"trend": {"outcomes": 31, "knots": [["0.5", "2"]]}}, id="above one"),
        pytest.param(
            {"trend": {"outcomes": 31, "right": 32, "knots": [["0.5", "0.5"]]}}, id="too many hits"
        ),
        pytest.param({"trend": None}, id="nothing at all"),
    ],
)
def test_what_nobody_wrote_is_refused(told):
    with pytest.raises(InvariantBrokenError):
        read_curves(Facts({"calibration": told}))
