"""The power panel: what it concludes once it was asked, and when its word is not enough.

Its word decides only with little dissent among itself, with confidence, and with at least one voter of the first round
on its side: nobody decides alone. Source: DESIGN 6 (Escalation), R-078.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from quorate.arena.consensus import Consensus, reach_consensus
from quorate.arena.policy import ArenaPolicy
from quorate.arena.scene import Scene
from quorate.arena.voting import is_veto
from quorate.kernel.action import AbstainReason, Action, DecisionReason
from quorate.kernel.vote import Vote


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """What the panel said on one symbol, or why nobody could be asked (`absence`)."""

    votes: tuple[Vote, ...] = ()
    absence: DecisionReason | None = None

    @property
    def was_held(self) -> bool:
        """Return whether the panel was asked, whatever it answered: then the decision is escalated."""
        return self.absence is None


NO_PANEL = Hearing(absence=DecisionReason.NO_POWER_MODEL)
"""There is no power model: what would need one ends as NO_TRADE."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """What came of asking: PANEL acts on `consensus`, every other reason refuses; no valid vote has no consensus."""

    reason: DecisionReason
    consensus: Consensus | None


def panel_consensus(votes: Iterable[Vote]) -> Consensus | None:
    """Return what the panel's members agree on, None without a valid answer of any."""
    return reach_consensus(replace(vote, voter=True) for vote in votes if vote.panel)


def ruling_of(
    hearing: Hearing, first_round: Sequence[Vote], scene: Scene, policy: ArenaPolicy
) -> Ruling:
    """Return what the panel's word comes to."""
    if hearing.absence is not None:
        return Ruling(hearing.absence, None)
    consensus = panel_consensus(hearing.votes)
    if consensus is None:
        return Ruling(_silence(hearing.votes), None)
    doubt = (
        _uncertain(consensus, policy)
        or _alone(consensus, (*first_round, *hearing.votes))
        or _forbidden(consensus, first_round, scene)
    )
    return Ruling(doubt or DecisionReason.PANEL, consensus)


def _silence(votes: Sequence[Vote]) -> DecisionReason:
    """Return what a panel without a valid answer is: one that let all its time pass was as good as none.

    Source: the corpus of bad inputs, MO-045.
    """
    late = [vote.answer.reason == AbstainReason.TIMEOUT for vote in votes]
    return DecisionReason.NO_POWER_MODEL if late and all(late) else DecisionReason.PANEL_FAILED


def _uncertain(consensus: Consensus, policy: ArenaPolicy) -> DecisionReason | None:
    dissents = consensus.disagreement > policy.max_disagreement
    doubts = consensus.confidence.value < policy.min_confidence
    return DecisionReason.PANEL_UNCERTAIN if dissents or doubts else None


def on_its_side(action: Action, votes: Sequence[Vote]) -> tuple[Vote, ...]:
    """Return the voters of the first round that want what the panel wants, `votes` being those of both.

    A member of the panel that voted first too (mode `always`) is not one of them: it would back itself.
    """
    members = {vote.profile for vote in votes if vote.panel}
    return tuple(
        vote
        for vote in votes
        if vote.is_valid and vote.answer.action is action and vote.profile not in members
    )


def _alone(consensus: Consensus, votes: Sequence[Vote]) -> DecisionReason | None:
    return None if on_its_side(consensus.action, votes) else DecisionReason.PANEL_ALONE


def _forbidden(
    consensus: Consensus, first_round: Iterable[Vote], scene: Scene
) -> DecisionReason | None:
    """Return why not even the panel may do it: a veto is final for new risk, and nothing held cannot be sold."""
    if consensus.action is Action.BUY and any(is_veto(vote) for vote in first_round):
        return DecisionReason.RISK_VETO
    if consensus.action is Action.SELL and scene.held == 0:
        return DecisionReason.NOTHING_TO_SELL
    return None
