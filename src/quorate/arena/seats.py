"""Seats: who speaks on a trigger, the advocates and analysts that argue and the panel that decides."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from quorate.agents.profile import ADVOCATES, AgentProfile, Mode, Role

ANALYSTS: Final = frozenset({Role.TECHNICAL_ANALYST, Role.FUNDAMENTAL_ANALYST, Role.RISK_MANAGER})
"""They voted first, and in the rounds they answer the advocates; no vote changes by it. Source: seed 003, DESIGN 6."""


@dataclass(frozen=True, slots=True)
class Seats:
    """Who speaks on a trigger: `speakers` argue in the rounds, `panel` decides."""

    speakers: tuple[AgentProfile, ...] = ()
    panel: tuple[AgentProfile, ...] = ()


NO_SEATS = Seats()
"""Nobody: every dispute ends as NO_TRADE."""


def seats_of(profiles: Iterable[AgentProfile], providers: Collection[str]) -> Seats:
    """Return who of the enabled `profiles` speaks on a trigger, of those whose provider can be asked.

    The panel is the judges and whoever is asked on a trigger; advocates and analysts argue. Source: DESIGN 6, R-072.
    """
    present = [profile for profile in profiles if profile.enabled and profile.provider in providers]
    panel = tuple(
        profile
        for profile in present
        if profile.role not in ADVOCATES
        and (profile.role is Role.JUDGE or profile.mode is not Mode.CHEAP_FIRST)
    )
    argue = ADVOCATES | ANALYSTS
    return Seats(
        speakers=tuple(each for each in present if each.role in argue and each not in panel),
        panel=panel,
    )
