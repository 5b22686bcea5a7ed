"""A result: what a verified run concluded on one symbol, as people and programs are told of it.

Source: R-169 (TradingAnalysisResult), R-170 (its display).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from quorate.kernel.action import FinalAction
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import BookName, Symbol
from quorate.kernel.stamps import moment_of

DAILY: Final = "1Day"
"""The timeframe of every result so far: the arena reads daily bars."""

HIGH_RISK: Final = 0.7
"""A risk score above it is HIGH. Source: R-170."""

MEDIUM_RISK: Final = 0.4
"""A risk score above it, and not HIGH, is MEDIUM. Source: R-170."""

LONGEST_REASONING: Final = 200
"""Reasoning is cut to so many characters. Source: REQUIREMENTS part 2, R-162 to R-164."""

PLACES: Final = 10_000
"""A run has fewer results than this, so that a row's seq and a place in it are one number."""


class Risk(StrEnum):
    """A risk score in a word. Source: R-170."""

    HIGH = "HIGH"
    MEDIUM = "MEDIUM"
    LOW = "LOW"


class ResultKey(NamedTuple):
    """What only one result can be the newest of. Source: DESIGN 10."""

    book: BookName
    symbol: Symbol
    timeframe: str


class Recency(NamedTuple):
    """How new a result is: by when its analysis began, equal times by its row. Source: R-162."""

    analyzed_at: str
    result_seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TradingAnalysisResult:
    """What was concluded on a symbol; `confidence` is already adjusted, None where nobody spoke.

    `signal` is the decision, NO_TRADE included: it is never empty. `result_seq` is the journal row that made the result
    true, times `PLACES`, and its place in that row. `original_confidence` is what the agents said before anything was
    discounted. `conflict` says that some voters want to buy and some to sell.
    """

    result_id: str
    result_seq: int
    run_id: str
    task_id: str
    trace_id: str
    decision_id: str
    book: BookName
    book_mode: str
    symbol: Symbol
    timeframe: str
    as_of: str
    signal: FinalAction
    reason_code: str
    confidence: float | None
    original_confidence: float | None
    risk_score: float
    reasoning: str
    wyckoff_phase: str | None
    degraded_inference: bool
    conflict: bool
    hidden_hand_warning: str | None
    escalated: bool
    supporters: int
    valid_votes: int
    triggers: tuple[str, ...]
    confidence_limit: float | None
    completed_by: tuple[str, ...]
    analyzed_at: str
    persisted_at: str

    def __post_init__(self) -> None:
        """Refuse a result that nobody could rely on."""
        for name in ("result_id", "symbol", "book", "timeframe", "decision_id"):
            _require(getattr(self, name), f"{name} is empty")
        for name in ("confidence", "original_confidence", "risk_score"):
            number = getattr(self, name)
            _require(number is None or 0 <= number <= 1, f"{name} is in [0, 1]")
        _require(self.result_seq >= PLACES, "result_seq names a journal row")
        _require(0 <= self.supporters <= self.valid_votes, "supporters are valid votes")
        _require(len(self.reasoning) <= LONGEST_REASONING, "reasoning is short")
        for name in ("analyzed_at", "persisted_at"):
            _require(_is_moment(getattr(self, name)), f"{name} is a time with a zone")

    @property
    def seq(self) -> int:
        """Return the journal row that made the result true."""
        return self.result_seq // PLACES

    @property
    def key(self) -> ResultKey:
        """Return what the result may be the newest of."""
        return ResultKey(self.book, self.symbol, self.timeframe)

    @property
    def recency(self) -> Recency:
        """Return how new the result is."""
        return Recency(self.analyzed_at, self.result_seq)

    @property
    def risk(self) -> Risk:
        """Return the risk score in a word. Source: R-170."""
        if self.risk_score > HIGH_RISK:
            return Risk.HIGH
        return Risk.MEDIUM if self.risk_score > MEDIUM_RISK else Risk.LOW


@dataclass(frozen=True, slots=True, kw_only=True)
class Display:
    """A result in a few words. Source: R-170."""

    symbol: Symbol
    signal: str
    confidence: str
    risk: Risk
    warning: str | None
    degraded: bool


def to_display(result: TradingAnalysisResult) -> Display:
    """Return what a sidebar shows of a result: the confidence in percent, "unknown" where nobody spoke."""
    believed = result.confidence
    return Display(
        symbol=result.symbol,
        signal=result.signal.value,
        confidence="unknown" if believed is None else f"{believed:.0%}",
        risk=result.risk,
        warning=result.hidden_hand_warning,
        degraded=result.degraded_inference,
    )


def result_id_of(decision_id: str) -> str:
    """Return the id of the result of a decision: the same decision, the same result."""
    return f"res_{decision_id.removeprefix('dec_')}"


def _is_moment(text: str) -> bool:
    try:
        moment_of(text)
    except ValueError:
        return False
    return True


def _require(holds: object, rule: str) -> None:
    if not holds:
        raise RejectedError(f"this is no result: {rule}", slug="validation-failed")
