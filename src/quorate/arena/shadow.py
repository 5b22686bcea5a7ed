"""Shadow arms: what other ways of deciding would have done on the same snapshot, at no cost.

They are what the arena is compared with. None of them is ever traded.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from quorate.arena.consensus import reach_consensus
from quorate.arena.deciding import obstacle_of
from quorate.arena.policy import ArenaPolicy
from quorate.arena.scene import Scene
from quorate.kernel.action import Action, FinalAction
from quorate.kernel.canonical import sha256_hex
from quorate.kernel.decision import Decision
from quorate.kernel.ids import Symbol
from quorate.kernel.vote import Vote

COIN: Final = (FinalAction.BUY, FinalAction.SELL, FinalAction.HOLD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shadow:
    """What one arm would have done with one symbol."""

    arm: str
    symbol: Symbol
    action: FinalAction


def draw_shadows(
    scene: Scene,
    votes: Sequence[Vote],
    decision: Decision,
    *,
    snapshot_hash: str,
    policy: ArenaPolicy,
) -> tuple[Shadow, ...]:
    """Return every arm's action; without a price that can be trusted, no arm trades.

    cheap_only takes the first round's plurality at its word (quorum and veto still hold) and never
    escalates. no_debate is the run without advocates: they feed only the panel, so while there is
    none it decides alike. An agent alone that abstains does not trade. Source: DESIGN 6.
    """
    actions = {
        "cheap_only": _cheap_only(scene, votes, policy),
        "no_debate": decision.action,
        "no_trade": FinalAction.NO_TRADE,
        "buy_and_hold": FinalAction.BUY,
        "random": coin_flip(snapshot_hash, scene.symbol),
        **_alone(votes),
    }
    return tuple(
        Shadow(
            arm=arm,
            symbol=scene.symbol,
            action=action if scene.is_usable else FinalAction.NO_TRADE,
        )
        for arm, action in actions.items()
    )


def coin_flip(snapshot_hash: str, symbol: Symbol) -> FinalAction:
    """Return BUY, SELL or HOLD with equal chances, the same for the same snapshot and symbol."""
    return COIN[int(sha256_hex(f"{snapshot_hash}\n{symbol}"), 16) % len(COIN)]


def _cheap_only(scene: Scene, votes: Sequence[Vote], policy: ArenaPolicy) -> FinalAction:
    consensus = reach_consensus(votes)
    if consensus is None or obstacle_of(scene, consensus, votes, policy):
        return FinalAction.NO_TRADE
    return FinalAction(consensus.action)


def _alone(votes: Iterable[Vote]) -> dict[str, FinalAction]:
    voters = sorted((vote for vote in votes if vote.voter), key=lambda vote: vote.profile)
    return {f"agent:{vote.profile}": _alone_action(vote.answer.action) for vote in voters}


def _alone_action(action: Action) -> FinalAction:
    return FinalAction.NO_TRADE if action is Action.ABSTAIN else FinalAction(action)
