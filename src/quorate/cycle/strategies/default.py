"""The strategy that nobody has to write: what cycles decide by that name no other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from quorate.arena.strategy import Strategy
from quorate.cycle.policy import CyclePolicy
from quorate.kernel.ids import StrategyName

DEFAULT: Final = StrategyName("default")

DEFAULT_STRATEGY: Final = Strategy(
    description="Every enabled profile on the packaged stocks, by the arena's own thresholds.",
    symbols=CyclePolicy().named,
)
"""A home starts with five keyless agents switched on, so this one needs no key. Source: DESIGN 5."""


def with_default(configured: Mapping[StrategyName, Strategy]) -> Mapping[StrategyName, Strategy]:
    """Return every strategy by its name; the configuration may say something else under the default's."""
    return {DEFAULT: DEFAULT_STRATEGY, **configured}
