"""Confidence: a number with a rule, so a type."""

from __future__ import annotations

from dataclasses import dataclass

from quorate.kernel.errors import InvariantBrokenError


@dataclass(frozen=True, slots=True, order=True)
class Confidence:
    """A probability in [0, 1] that the stated action's sign is right over its horizon."""

    value: float

    def __post_init__(self) -> None:
        """Refuse anything outside [0, 1], NaN included."""
        if not 0.0 <= self.value <= 1.0:
            raise InvariantBrokenError(f"confidence {self.value!r} is outside [0, 1]")

    def discounted(self, factor: float) -> Confidence:
        """Return this confidence times `factor`, itself in [0, 1]: a discount, never a boost."""
        return Confidence(self.value * Confidence(factor).value)
