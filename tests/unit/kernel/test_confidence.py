import pytest

from quorate.kernel.confidence import Confidence
from quorate.kernel.errors import InvariantBrokenError

OUTSIDE = [
    pytest.param(-0.000001, id="just below zero"),
    pytest.param(1.0000001, id="just above one"),
    pytest.param(float("nan"), id="NaN"),
    pytest.param(float("inf"), id="infinity"),
]


@pytest.mark.parametrize("value", [0.0, 0.62, 1.0], ids=["nothing", "some", "all"])
def test_a_confidence_is_a_probability(value):
    assert Confidence(value).value == value


@pytest.mark.parametrize("value", OUTSIDE)
def test_nothing_else_is_a_confidence(value):
    with pytest.raises(InvariantBrokenError):
        Confidence(value)


def test_a_discount_multiplies():
    assert Confidence(0.85).discounted(0.8) == Confidence(0.85 * 0.8)
    assert Confidence(0.85).discounted(1.0) == Confidence(0.85)
    assert Confidence(0.85).discounted(0.0) == Confidence(0.0)


@pytest.mark.parametrize("factor", OUTSIDE)
def test_a_discount_is_never_a_boost(factor):
    with pytest.raises(InvariantBrokenError):
        Confidence(0.1).discounted(factor)


def test_confidences_compare_as_their_values():
    assert Confidence(0.61) < Confidence(0.62)
