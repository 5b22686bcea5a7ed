"""Escalation: what makes the power panel worth its price; every rule shows value and threshold."""

from __future__ import annotations

from decimal import Decimal

from quorate.arena.consensus import Consensus
from quorate.arena.policy import ArenaPolicy
from quorate.arena.scene import Scene
from quorate.kernel.action import Action
from quorate.kernel.decision import Trigger, TriggerName
from quorate.market.regime import Regime


def is_disputed(consensus: Consensus, policy: ArenaPolicy) -> bool:
    """Return whether more voters dissent than the limit allows. Source: R-079."""
    return consensus.disagreement > policy.max_disagreement


def escalation_triggers(
    consensus: Consensus | None,
    scene: Scene,
    equity_share: Decimal | None,
    policy: ArenaPolicy,
    *,
    armed: bool,
) -> tuple[Trigger, ...]:
    """Return all four triggers with what they saw; none fires unless `armed`.

    `equity_share` is what part of the equity the order would move, None without a consensus. A
    trigger without a value did not fire. Source: R-078, R-079, DESIGN 6.
    """
    measured = (
        _disagreement(consensus, policy),
        _low_confidence(consensus, policy),
        _high_volatility(scene, policy),
        _portfolio_delta(equity_share, policy),
    )
    return measured if armed else tuple(_disarmed(trigger) for trigger in measured)


def _disagreement(consensus: Consensus | None, policy: ArenaPolicy) -> Trigger:
    return Trigger(
        name=TriggerName.DISAGREEMENT,
        value=consensus.disagreement if consensus else None,
        threshold=policy.max_disagreement,
        fired=consensus is not None and is_disputed(consensus, policy),
    )


def _low_confidence(consensus: Consensus | None, policy: ArenaPolicy) -> Trigger:
    """Only a BUY or SELL can be believed too little: to hold takes no courage."""
    value = consensus.confidence.value if consensus else None
    trades = consensus is not None and consensus.action is not Action.HOLD
    return Trigger(
        name=TriggerName.LOW_CONFIDENCE,
        value=value,
        threshold=policy.min_confidence,
        fired=trades and value is not None and value < policy.min_confidence,
    )


def _high_volatility(scene: Scene, policy: ArenaPolicy) -> Trigger:
    """The regime is enough: a jump makes it high_volatility before the percentile notices."""
    value = scene.volatility_percentile
    wild = value is not None and value >= policy.volatility_percentile
    return Trigger(
        name=TriggerName.HIGH_VOLATILITY,
        value=value,
        threshold=policy.volatility_percentile,
        fired=wild or scene.regime is Regime.HIGH_VOLATILITY,
    )


def _portfolio_delta(equity_share: Decimal | None, policy: ArenaPolicy) -> Trigger:
    value = None if equity_share is None else float(100 * equity_share)
    return Trigger(
        name=TriggerName.PORTFOLIO_DELTA,
        value=value,
        threshold=policy.high_risk_portfolio_delta_pct,
        fired=value is not None and value >= policy.high_risk_portfolio_delta_pct,
    )


def _disarmed(trigger: Trigger) -> Trigger:
    return Trigger(name=trigger.name, value=trigger.value, threshold=trigger.threshold, fired=False)
