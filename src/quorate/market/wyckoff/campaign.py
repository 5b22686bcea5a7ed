"""The story of one side: the last event that still colours the phase.

Walks the bars once, oldest first; the state after a bar depends on that bar and earlier ones alone.
Told in the words of the bottom; the top's story is told over the reciprocals of the prices.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from quorate.market.prices import Prices
from quorate.market.rolling import Floats, shifted
from quorate.market.wyckoff.events import SideEvents
from quorate.market.wyckoff.words import Event

MEMORY = 20
"""An event colours the phase for so many bars, a month. The source is silent."""

RETEST = 0.03
"""How near a low must come to a climax's low, or to a broken level, to test it. The source is
silent."""

BROKEN = 0.05
"""A close so far below the low ends the story: deeper than any spring. Source: REQUIREMENTS,
Wyckoff 4."""

MEAN_VOLUME = 1.0
"""More volume than the mean makes a spring a shakeout, less makes a pullback a last point of
support. Source: REQUIREMENTS, Wyckoff 4."""


class SideBar(NamedTuple):
    """One bar as one side sees it; the range is NaN where there is none."""

    place: int
    low: float
    close: float
    close_before: float
    volume_ratio: float
    range_low: float
    range_high: float
    spring_volume: float
    climax: bool
    strength: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """An event on bar `since`: the levels it leaves to be tested, and how loud it was."""

    event: Event
    since: int
    low: float
    high: float
    volume_ratio: float


def side_bars(
    prices: Prices, volume_ratio: Floats, low: Floats, high: Floats, events: SideEvents
) -> Iterator[SideBar]:
    """Yield the bars as one side sees them, in a range from `low` to `high`."""
    close = prices.close.tolist()
    columns = (
        range(len(close)),
        prices.low.tolist(),
        close,
        shifted(prices.close, 1).tolist(),
        volume_ratio.tolist(),
        low.tolist(),
        high.tolist(),
        events.spring_volume.tolist(),
        events.climax.tolist(),
        events.strength.tolist(),
    )
    yield from map(SideBar._make, zip(*columns, strict=True))


def campaigns(bars: Iterator[SideBar]) -> Iterator[Campaign | None]:
    """Yield what colours each bar: the newest event up to it, until that is old or broken."""
    campaign: Campaign | None = None
    for bar in bars:
        campaign = _begun(campaign, bar) or _continued(campaign, bar)
        yield campaign


def _begun(campaign: Campaign | None, bar: SideBar) -> Campaign | None:
    if not math.isnan(bar.spring_volume):
        event = Event.SHAKEOUT if bar.spring_volume > MEAN_VOLUME else Event.SPRING
        return _on_range(event, bar, bar.spring_volume)
    if bar.strength:
        return _on_range(Event.SIGN_OF_STRENGTH, bar, bar.volume_ratio)
    if bar.climax:
        return Campaign(
            event=Event.SELLING_CLIMAX,
            since=bar.place,
            low=bar.low,
            high=math.nan,
            volume_ratio=bar.volume_ratio,
        )
    return None if campaign is None else _tested(campaign, bar)


def _on_range(event: Event, bar: SideBar, volume_ratio: float) -> Campaign:
    return Campaign(
        event=event,
        since=bar.place,
        low=bar.range_low,
        high=bar.range_high,
        volume_ratio=volume_ratio,
    )


def _tested(campaign: Campaign, bar: SideBar) -> Campaign | None:
    """Return the test of what the last event left, if this falling bar is one."""
    if bar.close >= bar.close_before or bar.place - campaign.since > MEMORY:
        return None
    match campaign.event:
        case Event.SELLING_CLIMAX | Event.SECONDARY_TEST:
            event, level, loudest = Event.SECONDARY_TEST, campaign.low, campaign.volume_ratio
        case Event.SIGN_OF_STRENGTH | Event.LAST_POINT_OF_SUPPORT:
            event, level, loudest = Event.LAST_POINT_OF_SUPPORT, campaign.high, MEAN_VOLUME
        case _:
            return None
    if bar.low > level * (1 + RETEST) or bar.close < level or bar.volume_ratio >= loudest:
        return None
    return Campaign(
        event=event,
        since=bar.place,
        low=campaign.low,
        high=campaign.high,
        volume_ratio=bar.volume_ratio,
    )


def _continued(campaign: Campaign | None, bar: SideBar) -> Campaign | None:
    if campaign is None or bar.place - campaign.since > MEMORY:
        return None
    return None if bar.close < campaign.low * (1 - BROKEN) else campaign
