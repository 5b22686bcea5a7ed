"""Why: about five plain sentences per decision, made from stored facts by rules, with their rows.

seen -> votes -> discounts -> triggers -> outcome; a sentence that has nothing to say is left out.
Every number stands beside its threshold. Source: DESIGN 6, UI 1 (Writing).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from quorate.arena.confidence_chain import discounts
from quorate.arena.consensus import reach_consensus
from quorate.arena.panel import on_its_side, panel_consensus
from quorate.arena.record.evidence import Evidence
from quorate.arena.record.facts import Cited
from quorate.arena.record.header import RunHeader
from quorate.arena.record.phrases import count, enumeration, spaced, trigger_phrase
from quorate.arena.voting import is_veto
from quorate.kernel.action import Action, DecisionReason, FinalAction
from quorate.kernel.calibration import UNKNOWN_SKILL
from quorate.kernel.decision import Decision, Trigger, TriggerName
from quorate.kernel.money import total_cost
from quorate.kernel.vote import SizingKind, Vote
from quorate.llm.nanos import dollars, nanos_of

IMPORT_FIX: Final = "Import sound bars with 'quorate data import FILE'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """All that a run's journal holds about one decision; `votes` stand in the order of profiles."""

    header: Cited[RunHeader]
    evidence: Cited[Evidence]
    votes: tuple[Cited[Vote], ...]
    decision: Cited[Decision]

    @property
    def valid(self) -> tuple[Cited[Vote], ...]:
        """Return the votes that counted."""
        return tuple(vote for vote in self.votes if vote.fact.is_valid)

    @property
    def first_round(self) -> tuple[Cited[Vote], ...]:
        """Return the votes that were cast before anybody else was asked."""
        return tuple(vote for vote in self.votes if not vote.fact.panel)

    @property
    def panel(self) -> tuple[Cited[Vote], ...]:
        """Return the panel's votes, those that say nothing included."""
        return tuple(vote for vote in self.votes if vote.fact.panel)

    @property
    def weighed(self) -> tuple[Cited[Vote], ...]:
        """Return every vote with a confidence that counted, in the first round or on the panel."""
        judged = (vote for vote in self.panel if vote.fact.answer.action is not Action.ABSTAIN)
        return (*self.valid, *judged)


class Sentence(NamedTuple):
    """A sentence and the rows that prove it, as `journal:SEQ`."""

    text: str
    evidence: tuple[str, ...]


def why(case: Case) -> tuple[Sentence, ...]:
    """Return the sentences on one decision, in the order in which it came about."""
    sentences = (
        _sentence(_seen(case.evidence.fact, case.header.fact), case.evidence.seq),
        _sentence(_votes(case), *(_rows(case.first_round) or (case.decision.seq,))),
        _sentence(_discounts(case.weighed), *_rows(case.weighed)),
        _sentence(_triggers(case), case.evidence.seq, case.decision.seq),
        _sentence(
            _outcome(case),
            case.decision.seq,
            *_rows((*_vetoes(case), *case.panel)),
            case.header.seq,
        ),
    )
    return tuple(sentence for sentence in sentences if sentence.text)


def _sentence(text: str, *rows: int) -> Sentence:
    return Sentence(text, tuple(f"journal:{row}" for row in rows))


def _rows(votes: Iterable[Cited[Vote]]) -> tuple[int, ...]:
    return tuple(vote.seq for vote in votes)


def _seen(evidence: Evidence, header: RunHeader) -> str:
    symbol = evidence.symbol
    if evidence.quarantine:
        return f"{symbol} is quarantined with {evidence.quarantine}: {evidence.quarantine_detail}."
    if evidence.bars == 0:
        return f"No bar of {symbol} is known up to {header.as_of}."
    return (
        f"{symbol} closed at {evidence.close} on {evidence.last_session}, bar {evidence.bars} of "
        f"its history; the regime is {spaced(evidence.regime)} ({evidence.regime_reason}), the "
        f"Wyckoff phase {evidence.phase}, the volume trend {evidence.volume_trend}."
    )


