"""The words of a Wyckoff reading."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Phase(StrEnum):
    """The four phases of a market cycle. Source: R-053."""

    ACCUMULATION = "accumulation"
    MARKUP = "markup"
    DISTRIBUTION = "distribution"
    MARKDOWN = "markdown"
    UNKNOWN = "unknown"


class VolumeTrend(StrEnum):
    """The last 5 bars' mean volume against that of the 15 before. Source: R-053."""

    DECLINING = "declining"
    RISING = "rising"
    NEUTRAL = "neutral"
    UNKNOWN = "unknown"


class Event(StrEnum):
    """What one bar completed."""

    NONE = "none"
    SELLING_CLIMAX = "sc"
    BUYING_CLIMAX = "bc"
    SECONDARY_TEST = "st"
    SPRING = "spring"
    SHAKEOUT = "shakeout"
    UPTHRUST = "upthrust"
    SIGN_OF_STRENGTH = "sos"
    SIGN_OF_WEAKNESS = "sow"
    LAST_POINT_OF_SUPPORT = "lps"
    LAST_POINT_OF_SUPPLY = "lpsy"


@dataclass(frozen=True, slots=True, kw_only=True)
class WyckoffReading:
    """The reading at the close of one bar.

    `sub_phase` is A, B, C, D or empty; `event` is what this very bar completed; `confidence` is in
    [0, 0.7], 0 when the phase is unknown. The range is in adjusted dollars, None outside a range.
    """

    phase: Phase
    sub_phase: str
    event: Event
    confidence: float
    volume_trend: VolumeTrend
    range_low: float | None
    range_high: float | None
    evidence: tuple[str, ...]
