"""A run's JSON object with types: people read what programs get. Names: DESIGN 15."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec


class StepFacts(msgspec.Struct, frozen=True, rename="camel"):
    """One link of the confidence chain."""

    kind: str
    factor: float | None
    value: float
    reason: str


class VoteFacts(msgspec.Struct, frozen=True, rename="camel"):
    """What one profile said."""

    profile: str
    role: str
    provider: str
    voter: bool
    action: str
    reason_code: str | None
    veto: bool
    confidence: float | None
    confidence_steps: tuple[StepFacts, ...]
    rationale: str
    latency_ms: float
    cost_usd: str | None
    panel: bool = False


class TriggerFacts(msgspec.Struct, frozen=True, rename="camel"):
    """An escalation rule with what it saw."""

    name: str
    value: float | None
    threshold: float
    fired: bool


class Reason(msgspec.Struct, frozen=True, rename="camel"):
    """One sentence of the why."""

    text: str
    evidence: tuple[str, ...]


class SizingFacts(msgspec.Struct, frozen=True, rename="camel"):
    """How much: a share of equity, or a quantity."""

    kind: str
    value: float


class DecisionFacts(msgspec.Struct, frozen=True, rename="camel"):
    """What was concluded on one symbol."""

    decision_id: str
    symbol: str
    final_action: str
    reason_code: str
    confidence: float | None
    disagreement: float | None
    regime: str
    wyckoff_phase: str
    volume_trend: str
    sizing: SizingFacts | None
    stop: str | None
    target: str | None
    triggers: tuple[TriggerFacts, ...]
    votes: tuple[VoteFacts, ...]
    why: tuple[Reason, ...]
    profile: str | None = None


class StrategyFacts(msgspec.Struct, frozen=True):
    """The strategy that a run followed."""

    name: str


class RunFacts(msgspec.Struct, frozen=True, rename="camel"):
    """One arena run."""

    run_id: str
    book: str
    book_mode: str
    status: str
    as_of: str
    cost_usd: str | None
    latency_ms: float | None
    decisions: tuple[DecisionFacts, ...]
    strategy: StrategyFacts | None = None
    cycle_id: str | None = None


def run_facts(tree: Mapping[str, object]) -> RunFacts:
    """Return the facts of a run's JSON object; fields that no view shows are left out."""
    return msgspec.convert(tree, RunFacts)