def _votes(case: Case) -> str:
    if not case.votes:
        return "Nobody voted."
    votes = [vote.fact for vote in case.votes]
    valid = [vote for vote in votes if vote.is_valid]
    abstained = [vote for vote in votes if vote.voter and not vote.is_valid]
    silent = [vote.profile for vote in votes if not vote.voter and not vote.panel]
    parts = [
        _said(valid),
        f"{enumeration([_abstention(vote) for vote in abstained])} abstained" if abstained else "",
        f"{enumeration(silent)} had no vote" if silent else "",
    ]
    return "; ".join(part for part in parts if part) + "."


def _said(valid: list[Vote]) -> str:
    match valid:
        case []:
            return "There is no valid vote"
        case [vote]:
            return f"The one valid vote says {vote.answer.action} ({_named_belief(vote)})"
        case _:
            camps = [_camp(action, valid) for action in (Action.BUY, Action.SELL, Action.HOLD)]
            said = enumeration([camp for camp in camps if camp])
            return f"Of {len(valid)} valid votes {said}{_tie_break(valid)}"


def _tie_break(valid: list[Vote]) -> str:
    """Return which of the largest camps won, where there are several: a list alone cannot tell."""
    consensus = reach_consensus(valid)
    sizes = Counter(vote.answer.action for vote in valid).values()
    tied = list(sizes).count(max(sizes)) > 1
    return f", a tie that goes to {consensus.action}" if consensus and tied else ""


def _camp(action: Action, valid: Iterable[Vote]) -> str:
    camp = [_named_belief(vote) for vote in valid if vote.answer.action is action]
    verb = "says" if len(camp) == 1 else "say"
    return f"{len(camp)} {verb} {action} ({', '.join(camp)})" if camp else ""


def _named_belief(vote: Vote) -> str:
    """Return a vote by its name, its final confidence, and its weight where that is not everybody's."""
    if vote.confidence is None:
        return vote.profile
    weighing = "" if vote.skill_weight == UNKNOWN_SKILL else f" weighing {vote.skill_weight:.2f}"
    return f"{vote.profile} {vote.confidence.value:.2f}{weighing}"


def _abstention(vote: Vote) -> str:
    return f"{vote.profile} ({spaced(vote.answer.reason or 'no reason').lower()})"


def _discounts(valid: tuple[Cited[Vote], ...]) -> str:
    taken = [phrase for vote in valid for phrase in _taken_from(vote.fact)]
    if taken:
        return f"Confidence was discounted: {'; '.join(taken)}."
    return (
        "No confidence was discounted: no fallback model answered, and no vote contradicts the "
        "Wyckoff phase."
        if valid
        else ""
    )


def _taken_from(vote: Vote) -> list[str]:
    return [
        f"{vote.profile} times {step.factor:g} to {step.value:.2f} ({step.reason})"
        for step in discounts(vote.steps)
    ]


def _triggers(case: Case) -> str:
    decision = case.decision.fact
    fired = [trigger for trigger in decision.triggers if trigger.fired]
    if fired and decision.escalated:
        return f"The power panel was asked{_price(case)}: {_phrases(case, fired)}."
    if fired:
        return f"This asks for the power panel: {_phrases(case, fired)}."
    exemption = _exemption(decision)
    if exemption and decision.triggers:
        dissent = [t for t in decision.triggers if t.name is TriggerName.DISAGREEMENT]
        return f"No trigger applies to {exemption}: {_phrases(case, dissent)}."
    if decision.reason == DecisionReason.CONSENSUS and decision.triggers:
        return f"No trigger fired: {_phrases(case, decision.triggers)}."
    return ""


def _price(case: Case) -> str:
    """Return what the panel's answers cost, with the word for what nobody knows."""
    cost = total_cost(vote.fact.cost for vote in case.panel)
    return f" for {dollars(nanos_of(cost))}" if cost else ", at an unknown price"


