"""Deciding alone: in a competition every profile's own vote is its decision, for its own book.

No consensus, no quorum, no trigger and no panel; the data, the confidence chain, the limit of confidence, a profile's
own veto and an empty position hold as in a debate. Source: DESIGN 6 (Modes), 15 (`low_confidence`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from quorate.arena.deciding import data_obstacle
from quorate.arena.policy import ArenaPolicy
from quorate.arena.record.answers import Payload, vote_payload
from quorate.arena.record.decisions import decision_payload
from quorate.arena.record.header import RunEvent, RunHeader
from quorate.arena.scene import Scene, scene_of
from quorate.arena.voting import AgentReply, cast_votes, is_veto
from quorate.kernel.action import Action, DecisionReason, FinalAction
from quorate.kernel.decision import Decision
from quorate.kernel.ids import ProfileName, RunId, decision_id
from quorate.kernel.vote import Sizing, SizingKind, Vote
from quorate.market.snapshot import Snapshot
from quorate.portfolio.book import Book

ALONE: Final = 1
"""The quorum of a competition: the profile itself."""


def compete(
    replies: Iterable[AgentReply], header: RunHeader, snapshot: Snapshot, policy: ArenaPolicy
) -> tuple[Sequence[Vote], Sequence[Decision]]:
    """Return every vote, and one decision per profile and symbol, in the order of the replies."""
    votes: list[Vote] = []
    decisions: list[Decision] = []
    for reply in replies:
        name = reply.profile.name
        book = header.own_books[name]
        scenes = {symbol: scene_of(snapshot, symbol, book) for symbol in header.symbols}
        cast = cast_votes(reply, scenes, policy, curves=header.curves)
        votes += cast
        by_symbol = {vote.answer.symbol: vote for vote in cast}
        decisions += [
            decide_alone(scene, by_symbol.get(symbol), name, run_id=header.run_id, policy=policy)
            for symbol, scene in scenes.items()
        ]
    return votes, decisions


def own_conclusions(
    replies: Iterable[AgentReply], header: RunHeader, snapshot: Snapshot, policy: ArenaPolicy
) -> Iterator[tuple[RunEvent, Payload]]:
    """Yield what a run of a competition records once everybody answered: the votes, then the decisions."""
    votes, decisions = compete(replies, header, snapshot, policy)
    for vote in votes:
        yield RunEvent.VOTE_CAST, vote_payload(vote)
    for made in decisions:
        yield RunEvent.DECISION_MADE, decision_payload(made)


def with_own_books(header: RunHeader, book: Book) -> RunHeader:
    """Return the header of a run in which every profile decides for a copy of `book`."""
    return replace(header, books=(book,) * len(header.profiles), quorum=ALONE)


def decide_alone(
    scene: Scene, vote: Vote | None, profile: ProfileName, *, run_id: RunId, policy: ArenaPolicy
) -> Decision:
    """Return what `profile` does with one symbol of its book; without a valid vote, nothing."""
    valid = vote if vote is not None and vote.is_valid else None
    reason = _obstacle(scene, valid, policy) or DecisionReason.CONSENSUS
    acts = valid is not None and reason is DecisionReason.CONSENSUS
    action = valid.answer.action if valid and acts else None
    placed = valid.answer if valid and action in (Action.BUY, Action.SELL) else None
    return Decision(
        decision_id=decision_id(run_id, scene.symbol, profile),
        symbol=scene.symbol,
        action=FinalAction(action) if action else FinalAction.NO_TRADE,
        reason=reason,
        confidence=valid.confidence if valid else None,
        disagreement=0.0 if valid else None,
        regime=scene.regime,
        wyckoff_phase=scene.phase,
        volume_trend=scene.volume_trend,
        escalated=False,
        triggers=(),
        sizing=_size(action, placed.sizing, scene, policy) if placed else None,
        stop=placed.stop if placed and action is Action.BUY else None,
        target=placed.target if placed and action is Action.BUY else None,
        horizon=placed.horizon if placed else None,
        profile=profile,
    )


def _obstacle(scene: Scene, vote: Vote | None, policy: ArenaPolicy) -> DecisionReason | None:
    """Return the first rule that refuses; an undecided profile is a quorum of one that is not met."""
    unusable = data_obstacle(scene, policy)
    if unusable is not None:
        return unusable
    if vote is None:
        return DecisionReason.QUORUM_NOT_MET
    return _own_obstacle(scene, vote, policy)


def _own_obstacle(scene: Scene, vote: Vote, policy: ArenaPolicy) -> DecisionReason | None:
    action = vote.answer.action
    if action is Action.BUY and is_veto(vote):
        return DecisionReason.RISK_VETO
    if action is Action.SELL and scene.held == 0:
        return DecisionReason.NOTHING_TO_SELL
    doubts = vote.confidence is None or vote.confidence.value < policy.min_confidence
    return DecisionReason.LOW_CONFIDENCE if doubts and action is not Action.HOLD else None


def _size(action: Action | None, asked: Sizing | None, scene: Scene, policy: ArenaPolicy) -> Sizing:
    """Return the size of an entry as asked, else the usual one; a sale closes what is held."""
    if action is Action.SELL:
        return Sizing(kind=SizingKind.QTY, value=scene.held)
    return asked or Sizing(kind=SizingKind.PCT_EQUITY, value=policy.entry_pct_equity)
