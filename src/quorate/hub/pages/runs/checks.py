"""The rules of deciding, in their order, each with what it saw beside its limit and what came of it.

Nothing is decided here: every line compares recorded values, and the recorded reason code has the last word.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from operator import ge, gt, lt
from typing import Final

from quorate.arena.consensus import Consensus, reach_consensus
from quorate.arena.panel import on_its_side, panel_consensus
from quorate.arena.record.phrases import compared, count, enumeration, spaced
from quorate.arena.record.why import Case
from quorate.arena.voting import is_veto
from quorate.kernel.action import Action, DecisionReason
from quorate.kernel.decision import Trigger, TriggerName
from quorate.kernel.vote import Vote


class Verdict(StrEnum):
    """What came of a rule."""

    PASSED = "passed"
    FIRED = "fired"
    """A trigger asks for the power panel."""
    STOPPED = "stopped"
    """The rule refused the trade by itself."""
    EXEMPT = "exempt"
    """Past its limit, but the rule does not apply to this outcome."""
    UNMEASURED = "not measured"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A rule with what it saw ("0.50 > 0.34", or a word), and the journal row that says so."""

    name: str
    seen: str
    verdict: Verdict
    rule: str
    seq: int

    @property
    def icon(self) -> str:
        """Return the sign beside the name."""
        return ICONS[self.verdict][0]

    @property
    def tone(self) -> str:
        """Return the colour of the sign."""
        return ICONS[self.verdict][1]


ICONS: Final[Mapping[Verdict, tuple[str, str]]] = {
    Verdict.PASSED: ("check", "gain"),
    Verdict.FIRED: ("alert-triangle", "warn"),
    Verdict.STOPPED: ("x", "loss"),
    Verdict.EXEMPT: ("minus", ""),
    Verdict.UNMEASURED: ("minus", ""),
}


SHORT: Final = {Verdict.UNMEASURED: "n/a"}
"""What is counted under another word than it is called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerRule:
    """How a trigger's value is compared with its limit, and in words."""

    name: str
    past: Callable[[float, float], bool]
    past_sign: str
    within_sign: str
    rule: str
    unit: str = ""


TRIGGER_RULES: Final[Mapping[TriggerName, TriggerRule]] = {
    TriggerName.DISAGREEMENT: TriggerRule(
        name="Disagreement",
        past=gt,
        past_sign=">",
        within_sign="≤",
        rule="More dissent than the limit asks for the power panel.",
    ),
    TriggerName.LOW_CONFIDENCE: TriggerRule(
        name="Confidence",
        past=lt,
        past_sign="<",
        within_sign="≥",
        rule="A BUY or SELL believed less than the limit asks for the power panel.",
    ),
    TriggerName.HIGH_VOLATILITY: TriggerRule(
        name="Volatility percentile",
        past=ge,
        past_sign="≥",
        within_sign="<",
        rule="Volatility at its year's upper end, or the regime high volatility, asks for the power panel.",
    ),
    TriggerName.PORTFOLIO_DELTA: TriggerRule(
        name="Portfolio change",
        past=ge,
        past_sign="≥",
        within_sign="<",
        rule="An order that moves this much of the equity asks for the power panel.",
        unit=" %",
    ),
}
"""The comparisons of `arena/escalation.py`, for the eye. A test holds them together."""

PANEL_DISSENTS: Final = "A panel that disagrees among itself more than the limit decides nothing."
PANEL_DOUBTS: Final = "A panel that is less sure than the limit decides nothing."

PANEL_ENDS: Final[Mapping[str, str]] = {
    DecisionReason.PANEL: "The power panel was asked and decided.",
    DecisionReason.PANEL_FAILED: "The power panel was asked and gave no valid answer. In doubt nothing is traded.",
    DecisionReason.NO_POWER_MODEL: "The power panel was asked and did not answer in time. In doubt nothing is traded.",
    DecisionReason.PANEL_UNCERTAIN: "The power panel was asked and is not sure enough. In doubt nothing is traded.",
    DecisionReason.PANEL_ALONE: "The power panel was asked and stands alone. Nobody decides alone.",
    DecisionReason.RISK_VETO: "The power panel was asked, but not even it may overrule a veto of new risk.",
    DecisionReason.NOTHING_TO_SELL: "The power panel was asked and wants to sell what the book does not hold.",
}
"""How an escalation ended, by the decision's reason."""

