"""Decisions and shadow arms as journal payloads, and back without loss."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from quorate.arena.record.answers import Payload, duration, read_sizing, sessions, sizing_payload
from quorate.arena.record.facts import Facts, amount, number
from quorate.arena.shadow import Shadow
from quorate.kernel.action import FinalAction
from quorate.kernel.canonical import digest
from quorate.kernel.confidence import Confidence
from quorate.kernel.decision import Decision, Trigger, TriggerName
from quorate.kernel.ids import DecisionId, ProfileName, Symbol


def decision_payload(decision: Decision) -> Payload:
    """Return the payload of `decision.made`."""
    confidence = decision.confidence
    return {
        "decisionId": decision.decision_id,
        "symbol": decision.symbol,
        "finalAction": decision.action.value,
        "reasonCode": decision.reason,
        "confidence": None if confidence is None else number(confidence.value),
        "disagreement": number(decision.disagreement),
        "regime": decision.regime,
        "wyckoffPhase": decision.wyckoff_phase,
        "volumeTrend": decision.volume_trend,
        "escalated": decision.escalated,
        "sizing": sizing_payload(decision.sizing),
        "stop": amount(decision.stop),
        "target": amount(decision.target),
        "timeHorizon": duration(decision.horizon),
        "triggers": [_trigger_payload(trigger) for trigger in decision.triggers],
        **({"profile": decision.profile} if decision.profile else {}),
    }


def decision_hash(decision: Decision) -> str:
    """Return the hash of all that a decision says; approvals and verdicts are bound to it."""
    return digest(decision_payload(decision))


def read_decision(facts: Facts) -> Decision:
    """Return the decision that `decision_payload` wrote."""
    return Decision(
        decision_id=DecisionId(facts.text("decisionId")),
        symbol=Symbol(facts.text("symbol")),
        action=facts.value("finalAction", FinalAction),
        reason=facts.text("reasonCode"),
        confidence=facts.optional("confidence", lambda text: Confidence(float(text))),
        disagreement=facts.optional("disagreement", float),
        regime=facts.text("regime"),
        wyckoff_phase=facts.text("wyckoffPhase"),
        volume_trend=facts.text("volumeTrend"),
        escalated=facts.flag("escalated"),
        triggers=tuple(_read_trigger(trigger) for trigger in facts.items("triggers")),
        sizing=read_sizing(facts.part("sizing")),
        stop=facts.optional("stop", Decimal),
        target=facts.optional("target", Decimal),
        horizon=facts.optional("timeHorizon", sessions),
        profile=facts.optional("profile", ProfileName),
    )


def shadows_payload(shadows: Iterable[Shadow]) -> Payload:
    """Return the payload of `shadows.drawn`."""
    return {
        "shadows": [
            {
                "arm": shadow.arm,
                "symbol": shadow.symbol,
                "action": shadow.action.value if shadow.action else None,
            }
            for shadow in shadows
        ]
    }


def read_shadows(facts: Facts) -> tuple[Shadow, ...]:
    """Return the shadow arms that `shadows_payload` wrote."""
    return tuple(
        Shadow(
            arm=shadow.text("arm"),
            symbol=Symbol(shadow.text("symbol")),
            action=shadow.optional("action", FinalAction),
        )
        for shadow in facts.items("shadows")
    )


def _trigger_payload(trigger: Trigger) -> Payload:
    return {
        "name": trigger.name.value,
        "value": number(trigger.value),
        "threshold": number(trigger.threshold),
        "fired": trigger.fired,
    }


def _read_trigger(facts: Facts) -> Trigger:
    return Trigger(
        name=facts.value("name", TriggerName),
        value=facts.optional("value", float),
        threshold=facts.value("threshold", float),
        fired=facts.flag("fired"),
    )
