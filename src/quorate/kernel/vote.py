"""A vote: what one profile said about one symbol, and how far it is believed."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from quorate.kernel.action import Action
from quorate.kernel.calibration import UNKNOWN_SKILL
from quorate.kernel.confidence import Confidence
from quorate.kernel.ids import ProfileName, Symbol
from quorate.kernel.money import Usd


class SizingKind(StrEnum):
    """How a size is stated: a share of equity in (0, 1], or a quantity."""

    PCT_EQUITY = "pct_equity"
    QTY = "qty"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizing:
    """A wanted size, greater than zero."""

    kind: SizingKind
    value: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What an agent says about one symbol, before anyone weighs it.

    `confidence` is None exactly when the action is ABSTAIN, and then `reason` says why.
    `horizon` counts sessions; `stop` and `target` are prices in the symbol's own unadjusted dollars.
    """

    symbol: Symbol
    action: Action
    confidence: Confidence | None = None
    reason: str | None = None
    rationale: str = ""
    veto: bool = False
    sizing: Sizing | None = None
    stop: Decimal | None = None
    target: Decimal | None = None
    horizon: int | None = None
    risk_flags: tuple[str, ...] = ()
    key_signals: tuple[str, ...] = ()


class StepKind(StrEnum):
    """The links of the confidence chain, in their order. Source: DESIGN 6."""

    RAW = "raw"
    CALIBRATED = "calibrated"
    FALLBACK = "fallback"
    HIDDEN_HAND = "hidden_hand"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfidenceStep:
    """One link: `value` is the former value times `factor`; raw and calibrated state a value (factor None)."""

    kind: StepKind
    factor: float | None
    value: float
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """An answer after the confidence chain; `steps` is empty exactly when the agent abstained."""

    profile: ProfileName
    role: str
    provider: str
    model: str
    voter: bool
    answer: Answer
    confidence: Confidence | None
    steps: tuple[ConfidenceStep, ...]
    latency_ms: float
    cost: Usd | None
    panel: bool = False
    """Whether it is the power panel's word, which counts among the panel alone."""
    skill_weight: float = UNKNOWN_SKILL
    """What it weighs beside the others, above 0 and below 2. Source: DESIGN 6 (consensus)."""

    @property
    def is_valid(self) -> bool:
        """Return whether the vote counts: a voter that did not abstain."""
        return self.voter and self.answer.action is not Action.ABSTAIN
