"""Before and after: where the first round left a decision, what that set off, and what the panel made of it.

Nothing is decided here: consensus and panel are recomputed from the recorded votes, the reason code is the record's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from quorate.arena.consensus import Consensus, reach_consensus
from quorate.arena.panel import on_its_side, panel_consensus
from quorate.arena.record.facts import Cited
from quorate.arena.record.phrases import compared, spaced
from quorate.arena.record.why import Case
from quorate.hub.pages.runs.checks import TRIGGER_RULES, trigger_text
from quorate.hub.pages.runs.summary import limits_of
from quorate.kernel.action import Action, DecisionReason
from quorate.kernel.vote import Vote

ABSENCES = {
    DecisionReason.NO_POWER_MODEL: "No power model could be asked.",
    DecisionReason.POWER_CALLS_EXHAUSTED: "Today's power calls were used up, so it was not asked.",
    DecisionReason.BUDGET_EXHAUSTED: "No budget had room for its call, so it was not asked.",
}
"""Why a panel that was needed was not heard."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One vote in a line, with the row that holds it."""

    name: str
    action: Action
    confidence: float | None
    reason: str
    rationale: str
    seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A figure beside its limit: "0.50 > 0.34"; `holds` is None where nothing was measured."""

    name: str
    seen: str
    holds: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One side of the escalation; `action` is None without a valid vote."""

    action: Action | None
    supporters: int
    voters: int
    votes: tuple[Said, ...]
    measures: tuple[Measure, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation:
    """The first round, what it set off, and the panel; `panel` is None where nobody was asked.

    `absence` says why a panel that was needed was not heard; `siding` are the voters on its side.
    """

    before: Side
    fired: tuple[str, ...]
    panel: Side | None
    siding: tuple[str, ...]
    absence: str


def escalation_of(case: Case) -> Escalation:
    """Return both sides of one decision; without a dispute the second one is empty."""
    first = [vote for vote in case.votes if not vote.fact.panel]
    judges = [vote for vote in case.votes if vote.fact.panel]
    valid = [vote for vote in first if vote.fact.is_valid]
    consensus = reach_consensus(vote.fact for vote in valid)
    ruled = panel_consensus(vote.fact for vote in judges)
    siding = _siding(case, ruled)
    return Escalation(
        before=_side(case, consensus, valid),
        fired=tuple(
            f"{TRIGGER_RULES[trigger.name].name} {trigger_text(trigger)}"
            for trigger in case.decision.fact.triggers
            if trigger.fired
        ),
        panel=_side(case, ruled, judges, _support(siding, ruled)) if judges else None,
        siding=siding,
        absence=_absence(case, judges),
    )


def _side(
    case: Case, consensus: Consensus | None, votes: Sequence[Cited[Vote]], *more: Measure
) -> Side:
    limits = limits_of(case.decision.fact)
    dissent = consensus.disagreement if consensus else None
    belief = consensus.confidence.value if consensus else None
    return Side(
        action=consensus.action if consensus else None,
        supporters=len(consensus.supporters) if consensus else 0,
        voters=consensus.voters if consensus else 0,
        votes=tuple(map(_said, votes)),
        measures=(
            _at_most("Disagreement", dissent, limits.disagreement),
            _at_least("Confidence", belief, limits.confidence),
            *more,
        ),
    )


def _at_most(name: str, value: float | None, limit: float | None) -> Measure:
    if value is None or limit is None:
        return _unmeasured(name, value)
    seen, limited = compared(value, limit)
    holds = value <= limit
    return Measure(name=name, seen=f"{seen} {'≤' if holds else '>'} {limited}", holds=holds)


def _at_least(name: str, value: float | None, limit: float | None) -> Measure:
    if value is None or limit is None:
        return _unmeasured(name, value)
    seen, limited = compared(value, limit)
    holds = value >= limit
    return Measure(name=name, seen=f"{seen} {'≥' if holds else '<'} {limited}", holds=holds)


def _unmeasured(name: str, value: float | None) -> Measure:
    return Measure(name=name, seen="not measured" if value is None else f"{value:.2f}", holds=None)


def _siding(case: Case, ruled: Consensus | None) -> tuple[str, ...]:
    if ruled is None:
        return ()
    backers = on_its_side(ruled.action, [vote.fact for vote in case.votes])
    return tuple(spaced(vote.profile) for vote in backers)


def _support(siding: Sequence[str], ruled: Consensus | None) -> Measure:
    """Return the rule that nobody decides alone. Source: DESIGN 6."""
    name = "Voters on its side"
    if ruled is None:
        return _unmeasured(name, None)
    seen = f"{len(siding)} {'≥' if siding else '<'} 1"
    return Measure(name=name, seen=seen, holds=bool(siding))


def _absence(case: Case, judges: Sequence[Cited[Vote]]) -> str:
    if judges:
        return ""
    return next(
        (words for reason, words in ABSENCES.items() if reason == case.decision.fact.reason), ""
    )


def _said(cited: Cited[Vote]) -> Said:
    vote = cited.fact
    return Said(
        name=spaced(vote.profile).capitalize(),
        action=vote.answer.action,
        confidence=vote.confidence.value if vote.confidence else None,
        reason=vote.answer.reason or "",
        rationale=vote.answer.rationale,
        seq=cited.seq,
    )