PANEL_ABSENCES: Final[Mapping[str, str]] = {
    DecisionReason.NO_POWER_MODEL: "there is no power model to ask",
    DecisionReason.POWER_CALLS_EXHAUSTED: "today's power calls are used up",
    DecisionReason.BUDGET_EXHAUSTED: "no budget has room for its call",
}
"""Why a panel that was needed was not asked."""

_DATA_REASONS: Final = frozenset(
    {
        DecisionReason.SYMBOL_QUARANTINED,
        DecisionReason.NO_DATA,
        DecisionReason.INSUFFICIENT_HISTORY,
    }
)


def checks_of(case: Case) -> tuple[Check, ...]:
    """Return every rule that this decision met, in the order in which they decide."""
    return (
        *_data_checks(case),
        *_vote_checks(case),
        *_trigger_checks(case),
        *_panel_checks(case),
    )


def verdict_counts(checks: Sequence[Check]) -> tuple[tuple[str, str], ...]:
    """Return how many rules ended how, as (text, tone): ("7 passed", "gain")."""
    counts = Counter(check.verdict for check in checks)
    return tuple(
        (f"{counts[verdict]} {SHORT.get(verdict, verdict)}", ICONS[verdict][1])
        for verdict in Verdict
        if counts[verdict]
    )


def trigger_text(trigger: Trigger) -> str:
    """Return what a trigger saw beside its limit: "0.50 > 0.34"."""
    rule = TRIGGER_RULES[trigger.name]
    if trigger.value is None:
        return "regime high volatility" if trigger.fired else "not measured"
    seen, past = _measured(trigger.value, trigger.threshold, rule)
    return "regime high volatility" if trigger.fired and not past else seen


def panel_words(case: Case) -> str:
    """Return whether the power panel was asked, and why not."""
    decision = case.decision.fact
    fired = enumeration([TRIGGER_RULES[t.name].name.lower() for t in decision.triggers if t.fired])
    if decision.escalated:
        return PANEL_ENDS.get(decision.reason, "The power panel was asked.")
    absence = PANEL_ABSENCES.get(decision.reason)
    if absence is not None:
        return (
            f"The panel would have to decide ({fired}), but {absence}. In doubt nothing is traded."
        )
    if fired:
        return f"A trigger fired ({fired}), but an exit that the voters agree on needs no panel."
    if decision.reason == DecisionReason.CONSENSUS:
        return "No trigger fired, so nobody else had to be asked."
    return f"Not asked: {spaced(decision.reason)} decides before any trigger is looked at."


def plurality_words(case: Case) -> str:
    """Return which action most valid votes want, and how a tie was broken."""
    votes = [vote.fact for vote in case.valid]
    consensus = reach_consensus(votes)
    if consensus is None:
        return "There is no valid vote, so there is no plurality."
    supporters = len(consensus.supporters)
    return f"{consensus.action} with {supporters} of {count(len(votes), 'valid vote')}{_tie(votes, consensus)}."


def _tie(votes: Sequence[Vote], consensus: Consensus) -> str:
    sizes = Counter(vote.answer.action for vote in votes)
    tied = [action for action, size in sizes.items() if size == max(sizes.values())]
    if len(tied) == 1:
        return ""
    return (
        f"; {enumeration(sorted(tied))} tie, and {consensus.action} has the larger sum of "
        "confidences, or at equal sums is the more cautious"
    )


def _data_checks(case: Case) -> Iterator[Check]:
    evidence, needed, seq = case.evidence.fact, case.header.fact.min_history_bars, case.evidence.seq
    yield _rule(
        "Bars can be trusted",
        evidence.quarantine or ("no bars" if evidence.bars == 0 else "no defect found"),
        "A quarantined symbol is never traded.",
        seq,
        holds=not evidence.quarantine,
    )
    if not evidence.quarantine:
        enough = evidence.bars >= needed
        yield _rule(
            "History",
            f"{evidence.bars:,} {'≥' if enough else '<'} {needed} bars",
            "With fewer bars than the limit nothing is decided.",
            seq,
            holds=enough,
        )


