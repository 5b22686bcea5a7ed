"""Deciding: votes on one symbol become one decision; when in doubt, NO_TRADE with its reason."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

from quorate.arena.consensus import Consensus, reach_consensus
from quorate.arena.escalation import escalation_triggers, is_disputed
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


def decide(scene: Scene, votes: Sequence[Vote], *, run_id: RunId, policy: ArenaPolicy) -> Decision:
    """Return the decision on the scene's symbol; the order of `votes` does not matter.

    Data that cannot be trusted decide first, then quorum, veto and an empty position; then the
    triggers: one that fires needs the power panel, and there is none yet. What is left, the
    plurality decides. Source: R-076 to R-079, DESIGN 6.
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
    reason = obstacle or _verdict_of(triggers, consensus)
    return _decision(run_id, scene, consensus, order, triggers=triggers, reason=reason)


def obstacle_of(
    scene: Scene, consensus: Consensus | None, votes: Iterable[Vote], policy: ArenaPolicy
) -> DecisionReason | None:
    """Return the first rule that refuses before any trigger is looked at, None if none does."""
    return _data_obstacle(scene, policy) or _vote_obstacle(scene, consensus, votes, policy)


def _data_obstacle(scene: Scene, policy: ArenaPolicy) -> DecisionReason | None:
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


def _verdict_of(triggers: Iterable[Trigger], consensus: Consensus | None) -> DecisionReason:
    fired = {trigger.name for trigger in triggers if trigger.fired}
    if consensus is not None and fired & NEEDS_PANEL[consensus.action]:
        return DecisionReason.NO_POWER_MODEL
    return DecisionReason.CONSENSUS


def _decision(
    run_id: RunId,
    scene: Scene,
    consensus: Consensus | None,
    order: ProposedOrder | None,
    *,
    triggers: tuple[Trigger, ...],
    reason: DecisionReason,
) -> Decision:
    acts = consensus is not None and reason is DecisionReason.CONSENSUS
    placed = order if acts else None
    return Decision(
        decision_id=decision_id(run_id, scene.symbol),
        symbol=scene.symbol,
        action=FinalAction(consensus.action) if consensus and acts else FinalAction.NO_TRADE,
        reason=reason,
        confidence=consensus.confidence if consensus else None,
        disagreement=consensus.disagreement if consensus else None,
        regime=scene.regime,
        wyckoff_phase=scene.phase,
        volume_trend=scene.volume_trend,
        escalated=False,
        triggers=triggers,
        sizing=placed.sizing if placed else None,
        stop=placed.stop if placed else None,
        target=placed.target if placed else None,
        horizon=placed.horizon if placed else None,
    )
