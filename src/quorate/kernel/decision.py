"""A decision: what a run concluded on one symbol, with every number that led there."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from quorate.kernel.action import FinalAction
from quorate.kernel.confidence import Confidence
from quorate.kernel.ids import DecisionId, ProfileName, Symbol
from quorate.kernel.vote import Sizing


class TriggerName(StrEnum):
    """What makes the power panel worth its price. Source: R-078, R-079."""

    DISAGREEMENT = "disagreement"
    LOW_CONFIDENCE = "low_confidence"
    HIGH_VOLATILITY = "high_volatility"
    PORTFOLIO_DELTA = "portfolio_delta"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """One escalation rule with the value it saw; `value` is None where nothing could be measured."""

    name: TriggerName
    value: float | None
    threshold: float
    fired: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The outcome for one symbol.

    `confidence` and `disagreement` are None without valid voters; `regime`, `wyckoff_phase` and `volume_trend`
    are the words of the market room; sizing, stop, target and horizon stand only on a BUY or SELL.
    `profile` is whose decision it is in a competition, None where the run decided as one.
    """

    decision_id: DecisionId
    symbol: Symbol
    action: FinalAction
    reason: str
    confidence: Confidence | None
    disagreement: float | None
    regime: str
    wyckoff_phase: str
    volume_trend: str
    escalated: bool
    triggers: tuple[Trigger, ...]
    sizing: Sizing | None = None
    stop: Decimal | None = None
    target: Decimal | None = None
    horizon: int | None = None
    profile: ProfileName | None = None

    @property
    def key(self) -> str:
        """Return what names the decision in its run: the symbol, and whose it is where each profile decides alone."""
        return f"{self.symbol} {self.profile}" if self.profile else self.symbol
