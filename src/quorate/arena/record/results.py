"""What a verified run says of its results: per symbol the decision, and how far the agents stand behind it.

It is written into the run's last row alone, so nothing unverified can be read as a result. What-ifs and rounds of
competitions say nothing of the book, so they have none. Source: R-169, R-197.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum
from typing import TYPE_CHECKING, Final

from quorate.arena.record.answers import Payload
from quorate.arena.record.facts import number
from quorate.arena.request import COMPETITION
from quorate.kernel.action import Action
from quorate.kernel.canonical import JsonValue
from quorate.kernel.decision import Decision, TriggerName
from quorate.kernel.vote import ConfidenceStep, StepKind, Vote

if TYPE_CHECKING:
    from quorate.arena.record.run import RecordedRun

TIMEFRAME: Final = "1Day"
LONGEST: Final = 200
"""Characters of reasoning. Source: REQUIREMENTS part 2, R-162 to R-164."""

OPPOSITES: Final = frozenset({Action.BUY, Action.SELL})


def results_payload(run: RecordedRun) -> Payload:
    """Return what `run.completed` carries of the results, under `results`; nothing of a run that has none."""
    header = run.header.fact
    if header.replay_of is not None or header.mode == COMPETITION:
        return {}
    votes: dict[str, list[Vote]] = {}
    for vote in run.votes:
        votes.setdefault(vote.fact.answer.symbol, []).append(vote.fact)
    items: list[JsonValue] = [
        _item(made.fact, votes.get(made.fact.symbol, [])) for made in run.decisions
    ]
    results: Payload = {
        "analyzedAt": run.requested_at,
        "asOf": header.as_of.isoformat(),
        "bookMode": header.book_mode,
        "taskId": header.task_id,
        "timeframe": TIMEFRAME,
        "items": items,
    }
    return {"results": results}


def risk_score(confidence: float | None, disagreement: float | None) -> float:
    """Return how likely a decision is wrong, in [0, 1], by what is recorded: 1 - confidence x agreement. Ours.

    Where nobody spoke nothing stands behind it, so the risk is 1.
    """
    if confidence is None:
        return 1.0
    return min(1.0, max(0.0, 1 - confidence * (1 - (disagreement or 0.0))))


def _item(made: Decision, votes: Sequence[Vote]) -> Payload:
    valid = [vote for vote in votes if vote.is_valid]
    supporters = _supporters(made, valid)
    doubts = [step for vote in valid for step in _discounts(vote, StepKind.HIDDEN_HAND)]
    confidence = None if made.confidence is None else made.confidence.value
    limit = [each.threshold for each in made.triggers if each.name is TriggerName.LOW_CONFIDENCE]
    return {
        "symbol": made.symbol,
        "decisionId": made.decision_id,
        "signal": made.action.value,
        "reasonCode": made.reason,
        "confidence": number(confidence),
        "originalConfidence": number(_raw(supporters)),
        "riskScore": number(risk_score(confidence, made.disagreement)),
        "reasoning": _reasoning(supporters),
        "wyckoffPhase": made.wyckoff_phase or None,
        "degraded": any(_discounts(vote, StepKind.FALLBACK) for vote in valid),
        "conflict": len(OPPOSITES & {vote.answer.action for vote in valid}) == 2,
        "hiddenHandWarning": doubts[0].reason if doubts else None,
        "escalated": made.escalated,
        "supporters": len(supporters),
        "validVotes": len(valid),
        "triggers": [each.name.value for each in made.triggers if each.fired],
        "confidenceLimit": number(limit[0]) if limit else None,
        "completedBy": [vote.profile for vote in valid],
    }


def _supporters(made: Decision, valid: Sequence[Vote]) -> Sequence[Vote]:
    """Return the voters behind the decision; behind a refusal, the largest camp, as consensus counts it."""
    camps: dict[str, list[Vote]] = {}
    for vote in valid:
        camps.setdefault(vote.answer.action.value, []).append(vote)
    if made.action.value in camps:
        return camps[made.action.value]
    return max(camps.values(), key=lambda camp: (len(camp), _believed(camp)), default=[])


def _believed(camp: Sequence[Vote]) -> float:
    return fsum(vote.confidence.value for vote in camp if vote.confidence is not None)


def _raw(supporters: Sequence[Vote]) -> float | None:
    """Return the mean of what the supporters said before anything was discounted; None without any."""
    said = [vote.steps[0].value for vote in supporters if vote.steps]
    return min(1.0, fsum(said) / len(said)) if said else None


def _reasoning(supporters: Sequence[Vote]) -> str:
    """Return the words of the supporter that is believed most, cut."""
    first = max(supporters, key=lambda vote: _believed([vote]), default=None)
    text = "" if first is None else " ".join(first.answer.rationale.split())
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _discounts(vote: Vote, kind: StepKind) -> Sequence[ConfidenceStep]:
    return [
        step
        for step in vote.steps
        if step.kind is kind and step.factor is not None and step.factor < 1
    ]
