"""A ladder: the models that may answer one question, the one that is asked first and its fallbacks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from quorate.llm.call import ModelId
from quorate.llm.tier import Tier


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One model of a ladder, and the tier whose budget a call of it stands in."""

    model: ModelId
    tier: Tier


class Preset(StrEnum):
    """Which tiers the router may use at all. Source: R-066, DESIGN 7."""

    FREE_ONLY = "free_only"
    CHEAP_FIRST = "cheap_first"
    """Cheap and free models; an escalation finds no power model, hence NO_TRADE."""
    CHEAP_AND_POWER = "cheap_and_power"


PRESET_TIERS: Final[Mapping[Preset, frozenset[Tier]]] = MappingProxyType(
    {
        Preset.FREE_ONLY: frozenset({Tier.FREE}),
        Preset.CHEAP_FIRST: frozenset({Tier.FREE, Tier.CHEAP}),
        Preset.CHEAP_AND_POWER: frozenset(Tier),
    }
)

_COST: Final[Mapping[Tier, int]] = MappingProxyType({Tier.FREE: 0, Tier.CHEAP: 1, Tier.POWER: 2})


def usable(
    rungs: Iterable[Rung], *, preset: Preset, providers: Collection[str], at_most: Tier
) -> tuple[Rung, ...]:
    """Return the rungs that may be asked, in their order, each once.

    Not those of a tier that the preset leaves out, of a provider that is not configured, or of a tier above
    `at_most`: a fallback never spends on a dearer model than the profile was given.
    """
    allowed = PRESET_TIERS[preset]
    found = {
        rung.model: rung
        for rung in rungs
        if rung.tier in allowed
        and rung.model.provider in providers
        and _COST[rung.tier] <= _COST[at_most]
    }
    return tuple(found.values())
