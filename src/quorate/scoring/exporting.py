"""Exporting: which of the data points are handed out, and which are quarantined with their reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from quorate.scoring.gates import gated, value_at
from quorate.scoring.sample import percentile

QUALITY_FLOOR: Final = 0.7
MOST: Final = 5000
LAST_DAYS: Final = 90
"""Source: R-134 (quality >= 0.7, batch <= 5000, the last 90 days)."""

ENOUGH: Final[Mapping[str, int]] = {"sft": 1000, "turnRl": 5000, "grpo": 10_000}
"""How many points each way of training wants. Source: R-134."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """What is handed out; the rest by what became of it: below the floor, without an outcome yet, quarantined."""

    points: tuple[Mapping[str, object], ...] = ()
    below: int = 0
    pending: int = 0
    left: int = 0
    quarantined: tuple[tuple[str, tuple[str, ...]], ...] = ()
    warnings: Mapping[str, int] = field(default_factory=dict)

    @property
    def enough_for(self) -> tuple[str, ...]:
        """Return the ways of training that so many points are enough for."""
        return tuple(name for name, least in ENOUGH.items() if len(self.points) >= least)


def exported(
    points: Iterable[Mapping[str, object]],
    *,
    now: str,
    floor: float = QUALITY_FLOOR,
    most: int = MOST,
) -> Export:
    """Return at most `most` points of quality, in their order; a point that fails a gate is never handed out."""
    everything = list(points)
    p99 = _p99(everything)
    good, quarantined = list[Mapping[str, object]](), list[tuple[str, tuple[str, ...]]]()
    below = pending = left = 0
    warnings: dict[str, int] = {}
    for point in everything:
        found = gated(point, now=now, p99_ms=p99)
        if not found.passed:
            quarantined.append((str(value_at(point, "identity.id")), found.errors))
        elif value_at(point, "rlLabels.finalOutcome") == "pending":
            pending += 1
        elif float(str(value_at(point, "evaluation.overallScore"))) < floor:
            below += 1
        elif len(good) >= most:
            left += 1
        else:
            good.append(point)
            for warning in found.warnings:
                warnings[warning] = warnings.get(warning, 0) + 1
    return Export(
        points=tuple(good),
        below=below,
        pending=pending,
        left=left,
        quarantined=tuple(quarantined),
        warnings=warnings,
    )


def _p99(points: Iterable[Mapping[str, object]]) -> float | None:
    told = [value_at(point, "execution.latencyMs") for point in points]
    latencies = [float(each) for each in told if isinstance(each, int | float)]
    return percentile(latencies, 0.99) if latencies else None
