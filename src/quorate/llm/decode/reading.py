"""An answer's JSON, held against its schema and said in the words of the domain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from quorate.kernel.ids import Symbol
from quorate.llm.decode.answer import AgentDecision, DecodedAnswer, NoteCode
from quorate.llm.decode.answer_schema import (
    DECISION_FIELDS,
    MAX_DECISIONS,
    MAX_KEY_SIGNAL,
    MAX_KEY_SIGNALS,
    MAX_RISK_FLAG,
    MAX_RISK_FLAGS,
)
from quorate.llm.decode.fields import (
    action_of,
    confidence_of,
    list_of,
    nullable,
    object_of,
    price_of,
    rationale_of,
    risk_score_of,
    sizing_of,
    stance_of,
    symbol_of,
    texts_of,
    time_horizon_of,
    veto_of,
)
from quorate.llm.decode.json_tree import Tree, shown
from quorate.llm.decode.rejection import AnswerRefusedError, RejectionCode
from quorate.llm.decode.warning_signs import RiskFlag, contradicts, is_injection

ANSWER_FIELDS: Final = frozenset({"decisions", "requiredTools", "dataDependencies"})
REQUIRED_FIELDS: Final = ("symbol", "action", "confidence", "rationale")


def read_answer(
    tree: Tree, symbols: Sequence[Symbol], notes: tuple[NoteCode, ...] = ()
) -> DecodedAnswer:
    """Return what `tree` says about `symbols`; one wrong decision spoils the answer.

    Raises:
        AnswerRefusedError: the first rule that is broken, and the symbol where it is.
    """
    if not isinstance(tree, dict):
        detail = f"the answer is {shown(tree)}, not an object"
        raise AnswerRefusedError(RejectionCode.NOT_AN_OBJECT, detail)
    fields = object_of(tree, "the answer", known=ANSWER_FIELDS, required=("decisions",))
    items = list_of(fields["decisions"], "decisions", least=1, most=MAX_DECISIONS)
    decisions = _decisions(items, frozenset(symbols))
    tools = texts_of(fields.get("requiredTools", []), "requiredTools")
    data = texts_of(fields.get("dataDependencies", []), "dataDependencies")
    return DecodedAnswer(
        decisions=_flagged(decisions, (*tools, *data)),
        required_tools=tools,
        data_dependencies=data,
        notes=(*notes, *_case_notes(items, decisions)),
    )


def _decisions(items: Sequence[Tree], requested: frozenset[Symbol]) -> list[AgentDecision]:
    decisions: dict[Symbol, AgentDecision] = {}
    for item in items:
        fields = object_of(item, "a decision", known=DECISION_FIELDS, required=REQUIRED_FIELDS)
        symbol = symbol_of(fields["symbol"], requested)
        if symbol in decisions:
            detail = f"{symbol} is decided more than once"
            raise AnswerRefusedError(RejectionCode.SYMBOL_REPEATED, detail, symbol=symbol)
        try:
            decisions[symbol] = _decision(symbol, fields)
        except AnswerRefusedError as refused:
            raise refused.about(symbol) from None
    return list(decisions.values())


def _decision(symbol: Symbol, fields: Mapping[str, Tree]) -> AgentDecision:
    flags = fields.get("riskFlags", [])
    signals = fields.get("keySignals", [])
    return AgentDecision(
        symbol=symbol,
        action=action_of(fields["action"]),
        confidence=confidence_of(fields["confidence"]),
        rationale=rationale_of(fields["rationale"]),
        sizing=nullable(fields, "sizing", sizing_of),
        stop=nullable(fields, "stop", price_of),
        target=nullable(fields, "target", price_of),
        horizon=nullable(fields, "timeHorizon", time_horizon_of),
        risk_flags=texts_of(flags, "riskFlags", most=MAX_RISK_FLAGS, longest=MAX_RISK_FLAG),
        risk_score=nullable(fields, "riskScore", risk_score_of),
        stance=stance_of(fields["stance"]) if "stance" in fields else None,
        key_signals=texts_of(signals, "keySignals", most=MAX_KEY_SIGNALS, longest=MAX_KEY_SIGNAL),
        veto=veto_of(fields.get("veto", False)),
    )


def _flagged(
    decisions: Sequence[AgentDecision], shared: Sequence[str]
) -> tuple[AgentDecision, ...]:
    """Add what the texts give away; a mark in the texts of the whole answer counts for each decision."""
    spoilt = bool(shared) and is_injection(shared)
    return tuple(_with_flags(decision, spoilt=spoilt) for decision in decisions)


def _with_flags(decision: AgentDecision, *, spoilt: bool) -> AgentDecision:
    said = (decision.rationale, *decision.risk_flags, *decision.key_signals)
    found = (
        (RiskFlag.INJECTION_MARKER, spoilt or is_injection(said)),
        (RiskFlag.RATIONALE_CONTRADICTS, contradicts(decision.action, decision.rationale)),
    )
    flags = tuple(flag.value for flag, is_there in found if is_there)
    return replace(decision, risk_flags=(*decision.risk_flags, *flags)) if flags else decision


def _case_notes(items: Sequence[Tree], decisions: Sequence[AgentDecision]) -> tuple[NoteCode, ...]:
    written = [item["action"] for item in items if isinstance(item, dict)]
    actions = [str(decision.action) for decision in decisions]
    return () if written == actions else (NoteCode.ACTION_CASE,)
