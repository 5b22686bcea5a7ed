"""Entrants: traders as they stood when a competition was created, and how their agents decide as one.

votes of the members -> plurality -> quorum, veto, dispute, confidence -> one decision for the trader's own book
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Final

from quorate.arena.competition.trader import TraderName
from quorate.arena.consensus import Consensus, reach_consensus
from quorate.arena.deciding import data_obstacle
from quorate.arena.escalation import is_disputed
from quorate.arena.policy import ArenaPolicy
from quorate.arena.proposal import ProposedOrder, proposed_order
from quorate.arena.record.answers import Payload
from quorate.arena.record.facts import Facts
from quorate.arena.scene import Scene
from quorate.arena.voting import is_veto
from quorate.kernel.action import Action, DecisionReason, FinalAction
from quorate.kernel.decision import Decision
from quorate.kernel.ids import ProfileName, RunId, StrategyName, decision_id
from quorate.kernel.vote import Vote
from quorate.portfolio import PortfolioPolicy

QUORUM: Final = "quorum"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrant:
    """A trader's part of the terms: `thresholds` are the arena's values that it has otherwise, by name, as text."""

    name: TraderName
    version: int
    members: tuple[ProfileName, ...]
    strategy: StrategyName | None
    thresholds: Mapping[str, str]
    portfolio: PortfolioPolicy

    @property
    def quorum(self) -> int:
        """Return how many of its agents must vote: more than half, or as its strategy says; never more than it has."""
        size = len(self.members)
        return min(size, int(self.thresholds.get(QUORUM, size // 2 + 1)))

    def policy(self, arena: ArenaPolicy) -> ArenaPolicy:
        """Return what it decides by beside its quorum, which may be less than any of the arena's."""
        own = {name: text for name, text in self.thresholds.items() if name != QUORUM}
        return arena.with_thresholds(own)


def decide_together(
    scene: Scene, votes: Sequence[Vote], entrant: Entrant, *, run_id: RunId, arena: ArenaPolicy
) -> Decision:
    """Return what a trader does with one symbol of its book: what its agents agree on, else NO_TRADE.

    There is no panel: a dispute is a quorum that is not met, and too little confidence stays `low_confidence`.
    Source: DESIGN 6 (consensus; modes), 15 (`low_confidence`).
    """
    policy = entrant.policy(arena)
    consensus = reach_consensus(votes)
    reason = (
        data_obstacle(scene, policy)
        or _unready(consensus, entrant.quorum, policy)
        or _own_obstacle(consensus, votes, scene, policy)
    )
    acts = consensus is not None and reason is None
    order = proposed_order(consensus, votes, scene, policy) if consensus and acts else None
    return _decision(scene, consensus, order, reason, run_id=run_id, name=entrant.name)


def entrant_payload(entrant: Entrant) -> Payload:
    """Return an entrant as the competition's first row carries it."""
    return {
        "name": entrant.name,
        "version": entrant.version,
        "members": list(entrant.members),
        "strategy": entrant.strategy,
        "thresholds": dict(entrant.thresholds),
        "portfolio": portfolio_payload(entrant.portfolio),
    }


def read_entrant(facts: Facts) -> Entrant:
    """Return what `entrant_payload` wrote."""
    told = facts.part("thresholds") or Facts({})
    return Entrant(
        name=TraderName(facts.text("name")),
        version=facts.count("version"),
        members=tuple(map(ProfileName, facts.texts("members"))),
        strategy=facts.optional("strategy", StrategyName),
        thresholds={name: told.text(name) for name in told.tree},
        portfolio=read_portfolio(facts),
    )


def portfolio_payload(policy: PortfolioPolicy) -> Payload:
    """Return costs and limits as text, by name."""
    return {key: str(value) for key, value in asdict(policy).items()}


def read_portfolio(facts: Facts) -> PortfolioPolicy:
    """Return what `portfolio_payload` wrote under "portfolio"."""
    told = facts.part("portfolio") or Facts({})
    return PortfolioPolicy(**{name: told.value(name, Decimal) for name in told.tree})


def _unready(
    consensus: Consensus | None, quorum: int, policy: ArenaPolicy
) -> DecisionReason | None:
    """Return the refusal where too few vote, or too many of them otherwise."""
    if consensus is None or consensus.voters < quorum or is_disputed(consensus, policy):
        return DecisionReason.QUORUM_NOT_MET
    return None


def _own_obstacle(
    consensus: Consensus | None, votes: Iterable[Vote], scene: Scene, policy: ArenaPolicy
) -> DecisionReason | None:
    if consensus is None or consensus.action is Action.HOLD:
        return None
    if consensus.action is Action.BUY and any(is_veto(vote) for vote in votes):
        return DecisionReason.RISK_VETO
    if consensus.action is Action.SELL and scene.held == 0:
        return DecisionReason.NOTHING_TO_SELL
    doubts = consensus.confidence.value < policy.min_confidence
    return DecisionReason.LOW_CONFIDENCE if doubts else None


def _decision(
    scene: Scene,
    consensus: Consensus | None,
    order: ProposedOrder | None,
    reason: DecisionReason | None,
    *,
    run_id: RunId,
    name: str,
) -> Decision:
    profile, acts = ProfileName(name), consensus is not None and reason is None
    return Decision(
        decision_id=decision_id(run_id, scene.symbol, profile),
        symbol=scene.symbol,
        action=FinalAction(consensus.action) if consensus and acts else FinalAction.NO_TRADE,
        reason=reason or DecisionReason.CONSENSUS,
        confidence=consensus.confidence if consensus else None,
        disagreement=consensus.disagreement if consensus else None,
        regime=scene.regime,
        wyckoff_phase=scene.phase,
        volume_trend=scene.volume_trend,
        escalated=False,
        triggers=(),
        sizing=order.sizing if order else None,
        stop=order.stop if order else None,
        target=order.target if order else None,
        horizon=order.horizon if order else None,
        profile=profile,
    )
