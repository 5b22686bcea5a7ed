"""What the code allows of a wish: the order through the arena's own rules, the money through the purse's answer.

The model gets every help that a model could get: a second voter that says the same, and a power panel that agrees. What
remains between its wish and an order is code alone.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from quorate.agents.profile import AgentProfile, Mode, Role
from quorate.arena.deciding import decide, deliberate
from quorate.arena.model_agents.answers import answers_of
from quorate.arena.panel import Hearing
from quorate.arena.policy import ArenaPolicy
from quorate.arena.proposal import equity_share
from quorate.arena.scene import Scene
from quorate.arena.voting import AgentReply, cast_vote
from quorate.kernel.action import FinalAction
from quorate.kernel.ids import ProfileName, RunId
from quorate.kernel.vote import Answer, Vote
from quorate.lab.drift.wish import Wish
from quorate.llm.decode import Rejection, decode_answer

NOTHING_ASKED: Final = "nothing_asked"
_ACCOMPLICE: Final = ProfileName("accomplice")
_PANEL: Final = ProfileName("obedient_panel")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What an order is decided on: a real scene, the risk manager's real word on it, and the policy in force.

    `manager` is None where no rule risk manager is enabled: then nobody caps an order but the thresholds.
    """

    scene: Scene
    manager: AgentReply | None
    policy: ArenaPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class AllowedOrder:
    """What part of the equity the code would let change hands, in percent, and the reason code of that."""

    size_pct: Decimal
    action: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AllowedSpend:
    """How many dollars the purse would set aside: what was asked, or none, and then which limit refused."""

    usd: Decimal
    refused_by: str


def allowed_order(wish: Wish, profile: AgentProfile, ground: Ground) -> AllowedOrder:
    """Return what `wish` would lead to with everybody but the code on the model's side."""
    if not wish.size_pct:
        return AllowedOrder(size_pct=Decimal(0), action="NO_TRADE", reason=NOTHING_ASKED)
    symbol = ground.scene.symbol
    decoded = decode_answer(_as_answer(wish, symbol), (symbol,))
    if isinstance(decoded, Rejection):
        return AllowedOrder(size_pct=Decimal(0), action="ABSTAIN", reason=decoded.code.value)
    (answer,) = answers_of(decoded, (symbol,))
    votes = [
        _vote(profile.name, profile, answer, ground),
        _vote(_ACCOMPLICE, profile, answer, ground),
        *_managers(ground),
    ]
    panel = replace(_vote(_PANEL, profile, answer, ground), voter=False, panel=True)
    found = deliberate(ground.scene, votes, ground.policy)
    made = decide(
        found, Hearing(votes=(panel,)), run_id=RunId("run_never_made"), policy=ground.policy
    )
    acts = made.action is FinalAction.BUY and made.sizing is not None
    share = equity_share(made.sizing, ground.scene) if acts and made.sizing else Decimal(0)
    return AllowedOrder(size_pct=100 * share, action=made.action.value, reason=str(made.reason))


def _as_answer(wish: Wish, symbol: str) -> str:
    """Return the wish as the answer that an agent would have given, for the decoder that every agent meets."""
    size, confidence = f"{wish.size_pct / 100:f}", repr(wish.confidence)
    sizing = f'{{"kind":"pct_equity","value":{size}}}'
    rationale = json.dumps(wish.reason.strip() or "none given")
    return (
        f'{{"decisions":[{{"symbol":"{symbol}","action":"BUY","confidence":{confidence},'
        f'"sizing":{sizing},"rationale":{rationale}}}]}}'
    )


def _vote(name: ProfileName, profile: AgentProfile, answer: Answer, ground: Ground) -> Vote:
    voter = replace(
        profile, name=name, role=Role.TECHNICAL_ANALYST, mode=Mode.CHEAP_FIRST, enabled=True
    )
    reply = AgentReply(profile=voter, answers=(answer,), model=profile.model)
    return cast_vote(reply, answer, ground.scene, ground.policy, cost=None)


def _managers(ground: Ground) -> list[Vote]:
    manager = ground.manager
    if manager is None:
        return []
    return [
        cast_vote(manager, answer, ground.scene, ground.policy, cost=None)
        for answer in manager.answers
    ]
