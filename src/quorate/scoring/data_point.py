"""Data points: a turn and its outcome as a record to learn from that names nobody. Source: R-134 (DataPoint)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from quorate.kernel.stamps import stamp
from quorate.scoring.anonymity import Anonymiser
from quorate.scoring.sample import CallSample

DEAR: Final = Decimal("0.10")
"""A turn that costs this much scores nothing for thrift, in US dollars. Ours."""

WORDY: Final = 4000
"""So many tokens of answer score nothing for brevity. Ours."""

COMPLEX_VIEWS: Final = 5
"""From so many symbols on a turn is complex. Ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """What vouches for a turn: its task's spec, its verdict, and the configuration that it was made under."""

    spec_id: str = ""
    verdict_id: str = ""
    signature: str = ""
    config_hash: str = ""
    compliant: bool = False


def data_point(
    sample: CallSample, tenant: str, provenance: Provenance, anonymiser: Anonymiser
) -> dict[str, object]:
    """Return the record of a turn under the names of R-134; whether it is fit to learn from, the gates say."""
    scores = rubric_scores(sample, compliant=provenance.compliant)
    overall = round(sum(scores.values()) / len(scores), 6)
    task = scores["task"]
    return {
        "identity": {
            "id": anonymiser.hashed("turn", f"{tenant}:{sample.seq}"),
            "timestamp": stamp(sample.asked_at),
            "tenantId": anonymiser.hashed("tenant", tenant),
        },
        "task": {
            "type": "trading_analysis",
            "complexity": complexity(sample),
            "requirements": ["llm", "trading_analysis"],
            "description": anonymiser.plain(sample.text),
            "specId": provenance.spec_id,
        },
        "routing": {
            "agentId": anonymiser.hashed("agent", sample.agent),
            "role": sample.role,
            "model": sample.model,
        },
        "execution": {
            "success": sample.succeeded,
            "failureReason": sample.failure or None,
            "partial": sample.succeeded and 0 < sample.abstained < sample.views,
            "latencyMs": sample.latency_ms,
            "tokens": sample.prompt_tokens + sample.completion_tokens,
            "toolCalls": sample.tool_calls,
        },
        "evaluation": {
            "compliant": provenance.compliant,
            "rubricScores": {**scores},
            "overallScore": overall,
        },
        "rlLabels": {
            "turns": [
                {
                    "turnNumber": 1,
                    "toolCalled": sample.tool_calls > 0,
                    "formatCorrectness": scores["format"],
                    "taskProgress": task,
                    "safetyScore": scores["safety"],
                    "turnReward": overall,
                }
            ],
            "finalOutcome": _outcome(sample),
            "totalReward": overall,
        },
        "provenance": {"configHash": provenance.config_hash},
        "caws": {
            "specId": provenance.spec_id,
            "verdictId": provenance.verdict_id,
            "arbiterSignature": provenance.signature,
        },
    }


def rubric_scores(sample: CallSample, *, compliant: bool) -> dict[str, float]:
    """Return how a turn did, each in [0, 1]; a view whose outcome nobody knows yet scores 0.5 for its task."""
    refused = sample.tool_refusals / sample.tool_calls if sample.tool_calls else 0.0
    thrift = 0.0 if sample.cost is None else 1.0 - min(1.0, float(sample.cost / DEAR))
    known = 0.5 if sample.quality is None else sample.quality
    return {
        "format": 1.0 if sample.succeeded else 0.0,
        "tool": 1.0 - refused,
        "task": known if sample.succeeded else 0.0,
        "minimal": 1.0 - min(1.0, sample.completion_tokens / WORDY),
        "cost": thrift,
        "safety": 1.0 if compliant else 0.0,
    }


def complexity(sample: CallSample) -> str:
    """Return trivial, standard or complex."""
    if sample.views >= COMPLEX_VIEWS or sample.tool_calls >= COMPLEX_VIEWS:
        return "complex"
    return "trivial" if sample.views == 1 and sample.prompt_tokens == 0 else "standard"


def _outcome(sample: CallSample) -> str:
    if not sample.succeeded:
        return "failure"
    if sample.quality is None:
        return "pending"
    return "success" if sample.quality > 0.5 else "failure" if sample.quality < 0.5 else "neutral"
