"""The thresholds of the keyless agents, each with the place it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from quorate.kernel.errors import RejectedError


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentsPolicy:
    """Published parameters; changing one makes other signals, hence other track records."""

    trend_band: float = 0.01
    """How far past an average counts. Source: Brock, Lakonishok, LeBaron 1992, the 1 % band."""

    momentum_threshold: float = 0.10
    """The 12-1 month return that counts as momentum.

    Source: the sign is Jegadeesh, Titman 1993; they hold the extremes and leave the middle alone.
    The size is ours: what stocks return in an ordinary year is not momentum.
    """

    momentum_flat: float = 0.02
    """The 12-1 month return that counts as none: a HOLD. Source: the HOLD band of DESIGN 14."""

    rsi_oversold: float = 10.0
    """RSI(2) at or below it is an extreme. Source: Connors, Alvarez 2008 (tested 0 to 10)."""

    rsi_overbought: float = 90.0
    """RSI(2) at or above it is an extreme. Source: Connors, Alvarez 2008 (tested 90 to 100)."""

    hold_band: float = 0.02
    """A HOLD was right if the price moved less than this. Source: DESIGN 14."""

    entry_pct_equity: Decimal = Decimal("0.014")
    """An entry's share of equity, below the 1.5 % that escalates. Source: DESIGN 14."""

    stop_atr: Decimal = Decimal(2)
    """The stop's distance in ATR(14). Source: the 2N stop of the Turtle rules (Faith 2003)."""

    reward_to_risk: Decimal = Decimal("1.5")
    """The target's distance over the stop's. Source: R-010 numbers."""

    def __post_init__(self) -> None:
        """Refuse values with which a rule would contradict itself."""
        for holds, rule in self._rules():
            if not holds:
                raise RejectedError(f"agents policy: {rule}", effect="nothing was run")

    def _rules(self) -> tuple[tuple[bool, str], ...]:
        return (
            (0 <= self.trend_band < 1, "trend_band is in [0, 1)"),
            (
                0 <= self.momentum_flat < self.momentum_threshold < 1,
                "0 <= momentum_flat < momentum_threshold < 1",
            ),
            (
                0 < self.rsi_oversold < self.rsi_overbought < 100,
                "0 < rsi_oversold < rsi_overbought < 100",
            ),
            (0 < self.hold_band < 1, "hold_band is in (0, 1)"),
            (_is_within(self.entry_pct_equity, 1), "entry_pct_equity is in (0, 1]"),
            (_is_within(self.stop_atr, 100), "stop_atr is in (0, 100]"),
            (_is_within(self.reward_to_risk, 100), "reward_to_risk is in (0, 100]"),
        )


def _is_within(value: Decimal, most: int) -> bool:
    return value.is_finite() and 0 < value <= most
