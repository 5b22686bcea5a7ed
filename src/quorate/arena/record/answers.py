"""Answers and votes as journal payloads, and back without loss."""

from __future__ import annotations

from decimal import Decimal
from typing import TypeAlias

from quorate.agents.profile import AgentProfile
from quorate.arena.record.facts import Facts, amount, money, number, usd
from quorate.arena.voting import AgentReply
from quorate.kernel.action import Action
from quorate.kernel.calibration import UNKNOWN_SKILL
from quorate.kernel.canonical import JsonValue
from quorate.kernel.confidence import Confidence
from quorate.kernel.ids import ProfileName, Symbol
from quorate.kernel.vote import Answer, ConfidenceStep, Sizing, SizingKind, StepKind, Vote

Payload: TypeAlias = dict[str, JsonValue]


def reply_payload(reply: AgentReply) -> Payload:
    """Return the payload of `agent.answered`: what one agent said, before anyone weighed it."""
    return {
        "profile": reply.profile.name,
        "model": reply.model,
        "latencyMs": number(reply.latency_ms),
        "costUsd": money(reply.cost),
        "fallbackUsed": reply.fallback_used,
        "failure": reply.failure or None,
        "call": reply.call,
        "answers": [answer_payload(answer) for answer in reply.answers],
    }


def read_reply(facts: Facts, profile: AgentProfile) -> AgentReply:
    """Return the reply that `reply_payload` wrote for `profile`."""
    return AgentReply(
        profile=profile,
        answers=tuple(read_answer(answer) for answer in facts.items("answers")),
        model=facts.text("model"),
        latency_ms=facts.value("latencyMs", float),
        cost=facts.optional("costUsd", usd),
        fallback_used=facts.flag("fallbackUsed"),
        failure=facts.optional("failure", str) or "",
        call=call.tree if (call := facts.part("call")) else None,
    )


def answer_payload(answer: Answer) -> Payload:
    """Return what one agent said about one symbol; the confidence is the agent's own."""
    return {
        "symbol": answer.symbol,
        "action": answer.action.value,
        "confidence": _believed(answer.confidence),
        "reasonCode": answer.reason,
        "rationale": answer.rationale,
        "veto": answer.veto,
        "sizing": sizing_payload(answer.sizing),
        "stop": amount(answer.stop),
        "target": amount(answer.target),
        "timeHorizon": duration(answer.horizon),
        "riskFlags": list(answer.risk_flags),
        "keySignals": list(answer.key_signals),
    }


def read_answer(facts: Facts) -> Answer:
    """Return the answer that `answer_payload` wrote."""
    return _answer(facts, facts.optional("confidence", _confidence))


def vote_payload(vote: Vote) -> Payload:
    """Return the payload of `vote.cast`; the confidence is the one after the chain."""
    return {
        **answer_payload(vote.answer),
        "profile": vote.profile,
        "role": vote.role,
        "provider": vote.provider,
        "model": vote.model,
        "voter": vote.voter,
        "panel": vote.panel,
        "confidence": _believed(vote.confidence),
        "confidenceSteps": [_step_payload(step) for step in vote.steps],
        "skillWeight": number(vote.skill_weight),
        "latencyMs": number(vote.latency_ms),
        "costUsd": money(vote.cost),
    }


def read_vote(facts: Facts) -> Vote:
    """Return the vote that `vote_payload` wrote."""
    steps = tuple(_read_step(step) for step in facts.items("confidenceSteps"))
    return Vote(
        profile=ProfileName(facts.text("profile")),
        role=facts.text("role"),
        provider=facts.text("provider"),
        model=facts.text("model"),
        voter=facts.flag("voter"),
        answer=_answer(facts, Confidence(steps[0].value) if steps else None),
        confidence=facts.optional("confidence", _confidence),
        steps=steps,
        latency_ms=facts.value("latencyMs", float),
        cost=facts.optional("costUsd", usd),
        panel=facts.tree.get("panel") is True,
        skill_weight=facts.value("skillWeight", float)
        if "skillWeight" in facts.tree
        else UNKNOWN_SKILL,
    )


def sizing_payload(sizing: Sizing | None) -> Payload | None:
    """Return a wanted size, null where none was stated."""
    return None if sizing is None else {"kind": sizing.kind.value, "value": amount(sizing.value)}


def read_sizing(facts: Facts | None) -> Sizing | None:
    """Return the size that `sizing_payload` wrote."""
    if facts is None:
        return None
    return Sizing(kind=facts.value("kind", SizingKind), value=facts.value("value", Decimal))


def duration(sessions: int | None) -> str | None:
    """Return a number of sessions as an ISO 8601 duration: 20 is "P20D"."""
    return None if sessions is None else f"P{sessions}D"


def sessions(text: str) -> int:
    """Return the number of sessions that `duration` wrote."""
    return int(text.removeprefix("P").removesuffix("D"))


def _answer(facts: Facts, confidence: Confidence | None) -> Answer:
    return Answer(
        symbol=Symbol(facts.text("symbol")),
        action=facts.value("action", Action),
        confidence=confidence,
        reason=facts.optional("reasonCode", str),
        rationale=facts.text("rationale"),
        veto=facts.flag("veto"),
        sizing=read_sizing(facts.part("sizing")),
        stop=facts.optional("stop", Decimal),
        target=facts.optional("target", Decimal),
        horizon=facts.optional("timeHorizon", sessions),
        risk_flags=facts.texts("riskFlags"),
        key_signals=facts.texts("keySignals"),
    )


def _step_payload(step: ConfidenceStep) -> Payload:
    return {
        "kind": step.kind.value,
        "factor": number(step.factor),
        "value": number(step.value),
        "reason": step.reason,
    }


def _read_step(facts: Facts) -> ConfidenceStep:
    return ConfidenceStep(
        kind=facts.value("kind", StepKind),
        factor=facts.optional("factor", float),
        value=facts.value("value", float),
        reason=facts.text("reason"),
    )


def _believed(confidence: Confidence | None) -> str | None:
    return None if confidence is None else number(confidence.value)


def _confidence(text: str) -> Confidence:
    return Confidence(float(text))
