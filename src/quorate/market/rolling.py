"""Arithmetic over sliding windows that never lets a later value touch an earlier result.

Every function adds or compares element by element in a fixed order, so cutting the input short
changes no bit of what remains.
"""

from __future__ import annotations

from typing import TypeAlias, TypeVar

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

_Item = TypeVar("_Item", bound=np.generic)

Floats: TypeAlias = NDArray[np.float64]
Flags: TypeAlias = NDArray[np.bool_]
Counts: TypeAlias = NDArray[np.int64]
Codes: TypeAlias = NDArray[np.int8]
"""Positions in a tuple of enum members, one per bar."""


def shifted(values: Floats, steps: int) -> Floats:
    """Return `values` moved `steps` bars later; the first `steps` places are NaN."""
    moved = np.full_like(values, np.nan)
    moved[steps:] = values[: max(len(values) - steps, 0)]
    return moved


def rolling_mean(values: Floats, window: int) -> Floats:
    """Return the mean of the last `window` values at each bar, NaN before there are so many."""
    means = np.full_like(values, np.nan)
    size = len(values) - window + 1
    if size > 0:
        total = np.zeros(size)
        for offset in range(window):
            total += values[offset : offset + size]
        means[window - 1 :] = total / window
    return means


def rolling_deviation(values: Floats, window: int) -> Floats:
    """Return the sample standard deviation of the last `window` values at each bar, NaN before."""
    deviations = np.full_like(values, np.nan)
    size = len(values) - window + 1
    if size > 0:
        mean = rolling_mean(values, window)[window - 1 :]
        squares = np.zeros(size)
        for offset in range(window):
            squares += (values[offset : offset + size] - mean) ** 2
        deviations[window - 1 :] = np.sqrt(squares / (window - 1))
    return deviations


def share_below_last(values: Floats, window: int) -> Floats:
    """Return the share of the other values of each window that lie below its last one.

    Values that are NaN do not count; NaN before `window` places, or where the last value is NaN.
    """
    shares = np.full_like(values, np.nan)
    recent = windows(values, window)
    others = np.isfinite(recent).sum(axis=1) - 1
    below = (recent < recent[:, -1:]).sum(axis=1)
    known = np.isfinite(recent[:, -1]) & (others > 0)
    shares[window - 1 :][known] = below[known] / others[known]
    return shares


def rolling_count(flags: Flags, window: int) -> Counts:
    """Return how many of the last `window` flags are set at each bar."""
    total = np.concatenate(([0], np.cumsum(flags)))
    starts = np.maximum(np.arange(1, len(flags) + 1) - window, 0)
    return total[1:] - total[starts]


def windows(values: NDArray[_Item], size: int) -> NDArray[_Item]:
    """Return the view whose row i holds `values[i : i + size]`; no rows for too short an input."""
    if len(values) < size:
        return np.empty((0, size), dtype=values.dtype)
    return sliding_window_view(values, size)


def frozen(values: NDArray[_Item]) -> NDArray[_Item]:
    """Return `values` made read-only, so that nobody can change a shared history."""
    values.flags.writeable = False
    return values
