"""The check after a run: what stands in the journal must obey the rules, whoever computed it.

It reads the recorded facts and recomputes from them; it takes no rule's word for its own result.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from quorate.arena.competition.checking import own_violations
from quorate.arena.policy import ArenaPolicy
from quorate.arena.record import RecordedRun
from quorate.arena.request import COMPETITION
from quorate.arena.voting import is_veto
from quorate.kernel.action import Action, DecisionReason, FinalAction
from quorate.kernel.decision import Decision
from quorate.kernel.ids import decision_id
from quorate.kernel.vote import StepKind, Vote


def violations(run: RecordedRun, policy: ArenaPolicy) -> tuple[str, ...]:
    """Return what is wrong with the recorded run, one sentence each; nothing when all holds.

    Source: RELIABILITY 4.2, invariants 12 and 17.
    """
    votes = [cited.fact for cited in run.votes]
    decisions = [cited.fact for cited in run.decisions]
    if run.header.fact.mode == COMPETITION:
        broken = (text for vote in votes for text in _broken_chain(vote))
        return (*broken, *own_violations(run, policy))
    return (
        *_unanswered(run, decisions),
        *(text for vote in votes for text in _broken_chain(vote)),
        *(text for made in decisions for text in _unfounded(made, votes, policy)),
    )


def _unanswered(run: RecordedRun, decisions: Iterable[Decision]) -> Iterator[str]:
    made = Counter(decision.symbol for decision in decisions)
    for symbol in run.header.fact.symbols:
        if made[symbol] != 1:
            yield f"{symbol} has {made[symbol]} decisions instead of one"
    for symbol in made.keys() - set(run.header.fact.symbols):
        yield f"{symbol} has a decision, and nobody asked for one"
    for decision in decisions:
        if decision.decision_id != decision_id(run.run_id, decision.symbol):
            yield f"the decision on {decision.symbol} carries a foreign id"


def _broken_chain(vote: Vote) -> Iterator[str]:
    whose = f"the vote of {vote.profile} on {vote.answer.symbol}"
    kinds = [step.kind for step in vote.steps]
    if kinds not in ([], list(StepKind)):
        yield f"{whose} has a confidence chain of {', '.join(kinds)}"
    for before, step in zip(vote.steps, vote.steps[1:], strict=False):
        if step.factor is not None and step.value != before.value * step.factor:
            yield f"{whose} is believed {step.value} after {step.kind}, not {before.value} x {step.factor}"
    last = vote.steps[-1].value if vote.steps else None
    if last != (vote.confidence.value if vote.confidence else None):
        yield f"{whose} does not end where its confidence chain ends"


def _unfounded(made: Decision, votes: Iterable[Vote], policy: ArenaPolicy) -> Iterator[str]:
    """Yield what an action lacks: the panel's backing where it was heard, else the first round's."""
    on_it = [vote for vote in votes if vote.answer.symbol == made.symbol]
    if made.reason == DecisionReason.PANEL:
        yield from _unfounded_by_panel(made, on_it, policy)
    elif made.action not in (FinalAction.NO_TRADE, FinalAction.HOLD):
        yield from _unfounded_by_votes(made, on_it, policy)
    if made.action is FinalAction.BUY and any(is_veto(vote) for vote in on_it):
        yield f"BUY {made.symbol} stands against a veto"


def _unfounded_by_votes(
    made: Decision, on_it: Iterable[Vote], policy: ArenaPolicy
) -> Iterator[str]:
    valid = [vote for vote in on_it if vote.is_valid]
    if len(valid) < policy.quorum:
        yield f"{made.action} {made.symbol} has {len(valid)} valid votes, {policy.quorum} are needed"
    yield from _too_weak(made, valid, policy)


def _unfounded_by_panel(
    made: Decision, on_it: Sequence[Vote], policy: ArenaPolicy
) -> Iterator[str]:
    if made.action is FinalAction.NO_TRADE:
        yield f"NO_TRADE {made.symbol} is no ruling of the panel"
        return
    answered = [v for v in on_it if v.panel and v.answer.action is not Action.ABSTAIN]
    if not answered or not made.escalated:
        yield f"{made.action} {made.symbol} rests on a panel that was not heard"
    backers = {v.profile for v in on_it if v.is_valid and v.answer.action == Action(made.action)}
    if not backers - {v.profile for v in on_it if v.panel}:
        yield f"{made.action} {made.symbol} is the panel's alone"
    yield from _too_weak(made, answered, policy)


def _too_weak(made: Decision, valid: Sequence[Vote], policy: ArenaPolicy) -> Iterator[str]:
    backers = [vote for vote in valid if vote.answer.action == Action(made.action)]
    dissent = 1 - len(backers) / len(valid) if valid else 1.0
    if dissent > policy.max_disagreement:
        yield f"{made.action} {made.symbol} stands against {dissent:.2f} of the votes"
    confidence = made.confidence.value if made.confidence else 0.0
    if confidence < policy.min_confidence:
        yield f"{made.action} {made.symbol} has confidence {confidence:.2f}"
