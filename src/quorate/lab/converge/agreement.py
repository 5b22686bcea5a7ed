"""Agreement: how alike the judges' verdicts are, measured against chance, and how little few of them prove."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

MEASURE: Final = "krippendorff-alpha-nominal"

FEW_UNITS: Final = 30
"""Below so many units nobody should read more into the figure than a description. Ours, as for outcomes (DESIGN 6)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How alike several judges' verdicts on the same units are.

    `alpha` is 1 for full agreement, 0 for what chance would give, negative below; None where it cannot be told, and
    `note` says why, or how little so few units prove. `observed` is the share of agreeing pairs, None without a pair.
    """

    units: int
    judges: int
    alpha: float | None
    observed: float | None
    note: str


def agreement(ratings: Sequence[Sequence[Hashable]]) -> Agreement:
    """Return how alike `ratings` are: a row per judge, a column per unit."""
    units = [list(column) for column in zip(*ratings, strict=True)]
    alpha = krippendorff_alpha(units)
    return Agreement(
        units=len(units),
        judges=len(ratings),
        alpha=alpha,
        observed=_observed(units),
        note=_note(len(units), len(ratings), alpha),
    )


def krippendorff_alpha(units: Sequence[Sequence[Hashable]]) -> float | None:
    """Return Krippendorff's alpha for nominal data; each unit holds the ratings that it was given, whoever gave them.

    A unit with one rating or none does not count. None where nothing can be compared, or all ratings are the same: then
    there is no variation that an agreement could be told from. Source: Krippendorff, Content Analysis, chapter 11.
    """
    rated = [Counter(unit) for unit in units if len(unit) > 1]
    values = sum(rated, Counter[Hashable]())
    total = values.total()
    expected = sum(count * (total - count) for count in values.values())
    if not expected:
        return None
    observed = sum(
        sum(count * (unit.total() - count) for count in unit.values()) / (unit.total() - 1)
        for unit in rated
    )
    return 1 - (total - 1) * observed / expected


def share_alike(one: Sequence[Hashable], other: Sequence[Hashable]) -> float:
    """Return the share of units on which two judges say the same; there is at least one."""
    return sum(a == b for a, b in zip(one, other, strict=True)) / len(one)


def overlap(one: str, other: str, groups: Mapping[int, Sequence[str]]) -> tuple[int, int]:
    """Return how many groups of findings two seats share, and how many either is in."""
    shared = sum(one in seats and other in seats for seats in groups.values())
    either = sum(one in seats or other in seats for seats in groups.values())
    return shared, either


def _observed(units: Sequence[Sequence[Hashable]]) -> float | None:
    pairs = [one == other for unit in units for one, other in combinations(unit, 2)]
    return sum(pairs) / len(pairs) if pairs else None


def _note(units: int, judges: int, alpha: float | None) -> str:
    if judges < 2:
        return "fewer than two judges answered: there is nothing to compare"
    if alpha is None:
        return "every verdict is the same, so alpha cannot be told; read the observed share"
    few = f"{units} verdicts of {judges} judges are few: this describes them and proves nothing"
    return few if units < FEW_UNITS else ""
