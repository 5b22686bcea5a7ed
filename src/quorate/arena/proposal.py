"""The order that a consensus would lead to: how much, out where, for how long. Not sent here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from quorate.agents.profile import Role
from quorate.arena.consensus import Consensus
from quorate.arena.policy import ArenaPolicy
from quorate.arena.scene import Scene
from quorate.kernel.action import Action
from quorate.kernel.vote import Answer, Sizing, SizingKind, Vote


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedOrder:
    """An entry or an exit; `equity_share` is what part of the book's equity it would move."""

    sizing: Sizing
    equity_share: Decimal
    stop: Decimal | None = None
    target: Decimal | None = None
    horizon: int | None = None


def proposed_order(
    consensus: Consensus, votes: Iterable[Vote], scene: Scene, policy: ArenaPolicy
) -> ProposedOrder | None:
    """Return the order that would follow, None where nothing would change hands."""
    horizon = _shortest_horizon(consensus.supporters)
    if consensus.action is Action.BUY:
        managers = [vote.answer for vote in _by_profile(votes) if vote.role == Role.RISK_MANAGER]
        supporters = [vote.answer for vote in consensus.supporters]
        return _entry([*managers, *supporters], horizon, scene, policy)
    if consensus.action is Action.SELL and scene.held > 0:
        return ProposedOrder(
            sizing=Sizing(kind=SizingKind.QTY, value=scene.held),
            equity_share=scene.share_of_equity(scene.held),
            horizon=horizon,
        )
    return None


def equity_share(sizing: Sizing, scene: Scene) -> Decimal:
    """Return the part of the equity that `sizing` asks for."""
    if sizing.kind is SizingKind.PCT_EQUITY:
        return sizing.value
    return scene.share_of_equity(sizing.value)


def _entry(
    advice: Sequence[Answer], horizon: int | None, scene: Scene, policy: ArenaPolicy
) -> ProposedOrder:
    """Take the smallest size asked for, and both exits from one adviser, risk managers first."""
    sizing = min(
        (answer.sizing for answer in advice if answer.sizing is not None),
        key=lambda sizing: equity_share(sizing, scene),
        default=Sizing(kind=SizingKind.PCT_EQUITY, value=policy.entry_pct_equity),
    )
    exits = next((answer for answer in advice if answer.stop is not None), None)
    return ProposedOrder(
        sizing=sizing,
        equity_share=equity_share(sizing, scene),
        stop=exits.stop if exits else None,
        target=exits.target if exits else None,
        horizon=horizon,
    )


def _shortest_horizon(supporters: Iterable[Vote]) -> int | None:
    horizons = (vote.answer.horizon for vote in supporters if vote.answer.horizon is not None)
    return min(horizons, default=None)


def _by_profile(votes: Iterable[Vote]) -> list[Vote]:
    return sorted(votes, key=lambda vote: vote.profile)
