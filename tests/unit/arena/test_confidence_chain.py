import pytest

from quorate.arena.confidence_chain import confidence_chain, discounts, fallback_doubt
from quorate.arena.hidden_hand import NO_DOUBT, hidden_hand_doubt
from quorate.kernel.calibration import CalibrationCurve
from quorate.kernel.confidence import Confidence
from quorate.kernel.vote import StepKind
from quorate.market.wyckoff import Phase, VolumeTrend
from tests.unit.arena.casts import BUY, SELL

FALLBACK = fallback_doubt(0.8, fallback_used=True)
NO_FALLBACK = fallback_doubt(0.8, fallback_used=False)
UPTHRUST = hidden_hand_doubt(Phase.DISTRIBUTION, BUY, VolumeTrend.DECLINING)
SPRING = hidden_hand_doubt(Phase.ACCUMULATION, SELL, VolumeTrend.RISING)


@pytest.mark.parametrize(
    ("raw", "fallback", "hidden_hand", "final"),
    [
        pytest.param(0.9, FALLBACK, NO_DOUBT, 0.72, id="MO-042 fallback"),
        pytest.param(0.9, NO_FALLBACK, UPTHRUST, 0.45, id="MO-043 upthrust"),
        pytest.param(0.9, FALLBACK, SPRING, 0.576, id="MO-044 both, once each"),
        pytest.param(0.9, NO_FALLBACK, NO_DOUBT, 0.9, id="nothing applies"),
        pytest.param(0.0, FALLBACK, UPTHRUST, 0.0, id="nothing to lose"),
    ],
)
def test_the_factors_multiply(raw, fallback, hidden_hand, final):
    steps = confidence_chain(Confidence(raw), fallback=fallback, hidden_hand=hidden_hand)
    assert steps[-1].value == pytest.approx(final, abs=1e-12)


def test_all_four_links_stand_in_their_order_even_when_nothing_applies():
    steps = confidence_chain(Confidence(0.7), fallback=NO_FALLBACK, hidden_hand=NO_DOUBT)
    assert [step.kind for step in steps] == list(StepKind)
    assert [step.factor for step in steps] == [None, None, 1.0, 1.0]
    assert all(step.reason for step in steps)
    assert discounts(steps) == ()


def test_calibration_changes_nothing_before_outcomes_are_known():
    _, calibrated, *_ = confidence_chain(
        Confidence(0.7), fallback=NO_FALLBACK, hidden_hand=NO_DOUBT
    )
    assert calibrated.value == 0.7
    assert "30 outcomes" in calibrated.reason


CURVE = CalibrationCurve(outcomes=34, knots=((0.5, 0.4), (0.9, 0.6)))


def test_a_curve_states_what_the_answer_was_worth_and_the_factors_work_on_that():
    raw, calibrated, degraded, final = confidence_chain(
        Confidence(0.7), fallback=NO_FALLBACK, hidden_hand=UPTHRUST, curve=CURVE
    )
    assert (raw.value, calibrated.value) == (0.7, 0.5)
    assert (raw.factor, calibrated.factor) == (None, None)
    assert (degraded.value, final.value) == (0.5, 0.25)
    assert "34 outcomes" in calibrated.reason


def test_what_a_fallback_model_said_is_not_put_through_the_curve_of_another():
    _, calibrated, degraded, _ = confidence_chain(
        Confidence(0.7), fallback=FALLBACK, hidden_hand=NO_DOUBT, curve=CURVE
    )
    assert calibrated.value == 0.7
    assert "fallback" in calibrated.reason
    assert degraded.value == 0.7 * 0.8


def test_the_discounts_are_the_links_that_took_something():
    steps = confidence_chain(Confidence(0.9), fallback=FALLBACK, hidden_hand=SPRING)
    assert [step.kind for step in discounts(steps)] == [StepKind.FALLBACK, StepKind.HIDDEN_HAND]
