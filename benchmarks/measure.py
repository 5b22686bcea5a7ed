"""Percentiles of durations, and the machine that they were measured on."""

from __future__ import annotations

import os
import platform
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured line: what, the figure with its unit, and the bar that it is held against."""

    what: str
    figure: str
    bar: str
    reached: bool


def percentile(durations: Sequence[float], share: float) -> float:
    """Return the duration in ms that `share` of them do not exceed; `durations` are seconds."""
    ordered = sorted(durations)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000


def spread(durations: Sequence[float]) -> str:
    """Return p50, p95 and p99 in ms as text."""
    p50, p95, p99 = (percentile(durations, share) for share in (0.5, 0.95, 0.99))
    return f"p50 {p50:.2f} ms, p95 {p95:.2f} ms, p99 {p99:.2f} ms"


def machine() -> str:
    """Return what the figures were measured on, in one sentence."""
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    model = next(
        (line.split(":")[1].strip() for line in lines if "model name" in line), "unknown CPU"
    )
    return (
        f"{os.cpu_count()} cores of {model}, {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    )
