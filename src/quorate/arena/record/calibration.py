"""Calibration as a run records it: the curves that its votes went through, frozen before it began."""

from __future__ import annotations

from collections.abc import Mapping

from quorate.arena.record.answers import Payload
from quorate.arena.record.facts import Facts, number
from quorate.kernel.calibration import CalibrationCurve
from quorate.kernel.errors import InvariantBrokenError
from quorate.kernel.ids import ProfileName


def curves_payload(curves: Mapping[ProfileName, CalibrationCurve]) -> Payload:
    """Return what each agent's confidence was taken to be worth; the hash of the learned state is over it."""
    return {
        name: {
            "outcomes": curve.outcomes,
            **({} if curve.right is None else {"right": curve.right}),
            "knots": [[number(stated), number(worth)] for stated, worth in curve.knots],
        }
        for name, curve in sorted(curves.items())
    }


def read_curves(facts: Facts) -> dict[ProfileName, CalibrationCurve]:
    """Return the curves that `run.requested` holds; a run without any does not speak of them.

    Raises:
        InvariantBrokenError: it is not what `curves_payload` wrote.
    """
    told = facts.part("calibration") if "calibration" in facts.tree else None
    return {ProfileName(name): _read_curve(told.part(name)) for name in told.tree} if told else {}


def _read_curve(told: Facts | None) -> CalibrationCurve:
    knots = told.tree.get("knots") if told else None
    if told is None or not isinstance(knots, list):
        raise InvariantBrokenError("a calibration curve without knots")
    pairs = [pair for pair in knots if isinstance(pair, list)]
    return CalibrationCurve(
        outcomes=told.count("outcomes"),
        right=told.count("right") if "right" in told.tree else None,
        knots=tuple((float(str(stated)), float(str(worth))) for stated, worth in pairs),
    )
