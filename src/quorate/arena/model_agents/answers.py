"""Decoded answers as the arena's, and every way not to have one as an abstention with its reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from quorate.agents.prompts import Briefing
from quorate.kernel.action import AbstainReason, Action, DecisionReason
from quorate.kernel.errors import QuorateError
from quorate.kernel.ids import Symbol
from quorate.kernel.vote import Answer
from quorate.llm import FailureCode, ModelCallError
from quorate.llm.budget import BudgetExhaustedError, Limit
from quorate.llm.decode import AgentDecision, DecodedAnswer, Rejection

_REASONS: Final[Mapping[str, AbstainReason]] = {
    FailureCode.TIMEOUT: AbstainReason.TIMEOUT,
    FailureCode.CIRCUIT_OPEN: AbstainReason.BREAKER_OPEN,
    FailureCode.BUDGET_EXHAUSTED: AbstainReason.BUDGET_EXHAUSTED,
}
"""Failure code -> reason; every other failure is the provider's."""

_NO_ROOM: Final = frozenset(
    {DecisionReason.POWER_CALLS_EXHAUSTED.value, DecisionReason.BUDGET_EXHAUSTED.value}
)
"""Failures that say that a budget had no room."""


def seen_symbols(briefing: Briefing) -> tuple[Symbol, ...]:
    """Return the requested symbols that there is something to say about."""
    return tuple(symbol for symbol in briefing.symbols if symbol in briefing.snapshot.views)


def answers_of(decoded: DecodedAnswer | Rejection, symbols: Iterable[Symbol]) -> tuple[Answer, ...]:
    """Return one answer per symbol; a symbol that the model left out has no set-up for it."""
    if isinstance(decoded, Rejection):
        return abstentions(symbols, decoded.code.value, decoded.detail)
    said = {decision.symbol: decision for decision in decoded.decisions}
    return tuple(
        _answer(said[symbol])
        if symbol in said
        else _abstention(symbol, AbstainReason.NO_SETUP, "It said nothing about the symbol.")
        for symbol in symbols
    )


def abstentions(symbols: Iterable[Symbol], reason: str, why: str) -> tuple[Answer, ...]:
    """Return an abstention on every symbol."""
    return tuple(_abstention(symbol, reason, why) for symbol in symbols)


def abstain_reason(error: QuorateError) -> AbstainReason:
    """Return why an agent abstains that could not be asked."""
    if isinstance(error, BudgetExhaustedError):
        return AbstainReason.BUDGET_EXHAUSTED
    code = error.code if isinstance(error, ModelCallError) else ""
    return _REASONS.get(code, AbstainReason.PROVIDER_ERROR)


def failure_of(error: QuorateError) -> str:
    """Return the failure as the panel's hearing tells it: no call left, no money left, or the abstention's reason."""
    if isinstance(error, BudgetExhaustedError):
        spent = error.limit is Limit.POWER_CALLS
        return (
            DecisionReason.POWER_CALLS_EXHAUSTED if spent else DecisionReason.BUDGET_EXHAUSTED
        ).value
    return abstain_reason(error).value


def panel_failure_of(error: QuorateError, *, was_asked: bool) -> str:
    """Return the failure of a member of the panel: who was asked failed; nobody else was there to be heard.

    Money that is gone after the first request is no reason why the panel was not asked.
    """
    failure = failure_of(error)
    if was_asked:
        return AbstainReason.PROVIDER_ERROR.value if failure in _NO_ROOM else failure
    return failure if failure in _NO_ROOM else DecisionReason.NO_POWER_MODEL.value


def _answer(decision: AgentDecision) -> Answer:
    return Answer(
        symbol=decision.symbol,
        action=decision.action,
        confidence=decision.confidence,
        rationale=decision.rationale,
        veto=decision.veto,
        sizing=decision.sizing,
        stop=decision.stop,
        target=decision.target,
        horizon=decision.horizon.sessions if decision.horizon else None,
        risk_flags=decision.risk_flags,
        key_signals=decision.key_signals,
    )


def _abstention(symbol: Symbol, reason: str, why: str) -> Answer:
    return Answer(symbol=symbol, action=Action.ABSTAIN, reason=reason, rationale=why)
