"""The check after a run of a competition: every decision must follow from its own profile's recorded vote."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from quorate.arena.policy import ArenaPolicy
from quorate.arena.record import RecordedRun
from quorate.arena.voting import is_veto
from quorate.kernel.action import Action, FinalAction
from quorate.kernel.decision import Decision
from quorate.kernel.ids import decision_id
from quorate.kernel.vote import Vote


def own_violations(run: RecordedRun, policy: ArenaPolicy) -> Iterator[str]:
    """Yield what is wrong with the decisions of a recorded run of a competition, one sentence each."""
    decisions = [cited.fact for cited in run.decisions]
    votes = {
        _place(cited.fact.profile, cited.fact.answer.symbol): cited.fact for cited in run.votes
    }
    yield from _uncounted(run, decisions)
    for made in decisions:
        yield from _unfounded(run, made, votes, policy)


def _uncounted(run: RecordedRun, decisions: Sequence[Decision]) -> Iterator[str]:
    header = run.header.fact
    wanted = {_place(profile, symbol) for profile in header.profiles for symbol in header.symbols}
    made = Counter(_place(decision.profile, decision.symbol) for decision in decisions)
    for profile, symbol in sorted(wanted):
        if made[profile, symbol] != 1:
            yield f"{profile} has {made[profile, symbol]} decisions on {symbol} instead of one"
    for profile, symbol in sorted(made.keys() - wanted):
        yield f"{profile} decided on {symbol}, and nobody asked it to"


def _unfounded(
    run: RecordedRun,
    made: Decision,
    votes: Mapping[tuple[str, str], Vote],
    policy: ArenaPolicy,
) -> Iterator[str]:
    whose = f"{made.action} {made.symbol} of {made.profile}"
    if made.profile and made.decision_id != decision_id(run.run_id, made.symbol, made.profile):
        yield f"{whose} carries a foreign id"
    if made.escalated or made.triggers:
        yield f"{whose} was escalated, and a competition has no panel"
    if made.action is FinalAction.NO_TRADE:
        return
    vote = votes.get(_place(made.profile, made.symbol))
    if vote is None or not vote.is_valid or vote.answer.action != Action(made.action):
        yield f"{whose} is not what it voted"
        return
    yield from _too_bold(whose, made, vote, policy)


def _place(profile: str | None, symbol: str) -> tuple[str, str]:
    return profile or "", symbol


def _too_bold(whose: str, made: Decision, vote: Vote, policy: ArenaPolicy) -> Iterator[str]:
    trades = made.action in (FinalAction.BUY, FinalAction.SELL)
    confidence = vote.confidence.value if vote.confidence else 0.0
    if trades and confidence < policy.min_confidence:
        yield f"{whose} has confidence {confidence:.2f}"
    if made.action is FinalAction.BUY and is_veto(vote):
        yield f"{whose} stands against its own veto"