def _vote_checks(case: Case) -> Iterator[Check]:
    voters, quorum, seq = len(case.valid), case.header.fact.quorum, case.decision.seq
    met = voters >= quorum
    counted = _rule(
        "Quorum",
        f"{voters} {'≥' if met else '<'} {quorum} valid votes",
        "Fewer valid votes than the quorum decide nothing.",
        seq,
        holds=met,
    )
    yield replace(counted, verdict=_unless_data(case, counted.verdict))
    yield _veto_check(case)
    consensus = reach_consensus(vote.fact for vote in case.valid)
    if consensus is not None and consensus.action is Action.SELL:
        empty = case.decision.fact.reason == DecisionReason.NOTHING_TO_SELL
        yield _rule(
            "Position to sell",
            "the book holds none" if empty else "not in the way",
            "What the book does not hold cannot be sold.",
            seq,
            holds=not empty,
        )


def _rule(name: str, seen: str, rule: str, seq: int, *, holds: bool) -> Check:
    """Return a rule that passes, or refuses the trade by itself."""
    verdict = Verdict.PASSED if holds else Verdict.STOPPED
    return Check(name=name, seen=seen, verdict=verdict, rule=rule, seq=seq)


def _veto_check(case: Case) -> Check:
    vetoes = [vote for vote in case.votes if is_veto(vote.fact)]
    stopped = case.decision.fact.reason == DecisionReason.RISK_VETO
    found = _rule(
        "Risk veto",
        enumeration([spaced(vote.fact.profile) for vote in vetoes]) or "none",
        "A risk manager's veto stops a BUY, never an exit.",
        vetoes[0].seq if vetoes else case.decision.seq,
        holds=not stopped,
    )
    return replace(found, verdict=Verdict.EXEMPT) if vetoes and not stopped else found


def _panel_checks(case: Case) -> Iterator[Check]:
    """Yield what the panel's word was held against, once it was asked. Source: DESIGN 6 (Escalation)."""
    if not case.decision.fact.escalated:
        return
    judges = [vote.fact for vote in case.votes if vote.fact.panel]
    ruled, seq = panel_consensus(judges), case.decision.seq
    yield _rule(
        "Panel answered",
        f"{ruled.voters if ruled else 0} of {count(len(judges), 'judge')}",
        "Without a valid answer of the panel nothing is traded.",
        seq,
        holds=ruled is not None,
    )
    if ruled is None:
        return
    limits = {trigger.name: trigger.threshold for trigger in case.decision.fact.triggers}
    siding = len(on_its_side(ruled.action, [vote.fact for vote in case.votes]))
    for name, value, trigger, rule in (
        ("Panel disagreement", ruled.disagreement, TriggerName.DISAGREEMENT, PANEL_DISSENTS),
        ("Panel confidence", ruled.confidence.value, TriggerName.LOW_CONFIDENCE, PANEL_DOUBTS),
    ):
        if trigger in limits:
            seen, past = _measured(value, limits[trigger], TRIGGER_RULES[trigger])
            yield _rule(name, seen, rule, seq, holds=not past)
    yield _rule(
        "Voter on its side",
        f"{siding} {'≥' if siding else '<'} 1",
        "Nobody decides alone: a voter of the first round must want the same.",
        seq,
        holds=siding > 0,
    )


def _measured(value: float, limit: float, rule: TriggerRule) -> tuple[str, bool]:
    past = rule.past(value, limit)
    seen, limited = compared(value, limit)
    return (
        f"{seen}{rule.unit} {rule.past_sign if past else rule.within_sign} {limited}{rule.unit}",
        past,
    )


def _trigger_checks(case: Case) -> Iterator[Check]:
    for trigger in case.decision.fact.triggers:
        rule = TRIGGER_RULES[trigger.name]
        yield Check(
            name=rule.name,
            seen=trigger_text(trigger),
            verdict=_trigger_verdict(trigger),
            rule=rule.rule,
            seq=case.decision.seq,
        )


def _trigger_verdict(trigger: Trigger) -> Verdict:
    if trigger.fired:
        return Verdict.FIRED
    if trigger.value is None:
        return Verdict.UNMEASURED
    past = TRIGGER_RULES[trigger.name].past(trigger.value, trigger.threshold)
    return Verdict.EXEMPT if past else Verdict.PASSED


def _unless_data(case: Case, verdict: Verdict) -> Verdict:
    """Return `verdict`, unless the data had decided before anybody's vote was counted."""
    return Verdict.UNMEASURED if case.decision.fact.reason in _DATA_REASONS else verdict