def _exemption(decision: Decision) -> str:
    """Return what is exempt from the triggers, if it is: the rules of DESIGN 6 and 14."""
    if decision.reason == DecisionReason.RISK_VETO:
        return "a vetoed BUY"
    if decision.reason == DecisionReason.NOTHING_TO_SELL:
        return "an undisputed SELL without a position"
    return "an undisputed HOLD" if decision.action is FinalAction.HOLD else ""


def _phrases(case: Case, triggers: Iterable[Trigger]) -> str:
    change = case.evidence.fact.last_change
    phrases = (trigger_phrase(trigger, last_change=change) for trigger in triggers)
    return "; ".join(phrase for phrase in phrases if phrase)


def _outcome(case: Case) -> str:
    decision = case.decision.fact
    tell = OUTCOMES[DecisionReason(decision.reason)]
    return f"So the decision is {decision.action}: {tell(case)}."


def _agreed(case: Case) -> str:
    decision = case.decision.fact
    confidence = decision.confidence.value if decision.confidence else 0.0
    if decision.profile:
        size = f", {_size(decision)}{_exits(decision)}" if decision.sizing else ""
        return (
            f"{decision.profile} decides for its own book{size}, with confidence {confidence:.2f}"
        )
    match decision.action:
        case FinalAction.HOLD | FinalAction.NO_TRADE:
            return f"most voters want to keep things as they are, with confidence {confidence:.2f}"
        case FinalAction.BUY:
            return f"{_size(decision)}{_exits(decision)}, with confidence {confidence:.2f}"
        case FinalAction.SELL:
            exempt = not decision.escalated and any(t.fired for t in decision.triggers)
            panel = "; an exit that the voters agree on needs no panel" if exempt else ""
            return f"{_size(decision)}, with confidence {confidence:.2f}{panel}"


def _size(decision: Decision) -> str:
    sizing = decision.sizing
    if sizing is None:
        return "no size"
    if sizing.kind is SizingKind.PCT_EQUITY:
        return f"{float(100 * sizing.value):g} % of equity"
    return f"{sizing.value:f} {decision.symbol}"


def _exits(decision: Decision) -> str:
    parts = (
        f"stop {decision.stop:f}" if decision.stop is not None else "",
        f"target {decision.target:f}" if decision.target is not None else "",
        f"{count(decision.horizon, 'session')} at most" if decision.horizon is not None else "",
    )
    return "".join(f", {part}" for part in parts if part)


def _no_quorum(case: Case) -> str:
    votes = count(len(case.valid), "valid vote")
    return f"{votes} cannot decide, the quorum is {case.header.fact.quorum}"


def _vetoed(case: Case) -> str:
    managers = [f"{vote.fact.profile} ({vote.fact.answer.rationale})" for vote in _vetoes(case)]
    return f"new risk is vetoed by {enumeration(managers)}"


def _vetoes(case: Case) -> tuple[Cited[Vote], ...]:
    if case.decision.fact.reason != DecisionReason.RISK_VETO:
        return ()
    return tuple(vote for vote in case.votes if is_veto(vote.fact))


def _no_panel(case: Case) -> str:
    if case.panel:
        silent = enumeration([_abstention(vote.fact) for vote in case.panel])
        return f"the power panel was asked and did not answer in time: {silent}"
    return "the power panel would have to decide, and there is no power model to ask"


def _calls_used_up(_case: Case) -> str:
    return "the power panel would have to decide, and today's power calls are used up"


def _budget_used_up(_case: Case) -> str:
    return "the power panel would have to decide, and the budget has no room for its call"


def _panel_failed(case: Case) -> str:
    silent = [_abstention(vote.fact) for vote in case.panel]
    return f"the power panel was asked and gave no valid answer: {enumeration(silent)}"


