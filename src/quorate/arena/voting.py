"""Voting: an agent's answers become votes, each believed as far as the confidence chain lets it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from quorate.agents.profile import AgentProfile, Role
from quorate.arena.confidence_chain import Steps, confidence_chain, fallback_doubt
from quorate.arena.hidden_hand import hidden_hand_doubt
from quorate.arena.policy import ArenaPolicy
from quorate.arena.scene import Scene
from quorate.kernel.calibration import NOBODY_CALIBRATED, UNKNOWN_SKILL, CalibrationCurve
from quorate.kernel.canonical import JsonValue
from quorate.kernel.confidence import Confidence
from quorate.kernel.ids import ProfileName, Symbol
from quorate.kernel.journal import Event
from quorate.kernel.money import Usd
from quorate.kernel.vote import Answer, Vote

COST_UNIT: Final = Decimal("0.000000001")
"""A vote's part of its call's cost is rounded to this; the run's cost is summed from the calls."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentReply:
    """What one agent said about all symbols of a run, in one call.

    `model` is the one that answered, `fallback_used` the gateway's word that it was not the one
    asked. `cost` is None where the price is unknown. `failure` is the code of what kept it from answering. Of a
    model's answer `call` holds the hashes of what was sent and received, `attachments` the texts themselves, and
    `events` what must be committed together with it: how its calls were settled.
    """

    profile: AgentProfile
    answers: tuple[Answer, ...]
    model: str
    latency_ms: float = 0.0
    cost: Usd | None = None
    fallback_used: bool = False
    failure: str = ""
    call: Mapping[str, JsonValue] | None = None
    attachments: tuple[bytes, ...] = ()
    events: tuple[Event, ...] = ()


def cast_votes(
    reply: AgentReply,
    scenes: Mapping[Symbol, Scene],
    policy: ArenaPolicy,
    *,
    panel: bool = False,
    curves: Mapping[ProfileName, CalibrationCurve] = NOBODY_CALIBRATED,
) -> tuple[Vote, ...]:
    """Return one vote per answer, in the order of the answers; `panel` says that they are the power panel's.

    `curves` say what an agent's confidence is worth, of those that have enough outcomes.
    """
    cost = cost_share(reply.cost, len(reply.answers))
    curve = curves.get(reply.profile.name)
    return tuple(
        cast_vote(reply, answer, scenes[answer.symbol], policy, cost=cost, panel=panel, curve=curve)
        for answer in reply.answers
    )


def cast_vote(  # noqa: PLR0913  (what a vote is made of, each named)
    reply: AgentReply,
    answer: Answer,
    scene: Scene,
    policy: ArenaPolicy,
    *,
    cost: Usd | None,
    panel: bool = False,
    curve: CalibrationCurve | None = None,
) -> Vote:
    """Return `answer` as a vote after the confidence chain; an abstention has no chain."""
    steps = _chain(reply, answer, scene, policy, curve)
    return Vote(
        profile=reply.profile.name,
        role=reply.profile.role,
        provider=reply.profile.provider,
        model=reply.model,
        voter=reply.profile.voter and not panel,
        answer=answer,
        confidence=Confidence(steps[-1].value) if steps else None,
        steps=steps,
        latency_ms=reply.latency_ms,
        cost=cost,
        panel=panel,
        skill_weight=_skill_weight(reply, curve),
    )


def cost_share(cost: Usd | None, answers: int) -> Usd | None:
    """Return one answer's part of a call's cost, None where that is unknown."""
    if cost is None or answers <= 1:
        return cost
    return Usd((cost.amount / answers).quantize(COST_UNIT))


def is_veto(vote: Vote) -> bool:
    """Return whether a risk manager, voter or not, forbids new risk. Source: R-076."""
    return vote.answer.veto and vote.role == Role.RISK_MANAGER


def _skill_weight(reply: AgentReply, curve: CalibrationCurve | None) -> float:
    """Return what a vote weighs; a fallback model's is weighed by nobody else's record."""
    return UNKNOWN_SKILL if curve is None or reply.fallback_used else curve.skill_weight


def _chain(
    reply: AgentReply,
    answer: Answer,
    scene: Scene,
    policy: ArenaPolicy,
    curve: CalibrationCurve | None,
) -> Steps:
    if answer.confidence is None:
        return ()
    return confidence_chain(
        answer.confidence,
        fallback=fallback_doubt(policy.fallback_factor, fallback_used=reply.fallback_used),
        hidden_hand=hidden_hand_doubt(scene.phase, answer.action, scene.volume_trend),
        curve=curve,
    )
