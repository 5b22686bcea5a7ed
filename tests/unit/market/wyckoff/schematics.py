"""Textbook price paths, bar by bar; a top is a bottom in a mirror."""

from __future__ import annotations

from itertools import cycle, islice

from quorate.market import RawBar, Series, WyckoffReading, wyckoff_of
from tests.unit.market.histories import raw_bar, series_of, weekdays

Shape = tuple[float, float, float, float]
"""Low, high, close, volume."""

SUPPORT, RESISTANCE = 100.0, 110.0


def decline(count: int = 60) -> list[Shape]:
    closes = [150 * (SUPPORT + 5) ** (n / count) / 150 ** (n / count) for n in range(count)]
    return [(close * 0.995, close * 1.005, close, 1000) for close in closes]


def sideways(count: int = 44) -> list[Shape]:
    """Swing between support and resistance, eleven bars a swing."""
    swing = [105, 107, 109.5, 108, 106, 104, 102, 100.5, 101, 102, 103]
    return [
        (max(close - 0.5, SUPPORT), min(close + 0.5, RESISTANCE), close, 1000)
        for close in islice(cycle(swing), count)
    ]


def spring(volume: float = 500, *, depth: float = 0.015) -> Shape:
    """Pierce support and close back above it."""
    return (SUPPORT * (1 - depth), 102.0, 101.5, volume)


def breakout(volume: float = 2500) -> Shape:
    return (108.0, 113.0, 112.5, volume)


def pullback(volume: float = 600) -> Shape:
    return (110.5, 112.0, 111.0, volume)


def mirrored(shapes: list[Shape]) -> list[Shape]:
    return [
        (10_000 / high, 10_000 / low, 10_000 / close, volume) for low, high, close, volume in shapes
    ]


def history(shapes: list[Shape]) -> Series:
    return series_of(
        [bar(day, shape) for day, shape in zip(weekdays(len(shapes)), shapes, strict=True)]
    )


def bar(day, shape: Shape) -> RawBar:
    low, high, close, volume = shape
    return raw_bar(day, close, open=close, high=high, low=low, volume=volume)


def last_reading(shapes: list[Shape]) -> WyckoffReading:
    return wyckoff_of(history(shapes)).at(len(shapes) - 1)
