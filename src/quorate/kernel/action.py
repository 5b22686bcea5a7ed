"""The words of a decision: what an agent may want, and what the system may conclude."""

from __future__ import annotations

from enum import StrEnum


class Action(StrEnum):
    """What one agent answers. ABSTAIN = no vote, always with a reason; it never counts as HOLD."""

    BUY = "BUY"
    SELL = "SELL"
    HOLD = "HOLD"
    ABSTAIN = "ABSTAIN"


class FinalAction(StrEnum):
    """What a run concludes. NO_TRADE = the system's refusal, always with a reason."""

    BUY = "BUY"
    SELL = "SELL"
    HOLD = "HOLD"
    NO_TRADE = "NO_TRADE"


class AbstainReason(StrEnum):
    """Why an agent gave no vote. Source: DESIGN 15; a model's rejection codes join them."""

    NO_SETUP = "no_setup"
    NO_DATA = "no_data"
    NOT_A_VOTER = "not_a_voter"
    TIMEOUT = "timeout"
    PROVIDER_ERROR = "provider_error"
    BREAKER_OPEN = "breaker_open"
    BUDGET_EXHAUSTED = "budget_exhausted"


class DecisionReason(StrEnum):
    """Why a decision is what it is. Source: DESIGN 15, the part that can happen so far."""

    CONSENSUS = "consensus"
    QUORUM_NOT_MET = "quorum_not_met"
    RISK_VETO = "risk_veto"
    PANEL = "panel"
    NO_POWER_MODEL = "no_power_model"
    POWER_CALLS_EXHAUSTED = "power_calls_exhausted"
    BUDGET_EXHAUSTED = "budget_exhausted"
    PANEL_FAILED = "panel_failed"
    PANEL_UNCERTAIN = "panel_uncertain"
    PANEL_ALONE = "panel_alone"
    LOW_CONFIDENCE = "low_confidence"
    SYMBOL_QUARANTINED = "symbol_quarantined"
    INSUFFICIENT_HISTORY = "insufficient_history"
    NO_DATA = "no_data"
    NOTHING_TO_SELL = "nothing_to_sell"
