"""What an event on either side says about the phase."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from quorate.market.wyckoff.campaign import Campaign
from quorate.market.wyckoff.features import LOW_VOLUME
from quorate.market.wyckoff.words import Event, Phase


@dataclass(frozen=True, slots=True)
class Finding:
    """A phase, where in it, how far to believe it, and the event that says so."""

    phase: Phase
    sub_phase: str
    event: Event
    confidence: float


NOTHING = Finding(Phase.UNKNOWN, "", Event.NONE, 0.0)

AT_BOTTOM: Mapping[Event, Finding] = {
    Event.SELLING_CLIMAX: Finding(Phase.ACCUMULATION, "A", Event.SELLING_CLIMAX, 0.3),
    Event.SECONDARY_TEST: Finding(Phase.ACCUMULATION, "A", Event.SECONDARY_TEST, 0.4),
    Event.SPRING: Finding(Phase.ACCUMULATION, "C", Event.SPRING, 0.7),
    Event.SHAKEOUT: Finding(Phase.ACCUMULATION, "C", Event.SHAKEOUT, 0.4),
    Event.SIGN_OF_STRENGTH: Finding(Phase.ACCUMULATION, "D", Event.SIGN_OF_STRENGTH, 0.6),
    Event.LAST_POINT_OF_SUPPORT: Finding(Phase.ACCUMULATION, "D", Event.LAST_POINT_OF_SUPPORT, 0.6),
}
AT_TOP: Mapping[Event, Finding] = {
    Event.SELLING_CLIMAX: Finding(Phase.DISTRIBUTION, "A", Event.BUYING_CLIMAX, 0.3),
    Event.SECONDARY_TEST: Finding(Phase.DISTRIBUTION, "A", Event.SECONDARY_TEST, 0.4),
    Event.SPRING: Finding(Phase.DISTRIBUTION, "C", Event.UPTHRUST, 0.7),
    Event.SHAKEOUT: Finding(Phase.DISTRIBUTION, "C", Event.UPTHRUST, 0.7),
    Event.SIGN_OF_STRENGTH: Finding(Phase.DISTRIBUTION, "D", Event.SIGN_OF_WEAKNESS, 0.6),
    Event.LAST_POINT_OF_SUPPORT: Finding(Phase.DISTRIBUTION, "D", Event.LAST_POINT_OF_SUPPLY, 0.6),
}
"""By the event's word at the bottom. A spring is to be quiet, an upthrust may be loud."""

RANGE_BOTTOM = Finding(Phase.ACCUMULATION, "B", Event.NONE, 0.4)
RANGE_TOP = Finding(Phase.DISTRIBUTION, "B", Event.NONE, 0.4)
RISING = Finding(Phase.MARKUP, "", Event.NONE, 0.5)
FALLING = Finding(Phase.MARKDOWN, "", Event.NONE, 0.5)

MARGINAL_SPRING = Finding(Phase.ACCUMULATION, "C", Event.SPRING, 0.6)
"""A spring on 0.7 to 1.0 of the mean volume."""


def at_bottom(campaign: Campaign) -> Finding:
    """Return what an event at the bottom says."""
    if campaign.event is Event.SPRING and campaign.volume_ratio >= LOW_VOLUME:
        return MARGINAL_SPRING
    return AT_BOTTOM[campaign.event]


def at_top(campaign: Campaign) -> Finding:
    """Return what an event at the top, told in the words of the bottom, says."""
    return AT_TOP[campaign.event]
