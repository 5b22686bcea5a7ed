"""The Hidden Hand: a trade against the Wyckoff phase is believed less, never blocked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from quorate.kernel.action import Action
from quorate.market.wyckoff import Phase, VolumeTrend


@dataclass(frozen=True, slots=True)
class Doubt:
    """How far to believe an action: a factor in (0, 1], and why."""

    factor: float
    reason: str


NO_DOUBT: Final = Doubt(1.0, "the phase does not contradict the action")

TRAPS: Final = {
    (Phase.DISTRIBUTION, Action.BUY): "an upthrust",
    (Phase.ACCUMULATION, Action.SELL): "a spring",
}
"""The actions that run against a phase, and the trap each may be stepping into."""

DECLINING_FACTOR: Final = 0.5
"""On declining volume the move lacks support: half. Source: R-053, FM-TAW-012."""

OTHERWISE_FACTOR: Final = 0.8
"""On any other volume, unknown included, it may be real. Source: R-053, the approved amendment."""


def hidden_hand_doubt(phase: Phase, action: Action, volume_trend: VolumeTrend) -> Doubt:
    """Return how far the phase contradicts the action; a discount at most. Source: R-053."""
    trap = TRAPS.get((phase, action))
    if trap is None:
        return NO_DOUBT
    declining = volume_trend is VolumeTrend.DECLINING
    factor = DECLINING_FACTOR if declining else OTHERWISE_FACTOR
    return Doubt(factor, f"{action} in {phase} on {volume_trend} volume may step into {trap}")
