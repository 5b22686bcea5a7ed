"""What a reader is shown of a payload: the same names, but measured numbers as JSON numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from quorate.arena.confidence_chain import FALLBACK_MODEL_USED, discounts
from quorate.arena.record.answers import Payload, vote_payload
from quorate.arena.record.decisions import decision_payload
from quorate.arena.record.why import Sentence
from quorate.kernel.canonical import JsonValue
from quorate.kernel.decision import Decision
from quorate.kernel.vote import StepKind, Vote

NUMBERS: Final = frozenset(
    {"confidence", "disagreement", "factor", "latencyMs", "skillWeight", "threshold", "value"}
)
"""The keys whose text in the journal is a number. Prices and costs stay exact decimal text."""


def shown(value: JsonValue) -> JsonValue:
    """Return a payload, or a part of one, with its measured numbers as numbers."""
    match value:
        case Mapping():
            return {key: _shown_at(key, item) for key, item in value.items()}
        case list():
            return [shown(item) for item in value]
        case _:
            return value


def vote_json(vote: Vote) -> Payload:
    """Return the vote of DESIGN 15, and the seeds' flags for what was discounted."""
    return {**_shown_object(vote_payload(vote)), **discount_flags(vote)}


def decision_json(decision: Decision) -> Payload:
    """Return the decision of DESIGN 15 without its votes and its why."""
    return _shown_object(decision_payload(decision))


def why_json(sentences: Iterable[Sentence]) -> list[JsonValue]:
    """Return sentences as the run's JSON carries them."""
    return [{"text": text, "evidence": list(evidence)} for text, evidence in sentences]


def discount_flags(vote: Vote) -> Payload:
    """Return what the seeds ask to be set when a confidence was lowered. Source: R-047, R-054."""
    lowered = {step.kind: step for step in discounts(vote.steps)}
    degraded = StepKind.FALLBACK in lowered
    warning = lowered.get(StepKind.HIDDEN_HAND)
    return {
        "degradedInference": degraded,
        "originalConfidence": vote.steps[0].value if degraded else None,
        "degradationReason": FALLBACK_MODEL_USED if degraded else None,
        "phaseSignalConflict": warning is not None,
        "hiddenHandWarning": warning.reason if warning else None,
    }


def _shown_object(payload: Payload) -> Payload:
    return {key: _shown_at(key, item) for key, item in payload.items()}


def _shown_at(key: str, item: JsonValue) -> JsonValue:
    return float(item) if key in NUMBERS and isinstance(item, str) else shown(item)
