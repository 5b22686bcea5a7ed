"""The arena's thresholds, each with the place it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from math import isfinite
from typing import Final

from quorate.kernel.errors import RejectedError

MOST_ROUNDS: Final = 5
"""A debate has at most so many rounds of arguments: each costs a call per speaker. Ours."""


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

    debate_rounds: int = 1
    """Rounds of arguments before the panel is asked; 0 is the no-debate control. Source: DESIGN 6 (Modes)."""

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

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """Return the names of all thresholds."""
        return tuple(each.name for each in fields(cls))

    def with_thresholds(self, texts: Mapping[str, str]) -> ArenaPolicy:
        """Return the policy with the values that `texts` has for some of its names.

        Raises:
            RejectedError: a name is none of the policy's, or its text is no value that the rule can hold with.
        """
        return replace(self, **{name: self._read(name, text) for name, text in texts.items()})  # type: ignore[arg-type]

    def _read(self, name: str, text: str) -> float | int | Decimal:
        if name not in self.names():
            raise RejectedError(
                f"there is no threshold '{name}'",
                effect="nothing was run",
                fix=f"choose from {', '.join(self.names())}",
            )
        kind = type(getattr(self, name))
        value: float | int | Decimal | None = None
        with suppress(ArithmeticError, ValueError):
            read = kind(text)
            value = read if isfinite(read) else None
        if value is None:
            raise RejectedError(
                f"{text!r} is no value of {name}",
                effect="nothing was run",
                fix="name a whole number" if kind is int else "name a number, as in 0.5",
            )
        return value

    def _rules(self) -> tuple[tuple[bool, str], ...]:
        return (
            (0 <= self.max_disagreement < 1, "max_disagreement is in [0, 1)"),
            (0 <= self.min_confidence <= 1, "min_confidence is in [0, 1]"),
            (
                0 < self.high_risk_portfolio_delta_pct <= 100,
                "high_risk_portfolio_delta_pct is in (0, 100]",
            ),
            (0 < self.volatility_percentile <= 1, "volatility_percentile is in (0, 1]"),
            (0 <= self.debate_rounds <= MOST_ROUNDS, f"debate_rounds is in [0, {MOST_ROUNDS}]"),
            (self.quorum >= 2, "quorum is 2 or more: nobody decides alone"),
            (self.min_history_bars >= 1, "min_history_bars is 1 or more"),
            (0 < self.fallback_factor <= 1, "fallback_factor is in (0, 1]"),
            (0 < self.entry_pct_equity <= 1, "entry_pct_equity is in (0, 1]"),
        )
