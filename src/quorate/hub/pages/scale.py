"""The scale of a chart of amounts: where a value stands, and at which round amounts lines are drawn. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

LEVELS: Final = 6
"""At the most so many horizontal lines."""


@dataclass(frozen=True, slots=True)
class Level:
    """A horizontal line with its label, in percent from the top."""

    y: float
    label: str


def height(value: Decimal | float, low: float, high: float) -> float:
    """Return how far from the top a value of [low, high] stands, in percent."""
    return 100 * (high - float(value)) / (high - low)


def levels(low: float, high: float, sign: str = "$") -> tuple[Level, ...]:
    """Return the round amounts inside the span, the largest first, each with the currency's `sign` before it."""
    step = _round_step((high - low) / LEVELS)
    first = math.ceil(low / step)
    amounts = [step * at for at in range(first, math.floor(high / step) + 1)]
    return tuple(
        Level(height(each, low, high), sign + _short(each, step)) for each in reversed(amounts)
    )


def _round_step(least: float) -> float:
    """Return the smallest of 1, 2 and 5 times a power of ten that is not below `least`."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(size * power for size in (1, 2, 5, 10) if size * power >= least)


def _short(amount: float, step: float) -> str:
    """Return an amount in thousands with as many places as tell two levels apart: "104k", "100.2k"."""
    places = max(0, -math.floor(math.log10(step / 1000)))
    return f"{amount / 1000:,.{places}f}k"
