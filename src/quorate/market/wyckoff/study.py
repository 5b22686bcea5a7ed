"""Wyckoff readings of a whole history: a reason for doubt, never for a trade.

features, ranges -> events of either side -> campaigns -> findings. Unvalidated for profitability.
Source: REQUIREMENTS, "Wyckoff phase detection from OHLCV"; the confidences are its own, low on
purpose.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from quorate.market.rolling import Codes, Flags, frozen
from quorate.market.series import Series
from quorate.market.wyckoff.campaign import Campaign, campaigns, side_bars
from quorate.market.wyckoff.events import bottom_events, top_events
from quorate.market.wyckoff.evidence import evidence_at
from quorate.market.wyckoff.features import Features, features_of
from quorate.market.wyckoff.findings import (
    FALLING,
    NOTHING,
    RANGE_BOTTOM,
    RANGE_TOP,
    RISING,
    Finding,
    at_bottom,
    at_top,
)
from quorate.market.wyckoff.trading_range import Ranges, ranges_of
from quorate.market.wyckoff.words import Event, Phase, VolumeTrend, WyckoffReading

FEWEST_BARS = 60
"""Below so many bars nothing is said; 120 are better. Source: REQUIREMENTS, Wyckoff."""

MAJORITY = 1.5
"""How many times the other side's votes decide a range. Source: REQUIREMENTS, Wyckoff 5."""

PRIOR_TREND = 0.05
"""How far prices must have come into a range to name its side. Source: R-022's size of a
downtrend."""

SLOPE = 0.005
"""The 50-session mean's slope that is a markup, mirrored a markdown. Source: REQUIREMENTS, Wyckoff
6."""

DECLINING, RISING_VOLUME = 0.9, 1.1
"""Bounds of a neutral volume trend. Source: REQUIREMENTS, Wyckoff 2."""

PHASES = tuple(Phase)
EVENTS = tuple(Event)
QUIET = (NOTHING, RANGE_BOTTOM, RANGE_TOP, RISING, FALLING)


@dataclass(frozen=True, slots=True, kw_only=True)
class WyckoffStudy:
    """The readings of a whole history; place t depends on bars up to t alone.

    `phases` and `events` are places in `PHASES` and `EVENTS`, for whoever needs every bar at once;
    `campaigns` hold the events behind `findings`, which may lie bars back.
    """

    features: Features
    ranges: Ranges
    findings: tuple[Finding, ...]
    campaigns: tuple[Campaign | None, ...]
    phases: Codes
    events: Codes

    def at(self, index: int) -> WyckoffReading:
        """Return the reading at the close of bar `index`."""
        finding = self.findings[index]
        low, high = float(self.ranges.low[index]), float(self.ranges.high[index])
        return WyckoffReading(
            phase=finding.phase,
            sub_phase=finding.sub_phase,
            event=EVENTS[self.events[index]],
            confidence=finding.confidence,
            volume_trend=volume_trend(float(self.features.volume_drift[index])),
            range_low=None if np.isnan(low) else low,
            range_high=None if np.isnan(high) else high,
            evidence=evidence_at(self.features, finding, self.campaigns[index], index),
        )


@lru_cache(maxsize=64)
def wyckoff_of(series: Series) -> WyckoffStudy:
    """Return the study of a whole history."""
    features = features_of(series)
    ranges = ranges_of(features.prices)
    quiet = _quiet_findings(features, ranges)
    told = list(_told(zip(*_both_sides(features, ranges), quiet.tolist(), strict=True)))
    findings = tuple(finding for finding, _ in told)
    events = [
        EVENTS.index(_completed(finding, campaign, index))
        for index, (finding, campaign) in enumerate(told)
    ]
    return WyckoffStudy(
        features=features,
        ranges=ranges,
        findings=findings,
        campaigns=tuple(campaign for _, campaign in told),
        phases=frozen(np.array([PHASES.index(f.phase) for f in findings], dtype=np.int8)),
        events=frozen(np.array(events, dtype=np.int8)),
    )


def volume_trend(drift: float) -> VolumeTrend:
    """Return the word for recent over earlier mean volume; NaN is unknown."""
    if np.isnan(drift):
        return VolumeTrend.UNKNOWN
    if drift < DECLINING:
        return VolumeTrend.DECLINING
    return VolumeTrend.RISING if drift > RISING_VOLUME else VolumeTrend.NEUTRAL


def _both_sides(
    features: Features, ranges: Ranges
) -> tuple[Iterator[Campaign | None], Iterator[Campaign | None]]:
    prices, volume = features.prices, features.volume_ratio
    bottom, top = bottom_events(features, ranges), top_events(features, ranges)
    mirrored = prices.mirrored
    return (
        campaigns(side_bars(prices, volume, ranges.low, ranges.high, bottom)),
        campaigns(side_bars(mirrored, volume, 1 / ranges.high, 1 / ranges.low, top)),
    )


def _quiet_findings(features: Features, ranges: Ranges) -> Codes:
    """Return, as places in `QUIET`, what each bar says without an event."""
    close, prior = features.prices.close, ranges.prior_trend
    demand, supply = features.demand, features.supply
    inside = (close >= ranges.low) & (close <= ranges.high)
    bottom = (prior < -PRIOR_TREND) & (demand > MAJORITY * supply)
    bottom &= features.volume_drift < DECLINING
    top = (prior > PRIOR_TREND) & (supply > MAJORITY * demand)
    rules: tuple[tuple[Finding, Flags], ...] = (
        (RANGE_BOTTOM, inside & bottom),
        (RANGE_TOP, inside & top),
        (NOTHING, inside),
        (RISING, (features.slope > SLOPE) & (features.macd_histogram > 0)),
        (FALLING, (features.slope < -SLOPE) & (features.macd_histogram < 0)),
    )
    codes = np.select(
        [holds for _, holds in rules], [QUIET.index(finding) for finding, _ in rules], default=0
    )
    return codes.astype(np.int8)


def _told(
    bars: Iterator[tuple[Campaign | None, Campaign | None, int]],
) -> Iterator[tuple[Finding, Campaign | None]]:
    """Yield each bar's finding and the event behind it; of two on one bar the top's, to be careful."""
    for index, (bottom, top, code) in enumerate(bars):
        quiet = QUIET[code]
        if index + 1 < FEWEST_BARS:
            yield NOTHING, None
        elif top is not None and (bottom is None or top.since >= bottom.since):
            over = quiet is FALLING and top.since < index
            yield (quiet, None) if over else (at_top(top), top)
        elif bottom is not None:
            over = quiet is RISING and bottom.since < index
            yield (quiet, None) if over else (at_bottom(bottom), bottom)
        else:
            yield quiet, None


def _completed(finding: Finding, campaign: Campaign | None, index: int) -> Event:
    return finding.event if campaign is not None and campaign.since == index else Event.NONE
