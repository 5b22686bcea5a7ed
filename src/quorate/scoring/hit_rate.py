"""Hit rates: the share of views that were right, and how far so few of them can be believed."""

from __future__ import annotations

from math import sqrt
from typing import Final, NamedTuple

Z: Final = 1.959963984540054
"""The standard normal quantile of a two-sided 95 % interval."""


class HitRate(NamedTuple):
    """A share in [0, 1] and its 95 % interval."""

    value: float
    low: float
    high: float

    def as_json(self) -> dict[str, float]:
        """Return the object of an answer."""
        return {name: round(value, 6) for name, value in self._asdict().items()}


def hit_rate(hits: int, of: int) -> HitRate | None:
    """Return the share of `hits` with its Wilson interval; None of nothing.

    Source: Wilson (1927), Probable inference, the law of succession, and statistical inference.
    """
    if of == 0:
        return None
    share, squared = hits / of, Z * Z / of
    centre = (share + squared / 2) / (1 + squared)
    reach = Z / (1 + squared) * sqrt(share * (1 - share) / of + squared / of / 4)
    return HitRate(
        share, max(0.0, min(share, centre - reach)), min(1.0, max(share, centre + reach))
    )
