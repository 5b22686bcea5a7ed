"""The numbers behind a reading, in words."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from quorate.market.wyckoff.campaign import Campaign
from quorate.market.wyckoff.features import MEAN_BARS, SLOPE_BARS, Features
from quorate.market.wyckoff.findings import FALLING, NOTHING, RISING, Finding


def evidence_at(
    features: Features, finding: Finding, campaign: Campaign | None, index: int
) -> tuple[str, ...]:
    """Return why bar `index` reads as `finding`; empty when nothing is said."""
    return () if finding is NOTHING else tuple(_evidence(features, finding, campaign, index))


def _evidence(
    features: Features, finding: Finding, campaign: Campaign | None, index: int
) -> Iterator[str]:
    if campaign is not None:
        yield f"bars since {finding.event}: {index - campaign.since}"
        yield f"volume then {campaign.volume_ratio:.2f} of its {MEAN_BARS}-bar mean"
    elif finding in {RISING, FALLING}:
        yield f"50-session mean {features.slope[index]:+.1%} in {SLOPE_BARS} sessions"
        yield f"MACD histogram {features.macd_histogram[index]:+.2f}"
    else:
        demand, supply = features.demand[index], features.supply[index]
        yield f"in {MEAN_BARS} bars {demand} show demand, {supply} supply"
    drift = features.volume_drift[index]
    if np.isfinite(drift):
        yield f"volume of the last 5 bars {drift:.2f} of the 15 before"
