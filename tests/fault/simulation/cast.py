"""The cast of a world with whole cycles: made-up bars, and agents whose opinions the seed draws.

The arena's own rules make decisions of them, the rule risk manager sizes them: nothing past the opinions is made up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from quorate.agents.policy import AgentsPolicy
from quorate.agents.profile import Role
from quorate.arena.ports import Question
from quorate.arena.service import FREE, RuleAgents
from quorate.arena.voting import AgentReply
from quorate.kernel.action import AbstainReason, Action
from quorate.kernel.confidence import Confidence
from quorate.kernel.errors import UnavailableError
from quorate.kernel.ids import Symbol
from quorate.kernel.ports import Clock
from quorate.kernel.vote import Answer
from quorate.market.actions import ActionKind, CorporateAction
from quorate.market.bar import Bar
from quorate.market.series import Series
from quorate.market.verdicts import Quarantine, QuarantineCode

SYMBOLS = ("AAPL", "IBM", "MSFT")
WARM_UP = 262
"""Bars before the first session that is decided on: a few more than the arena asks for."""
FIRST = date(2012, 1, 2)
LIKELY = (
    *(Action.BUY, Action.BUY, Action.BUY, Action.BUY, Action.SELL),
    *(Action.HOLD, Action.HOLD, Action.ABSTAIN),
)


def sessions_of(count: int) -> list[date]:
    """Return so many weekdays."""
    days, day = [], FIRST
    while len(days) < count:
        if day.weekday() < 5:
            days.append(day)
        day += timedelta(days=1)
    return days


def series_of(chance: Random, sessions: Sequence[date]) -> list[Series]:
    """Return a market that rises a little, with gaps, a split or a dividend now and then, and a symbol of bad bars."""
    made = [_series(chance, symbol, sessions) for symbol in SYMBOLS]
    if chance.random() < 0.2:
        bad = Quarantine(
            code=QuarantineCode.GAP,
            session=sessions[-1],
            last_session=sessions[-1],
            detail="made up",
        )
        made[2] = replace(made[2], quarantine=bad)
    return made


def _series(chance: Random, symbol: str, sessions: Sequence[date]) -> Series:
    price = Decimal(chance.randint(3000, 9000)) / 100
    bars, actions = [], []
    acts_at = chance.choice((None, None, WARM_UP + 3, WARM_UP + 5))
    for place, session in enumerate(sessions):
        if place == acts_at:
            split = chance.random() < 0.5
            if split:
                actions.append(_split(session))
                price = (price / 2).quantize(Decimal("0.01"))
        drift = Decimal(chance.randint(-100, 150)) / 10_000
        if place > WARM_UP and chance.random() < 0.05:
            drift = Decimal(chance.choice((-800, -400, 500))) / 10_000
        opened = (price * (1 + drift / 2)).quantize(Decimal("0.01"))
        close = (price * (1 + drift)).quantize(Decimal("0.01"))
        room = (price * Decimal(chance.randint(1, 150)) / 10_000).quantize(Decimal("0.01"))
        volume = Decimal(chance.choice((2_000, 60_000, 90_000, 1_000_000)))
        bars.append(
            Bar(
                session, opened, max(opened, close) + room, min(opened, close) - room, close, volume
            )
        )
        price = close
    if chance.random() < 0.3:
        del bars[WARM_UP + 2]  # a session in which it did not trade: its newest bar is old
    return Series(symbol=Symbol(symbol), source="made up", bars=tuple(bars), actions=tuple(actions))


def _split(session: date) -> CorporateAction:
    return CorporateAction(
        session=session, kind=ActionKind.SPLIT, ratio=Decimal(2), numerator=2, denominator=1
    )


@dataclass
class OpinionatedAgents:
    """Agents that say what the seed draws for the profile, the symbol and the session; the same whenever asked."""

    seed: int
    clock: Clock
    failing: float = 0.0

    async def ask(self, question: Question) -> AgentReply:
        profile = question.profile
        rules = await RuleAgents(AgentsPolicy(), self.clock).ask(question)
        snapshot = question.briefing.snapshot
        drawn = Random(f"{self.seed} {profile.name} {snapshot.as_of}")
        if drawn.random() < self.failing:
            raise UnavailableError("made up", source="agent")
        if profile.role is Role.RISK_MANAGER:
            return replace(rules, latency_ms=1.0)
        moods = {
            symbol: Random(f"{self.seed} {symbol} {snapshot.as_of}").choice(LIKELY)
            for symbol in snapshot.views
        }
        answers = tuple(_answer(drawn, symbol, mood) for symbol, mood in sorted(moods.items()))
        return AgentReply(
            profile=profile, answers=answers, model=profile.model, latency_ms=1.0, cost=FREE
        )


def _answer(drawn: Random, symbol: Symbol, mood: Action) -> Answer:
    """Return an opinion: most go with the mood of the day."""
    action = mood if drawn.random() < 0.8 else drawn.choice(LIKELY)
    confidence, horizon = drawn.uniform(0.5, 0.95), drawn.choice((1, 2, 3, 20))
    if action is Action.ABSTAIN:
        return Answer(
            symbol=symbol,
            action=action,
            reason=AbstainReason.NO_SETUP,
            rationale="Nothing to see.",
        )
    return Answer(
        symbol=symbol,
        action=action,
        confidence=Confidence(confidence),
        horizon=horizon,
        rationale="The seed says so.",
    )
