"""The router preset in force: what the configuration says, or what somebody applied since.

A change holds for the next run of any process; a run that has begun keeps the preset that it began with.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from quorate.kernel.canonical import JsonValue
from quorate.kernel.errors import InvariantBrokenError, RejectedError
from quorate.kernel.journal import Event, step_key
from quorate.llm.ladder import PRESET_TIERS, Preset
from quorate.llm.tier import Tier

PRESET_APPLIED: Final = "preset.applied"
PRESET_STREAM: Final = "preset"

STEP_VERSION: Final = "1"

TITLES: Final[Mapping[Preset, str]] = MappingProxyType(
    {
        Preset.FREE_ONLY: "Free only",
        Preset.CHEAP_FIRST: "Cheap first",
        Preset.CHEAP_AND_POWER: "Cheap + power",
    }
)

ABOUT: Final[Mapping[Preset, str]] = MappingProxyType(
    {
        Preset.FREE_ONLY: "Only models that cost nothing; a dispute finds no power model and ends as NO_TRADE.",
        Preset.CHEAP_FIRST: "Free and cheap models; a dispute finds no power model and ends as NO_TRADE.",
        Preset.CHEAP_AND_POWER: "Cheap models speak first; a power model is asked on a trigger, and only then.",
    }
)
"""What a preset means to whoever chooses it. Source: R-066, DESIGN 6 and 7."""


class PresetSource(StrEnum):
    """Who chose the preset in force."""

    CONFIGURATION = "configuration"
    APPLIED = "applied"


@dataclass(frozen=True, slots=True, kw_only=True)
class PresetInForce:
    """The preset of the next run; `version` counts how often it was applied, 0 for never."""

    preset: Preset
    source: PresetSource
    version: int
    configured: Preset

    @property
    def tiers(self) -> frozenset[Tier]:
        """Return the tiers that may be asked."""
        return PRESET_TIERS[self.preset]


@dataclass(frozen=True, slots=True)
class AppliedPreset:
    """What was applied last: a preset, or None where it was given back to the configuration."""

    preset: Preset | None
    version: int


NOTHING_APPLIED: Final = AppliedPreset(None, 0)


def in_force(configured: Preset, applied: AppliedPreset) -> PresetInForce:
    """Return the preset of the next run."""
    is_own = applied.preset is not None
    return PresetInForce(
        preset=applied.preset or configured,
        source=PresetSource.APPLIED if is_own else PresetSource.CONFIGURATION,
        version=applied.version,
        configured=configured,
    )


def applied_event(preset: Preset | None, before: AppliedPreset) -> Event:
    """Return the fact that `preset` was applied after `before`; of two at once only one can be recorded."""
    version = before.version + 1
    return Event(
        stream=PRESET_STREAM,
        type=PRESET_APPLIED,
        payload={"preset": preset.value if preset else None, "version": version},
        step_key=step_key(
            scope=PRESET_STREAM,
            step=PRESET_APPLIED,
            version=STEP_VERSION,
            step_input=str(version),
        ),
    )


def read_applied(payload: Mapping[str, JsonValue]) -> AppliedPreset:
    """Return what `applied_event` wrote."""
    version, preset = payload.get("version"), payload.get("preset")
    if not isinstance(version, int) or (preset is not None and preset not in set(Preset)):
        raise InvariantBrokenError(f"{PRESET_APPLIED} names no preset that there is")
    return AppliedPreset(None if preset is None else Preset(str(preset)), version)


def preset_named(name: str) -> Preset:
    """Return the preset called `name`.

    Raises:
        RejectedError: there is none (slug `not-found`).
    """
    if name not in set(Preset):
        raise RejectedError(
            f"there is no preset '{name}'",
            effect="nothing was changed",
            fix=f"choose from {', '.join(Preset)}",
            slug="not-found",
        )
    return Preset(name)
