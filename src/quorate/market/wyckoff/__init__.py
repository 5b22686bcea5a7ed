"""Wyckoff phases from closed bars: features, trading range, events, campaigns, study."""

from quorate.market.wyckoff.study import EVENTS, PHASES, WyckoffStudy, wyckoff_of
from quorate.market.wyckoff.words import Event, Phase, VolumeTrend, WyckoffReading

__all__ = [
    "EVENTS",
    "PHASES",
    "Event",
    "Phase",
    "VolumeTrend",
    "WyckoffReading",
    "WyckoffStudy",
    "wyckoff_of",
]