def _panel_uncertain(case: Case) -> str:
    """Return which of its two limits the panel misses, or both."""
    ruled = panel_consensus(vote.fact for vote in case.panel)
    seen = {
        TriggerName.DISAGREEMENT: ruled.disagreement if ruled else None,
        TriggerName.LOW_CONFIDENCE: ruled.confidence.value if ruled else None,
    }
    missed = [
        trigger_phrase(held, last_change=None)
        for trigger in case.decision.fact.triggers
        if trigger.name in seen
        for held in [replace(trigger, value=seen[trigger.name])]
        if _misses(held)
    ]
    return f"the power panel is not sure enough: {_panel_said(case)}, and {enumeration(missed)}"


def _misses(trigger: Trigger) -> bool:
    if trigger.value is None:
        return False
    if trigger.name is TriggerName.DISAGREEMENT:
        return trigger.value > trigger.threshold
    return trigger.value < trigger.threshold


def _panel_alone(case: Case) -> str:
    return f"nobody decides alone: {_panel_said(case)}, and no voter of the first round agrees"


def _ruled(case: Case) -> str:
    """Return what the panel's word leads to, and who stands behind it."""
    action = case.decision.fact.action
    both = [vote.fact for vote in (*case.valid, *case.panel)]
    behind = [vote.profile for vote in on_its_side(Action(action), both)]
    side = f"with {enumeration(behind)} on its side"
    return f"the power panel decides, {side} ({_panel_said(case)}{_limit(case)}); {_agreed(case)}"


def _panel_said(case: Case) -> str:
    return enumeration([_member_said(vote.fact) for vote in case.panel])


def _limit(case: Case) -> str:
    """Return the limit of a confidence, to stand beside it."""
    limits = {trigger.name: trigger.threshold for trigger in case.decision.fact.triggers}
    limit = limits.get(TriggerName.LOW_CONFIDENCE)
    return "" if limit is None else f", limit {limit:g}"


def _member_said(vote: Vote) -> str:
    believed = f" {vote.confidence.value:.2f}" if vote.confidence else ""
    return f"{vote.profile} says {vote.answer.action}{believed}"


def _quarantined(_case: Case) -> str:
    return f"a quarantined symbol is never traded. {IMPORT_FIX}"


def _too_short(case: Case) -> str:
    seen, needed = case.evidence.fact.bars, case.header.fact.min_history_bars
    return f"{count(seen, 'bar')} are fewer than the {needed} that a decision needs"


def _no_data(_case: Case) -> str:
    return f"nothing can be decided without bars. {IMPORT_FIX}"


def _nothing_to_sell(case: Case) -> str:
    decision = case.decision.fact
    who = f"{decision.profile} wants" if decision.profile else "most voters want"
    return f"{who} to sell, but the book holds no {decision.symbol}"


def _too_timid(case: Case) -> str:
    decision = case.decision.fact
    believed = f"{decision.confidence.value:.2f}" if decision.confidence else "no confidence"
    return f"{believed} is too little to act on in a competition, which has no panel to ask"


OUTCOMES: Final[Mapping[DecisionReason, Callable[[Case], str]]] = {
    DecisionReason.CONSENSUS: _agreed,
    DecisionReason.QUORUM_NOT_MET: _no_quorum,
    DecisionReason.RISK_VETO: _vetoed,
    DecisionReason.PANEL: _ruled,
    DecisionReason.NO_POWER_MODEL: _no_panel,
    DecisionReason.POWER_CALLS_EXHAUSTED: _calls_used_up,
    DecisionReason.BUDGET_EXHAUSTED: _budget_used_up,
    DecisionReason.PANEL_FAILED: _panel_failed,
    DecisionReason.PANEL_UNCERTAIN: _panel_uncertain,
    DecisionReason.PANEL_ALONE: _panel_alone,
    DecisionReason.LOW_CONFIDENCE: _too_timid,
    DecisionReason.SYMBOL_QUARANTINED: _quarantined,
    DecisionReason.INSUFFICIENT_HISTORY: _too_short,
    DecisionReason.NO_DATA: _no_data,
    DecisionReason.NOTHING_TO_SELL: _nothing_to_sell,
}
"""What each reason says in words; a test holds it to the closed list."""
