"""The arena's thresholds, each with the place it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from quorate.kernel.errors import RejectedError


@dataclass(frozen=True, slots=True, kw_only=True)
class ArenaPolicy:
    """When a debate may act, when it asks the power panel, when it refuses."""

    max_disagreement: float = 0.34
    """More dissent than this escalates: more than one voter in three. Source: R-079."""

    min_confidence: float = 0.62
    """A BUY or SELL believed less than this escalates. Source: R-079."""

    high_risk_portfolio_delta_pct: float = 1.5
    """An order that changes the portfolio by this much, in percent, escalates. Source: R-079."""

    volatility_percentile: float = 0.95
    """Realised volatility at or above this percentile of its year escalates. Source: DESIGN 14.

    The regime high_volatility escalates whatever stands here; a lower value escalates sooner.
    """

    max_power_calls_per_day: int = 25
    """How often the power panel may be asked on one UTC day. Source: R-079."""

    quorum: int = 2
    """Fewer valid voters decide nothing. Source: DESIGN 6."""

    min_history_bars: int = 252
    """A year of sessions; with fewer bars nothing is decided. Source: DESIGN 14."""

    fallback_factor: float = 0.8
    """What an answer of a fallback model is worth. Source: R-047, FM-TAW-006."""

    entry_pct_equity: Decimal = Decimal("0.014")
    """An entry's share of equity when nobody named a size. Source: DESIGN 14."""

    def __post_init__(self) -> None:
        """Refuse values with which a rule could not hold."""
        for holds, rule in self._rules():
            if not holds:
                raise RejectedError(f"arena policy: {rule}", effect="nothing was run")

    def _rules(self) -> tuple[tuple[bool, str], ...]:
        return (
            (0 <= self.max_disagreement < 1, "max_disagreement is in [0, 1)"),
            (0 <= self.min_confidence <= 1, "min_confidence is in [0, 1]"),
            (
                0 < self.high_risk_portfolio_delta_pct <= 100,
                "high_risk_portfolio_delta_pct is in (0, 100]",
            ),
            (0 < self.volatility_percentile <= 1, "volatility_percentile is in (0, 1]"),
            (self.max_power_calls_per_day >= 0, "max_power_calls_per_day is not negative"),
            (self.quorum >= 2, "quorum is 2 or more: nobody decides alone"),
            (self.min_history_bars >= 1, "min_history_bars is 1 or more"),
            (0 < self.fallback_factor <= 1, "fallback_factor is in (0, 1]"),
            (0 < self.entry_pct_equity <= 1, "entry_pct_equity is in (0, 1]"),
        )
