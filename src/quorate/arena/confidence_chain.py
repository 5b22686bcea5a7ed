"""The confidence chain: every reason to believe an answer otherwise than it says, each applied once and kept.

raw -> calibrated -> fallback -> Hidden Hand. All four links always stand, with factor 1.0 where
nothing applies, so that a reader sees what was considered. Source: DESIGN 6.
"""

from __future__ import annotations

from typing import Final, TypeAlias

from quorate.arena.hidden_hand import Doubt
from quorate.kernel.calibration import CALIBRATION_OUTCOMES, CalibrationCurve
from quorate.kernel.confidence import Confidence
from quorate.kernel.vote import ConfidenceStep, StepKind

Steps: TypeAlias = tuple[ConfidenceStep, ...]

FALLBACK_MODEL_USED: Final = "fallback_model_used"
"""The degradation reason of R-047."""

NO_FALLBACK: Final = Doubt(1.0, "no fallback model answered")


def fallback_doubt(factor: float, *, fallback_used: bool) -> Doubt:
    """Return how far to believe an answer that a fallback model may have given. Source: R-047."""
    return Doubt(factor, "a fallback model answered") if fallback_used else NO_FALLBACK


def confidence_chain(
    raw: Confidence, *, fallback: Doubt, hidden_hand: Doubt, curve: CalibrationCurve | None = None
) -> Steps:
    """Return the four links; the last one's value is the final confidence.

    Calibration is the identity without a `curve`, and for what a fallback model said: the curve is not about it.
    """
    calibrated = _calibrated(raw, fallback, curve)
    degraded = Confidence(calibrated.value).discounted(fallback.factor)
    final = degraded.discounted(hidden_hand.factor)
    return (
        ConfidenceStep(
            kind=StepKind.RAW, factor=None, value=raw.value, reason="what the agent answered"
        ),
        calibrated,
        _discount(StepKind.FALLBACK, fallback, degraded),
        _discount(StepKind.HIDDEN_HAND, hidden_hand, final),
    )


def discounts(steps: Steps) -> Steps:
    """Return the links that took something away."""
    return tuple(step for step in steps if step.factor is not None and step.factor < 1.0)


def _calibrated(raw: Confidence, fallback: Doubt, curve: CalibrationCurve | None) -> ConfidenceStep:
    value, reason = raw, f"fewer than {CALIBRATION_OUTCOMES} outcomes, so the answer stands"
    if curve is not None and fallback.factor < 1.0:
        reason = "a fallback model answered, and its answers are not calibrated"
    elif curve is not None:
        value, reason = curve.of(raw), f"what it was worth in {curve.outcomes} outcomes"
    return ConfidenceStep(kind=StepKind.CALIBRATED, factor=None, value=value.value, reason=reason)


def _discount(kind: StepKind, doubt: Doubt, result: Confidence) -> ConfidenceStep:
    return ConfidenceStep(kind=kind, factor=doubt.factor, value=result.value, reason=doubt.reason)
