"""Shadow arms: what other ways of deciding would have done on the same snapshot, at no cost.

They are what the arena is compared with. None of them is ever traded.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from quorate.arena.deciding import Deliberation
from quorate.kernel.action import Action, FinalAction
from quorate.kernel.canonical import sha256_hex
from quorate.kernel.decision import Decision
from quorate.kernel.ids import Symbol
from quorate.kernel.vote import Vote

COIN: Final = (FinalAction.BUY, FinalAction.SELL, FinalAction.HOLD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shadow:
    """What one arm would have done with one symbol; `action` is None where nobody recorded it."""

    arm: str
    symbol: Symbol
    action: FinalAction | None


def draw_shadows(
    found: Deliberation, decision: Decision, *, snapshot_hash: str, debated: bool
) -> tuple[Shadow, ...]:
    """Return every arm's action; without a price that can be trusted, no arm trades.

    cheap_only is the run without a power model: what only the panel can decide is NO_TRADE. no_debate is the run in
    which nobody argues before the panel answers: where nobody argued (`debated`) it is the run itself, and where
    somebody did nobody knows what the panel would have said without it. An agent alone that abstains does not trade.
    Source: DESIGN 6.
    """
    scene = found.scene
    actions: dict[str, FinalAction | None] = {
        "cheap_only": FinalAction.NO_TRADE if found.needs_panel else decision.action,
        "no_debate": None if decision.escalated and debated else decision.action,
        "no_trade": FinalAction.NO_TRADE,
        "buy_and_hold": FinalAction.BUY,
        "random": coin_flip(snapshot_hash, scene.symbol),
        **_alone(found.votes),
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


def _alone(votes: Iterable[Vote]) -> dict[str, FinalAction]:
    voters = sorted((vote for vote in votes if vote.voter), key=lambda vote: vote.profile)
    return {f"agent:{vote.profile}": _alone_action(vote.answer.action) for vote in voters}


def _alone_action(action: Action) -> FinalAction:
    return FinalAction.NO_TRADE if action is Action.ABSTAIN else FinalAction(action)
