"""The tiers of models: what a call costs, roughly, and so when it may be made."""

from __future__ import annotations

from enum import StrEnum


class Tier(StrEnum):
    """What a call costs, roughly; the first round never asks POWER. Source: DESIGN 6."""

    FREE = "free"
    CHEAP = "cheap"
    POWER = "power"
