"""What an accepted answer says, in the words of the domain."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from quorate.kernel.action import Action
from quorate.kernel.confidence import Confidence
from quorate.kernel.ids import Symbol
from quorate.kernel.vote import Sizing
from quorate.llm.decode.horizon import Horizon


class NoteCode(StrEnum):
    """What was tidied up without a change of meaning. Source: bad_inputs.jsonl, the rows that normalise."""

    BOM_STRIPPED = "MODEL_BOM_STRIPPED"
    FENCE_STRIPPED = "MODEL_FENCE_STRIPPED"
    PROSE_STRIPPED = "MODEL_PROSE_STRIPPED"
    JSON_REPAIRED = "MODEL_JSON_REPAIRED"
    REPAIRED_BY_MODEL = "MODEL_JSON_REPAIRED_BY_MODEL"
    ACTION_CASE = "ACTION_CASE"


class Stance(StrEnum):
    """Which way an agent leans. Source: R-198."""

    BULLISH = "bullish"
    BEARISH = "bearish"
    NEUTRAL = "neutral"


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentDecision:
    """What a model says about one symbol.

    `stop` and `target` are prices, greater than 0, exactly as they were written; `risk_score` is in [0, 1], None =
    unknown. `risk_flags` are the model's own words, then what this package flagged (`RiskFlag`). What the model left
    out is None, empty or False, never a guess.
    """

    symbol: Symbol
    action: Action
    confidence: Confidence
    rationale: str
    sizing: Sizing | None = None
    stop: Decimal | None = None
    target: Decimal | None = None
    horizon: Horizon | None = None
    risk_flags: tuple[str, ...] = ()
    risk_score: float | None = None
    stance: Stance | None = None
    key_signals: tuple[str, ...] = ()
    veto: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodedAnswer:
    """An answer that can be used: at least one decision, each of a requested symbol, no symbol twice.

    A requested symbol may be missing: on that one the model said nothing. `notes` say what was tidied up.
    """

    decisions: tuple[AgentDecision, ...]
    required_tools: tuple[str, ...] = ()
    data_dependencies: tuple[str, ...] = ()
    notes: tuple[NoteCode, ...] = ()
