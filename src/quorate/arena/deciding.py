"""Deciding: votes on one symbol become one decision; when in doubt, NO_TRADE with its reason."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from quorate.arena.consensus import Consensus, reach_consensus
from quorate.arena.escalation import escalation_triggers, is_disputed
from quorate.arena.panel import Hearing, ruling_of
from quorate.arena.policy import ArenaPolicy
from quorate.arena.proposal import ProposedOrder, proposed_order
from quorate.arena.scene import Scene
from quorate.arena.voting import is_veto
from quorate.kernel.action import Action, DecisionReason, FinalAction
from quorate.kernel.decision import Decision, Trigger, TriggerName
from quorate.kernel.ids import RunId, decision_id
from quorate.kernel.vote import Vote

NEEDS_PANEL: Final = {
    Action.BUY: frozenset(TriggerName),
    Action.HOLD: frozenset(TriggerName),
    Action.SELL: frozenset({TriggerName.DISAGREEMENT, TriggerName.LOW_CONFIDENCE}),
}
"""Which fired triggers stop what. An exit needs a consensus, but is never refused for volatility or
its size, for want of a panel. Source: DESIGN 6 (last line on refusals) and 8 (exits)."""

ACTING: Final = frozenset({DecisionReason.CONSENSUS, DecisionReason.PANEL})
"""The reasons that act; every other one is NO_TRADE. Source: DESIGN 15."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliberation:
    """Where the first round leaves one symbol: what it agrees on, what refuses, which triggers fired."""

    scene: Scene
    votes: tuple[Vote, ...]
    consensus: Consensus | None
    order: ProposedOrder | None
    obstacle: DecisionReason | None
    triggers: tuple[Trigger, ...]

    @property
    def needs_panel(self) -> bool:
        """Return whether only the power panel can decide."""
        if self.consensus is None or self.obstacle is not None:
            return False
        fired = {trigger.name for trigger in self.triggers if trigger.fired}
        return bool(fired & NEEDS_PANEL[self.consensus.action])


def deliberate(scene: Scene, votes: Sequence[Vote], policy: ArenaPolicy) -> Deliberation:
    """Return what the first round comes to; the order of `votes` does not matter.

    Data that cannot be trusted decide first, then quorum, veto and an empty position; then the triggers.
    Source: R-076 to R-079, DESIGN 6.
    """
    consensus = reach_consensus(votes)
    order = proposed_order(consensus, votes, scene, policy) if consensus else None
    obstacle = obstacle_of(scene, consensus, votes, policy)
    triggers = escalation_triggers(
        consensus,
        scene,
        _equity_share(consensus, order),
        policy,
        armed=obstacle is None and not _is_undisputed(Action.HOLD, consensus, policy),
    )
    return Deliberation(
        scene=scene,
        votes=tuple(votes),
        consensus=consensus,
        order=order,
        obstacle=obstacle,
        triggers=triggers,
    )


def decide(
    found: Deliberation, hearing: Hearing, *, run_id: RunId, policy: ArenaPolicy
) -> Decision:
    """Return the decision: the first round's where it may decide, else the panel's; `hearing` counts only there."""
    if not found.needs_panel:
        reason = found.obstacle or DecisionReason.CONSENSUS
        return _decision(run_id, found, found.consensus, found.order, reason=reason)
    ruling = ruling_of(hearing, found.votes, found.scene, policy)
    backed = ruling.consensus or found.consensus
    order = _panel_order(found, ruling.consensus, policy)
    return _decision(run_id, found, backed, order, reason=ruling.reason, escalated=hearing.was_held)


def _panel_order(
    found: Deliberation, consensus: Consensus | None, policy: ArenaPolicy
) -> ProposedOrder | None:
    """Return the order that the panel's word leads to, sized as carefully as any of those behind it asked."""
    if consensus is None:
        return None
    behind = [
        vote for vote in found.votes if vote.is_valid and vote.answer.action is consensus.action
    ]
    supporters = (*behind, *consensus.supporters)
    return proposed_order(
        replace(consensus, supporters=supporters), found.votes, found.scene, policy
    )


def obstacle_of(
    scene: Scene, consensus: Consensus | None, votes: Iterable[Vote], policy: ArenaPolicy
) -> DecisionReason | None:
    """Return the first rule that refuses before any trigger is looked at, None if none does."""
    return data_obstacle(scene, policy) or _vote_obstacle(scene, consensus, votes, policy)


def data_obstacle(scene: Scene, policy: ArenaPolicy) -> DecisionReason | None:
    """Return why nobody may decide on these data, None where they can be trusted."""
    if scene.quarantine is not None:
        return DecisionReason.SYMBOL_QUARANTINED
    if scene.bars == 0:
        return DecisionReason.NO_DATA
    if scene.bars < policy.min_history_bars:
        return DecisionReason.INSUFFICIENT_HISTORY
    return None


def _vote_obstacle(
    scene: Scene, consensus: Consensus | None, votes: Iterable[Vote], policy: ArenaPolicy
) -> DecisionReason | None:
    if consensus is None or consensus.voters < policy.quorum:
        return DecisionReason.QUORUM_NOT_MET
    if consensus.action is Action.BUY and any(is_veto(vote) for vote in votes):
        return DecisionReason.RISK_VETO
    if _is_undisputed(Action.SELL, consensus, policy) and scene.held == 0:
        return DecisionReason.NOTHING_TO_SELL
    return None


def _is_undisputed(action: Action, consensus: Consensus | None, policy: ArenaPolicy) -> bool:
    if consensus is None or consensus.action is not action:
        return False
    return not is_disputed(consensus, policy)


def _equity_share(consensus: Consensus | None, order: ProposedOrder | None) -> Decimal | None:
    if consensus is None:
        return None
    return order.equity_share if order else Decimal(0)


def _decision(
    run_id: RunId,
    found: Deliberation,
    consensus: Consensus | None,
    order: ProposedOrder | None,
    *,
    reason: DecisionReason,
    escalated: bool = False,
) -> Decision:
    acts = consensus is not None and reason in ACTING
    placed, scene = order if acts else None, found.scene
    return Decision(
        decision_id=decision_id(run_id, scene.symbol),
        symbol=scene.symbol,
        action=FinalAction(consensus.action) if consensus and acts else FinalAction.NO_TRADE,
        reason=reason,
        confidence=consensus.confidence if consensus else None,
        disagreement=found.consensus.disagreement if found.consensus else None,
        regime=scene.regime,
        wyckoff_phase=scene.phase,
        volume_trend=scene.volume_trend,
        escalated=escalated,
        triggers=found.triggers,
        sizing=placed.sizing if placed else None,
        stop=placed.stop if placed else None,
        target=placed.target if placed else None,
        horizon=placed.horizon if placed else None,
    )
