"""Trends: who got worse lately, by more than chance explains. Pure; a caller looks within 30 s. Source: R-134."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean, pvariance
from typing import Final

from quorate.scoring.sample import CallSample, GroupBy

RECENT: Final = 20
"""So many turns are lately; as many at least must stand before them. Ours."""

LEAST_DROP: Final = 0.1
"""A drop that nobody need be woken for. Ours."""

Z: Final = 2.576
"""A drop must be this many standard errors: chance alone does that once in 200 looks. The 99.5 % normal quantile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Degradation:
    """A name whose figure fell: from what, to what, over how many turns."""

    name: str
    measure: str
    before: float
    lately: float
    turns: int

    @property
    def text(self) -> str:
        """Return it as a sentence."""
        return (
            f"{self.measure} of {self.name} fell from {self.before:.2f} to {self.lately:.2f}"
            f" over its last {self.turns} turns"
        )


def degradations(
    samples: Iterable[CallSample], by: GroupBy = GroupBy.AGENT
) -> tuple[Degradation, ...]:
    """Return who answers less often, or worse, than before; samples come oldest first."""
    groups: dict[str, list[CallSample]] = {}
    for sample in samples:
        groups.setdefault(sample.group(by), []).append(sample)
    found: list[Degradation] = []
    for name in sorted(groups):
        answered = [1.0 if each.succeeded else 0.0 for each in groups[name]]
        quality = [each.quality for each in groups[name] if each.quality is not None]
        for measure, values in (("the success rate", answered), ("the quality", quality)):
            fallen = _fallen(name, measure, values)
            if fallen is not None:
                found.append(fallen)
    return tuple(found)


def _fallen(name: str, measure: str, values: Sequence[float]) -> Degradation | None:
    before, lately = values[:-RECENT], values[-RECENT:]
    if len(before) < RECENT:
        return None
    drop = fmean(before) - fmean(lately)
    error = sqrt(pvariance(before) / len(before) + pvariance(lately) / len(lately))
    if drop < LEAST_DROP or drop <= Z * error:
        return None
    return Degradation(
        name=name, measure=measure, before=fmean(before), lately=fmean(lately), turns=RECENT
    )
